//! HTML of peers, made safe; and HTML as plain text.

use super::tame::tame;
use ammonia::{Builder, UrlRelative};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

static BUILDER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let tags = [
        "a",
        "p",
        "br",
        "span",
        "strong",
        "b",
        "em",
        "i",
        "u",
        "del",
        "s",
        "code",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
    ];
    let classes = HashMap::from([
        ("a", HashSet::from(["h-card", "u-url", "mention", "hashtag"])),
        (
            "span",
            HashSet::from([
                "h-card",
                "mention",
                "hashtag",
                "invisible",
                "ellipsis",
                "quote-inline",
            ]),
        ),
        ("p", HashSet::from(["quote-inline"])),
    ]);
    let mut builder = Builder::empty();
    builder
        .tags(HashSet::from(tags))
        .clean_content_tags(HashSet::from([
            "script", "style", "template", "noscript", "svg", "math",
        ]))
        // Words, which do nothing.
        .generic_attributes(HashSet::from(["lang", "title"]))
        .tag_attributes(HashMap::from([("a", HashSet::from(["href"]))]))
        .allowed_classes(classes)
        .tag_attribute_values(HashMap::from([(
            "span",
            HashMap::from([("translate", HashSet::from(["no"]))]),
        )]))
        .set_tag_attribute_value("a", "target", "_blank")
        .url_schemes(HashSet::from(["http", "https"]))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow noopener noreferrer"))
        .strip_comments(true);
    builder
});

/// No elements at all.
static BUILDER_OF_TEXT: LazyLock<Builder<'static>> = LazyLock::new(Builder::empty);

/// Headings, which clients do not show, become bold paragraphs. The sanitiser writes them exactly so, and escapes
/// what only looks like them.
const HEADINGS: [(&str, &str); 12] = [
    ("<h1>", "<p><strong>"),
    ("</h1>", "</strong></p>"),
    ("<h2>", "<p><strong>"),
    ("</h2>", "</strong></p>"),
    ("<h3>", "<p><strong>"),
    ("</h3>", "</strong></p>"),
    ("<h4>", "<p><strong>"),
    ("</h4>", "</strong></p>"),
    ("<h5>", "<p><strong>"),
    ("</h5>", "</strong></p>"),
    ("<h6>", "<p><strong>"),
    ("</h6>", "</strong></p>"),
];

/// Passes, at most, until the sanitiser changes nothing more.
const PASSES: usize = 4;

/// Sanitises HTML of a peer: the elements and classes that clients style, links with `rel`, nothing that loads.
///
/// What it gives, it gives again: a browser reads in it the same elements that were looked at here. (Elements that go can
/// leave others where a parser would not have put them.)
#[must_use]
pub fn sanitise(html: &str) -> String {
    let mut clean = pass(&tame(html));
    for _ in 1..PASSES {
        // Text has one reading.
        if !clean.contains('<') {
            return clean;
        }
        let again = pass(&clean);
        if again == clean {
            return clean;
        }
        clean = again;
    }
    // Whatever that is, its text will do.
    pass(&BUILDER_OF_TEXT.clean(&clean).to_string())
}

fn pass(html: &str) -> String {
    let mut clean = BUILDER.clean(html).to_string();
    if clean.contains("<h") {
        for (heading, paragraph) in HEADINGS {
            clean = clean.replace(heading, paragraph);
        }
    }
    clean.trim().to_owned()
}

/// HTML to plain text, for search and for edits of remote posts.
#[must_use]
pub fn plain(html: &str) -> String {
    let clean = BUILDER.clean(&tame(html)).to_string();
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean.as_str();
    while let Some((text, after)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, after) = split_tag(after);
        let name = tag
            .split([' ', '/'])
            .find(|part| !part.is_empty())
            .unwrap_or_default();
        match (name, tag.starts_with('/')) {
            ("br", _) | ("li", true) => out.push('\n'),
            ("p" | "blockquote" | "pre" | "ul" | "ol" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6", true) => {
                out.push_str("\n\n");
            }
            _ => {}
        }
        rest = after;
    }
    out.push_str(rest);
    // What the sanitiser escapes in text; `&amp;` last, so that nothing is unescaped twice.
    let text = out
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&nbsp;", "\u{a0}")
        .replace("&quot;", "\"");
    let text = text.replace("&amp;", "&");
    let mut tidy = String::with_capacity(text.len());
    let mut breaks = 0;
    for c in text.trim().chars() {
        breaks = if c == '\n' { breaks + 1 } else { 0 };
        if breaks <= 2 {
            tidy.push(c);
        }
    }
    tidy
}

