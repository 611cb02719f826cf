//! Finds mentions, hashtags and links in typed text.

use super::Handle;
use linkify::{LinkFinder, LinkKind};

/// Longest hashtag and longest name, in characters.
const LONGEST: usize = 100;
/// Longest authority: 253 of a name, and a port.
const LONGEST_AUTHORITY: usize = 260;

/// A piece of text. The pieces together are the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Nothing special.
    Plain(&'a str),
    /// An http or https URL.
    Link(&'a str),
    /// `@name` or `@name@authority`, as typed and as understood.
    Mention(&'a str, Handle),
    /// A hashtag, without `#`.
    Tag(&'a str),
}

/// Takes a text to pieces.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    let mut out = Vec::new();
    let mut done = 0;
    for link in finder.links(text) {
        let Some(url) = url_in(link.as_str()) else {
            continue;
        };
        words(text, done, link.start(), &mut out);
        out.push(Token::Link(url));
        done = link.start() + url.len();
    }
    words(text, done, text.len(), &mut out);
    out
}

/// The part of a found link that is one: http or https, up to a typographic quotation mark (which a sentence may put
/// right behind a URL, and which no URL holds unescaped).
fn url_in(link: &str) -> Option<&str> {
    let scheme = link.split_once("://").map(|(scheme, _)| scheme)?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return None;
    }
    let end = link
        .find(['«', '»', '“', '”', '„', '‹', '›', '…', '\u{a0}', '\u{202f}'])
        .unwrap_or(link.len());
    let url = link
        .get(..end)?
        .trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '’']);
    let parsed = url::Url::parse(url).ok()?;
    parsed.host_str().filter(|host| !host.is_empty())?;
    Some(url)
}

/// Finds mentions and hashtags in `text[from..to]`.
fn words<'a>(text: &'a str, from: usize, to: usize, out: &mut Vec<Token<'a>>) {
    let mut plain = from;
    let mut at = from;
    while at < to {
        let Some(rest) = text.get(at..to) else { break };
        let Some(offset) = rest.find(['@', '#']) else {
            break;
        };
        at += offset;
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let Some(rest) = text.get(at..to) else { break };
        let found = if rest.starts_with('@') {
            mention(before, rest)
        } else {
            tag(before, rest)
        };
        if let Some((token, len)) = found {
            if plain < at
                && let Some(text) = text.get(plain..at)
            {
                out.push(Token::Plain(text));
            }
            out.push(token);
            at += len;
            plain = at;
        } else {
            at += 1;
        }
    }
    if plain < to
        && let Some(text) = text.get(plain..to)
    {
        out.push(Token::Plain(text));
    }
}

