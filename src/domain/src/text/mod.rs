//! Text to HTML, HTML to safe HTML, and what is found in both: mentions, hashtags, links.

mod render;
mod safe;
mod scan;
mod tame;

use entrenous_model::Account;
use scan::Token;
use std::{collections::HashSet, sync::Arc};

pub use safe::{plain, sanitise, without_quote_link};

/// A mention as typed: `@name` or `@name@authority`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Handle {
    /// Name before the second `@`, as typed.
    pub username: String,
    /// Authority, if it was typed, in lower case.
    pub authority: Option<String>,
}

impl Handle {
    /// Whether both mean the same person: names are compared without case.
    #[must_use]
    pub fn means(&self, other: &Self) -> bool {
        self.authority == other.authority && self.username.eq_ignore_ascii_case(&other.username)
    }
}

/// What a URL counts in a text, however long it is: `characters_reserved_per_url` of the instance document.
pub const CHARS_PER_URL: usize = 23;
/// A longer URL counts in full: a text has a bound in bytes, too.
const LONGEST_URL: usize = 2_048;

/// The length of a typed text in Unicode characters, with a URL as [`CHARS_PER_URL`], as clients count it.
#[must_use]
pub fn length(text: &str) -> usize {
    let all = text.chars().count();
    let urls = scan::tokens(text).into_iter().filter_map(|token| match token {
        Token::Link(url) if url.len() <= LONGEST_URL => Some(url.chars().count()),
        _ => None,
    });
    urls.fold(all, |length, url| length - url + CHARS_PER_URL)
}

/// The mentions in a text, without doubles, at most `most`.
#[must_use]
pub fn handles(text: &str, most: usize) -> Vec<Handle> {
    let mut found: Vec<Handle> = Vec::new();
    for token in scan::tokens(text) {
        if found.len() >= most {
            break;
        }
        if let Token::Mention(_, handle) = token
            && !found.iter().any(|one| one.means(&handle))
        {
            found.push(handle);
        }
    }
    found
}

/// The hashtags in a text, without `#`, lower-case, without doubles, at most `most`. Letters of any script, digits, `_`; not only digits.
#[must_use]
pub fn hashtags(text: &str, most: usize) -> Vec<String> {
    let mut seen = HashSet::new();
    scan::tokens(text)
        .into_iter()
        .filter_map(|token| match token {
            Token::Tag(tag) => hashtag(tag),
            _ => None,
        })
        .filter(|tag| seen.insert(tag.clone()))
        .take(most)
        .collect()
}

/// A hashtag that came from elsewhere, in the form in which they are kept; `None` if it is none.
#[must_use]
pub fn hashtag(tag: &str) -> Option<String> {
    let tag = tag.trim().trim_start_matches('#').to_lowercase();
    scan::is_tag(&tag).then_some(tag)
}

/// Renders a typed text to the HTML that Mastodon clients style: `<p>`, `<br>`, links with `invisible` and `ellipsis`
/// spans, `<span class="h-card"><a class="u-url mention">`, hashtags (`{origin}/tags/{tag}`). Everything is escaped.
#[must_use]
pub fn to_html(text: &str, mentioned: &[(Handle, Arc<Account>)], origin: &entrenous_model::Origin) -> String {
    render::html(text, mentioned, origin)
}

#[cfg(test)]
mod tests {
    use super::{hashtag, hashtags, length};

    /// A letter may be two in lower case: what is too long then is no hashtag, wherever it comes from.
    #[test]
    fn a_hashtag_is_one_everywhere() {
        let long = "\u{130}".repeat(60);
        assert_eq!(hashtag(&long), None);
        assert_eq!(hashtags(&format!("#{long} #ok"), 9), ["ok"]);
    }

    #[test]
    fn a_url_counts_23() {
        let long = format!("https://lyon.example/{}", "a".repeat(400));
        assert_eq!(length("h\u{e9}llo"), 5);
        assert_eq!(length("https://a.example"), 23);
        assert_eq!(length(&format!("see {long}.")), 4 + 23 + 1);
        assert_eq!(length(&format!("{long} {long}")), 47);
        let huge = format!("https://lyon.example/{}", "a".repeat(3_000));
        assert_eq!(length(&huge), huge.len());
    }
}
