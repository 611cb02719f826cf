//! Typed text as HTML.

use super::{
    Handle,
    scan::{Token, tokens},
};
use entrenous_model::{Account, Origin};
use std::{fmt::Write as _, sync::Arc};

/// Characters of a URL that are shown before it is cut, without scheme and `www.`.
const SHOWN: usize = 30;

pub(super) fn html(text: &str, mentioned: &[(Handle, Arc<Account>)], origin: &Origin) -> String {
    // Line ends of any system are one; control characters have no meaning in a post.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut out = String::with_capacity(text.len() + 64);
    for paragraph in paragraphs(text.trim()) {
        out.push_str("<p>");
        for token in tokens(&paragraph) {
            match token {
                Token::Plain(text) => plain(&mut out, text),
                Token::Link(url) => link(&mut out, url),
                Token::Tag(tag) => hashtag(&mut out, tag, origin),
                Token::Mention(typed, handle) => match mentioned.iter().find(|(one, _)| one.means(&handle)) {
                    Some((_, account)) => mention(&mut out, account),
                    None => escape(&mut out, typed),
                },
            }
        }
        out.push_str("</p>");
    }
    out
}

/// Parts separated by empty lines.
fn paragraphs(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.split('\n') {
        let line = line.trim_end();
        if line.is_empty() {
            if parts.last().is_some_and(|part| !part.is_empty()) {
                parts.push(String::new());
            }
        } else if let Some(part) = parts.last_mut() {
            if !part.is_empty() {
                part.push('\n');
            }
            part.push_str(line);
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn plain(out: &mut String, text: &str) {
    for (n, line) in text.split('\n').enumerate() {
        if n > 0 {
            out.push_str("<br>");
        }
        escape(out, line);
    }
}

/// Escapes for text and for quoted attributes.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\t' => {}
            c => out.push(c),
        }
    }
}

fn link(out: &mut String, url: &str) {
    let scheme = url.find("://").map_or(0, |at| at + 3);
    let (prefix, rest) = url.split_at_checked(scheme).unwrap_or(("", url));
    let www = if rest
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("www."))
    {
        4
    } else {
        0
    };
    let (www, rest) = rest.split_at_checked(www).unwrap_or(("", rest));
    let cut = rest.char_indices().nth(SHOWN).map_or(rest.len(), |(at, _)| at);
    let (shown, hidden) = rest.split_at_checked(cut).unwrap_or((rest, ""));
    out.push_str("<a href=\"");
    escape(out, url);
    out.push_str("\" target=\"_blank\" rel=\"nofollow noopener noreferrer\"><span class=\"invisible\">");
    escape(out, prefix);
    escape(out, www);
    out.push_str(if hidden.is_empty() {
        "</span><span class=\"\">"
    } else {
        "</span><span class=\"ellipsis\">"
    });
    escape(out, shown);
    out.push_str("</span><span class=\"invisible\">");
    escape(out, hidden);
    out.push_str("</span></a>");
}

fn mention(out: &mut String, account: &Account) {
    out.push_str("<span class=\"h-card\" translate=\"no\"><a href=\"");
    escape(out, &account.url);
    out.push_str("\" class=\"u-url mention\">@<span>");
    escape(out, &account.username);
    out.push_str("</span></a></span>");
}

fn hashtag(out: &mut String, tag: &str, origin: &Origin) {
    out.push_str("<a href=\"");
    escape(out, &origin.join("/tags/"));
    for byte in tag.to_lowercase().bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out.push_str("\" class=\"mention hashtag\" rel=\"tag\">#<span>");
    escape(out, tag);
    out.push_str("</span></a>");
}

#[cfg(test)]
mod tests {
    use super::html;
    use entrenous_model::Origin;

    fn render(text: &str) -> String {
        html(text, &[], &Origin::parse("http://127.0.0.1:8301").unwrap())
    }

    #[test]
    fn everything_is_escaped() {
        let out = render("<script>alert(\"1\")</script> & 'x' <b onclick=a>\u{0}\u{8}");
        assert_eq!(
            out,
            "<p>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39; &lt;b onclick=a&gt;</p>"
        );
        let out = render("https://a.example/?q=\"onmouseover=alert(1)&b=<i>");
        assert!(!out.contains("\"onmouseover") && !out.contains("<i>"), "{out}");
        assert!(!render("javascript:alert(1) data:text/html,x").contains("<a"));
        // What we make passes our own sanitiser with every link intact.
        let own = render("un #tag, https://lyon.example/a?b=c&d=e");
        assert!(
            crate::text::sanitise(&own).contains("href=\"https://lyon.example/a?b=c&amp;d=e\""),
            "{own}"
        );
    }

    #[test]
    fn paragraphs_and_lines() {
        assert_eq!(render("a\r\nb\n\n\nc \n"), "<p>a<br>b</p><p>c</p>");
        assert_eq!(render(" \n "), "");
    }

    #[test]
    fn links() {
        assert_eq!(
            render("« https://www.lyon.example/a »."),
            "<p>« <a href=\"https://www.lyon.example/a\" target=\"_blank\" rel=\"nofollow noopener noreferrer\">\
             <span class=\"invisible\">https://www.</span><span class=\"\">lyon.example/a</span>\
             <span class=\"invisible\"></span></a> ».</p>"
        );
        let out = render("«http://127.0.0.1:8301/@bob/12345678901234567890123» !");
        assert!(
            out.contains("<span class=\"ellipsis\">127.0.0.1:8301/@bob/1234567890</span>"),
            "{out}"
        );
        assert!(out.ends_with("</a>» !</p>"), "{out}");
        assert!(!out.contains("mention"), "{out}");
    }

    #[test]
    fn hashtags() {
        assert_eq!(
            render("#Été!"),
            "<p><a href=\"http://127.0.0.1:8301/tags/%C3%A9t%C3%A9\" class=\"mention hashtag\" rel=\"tag\">\
             #<span>Été</span></a>!</p>"
        );
    }
}
