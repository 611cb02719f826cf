//! The written limits of what is read from others.

use super::Unreadable;
use serde_json::Value;

/// Largest document, in bytes after decompression.
pub const BYTES: usize = 1024 * 1024;
/// Deepest nesting of objects and lists.
pub const DEPTH: usize = 32;
/// Most values in one document (a list of a million numbers takes much memory and says nothing).
pub const VALUES: usize = 50_000;
/// Most recipients of an activity or object, `to` and `cc` together.
pub const RECIPIENTS: usize = 1_000;
/// Most mentions, and most hashtags.
pub const TAGS: usize = 200;
/// Most custom emoji that are looked at; the others are cut.
pub const EMOJIS: usize = 64;
/// Most of those named who may quote a post; the others are cut.
pub const QUOTERS: usize = 100;
/// Most attachments that are looked at; the others are cut.
pub const ATTACHMENTS: usize = 16;
/// Most keys of one actor.
pub const KEYS: usize = 8;
/// Longest id or URL, in bytes.
pub const ID: usize = 2_048;
/// Longest name, in characters; longer ones are cut.
pub const NAME: usize = 200;
/// Longest user name, in characters; longer ones are refused.
pub const USERNAME: usize = 100;
/// Longest biography, in characters of HTML; longer ones are cut.
pub const BIOGRAPHY: usize = 20_000;
/// Longest content, in characters of HTML; longer ones are refused.
pub const CONTENT: usize = 200_000;
/// Longest content warning, in characters; longer ones are cut.
pub const SUMMARY: usize = 500;
/// Longest hashtag, in characters; longer ones are left out.
pub const HASHTAG: usize = 100;

/// Parses JSON within the bounds.
///
/// # Errors
/// [`Unreadable::TooLarge`], [`Unreadable::TooMany`] before anything is built in memory, or
/// [`Unreadable::Malformed`], also for a text with NUL, which PostgreSQL cannot keep.
pub fn read(bytes: &[u8]) -> Result<Value, Unreadable> {
    if bytes.len() > BYTES {
        return Err(Unreadable::TooLarge);
    }
    scan(bytes)?;
    serde_json::from_slice(bytes).map_err(|_| Unreadable::Malformed("json"))
}

/// Counts depth and values without building anything. What is not JSON is left to the parser.
fn scan(bytes: &[u8]) -> Result<(), Unreadable> {
    let (mut depth, mut values) = (0_usize, 0_usize);
    let (mut in_string, mut escaped) = (false, false);
    for (at, byte) in bytes.iter().enumerate() {
        if in_string {
            match byte {
                b'u' if escaped && bytes.get(at..).is_some_and(|rest| rest.starts_with(b"u0000")) => {
                    return Err(Unreadable::Malformed("nul"));
                }
                _ if escaped => escaped = false,
                b'\\' => escaped = true,
                b'"' => in_string = false,
                _ => {}
            }
            continue;
        }
        match byte {
            b'"' => in_string = true,
            b'{' | b'[' => {
                depth += 1;
                values += 1;
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b',' => values += 1,
            _ => {}
        }
        if depth > DEPTH || values > VALUES {
            return Err(Unreadable::TooMany);
        }
    }
    Ok(())
}

/// The first `most` characters of a text.
#[must_use]
pub fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// One line of plain text: control characters become spaces, ends are trimmed, at most `most` characters.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let flat: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(most.saturating_mul(4))
        .collect();
    cut(flat.trim(), most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_and_count_are_bounded_outside_strings() {
        let deep = "[".repeat(DEPTH) + &"]".repeat(DEPTH);
        assert!(read(deep.as_bytes()).is_ok());
        let deeper = "[".repeat(DEPTH + 1) + &"]".repeat(DEPTH + 1);
        assert_eq!(read(deeper.as_bytes()), Err(Unreadable::TooMany));
        let many = format!("[{}1]", "1,".repeat(VALUES));
        assert_eq!(read(many.as_bytes()), Err(Unreadable::TooMany));
        let text = format!("\"{}\\\"[[[{}\"", "[".repeat(100), ",".repeat(VALUES + 1));
        assert!(read(text.as_bytes()).is_ok());
        assert_eq!(read(&vec![b' '; BYTES + 1]), Err(Unreadable::TooLarge));
        assert_eq!(read(b"{"), Err(Unreadable::Malformed("json")));
        assert_eq!(read(br#"{"a":"\u0000"}"#), Err(Unreadable::Malformed("nul")));
        assert!(
            read(br#"{"a":"\\u0000"}"#).is_ok(),
            "an escaped backslash, no NUL"
        );
    }
}