/// Sanitised HTML without the link that stands in for a quote where quotes are not known (`quote-inline`).
#[must_use]
pub fn without_quote_link(clean: &str) -> String {
    if !clean.contains("quote-inline") {
        return clean.to_owned();
    }
    let mut out = String::with_capacity(clean.len());
    let mut rest = clean;
    // The element that is left out, and how many of its name are open in it.
    let mut inside: Option<(&str, usize)> = None;
    while let Some((text, after)) = rest.split_once('<') {
        let (tag, after) = split_tag(after);
        rest = after;
        let closes = tag.starts_with('/');
        let name = tag.trim_start_matches('/').split(' ').next().unwrap_or_default();
        if let Some((element, open)) = inside {
            let open = match (name == element, closes) {
                (true, true) => open.saturating_sub(1),
                (true, false) => open.saturating_add(1),
                (false, _) => open,
            };
            inside = (open > 0).then_some((element, open));
            continue;
        }
        out.push_str(text);
        if !closes && matches!(name, "p" | "span") && tag.contains("class=\"quote-inline\"") {
            inside = Some((name, 1));
        } else {
            out.push('<');
            out.push_str(tag);
            out.push('>');
        }
    }
    if inside.is_none() {
        out.push_str(rest);
    }
    out.trim().to_owned()
}

