//! Tags before a sound (ID3v2.2 to 2.4): their length, and the picture in them.

use super::numbers::{be24, be32, length};
use std::borrow::Cow;

/// A tag.
pub(super) struct Tag<'a> {
    /// Bytes of it in all.
    pub(super) length: usize,
    /// The first picture in it.
    pub(super) cover: Option<Cow<'a, [u8]>>,
}

/// The tag at the beginning of `bytes`.
pub(super) fn first(bytes: &[u8]) -> Option<Tag<'_>> {
    if !bytes.starts_with(b"ID3") {
        return None;
    }
    let (version, flags) = (*bytes.get(3)?, *bytes.get(5)?);
    let size = small(be32(bytes, 6)?)?;
    let body = bytes.get(10..size.checked_add(10)?)?;
    let foot = if version == 4 && flags & 0x10 != 0 { 10 } else { 0 };
    let cover = if version < 4 && flags & 0x80 != 0 {
        let plain = synchronised(body);
        plain.and_then(|plain| picture(&plain, version, flags).map(|found| Cow::Owned(found.into_owned())))
    } else {
        picture(body, version, flags)
    };
    Some(Tag {
        length: 10 + size + foot,
        cover,
    })
}

/// A number of which each byte has seven bits.
fn small(number: u32) -> Option<usize> {
    let bytes = number.to_be_bytes();
    if bytes.iter().any(|byte| byte & 0x80 != 0) {
        return None;
    }
    let number = bytes
        .iter()
        .fold(0, |value, byte| (value << 7) | u32::from(*byte));
    Some(length(number))
}

/// Without the zeros that keep players from taking the tag for sound; of a tag that may hold a picture of ours.
fn synchronised(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() > super::COVER {
        return None;
    }
    let mut plain = Vec::with_capacity(bytes.len());
    let mut before = 0;
    for byte in bytes {
        if !(before == 0xff && *byte == 0) {
            plain.push(*byte);
        }
        before = *byte;
    }
    Some(plain)
}

fn picture(body: &[u8], version: u8, flags: u8) -> Option<Cow<'_, [u8]>> {
    let extended = flags & 0x40 != 0;
    let mut rest = match (version, extended) {
        (2..=4, false) => body,
        (3, true) => body.get(length(be32(body, 0)?).checked_add(4)?..)?,
        (4, true) => body.get(small(be32(body, 0)?)?..)?,
        _ => return None,
    };
    let head = if version == 2 { 6 } else { 10 };
    while rest.first().is_some_and(|byte| *byte != 0) {
        let size = match version {
            2 => length(be24(rest, 3)?),
            3 => length(be32(rest, 4)?),
            _ => small(be32(rest, 4)?)?,
        };
        let end = size.checked_add(head)?;
        let frame = rest.get(head..end)?;
        if rest.starts_with(b"APIC") || rest.starts_with(b"PIC") {
            let flags = if version == 2 { 0 } else { *rest.get(9)? };
            return shown(frame, version, flags);
        }
        rest = rest.get(end..)?;
    }
    None
}

/// The picture in a frame: none that is compressed, encrypted or in a group.
fn shown(frame: &[u8], version: u8, flags: u8) -> Option<Cow<'_, [u8]>> {
    if version < 4 {
        return if flags & 0xe0 == 0 {
            behind(frame, version).map(Cow::Borrowed)
        } else {
            None
        };
    }
    if flags & 0x4c != 0 {
        return None;
    }
    let frame = if flags & 1 == 0 { frame } else { frame.get(4..)? };
    if flags & 2 == 0 {
        return behind(frame, version).map(Cow::Borrowed);
    }
    let plain = synchronised(frame)?;
    behind(&plain, version).map(|found| Cow::Owned(found.to_vec()))
}

/// What stands behind the type and the words of a picture.
fn behind(frame: &[u8], version: u8) -> Option<&[u8]> {
    let (wide, rest) = (matches!(frame.first()?, 1 | 2), frame.get(1..)?);
    let rest = if version == 2 {
        rest.get(3..)?
    } else {
        let end = rest.iter().position(|byte| *byte == 0)?;
        rest.get(end + 1..)?
    };
    let words = rest.get(1..)?;
    if wide {
        let end = words.chunks_exact(2).position(|pair| pair == [0, 0])?;
        words.get(end * 2 + 2..)
    } else {
        let end = words.iter().position(|byte| *byte == 0)?;
        words.get(end + 1..)
    }
}
