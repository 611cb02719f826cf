//! WebM (RFC 8794, RFC 9559): elements within elements, some of them without a length.

use super::numbers::word;
use super::{Found, milliseconds};
use entrenous_model::FrameRate;

const HEAD: u32 = 0x1a45_dfa3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const INFO: u32 = 0x1549_a966;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const TIME: u32 = 0xe7;
const SIMPLE_BLOCK: u32 = 0xa3;
const GROUP: u32 = 0xa0;
const BLOCK: u32 = 0xa1;
/// What else may stand in a segment or a cluster: nothing, a checksum, where things are, chapters, attached files, words,
/// places, sizes, and blocks that are encrypted.
const OTHERS: &[u32] = &[
    0xec,
    0xbf,
    0x114d_9b74,
    0x1c53_bb6b,
    0x1043_a770,
    0x1941_a469,
    0x1254_c367,
    0xa7,
    0xab,
    0x5854,
    0xaf,
];

/// An element.
struct Element<'a> {
    name: u32,
    /// What is in it; up to the end of what there is, if its length is not said or is longer.
    inner: &'a [u8],
    /// Bytes before what is in it.
    header: usize,
}

impl<'a> Element<'a> {
    fn first(bytes: &'a [u8]) -> Option<Self> {
        let name_length = marked(*bytes.first()?, 4)?;
        let name = bytes
            .get(..name_length)?
            .iter()
            .fold(0, |name, byte| (name << 8) | u32::from(*byte));
        let after = bytes.get(name_length..)?;
        let size_length = marked(*after.first()?, 8)?;
        let size = number(after.get(..size_length)?, size_length)?;
        let rest = after.get(size_length..)?;
        let inner = size
            .and_then(|size| rest.get(..usize::try_from(size).ok()?))
            .unwrap_or(rest);
        Some(Self {
            name,
            inner,
            header: name_length + size_length,
        })
    }
}

/// How many bytes a number has, which the first of them says.
fn marked(first: u8, most: u32) -> Option<usize> {
    let length = first.leading_zeros() + 1;
    (length <= most).then(|| usize::try_from(length).ok()).flatten()
}

/// A number without its marker; `Some(None)` if it says that it is not known.
fn number(bytes: &[u8], length: usize) -> Option<Option<u64>> {
    let bits = 7 * u32::try_from(length).ok()?;
    let mask = 1_u64.checked_shl(bits)? - 1;
    let value = unsigned(bytes)? & mask;
    Some((value != mask).then_some(value))
}

/// At most eight bytes as a number.
fn unsigned(bytes: &[u8]) -> Option<u64> {
    (bytes.len() <= 8).then(|| {
        bytes
            .iter()
            .fold(0, |value, byte| (value << 8) | u64::from(*byte))
    })
}

/// The elements within one, as far as they can be read.
struct Elements<'a>(&'a [u8]);

impl<'a> Iterator for Elements<'a> {
    type Item = (u32, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let element = Element::first(self.0)?;
        self.0 = self
            .0
            .get(element.header..)
            .and_then(|rest| rest.get(element.inner.len()..))?;
        Some((element.name, element.inner))
    }
}

fn find(bytes: &[u8], wanted: u32) -> Option<&[u8]> {
    Elements(bytes)
        .find(|(name, _)| *name == wanted)
        .map(|(_, inner)| inner)
}