/// A tag without its `<`, and what follows its `>`. In the value of an attribute, which the sanitiser puts between quotation
/// marks, a `>` ends nothing.
fn split_tag(html: &str) -> (&str, &str) {
    let mut quoted = false;
    let end = html.find(|c: char| {
        quoted ^= c == '"';
        c == '>' && !quoted
    });
    let (tag, rest) = html
        .split_at_checked(end.unwrap_or(html.len()))
        .unwrap_or((html, ""));
    (tag, rest.strip_prefix('>').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::{plain, sanitise, without_quote_link};

    #[test]
    fn the_link_that_stands_in_for_a_quote_goes() {
        let link = "RE: <a href=\"https://a.test/1\"><span class=\"invisible\">https://</span><span>a.test/1</span></a>";
        for html in [
            format!("<p class=\"quote-inline\">{link}</p><p>Look</p>"),
            format!("<p>Look</p><p lang=\"fr\" class=\"quote-inline\">{link}</p>"),
            format!("<p>Look<span class=\"quote-inline\"><br>{link}</span></p>"),
        ] {
            assert_eq!(without_quote_link(&sanitise(&html)), "<p>Look</p>", "{html}");
        }
        for html in ["<p>RE: x</p>", "<p title=\"quote-inline\">x</p>", ""] {
            assert_eq!(without_quote_link(&sanitise(html)), sanitise(html), "{html}");
        }
        let whole = format!("<p class=\"quote-inline\">{link}</p>");
        assert_eq!(without_quote_link(&sanitise(&whole)), "");
    }

    #[test]
    fn nothing_dangerous_stays() {
        let attacks = [
            "<script>alert(1)</script>",
            "<img src=x onerror=alert(1)>",
            "<svg/onload=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<a href=\"java\nscript:alert(1)\">x</a>",
            "<a href=\" &#14; javascript:alert(1)\">x</a>",
            "<a href=\"data:text/html,<script>alert(1)</script>\">x</a>",
            "<a href=\"//evil.example\">x</a>",
            "<a href=\"/oauth/authorize\">x</a>",
            "<p style=\"background:url(https://evil.example)\">x</p>",
            "<p onclick=alert(1)>x</p>",
            "<iframe src=https://evil.example></iframe>",
            "<object data=x></object><embed src=x><video src=x></video><audio src=x></audio>",
            "<link rel=stylesheet href=https://evil.example><style>*{}</style><base href=//evil.example>",
            "<form action=https://evil.example><input name=a><button>b</button></form>",
            "<meta http-equiv=refresh content=0>",
            "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
            "<p class=\"modal admin\" id=x>x</p>",
            "<span class=\"invisible evil\">x</span>",
            "<template><img src=x onerror=alert(1)></template>",
            "<!--<img src=x onerror=alert(1)>-->",
            "<h1 onclick=alert(1)>x</h1>",
            "<a href=\"https://ok.example\" target=_self rel=opener ping=https://evil.example>x</a>",
        ];
        for attack in attacks {
            let clean = sanitise(attack).to_lowercase();
            for bad in [
                "<script",
                "<img",
                "<svg",
                "<math",
                "<iframe",
                "<object",
                "<embed",
                "<video",
                "<audio",
                "<link",
                "<style",
                "<base",
                "<form",
                "<input",
                "<button",
                "<meta",
                "<template",
                "onerror=",
                "onclick=",
                "onload=",
                "javascript:",
                "data:",
                "href=\"/",
                "style=",
                "evil",
                "id=",
                "admin",
                "modal",
                "_self",
                "\"opener",
                "ping=",
            ] {
                // What is escaped is text.
                assert!(!clean.contains(bad), "{attack} -> {clean}");
            }
        }
    }

    /// Found by the fuzz target `html`.
    #[test]
    fn what_is_given_is_given_again() {
        for html in [
            "<h1><p>B</p></h1>",
            "<pre>\n\n\nx</pre>",
            "<p><object><p>x</p></object></p>",
            "<a href=https://a.test><table><td><a href=https://b.test>x</table>",
        ] {
            let clean = sanitise(html);
            assert_eq!(sanitise(&clean), clean, "{html}");
        }
        assert!(sanitise("<h1><p>B</p></h1>").contains("<p><strong>B</strong></p>"));
    }

    #[test]
    fn what_is_made_to_grow_does_not() {
        let open: String = (0..500).map(|n| format!("<b a={n}>")).collect();
        let html = open + &"<p>x".repeat(1_000);
        assert!(sanitise(&html).len() < 100_000, "{}", sanitise(&html).len());
        assert!(plain(&html).len() < html.len());
    }

    #[test]
    fn what_clients_style_stays() {
        let html = "<p>Bonjour <span class=\"h-card\" translate=\"no\"><a href=\"https://lyon.example/@bob\" class=\"u-url mention\">\
                    @<span>bob</span></a></span><br><a href=\"https://lyon.example/tags/a\" class=\"mention hashtag\" rel=\"tag\">#a</a></p>";
        let clean = sanitise(html);
        for part in [
            "<span class=\"h-card\" translate=\"no\">",
            "class=\"u-url mention\"",
            "class=\"mention hashtag\"",
            "rel=\"nofollow noopener noreferrer\"",
            "target=\"_blank\"",
            "<br>",
        ] {
            assert!(clean.contains(part), "{part}: {clean}");
        }
        assert_eq!(sanitise(&clean), clean);
        assert_eq!(
            sanitise("<h2>A</h2><h1>B</h1>&lt;h1&gt;"),
            "<p><strong>A</strong></p><p><strong>B</strong></p>&lt;h1&gt;"
        );
    }

    #[test]
    fn plain_text() {
        assert_eq!(
            plain("<p>a &amp;lt; b<br>c</p><p>d</p><ul><li>e</li><li>f</li></ul>"),
            "a &lt; b\nc\n\nd\n\ne\nf"
        );
        assert_eq!(plain("<script>x</script>1 &lt; 2"), "1 < 2");
        assert_eq!(plain("<a href=\"https://a.test/?b=>c\">d</a> e"), "d e");
    }
}
