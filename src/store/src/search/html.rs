//! The text of a post's HTML, which is safe already.

/// What a reader sees of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    pub(super) text: String,
    /// There is a link that is no mention and no hashtag.
    pub(super) link: bool,
}

/// Elements within a line: what they hold is of the same word.
const INLINE: [&str; 10] = ["a", "b", "code", "del", "em", "i", "s", "span", "strong", "u"];
/// A longer name of a character is none.
const LONGEST_NAME: usize = 10;

/// Reads HTML as the sanitiser writes it: no comments, and attributes in quotes.
pub(super) fn plain(html: &str) -> Plain {
    let mut plain = Plain::default();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        unescape(before, &mut plain.text);
        let (tag, behind) = tag(after);
        let name = tag.trim_start_matches('/');
        let name = name
            .split(|c: char| !c.is_ascii_alphanumeric())
            .next()
            .unwrap_or_default();
        if !INLINE.contains(&name) {
            plain.text.push('\n');
        }
        plain.link |= name == "a" && tag.contains("href=") && !names_something(tag);
        rest = behind;
    }
    unescape(rest, &mut plain.text);
    plain
}

/// Whether a link is of the class of mentions or hashtags.
fn names_something(tag: &str) -> bool {
    let class = tag
        .split_once("class=\"")
        .and_then(|(_, behind)| behind.split('"').next());
    let class = class.unwrap_or_default();
    class
        .split_whitespace()
        .any(|one| matches!(one, "mention" | "hashtag"))
}

/// A tag up to its end, which no quotes hide, and what is behind it.
fn tag(text: &str) -> (&str, &str) {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '>') => {
                return (
                    text.get(..at).unwrap_or_default(),
                    text.get(at + 1..).unwrap_or_default(),
                );
            }
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
    }
    (text, "")
}

fn unescape(text: &str, into: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        into.push_str(before);
        let named = after
            .split_once(';')
            .filter(|(name, _)| name.len() <= LONGEST_NAME)
            .and_then(|(name, behind)| Some((character(name)?, behind)));
        match named {
            Some((c, behind)) => {
                into.push(c);
                rest = behind;
            }
            None => {
                into.push('&');
                rest = after;
            }
        }
    }
    into.push_str(rest);
}

fn character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "nbsp" => ' ',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_text() {
        for (html, text, link) in [
            (
                "<p>Bon<strong>jour</strong> à <em>tous</em></p><p>R&amp;D</p>",
                "\nBonjour à tous\n\nR&D\n",
                false,
            ),
            ("a<br>b<br />c", "a\nb\nc", false),
            (
                "<a href=\"https://x.example/?a=1&amp;b\" rel=\"x\">x.<span>example</span></a>",
                "x.example",
                true,
            ),
            (
                "<a href=\"https://x.example/mention\" class=\"u-url\">m</a>",
                "m",
                true,
            ),
            (
                "<a href=\"https://x.example/@a\" class=\"u-url mention\">@<span>a</span></a>",
                "@a",
                false,
            ),
            (
                "<a href=\"https://x.example/tags/b\" class=\"mention hashtag\">#<span>b</span></a>",
                "#b",
                false,
            ),
            (
                "<span title=\"a > b\">c</span> &lt;d&gt; &#39;&#x65;&#101; &bogus; & &#xd800;",
                "c <d> 'ee &bogus; & &#xd800;",
                false,
            ),
            ("<p", "\n", false),
            ("", "", false),
        ] {
            let expected = Plain {
                text: text.to_owned(),
                link,
            };
            assert_eq!(plain(html), expected, "{html}");
        }
    }
}
