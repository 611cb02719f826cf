//! Custom emoji: small pictures that stand for `:shortcode:` in a text.

use crate::{EmojiId, PeerId, Time};

/// A custom emoji of this node, or of a peer. The bytes are in the file store under their SHA-256.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emoji {
    /// Local id.
    pub id: EmojiId,
    /// The peer whose it is; `None` for this node's own.
    pub peer: Option<PeerId>,
    /// Name between the colons.
    pub shortcode: String,
    /// ActivityPub id of a peer's one, on its origin.
    pub uri: Option<String>,
    /// Heading under which pickers show it; empty for none.
    pub category: String,
    /// Offered in pickers.
    pub visible_in_picker: bool,
    /// Not shown, and not to be used.
    pub disabled: bool,
    /// The picture.
    pub picture: EmojiPicture,
    /// Where a peer's one was fetched.
    pub remote_url: Option<String>,
    /// What its node said of when it was changed.
    pub remote_updated_at: Option<Time>,
    /// Part of the capability; a change makes every earlier URL a 404.
    pub epoch: i64,
    /// When it was stored.
    pub created_at: Time,
    /// When its picture was changed last.
    pub updated_at: Time,
}

/// The files of a custom emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmojiPicture {
    /// SHA-256 of the bytes, hexadecimal.
    pub hash: String,
    /// Sniffed type.
    pub content_type: String,
    /// Length in bytes.
    pub size: i64,
    /// If it moves: SHA-256 and length of a PNG that does not.
    pub still: Option<(String, i64)>,
}

/// A picture that may become an emoji: decoded within bounds and made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedEmoji {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its type.
    pub content_type: &'static str,
    /// If it moves: a PNG that does not.
    pub still: Option<Vec<u8>>,
}

/// Longest shortcode, in bytes.
pub const LONGEST_SHORTCODE: usize = 64;

/// Whether a text can stand between the colons: two to 64 of `[a-zA-Z0-9_]`.
#[must_use]
pub fn is_shortcode(text: &str) -> bool {
    (2..=LONGEST_SHORTCODE).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The shortcodes in a text, as often as they stand there: `:name:` with neither a letter, a digit nor a colon on either
/// side. Of HTML too, since none of its own marks looks like one.
pub fn shortcodes(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let open = at + rest.find(':')?;
            at = open + 1;
            let before = text.get(..open).and_then(|text| text.chars().next_back());
            if before.is_some_and(touches) {
                continue;
            }
            let Some(inner) = text.get(at..) else { continue };
            let Some(length) = inner.find(':') else { continue };
            let Some(name) = inner.get(..length).filter(|name| is_shortcode(name)) else {
                continue;
            };
            let after = inner.get(length + 1..).and_then(|text| text.chars().next());
            if after.is_some_and(touches) {
                continue;
            }
            at += length + 1;
            return Some(name);
        }
    })
}

fn touches(c: char) -> bool {
    c.is_alphanumeric() || c == ':'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcodes_in_texts() {
        let of = |text| shortcodes(text).collect::<Vec<_>>();
        assert_eq!(of(":blob:"), ["blob"]);
        assert_eq!(of("<p>Hi :blob: and :blob_2:</p>"), ["blob", "blob_2"]);
        assert_eq!(of("\u{e9}t\u{e9} :aa:\u{1f980}:bb:"), ["aa", "bb"]);
        for none in [
            "",
            ":",
            "::",
            ":a:",
            "at 10:30:45 o'clock",
            "x:blob:",
            ":blob:x",
            "::blob::",
            ":bl ob:",
            ":bl-ob:",
            ":<b>:",
        ] {
            assert_eq!(of(none), [""; 0], "{none}");
        }
        assert_eq!(shortcodes(&format!(":{}:", "a".repeat(64))).count(), 1);
        assert_eq!(shortcodes(&format!(":{}:", "a".repeat(65))).count(), 0);
        assert_eq!(of("a: :blob:"), ["blob"]);
    }
}
