//! How long a sound or film is, where a header says so.

/// Milliseconds; `None` if it is not said, or not sensible.
pub(crate) fn milliseconds(content_type: &str, bytes: &[u8]) -> Option<i64> {
    let length = match content_type {
        "audio/wav" => wav(bytes),
        "video/mp4" | "audio/mp4" | "video/quicktime" => iso(bytes),
        _ => None,
    }?;
    // A day is more than anybody attaches.
    (length > 0 && length < 86_400_000).then_some(length)
}

fn word(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok()
}

/// Bytes of sound by bytes of a second, as the header of a plain WAV says.
fn wav(bytes: &[u8]) -> Option<i64> {
    if word(bytes, 12)? != *b"fmt " {
        return None;
    }
    let each_second = i64::from(u32::from_le_bytes(word(bytes, 28)?));
    let data = bytes.get(..4_096).unwrap_or(bytes);
    let at = data.windows(4).position(|four| four == b"data")?;
    let length = i64::from(u32::from_le_bytes(word(bytes, at + 4)?));
    length.checked_mul(1_000)?.checked_div(each_second)
}

/// The movie header of the MP4 family (ISO/IEC 14496-12, 8.2.2).
fn iso(bytes: &[u8]) -> Option<i64> {
    let at = bytes.windows(4).position(|four| four == b"mvhd")? + 4;
    let (scale, length) = if *bytes.get(at)? == 0 {
        (
            word(bytes, at + 12)?,
            i64::from(u32::from_be_bytes(word(bytes, at + 16)?)),
        )
    } else {
        let long: [u8; 8] = bytes.get(at + 24..at + 32)?.try_into().ok()?;
        (word(bytes, at + 20)?, i64::from_be_bytes(long))
    };
    length
        .checked_mul(1_000)?
        .checked_div(i64::from(u32::from_be_bytes(scale)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths() {
        let mut wav =
            b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data".to_vec();
        wav.extend_from_slice(&16_000_u32.to_le_bytes());
        assert_eq!(milliseconds("audio/wav", &wav), Some(2_000));
        let mut mp4 = b"\0\0\0\x20ftypisom....mvhd\0\0\0\0".to_vec();
        mp4.extend_from_slice(&[0; 8]);
        mp4.extend_from_slice(&600_u32.to_be_bytes());
        mp4.extend_from_slice(&900_u32.to_be_bytes());
        assert_eq!(milliseconds("video/mp4", &mp4), Some(1_500));
        assert_eq!(milliseconds("video/mp4", b"\0\0\0\x20ftypisommvhd"), None);
        assert_eq!(milliseconds("audio/wav", b"RIFF"), None);
    }
}