/// A film or sound: the head, then one segment with tracks and at least one cluster, up to its end. The last of them may be
/// cut off, as recordings are that were interrupted.
pub(super) fn look(bytes: &[u8]) -> Option<Found<'_>> {
    let head = Element::first(bytes).filter(|element| element.name == HEAD)?;
    let word = find(head.inner, DOC_TYPE)?;
    if word.strip_suffix(b"\0").unwrap_or(word) != b"webm" {
        return None;
    }
    let mut rest = bytes.get(head.header + head.inner.len()..)?;
    let (mut info, mut tracks, mut segment) = (None, None, false);
    let mut clock = Clock::default();
    while let Some(element) = Element::first(rest) {
        let inside = match element.name {
            SEGMENT if !segment => {
                segment = true;
                true
            }
            CLUSTER if segment => {
                clock.clusters += 1;
                true
            }
            TIME => {
                clock.cluster = unsigned(element.inner)?;
                false
            }
            INFO => {
                info = info.or(Some(element.inner));
                false
            }
            TRACKS => {
                tracks = tracks.or(Some(element.inner));
                false
            }
            SIMPLE_BLOCK => {
                clock.block(element.inner);
                false
            }
            GROUP => {
                if let Some(block) = find(element.inner, BLOCK) {
                    clock.block(block);
                }
                false
            }
            other if OTHERS.contains(&other) => false,
            _ => return None,
        };
        let taken = if inside {
            element.header
        } else {
            element.header + element.inner.len()
        };
        rest = rest.get(taken..)?;
    }
    // What is left is less than the longest head of an element: it was cut off there.
    if rest.len() > 12 || clock.clusters == 0 {
        return None;
    }
    let (scale, duration) = timing(info.unwrap_or_default());
    let mut found = Found {
        content_type: "video/webm",
        // Recorders that do not know the end when they begin leave the length out.
        duration: duration.or_else(|| milliseconds(clock.last.checked_mul(scale)?, 1_000_000_000)),
        ..Found::default()
    };
    read(tracks?, &mut found)?;
    Some(found)
}

/// The time of the latest block.
#[derive(Default)]
struct Clock {
    clusters: usize,
    cluster: u64,
    last: u64,
}

impl Clock {
    /// A block begins with the number of its track, and its time after that of the cluster.
    fn block(&mut self, block: &[u8]) {
        let after = block.first().and_then(|first| marked(*first, 8));
        let time = after.and_then(|after| word(block, after)).map(i16::from_be_bytes);
        if let Some(time) = time {
            self.last = self.last.max(self.cluster.saturating_add_signed(i64::from(time)));
        }
    }
}

/// Nanoseconds of one unit of time, and milliseconds in all.
fn timing(info: &[u8]) -> (u64, Option<i64>) {
    let scale = find(info, 0x2a_d7b1).and_then(unsigned).unwrap_or(1_000_000);
    let units = find(info, 0x4489).and_then(|bytes| match bytes.len() {
        4 => word(bytes, 0).map(f32::from_be_bytes).map(f64::from),
        8 => word(bytes, 0).map(f64::from_be_bytes),
        _ => None,
    });
    let whole = units.and_then(|units| {
        let unit = std::time::Duration::from_nanos(scale).as_secs_f64();
        std::time::Duration::try_from_secs_f64(units * unit).ok()
    });
    let whole = whole.and_then(|whole| milliseconds(u64::try_from(whole.as_micros()).ok()?, 1_000_000));
    (scale, whole)
}

/// What the tracks say. `None` if none of them is seen or heard.
fn read(tracks: &[u8], found: &mut Found<'_>) -> Option<()> {
    let (mut seen, mut heard) = (false, false);
    for (name, track) in Elements(tracks) {
        if name != 0xae {
            continue;
        }
        match find(track, 0x83).and_then(unsigned) {
            Some(1) if !seen => {
                seen = true;
                let video = find(track, 0xe0)?;
                let side = |name| {
                    let side = find(video, name).and_then(unsigned)?;
                    u32::try_from(side).ok().filter(|side| *side > 0)
                };
                found.pixels = side(0xb0).zip(side(0xba));
                found.frame_rate = find(track, 0x23_e383)
                    .and_then(unsigned)
                    .and_then(FrameRate::each_lasting);
            }
            Some(2) => heard = true,
            _ => {}
        }
    }
    if !seen {
        found.content_type = "audio/webm";
    }
    (seen || heard).then_some(())
}
