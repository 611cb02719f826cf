//! Bytes in base 16.

use crate::Outcome;

/// Lower-case digits.
#[must_use]
pub fn write(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes again.
///
/// # Errors
/// When it is not base 16.
pub fn read(text: &str) -> Outcome<Vec<u8>> {
    let bytes = text.as_bytes().chunks(2);
    bytes
        .map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(read(&write(&bytes)).unwrap(), bytes);
        assert!(read("xy").is_err());
    }
}
