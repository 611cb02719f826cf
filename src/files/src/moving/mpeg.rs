//! MP3: frames of MPEG audio, layer III (ISO/IEC 11172-3), tags around them.

use super::numbers::word;
use super::{Found, aac, flac, id3, milliseconds};

/// Kilobits a second, by the number in a frame: of MPEG 1, and of MPEG 2 and 2.5.
const RATES: [[u32; 16]; 2] = [
    [
        0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0,
    ],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0],
];

/// So many zeros, or zeros to the end, are the end of the sound.
const ZEROS: usize = 1_024;

#[derive(Clone, Copy, PartialEq, Eq)]
struct Frame {
    /// Samples a second.
    rate: u32,
    /// Samples in it.
    samples: u32,
    /// Bytes of it.
    length: usize,
}

impl Frame {
    fn at(bytes: &[u8], at: usize) -> Option<Self> {
        let [first, second, third] = word(bytes, at)?;
        if first != 0xff || second & 0xe6 != 0xe2 {
            return None;
        }
        let (old, divisor) = match (second >> 3) & 3 {
            0 => (1, 4),
            2 => (1, 2),
            3 => (0, 1),
            _ => return None,
        };
        let kilobits = *RATES.get(old)?.get(usize::from(third >> 4))?;
        let rate = match (third >> 2) & 3 {
            0 => 44_100,
            1 => 48_000,
            2 => 32_000,
            _ => return None,
        } / divisor;
        let samples = if old == 0 { 1_152 } else { 576 };
        if kilobits == 0 {
            return None;
        }
        let length = samples / 8 * kilobits * 1_000 / rate + u32::from((third >> 1) & 1);
        Some(Self {
            rate,
            samples,
            length: usize::try_from(length).ok()?,
        })
    }

    /// Whether another one of the same sound, or the end, follows it.
    fn is_followed(self, bytes: &[u8], at: usize) -> bool {
        let next = at + self.length;
        next >= bytes.len()
            || Self::at(bytes, next).is_some_and(|other| other.rate == self.rate)
            || is_tail(bytes.get(next..).unwrap_or_default())
    }
}

/// Tags that stand behind the sound.
fn is_tail(rest: &[u8]) -> bool {
    [b"TAG".as_slice(), b"APETAGEX", b"LYRICSBEGIN", b"ID3", b"3DI"]
        .into_iter()
        .any(|word| rest.starts_with(word))
        || rest.iter().take(ZEROS).all(|byte| *byte == 0)
}

/// A sound: frames make up at least half of what is no tag. Some writers leave gaps.
pub(super) fn look(bytes: &[u8]) -> Option<Found<'_>> {
    let mut rest = bytes;
    let mut cover = None;
    while let Some(tag) = id3::first(rest) {
        cover = cover.or(tag.cover);
        rest = rest.get(tag.length..)?;
    }
    if rest.starts_with(b"fLaC") {
        return flac::behind_tags(rest, cover);
    }
    let filling = rest.iter().take_while(|byte| **byte == 0).count();
    rest = rest.get(filling..)?;
    if aac::begins(rest) {
        return aac::behind_tags(rest, cover);
    }
    let (mut at, mut heard) = (0, 0_usize);
    let (mut rate, mut samples, mut whole) = (0, 0_u64, false);
    while at < rest.len() {
        match Frame::at(rest, at).filter(|frame| frame.is_followed(rest, at)) {
            Some(frame) => {
                let is_heard = rate != 0 || !is_index(rest, at, frame);
                rate = frame.rate;
                if is_heard {
                    samples += u64::from(frame.samples);
                }
                heard += frame.length;
                at += frame.length;
                whole |= at <= rest.len();
            }
            None if heard > 0 && is_tail(rest.get(at..).unwrap_or_default()) => {
                rest = rest.get(..at)?;
            }
            None => at += 1,
        }
    }
    // The last one may be cut off, the only one not.
    if !whole || heard < rest.len() / 2 {
        return None;
    }
    Some(Found {
        content_type: "audio/mpeg",
        duration: milliseconds(samples, u64::from(rate)),
        cover,
        ..Found::default()
    })
}

/// Whether a frame is the index that encoders put first, and no sound.
fn is_index(bytes: &[u8], at: usize, frame: Frame) -> bool {
    let begin = bytes.get(at..at + frame.length.min(64)).unwrap_or_default();
    [b"Xing", b"Info", b"VBRI"]
        .into_iter()
        .any(|word| begin.windows(4).any(|four| four == word))
}
