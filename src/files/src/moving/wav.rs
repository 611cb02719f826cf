//! WAV: chunks, of which one says how the sound is written and one is the sound.

use super::numbers::{le32, length, word};
use super::{Found, milliseconds};

/// A sound: chunks up to the end.
pub(super) fn look(bytes: &[u8]) -> Option<Found<'_>> {
    if !bytes.starts_with(b"RIFF") || bytes.get(8..12)? != b"WAVE" {
        return None;
    }
    let mut rest = bytes.get(12..)?;
    let (mut each_second, mut heard) = (None, None);
    // Less than the head of a chunk is filling.
    while rest.len() >= 8 {
        let name: [u8; 4] = word(rest, 0)?;
        if !name.iter().all(|byte| matches!(byte, 0x20..=0x7e)) {
            return None;
        }
        let said = length(le32(rest, 4)?);
        let inner = rest.get(8..)?;
        // Writers that do not know the end when they begin say nothing, or too much.
        let size = if &name == b"data" && said == 0 {
            inner.len()
        } else {
            said.min(inner.len())
        };
        match &name {
            b"fmt " => each_second = le32(inner.get(..size)?, 8),
            b"data" => {
                each_second?;
                heard = heard.or(Some(size));
            }
            _ if said > inner.len() => return None,
            _ => {}
        }
        rest = inner.get(size..)?;
        // Chunks begin at even places; not all writers know.
        if size % 2 == 1 && rest.first() == Some(&0) {
            rest = rest.get(1..)?;
        }
    }
    Some(Found {
        content_type: "audio/wav",
        duration: milliseconds(u64::try_from(heard?).ok()?, u64::from(each_second?)),
        ..Found::default()
    })
}
