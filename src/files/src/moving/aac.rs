//! AAC in frames of its own (ADTS; ISO/IEC 13818-7, 6.2): as recorders and radio write it. Tags may stand around them, and
//! between them where the parts of a stream were put together.
//!
//! AAC in MP4 is read there. With one head for all of it (ADIF) nobody writes it any more.

use super::numbers::word;
use super::{Found, id3, milliseconds};
use std::borrow::Cow;

/// Samples a second, by the number in a frame; the last one is of MPEG-4 alone (ISO/IEC 14496-3, 1.6.3.4).
const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
/// Samples of a block.
const SAMPLES: u64 = 1_024;
/// Bytes of the head of a frame, without sums.
const HEAD: usize = 7;
/// Bytes of a tag that stands behind the sound (ID3v1).
const TAG: usize = 128;

struct Frame {
    /// What is the same in all frames of a sound: the version, the profile and the rate.
    kind: [u8; 2],
    /// Samples a second.
    rate: u32,
    /// Samples in it.
    samples: u64,
    /// Bytes of it, its head among them.
    length: usize,
}

impl Frame {
    /// The one that `bytes` begin with; more or less of it may be there than its head.
    fn first(bytes: &[u8]) -> Option<Self> {
        let [first, second, third, fourth, fifth, sixth, seventh]: [u8; HEAD] = word(bytes, 0)?;
        // Twelve bits that are set, one for the version, two that are not set.
        if first != 0xff || second & 0xf6 != 0xf0 {
            return None;
        }
        // MPEG-2 has three profiles.
        if second & 8 != 0 && third >> 6 == 3 {
            return None;
        }
        let rate = *RATES.get(usize::from((third >> 2) & 15))?;
        let blocks = (seventh & 3) + 1;
        // With sums there is one, and the place of each block but the first.
        let sums = if second & 1 == 0 { 2 * blocks } else { 0 };
        let length = (usize::from(fourth & 3) << 11) | (usize::from(fifth) << 3) | usize::from(sixth >> 5);
        (length > HEAD + usize::from(sums)).then_some(Self {
            kind: [second & 0xfe, third & 0xfc],
            rate,
            samples: SAMPLES * u64::from(blocks),
            length,
        })
    }
}

/// Whether a frame begins here.
pub(super) fn begins(bytes: &[u8]) -> bool {
    Frame::first(bytes).is_some()
}

/// A sound without tags before it.
pub(super) fn look(bytes: &[u8]) -> Option<Found<'_>> {
    behind_tags(bytes, None)
}

/// A sound, with the picture that stood before it: frames one after the other. The last one may be cut off; one alone is
/// none, since so little of a frame says that it is one.
pub(super) fn behind_tags<'a>(bytes: &'a [u8], cover: Option<Cow<'a, [u8]>>) -> Option<Found<'a>> {
    let first = Frame::first(bytes)?;
    let (mut rest, mut frames, mut samples) = (bytes, 0_u32, 0_u64);
    loop {
        if let Some(frame) = Frame::first(rest) {
            if frame.kind != first.kind {
                return None;
            }
            let Some(behind) = rest.get(frame.length..) else {
                rest = &[];
                break;
            };
            rest = behind;
            frames = frames.saturating_add(1);
            samples = samples.saturating_add(frame.samples);
        } else if let Some(tag) = id3::first(rest) {
            rest = rest.get(tag.length..)?;
        } else {
            break;
        }
    }
    (frames > 1 && is_tail(rest)).then(|| Found {
        content_type: "audio/aac",
        duration: milliseconds(samples, u64::from(first.rate)),
        cover,
        ..Found::default()
    })
}

/// What may stand behind the last frame: the beginning of another head, a tag, or filling.
fn is_tail(rest: &[u8]) -> bool {
    rest.len() < HEAD || (rest.len() == TAG && rest.starts_with(b"TAG")) || rest.iter().all(|byte| *byte == 0)
}
