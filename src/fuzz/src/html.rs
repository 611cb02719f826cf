//! Whether HTML is what the sanitiser may give.

/// Elements that may be there.
const ELEMENTS: [&str; 17] = [
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
];

/// Checks it as a browser would see it, with a reader that knows nothing of the sanitiser: every tag is one of the list,
/// every attribute is harmless, and nothing is left open that could hide a tag.
///
/// # Panics
/// When it is not.
pub(crate) fn assert_safe(html: &str) {
    let mut rest = html;
    while let Some((_, after)) = rest.split_once('<') {
        let mut quoted = false;
        let end = after.find(|c: char| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        assert!(end.is_some(), "a tag without an end in {html:?}");
        let (tag, after) = after.split_at_checked(end.unwrap_or(0)).unwrap_or_default();
        let after = after.strip_prefix('>').unwrap_or(after);
        let inner = tag.strip_prefix('/').unwrap_or(tag);
        let name_end = inner.find(' ').unwrap_or(inner.len());
        let (name, attributes) = inner.split_at_checked(name_end).unwrap_or((inner, ""));
        assert!(ELEMENTS.contains(&name), "the element {name:?} in {html:?}");
        assert!(
            attributes.is_empty() || !tag.starts_with('/'),
            "a closing tag with attributes in {html:?}"
        );
        assert_attributes(attributes, html);
        rest = after;
    }
}

fn assert_attributes(text: &str, html: &str) {
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let found = rest.split_once("=\"").and_then(|(name, after)| {
            let (value, after) = after.split_once('"')?;
            Some((name, value, after))
        });
        let Some((name, value, after)) = found else {
            assert!(
                rest.is_empty(),
                "an attribute that is not quoted: {rest:?} in {html:?}"
            );
            return;
        };
        let fits = match name {
            "href" => {
                let value = value.trim_start().to_ascii_lowercase();
                value.starts_with("http:") || value.starts_with("https:")
            }
            "rel" => value == "nofollow noopener noreferrer" || value == "tag",
            "target" => value == "_blank",
            "translate" => value == "no",
            // Words, which do nothing.
            "lang" | "title" => true,
            "class" => value.split(' ').all(|class| {
                [
                    "",
                    "h-card",
                    "u-url",
                    "mention",
                    "hashtag",
                    "invisible",
                    "ellipsis",
                    "quote-inline",
                ]
                .contains(&class)
            }),
            _ => false,
        };
        assert!(fits, "the attribute {name}={value:?} in {html:?}");
        rest = after.trim_start();
    }
}
