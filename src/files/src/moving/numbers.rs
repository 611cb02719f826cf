//! Numbers in bytes that may end anywhere.

/// `N` bytes from `at`.
pub(super) fn word<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..)?.first_chunk().copied()
}

pub(super) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    word(bytes, at).map(u16::from_be_bytes)
}

/// Three bytes, the first one most.
pub(super) fn be24(bytes: &[u8], at: usize) -> Option<u32> {
    let [first, second, third] = word(bytes, at)?;
    Some(u32::from_be_bytes([0, first, second, third]))
}

pub(super) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    word(bytes, at).map(u32::from_be_bytes)
}

pub(super) fn be64(bytes: &[u8], at: usize) -> Option<u64> {
    word(bytes, at).map(u64::from_be_bytes)
}

pub(super) fn le16(bytes: &[u8], at: usize) -> Option<u16> {
    word(bytes, at).map(u16::from_le_bytes)
}

pub(super) fn le32(bytes: &[u8], at: usize) -> Option<u32> {
    word(bytes, at).map(u32::from_le_bytes)
}

pub(super) fn le64(bytes: &[u8], at: usize) -> Option<u64> {
    word(bytes, at).map(u64::from_le_bytes)
}

/// A length in bytes.
pub(super) fn length(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