fn joins(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The mention at the start of `text`, and its length. An address such as `bob@lyon.example` is none: there, a
/// letter stands before the `@`.
fn mention(before: Option<char>, text: &str) -> Option<(Token<'_>, usize)> {
    if before.is_some_and(|c| joins(c) || matches!(c, '@' | '/' | '=' | '+' | '-')) {
        return None;
    }
    let rest = text.strip_prefix('@')?;
    let name = ascii_word(rest, &['_', '.', '-']).trim_end_matches(['.', '-']);
    if name.is_empty() || name.starts_with(['.', '-']) || name.len() > LONGEST {
        return None;
    }
    let after = rest.get(name.len()..)?;
    let (authority, len) = match after.strip_prefix('@') {
        None => (None, 1 + name.len()),
        Some(rest) => {
            let authority = authority(rest)?;
            (Some(authority.to_lowercase()), 2 + name.len() + authority.len())
        }
    };
    // `@bobé` and `@bob@lyon.example@x` mean neither bob.
    if text.get(len..)?.starts_with(|c| joins(c) || c == '@') {
        return None;
    }
    let handle = Handle {
        username: name.to_owned(),
        authority,
    };
    Some((Token::Mention(text.get(..len)?, handle), len))
}

/// Host and port at the start of `text`.
fn authority(text: &str) -> Option<&str> {
    let host_end = text
        .find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-')))
        .unwrap_or(text.len());
    let host = text.get(..host_end)?.trim_end_matches(['.', '-']);
    if host.is_empty() || host.starts_with(['.', '-']) || host.len() > LONGEST_AUTHORITY {
        return None;
    }
    // A port: digits right behind the colon, and nothing that goes on behind them (`@bob@lyon.example: 3 pm`).
    let port = text
        .get(host.len()..)?
        .strip_prefix(':')
        .map(ascii_digits)
        .filter(|port| {
            let behind = text.get(host.len() + 1 + port.len()..).unwrap_or_default();
            (1..=5).contains(&port.len()) && !behind.starts_with(joins)
        });
    text.get(..port.map_or(host.len(), |port| host.len() + 1 + port.len()))
}

fn ascii_digits(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn ascii_word<'a>(text: &'a str, more: &[char]) -> &'a str {
    let end = text
        .find(|c: char| !(c.is_ascii_alphanumeric() || more.contains(&c)))
        .unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

fn in_tag(c: char) -> bool {
    // Accents that are written as characters of their own belong to the letter before them.
    joins(c) || ('\u{300}'..='\u{36f}').contains(&c)
}

fn tag(before: Option<char>, text: &str) -> Option<(Token<'_>, usize)> {
    if before.is_some_and(|c| joins(c) || matches!(c, '#' | '/' | '=' | '&')) {
        return None;
    }
    let rest = text.strip_prefix('#')?;
    let end = rest.find(|c: char| !in_tag(c)).unwrap_or(rest.len());
    let tag = rest.get(..end)?;
    is_tag(tag).then_some((Token::Tag(tag), 1 + tag.len()))
}

/// Whether the word may be a hashtag: not too long, and with a letter.
pub(super) fn is_tag(tag: &str) -> bool {
    tag.chars().all(in_tag) && tag.chars().any(char::is_alphabetic) && tag.chars().count() <= LONGEST
}

#[cfg(test)]
mod tests {
    use super::super::{handles, hashtags};

    fn found(text: &str) -> Vec<String> {
        handles(text, 50)
            .into_iter()
            .map(|h| {
                h.authority
                    .map_or(h.username.clone(), |a| format!("{}@{a}", h.username))
            })
            .collect()
    }

    #[test]
    fn mentions() {
        for (text, expected) in [
            ("@bob", vec!["bob"]),
            ("Bonjour @bob !", vec!["bob"]),
            ("« @bob » et “@eve”", vec!["bob", "eve"]),
            (
                "demande à @bob, @eve; (@zoe) et l’@ami.",
                vec!["bob", "eve", "zoe", "ami"],
            ),
            ("@bob@Lyon.Example.", vec!["bob@lyon.example"]),
            ("@bob@127.0.0.2:8302", vec!["bob@127.0.0.2:8302"]),
            ("@bob@127.0.0.2:8302: merci", vec!["bob@127.0.0.2:8302"]),
            ("@bob@localhost:8301, ok", vec!["bob@localhost:8301"]),
            ("@bob@lyon.example: 3 pm", vec!["bob@lyon.example"]),
            ("@bob@bücher.example", vec!["bob@bücher.example"]),
            ("@jean-luc.p-", vec!["jean-luc.p"]),
            ("@Bob @bob @BOB", vec!["Bob"]),
            ("@bob@a.example @bob", vec!["bob@a.example", "bob"]),
            ("@alice\n@bob\t@eve", vec!["alice", "bob", "eve"]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
        for text in [
            "bob@lyon.example",
            "écrire à jean.dupont@lyon.example, merci",
            "mailto:bob@lyon.example",
            "é@bob",
            "@@bob",
            "@bobé",
            "@bob@",
            "@bob@a@b",
            "@",
            "@ bob",
            "https://lyon.example/@bob",
            "https://lyon.example/@bob/1 ",
            "x=@bob",
            "@.bob",
            "@bob@-lyon",
        ] {
            assert_eq!(found(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn at_most() {
        let many = (0..100)
            .map(|n| format!("@u{n} #t{n}"))
            .collect::<Vec<_>>()
            .join(" ");
        assert_eq!(handles(&many, 7).len(), 7);
        assert_eq!(hashtags(&many, 9).len(), 9);
    }

    #[test]
    fn tags() {
        for (text, expected) in [
            ("#Été2026, #réunion!", vec!["été2026", "réunion"]),
            ("(#a_b) #1 #1er #Entrenous", vec!["a_b", "1er", "entrenous"]),
            ("#日本語 #Привет", vec!["日本語", "привет"]),
            ("a#b &#39; https://a.example/#frag #", vec![]),
            ("#ok.#fine", vec!["ok", "fine"]),
            ("#e\u{301}te", vec!["e\u{301}te"]),
        ] {
            assert_eq!(hashtags(text, 50), expected, "{text}");
        }
    }
}
