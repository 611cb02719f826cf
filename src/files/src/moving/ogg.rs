//! Ogg (RFC 3533): pages up to the end, each of one of several streams; Vorbis, Opus, FLAC, Speex and Theora in them.

use super::numbers::{be16, be24, be32, le16, le32, le64, word};
use super::{Found, milliseconds};
use entrenous_model::FrameRate;

/// Streams of one file that are looked at.
const STREAMS: usize = 16;

struct Stream {
    serial: u32,
    codec: Codec,
    /// The latest place it has come to, in units of its codec.
    last: u64,
}

#[derive(Clone, Copy)]
enum Codec {
    /// Samples of which `rate` are a second; the first `skipped` are not heard.
    Sound { rate: u64, skipped: u64 },
    Theora {
        pixels: (u32, u32),
        rate: (u32, u32),
        /// Bits of a place that count from the latest whole picture.
        shift: u32,
    },
}

struct Page<'a> {
    begins: bool,
    place: u64,
    serial: u32,
    body: &'a [u8],
    length: usize,
}

impl<'a> Page<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        if !bytes.starts_with(b"OggS\0") {
            return None;
        }
        let segments = usize::from(*bytes.get(26)?);
        let table = bytes.get(27..27 + segments)?;
        let length: usize = table.iter().copied().map(usize::from).sum();
        let body = bytes.get(27 + segments..)?.get(..length)?;
        Some(Self {
            begins: bytes.get(5)? & 2 != 0,
            place: le64(bytes, 6)?,
            serial: le32(bytes, 14)?,
            body,
            length: 27 + segments + length,
        })
    }
}

/// A sound or film: pages up to the end, of which the last may be cut off.
pub(super) fn look(bytes: &[u8]) -> Option<Found<'_>> {
    let mut rest = bytes;
    let mut streams: Vec<Stream> = Vec::new();
    let mut pages = 0_usize;
    while !rest.is_empty() {
        let Some(page) = Page::first(rest) else {
            let is_cut = pages > 1 && (rest.starts_with(b"OggS\0") || b"OggS\0".starts_with(rest));
            if is_cut {
                break;
            }
            return None;
        };
        pages += 1;
        if page.begins
            && streams.len() < STREAMS
            && let Some(codec) = Codec::told(page.body)
        {
            streams.push(Stream {
                serial: page.serial,
                codec,
                last: 0,
            });
        }
        // All ones: no packet ends on the page.
        if page.place != u64::MAX
            && let Some(stream) = streams.iter_mut().find(|one| one.serial == page.serial)
        {
            stream.last = stream.last.max(page.place);
        }
        rest = rest.get(page.length..)?;
    }
    if pages < 2 || streams.is_empty() {
        return None;
    }
    let mut found = Found {
        content_type: "audio/ogg",
        ..Found::default()
    };
    for stream in &streams {
        found.duration = found.duration.max(stream.duration());
        if let Codec::Theora { pixels, rate, .. } = stream.codec {
            found.content_type = "video/ogg";
            found.pixels = Some(pixels).filter(|(width, height)| *width > 0 && *height > 0);
            found.frame_rate = FrameRate::of(u64::from(rate.0), u64::from(rate.1));
        }
    }
    Some(found)
}

impl Stream {
    fn duration(&self) -> Option<i64> {
        match self.codec {
            Codec::Sound { rate, skipped } => milliseconds(self.last.saturating_sub(skipped), rate),
            Codec::Theora {
                rate: (frames, seconds),
                shift,
                ..
            } => {
                let whole = self.last.checked_shr(shift)?;
                let since = self.last - whole.checked_shl(shift)?;
                let pictures = whole.checked_add(since)?;
                milliseconds(pictures.checked_mul(u64::from(seconds))?, u64::from(frames))
            }
        }
    }
}

impl Codec {
    /// Of the first packet of a stream.
    fn told(packet: &[u8]) -> Option<Self> {
        let sound = |rate: u32, skipped: u16| Self::Sound {
            rate: u64::from(rate),
            skipped: u64::from(skipped),
        };
        if packet.starts_with(b"\x01vorbis") {
            return le32(packet, 12).map(|rate| sound(rate, 0));
        }
        if packet.starts_with(b"OpusHead") {
            return le16(packet, 10).map(|skipped| sound(48_000, skipped));
        }
        if packet.starts_with(b"Speex   ") {
            return le32(packet, 36).map(|rate| sound(rate, 0));
        }
        if packet.starts_with(b"\x7fFLAC") {
            // The head of FLAC begins behind nine bytes of its own and four of the block.
            return be24(packet, 9 + 4 + 4 + 10).map(|rate| sound(rate >> 4, 0));
        }
        if packet.starts_with(b"\x80theora") {
            let pixels = (be24(packet, 14)?, be24(packet, 17)?);
            let [high, low] = word(packet, 40)?;
            return Some(Self::Theora {
                pixels: if pixels.0 == 0 || pixels.1 == 0 {
                    (
                        u32::from(be16(packet, 10)?) * 16,
                        u32::from(be16(packet, 12)?) * 16,
                    )
                } else {
                    pixels
                },
                rate: (be32(packet, 22)?, be32(packet, 26)?),
                shift: u32::from(u16::from_be_bytes([high, low]) >> 5) & 31,
            });
        }
        None
    }
}
