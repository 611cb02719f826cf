//! FLAC (RFC 9639): blocks that say what it is, then frames.

use super::numbers::{be16, be24, be32, length};
use super::{Found, milliseconds};
use std::borrow::Cow;

/// A sound without tags of another kind before it.
pub(super) fn look(bytes: &[u8]) -> Option<Found<'_>> {
    behind_tags(bytes, None)
}

/// A sound, with the picture that stood before it.
pub(super) fn behind_tags<'a>(bytes: &'a [u8], cover: Option<Cow<'a, [u8]>>) -> Option<Found<'a>> {
    let mut rest = bytes.strip_prefix(b"fLaC")?;
    let mut found = Found {
        content_type: "audio/flac",
        cover,
        ..Found::default()
    };
    let mut is_first = true;
    loop {
        let head = *rest.first()?;
        let size = length(be24(rest, 1)?);
        let block = rest.get(4..)?.get(..size)?;
        match (is_first, head & 0x7f) {
            (true, 0) => {
                // 20 bits of rate, 8 of channels and depth, 36 of samples.
                let rate = be24(block, 10)? >> 4;
                let samples = (u64::from(*block.get(13)? & 15) << 32) | u64::from(be32(block, 14)?);
                found.duration = milliseconds(samples, u64::from(rate));
            }
            (true, _) | (false, 0 | 127) => return None,
            (false, 6) => found.cover = found.cover.or_else(|| picture(block).map(Cow::Borrowed)),
            (false, _) => {}
        }
        is_first = false;
        rest = rest.get(4..)?.get(size..)?;
        if head & 0x80 != 0 {
            break;
        }
    }
    (be16(rest, 0)? & 0xfffe == 0xfff8).then_some(found)
}

/// The picture in a block: behind a kind, a type and a description, each with its length, and five numbers.
fn picture(block: &[u8]) -> Option<&[u8]> {
    let rest = block.get(4..)?;
    let rest = rest.get(4..)?.get(length(be32(rest, 0)?)..)?;
    let rest = rest.get(4..)?.get(length(be32(rest, 0)?)..)?;
    let rest = rest.get(16..)?;
    rest.get(4..)?.get(..length(be32(rest, 0)?))
}
