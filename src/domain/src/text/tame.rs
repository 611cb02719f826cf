//! HTML that is made to grow, before it is parsed.
//!
//! A parser opens again what was not closed in every paragraph (HTML standard, 13.2.4.3, "reconstruct the active formatting
//! elements"): `<b a=1><b a=2>…<p>x<p>x…` of 200 KB is a tree of a hundred million elements. The same element three times is
//! all that is opened again, unless their attributes differ; so these go when there are many. Most of what a parser does for a
//! tag takes time with the depth of the tree: there is a bound on tags in all.

use std::borrow::Cow;

/// Most tags in a text; one with more is shown without any.
const MOST_TAGS: usize = 10_000;
/// So many formatting elements with attributes may be; the attributes of more are dropped, as they would be later.
const WITH_ATTRIBUTES: usize = 30;
/// The elements that are opened again. `a` closes the one before.
const FORMATTING: [&str; 13] = [
    "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];

/// The same text for people, in a form that does not grow.
pub(super) fn tame(html: &str) -> Cow<'_, str> {
    let (mut tags, mut with_attributes) = (0_usize, 0_usize);
    for tag in html.split('<').skip(1) {
        tags += usize::from(tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/'));
        with_attributes += usize::from(formatting(tag).is_some());
    }
    if tags > MOST_TAGS {
        Cow::Owned(without_tags(html))
    } else if with_attributes > WITH_ATTRIBUTES {
        Cow::Owned(without_attributes(html))
    } else {
        Cow::Borrowed(html)
    }
}

/// The name of a formatting element with something behind it in its tag; `tag` is what stands behind `<`.
fn formatting(tag: &str) -> Option<&str> {
    let end = tag.find(|c: char| !c.is_ascii_alphanumeric())?;
    let (name, rest) = tag.split_at_checked(end)?;
    let known = FORMATTING.iter().any(|one| name.eq_ignore_ascii_case(one));
    (known && !rest.starts_with('>')).then_some(name)
}

/// Wherever a formatting element could begin, it has no attributes.
fn without_attributes(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for (number, tag) in html.split('<').enumerate() {
        if number > 0 {
            out.push('<');
        }
        match formatting(tag).filter(|_| number > 0) {
            Some(name) => {
                out.push_str(name);
                out.push('>');
                out.push_str(tag.split_once('>').map_or("", |(_, rest)| rest));
            }
            None => out.push_str(tag),
        }
    }
    out
}

/// What stands between tags.
fn without_tags(html: &str) -> String {
    let mut pieces = html.split('<');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for tag in pieces {
        out.push(' ');
        out.push_str(tag.split_once('>').map_or("", |(_, rest)| rest));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_text_is_left_alone() {
        let usual = "<p>a <b>b</b> <code class=\"x\">c</code> <a href='https://a.test'>d</a>".repeat(30);
        assert!(matches!(tame(&usual), Cow::Borrowed(_)));
    }

    #[test]
    fn attributes_that_would_multiply_go() {
        let many: String = (0..40).map(|n| format!("<B a={n}>x</b><a href=y>")).collect();
        let tamed = tame(&many);
        assert!(tamed.starts_with("<B>x</b><a href=y><B>"), "{tamed}");
        assert!(!tamed.contains("a="));
        // An open end, a tag within an attribute, and what is no such element.
        let odd = format!("{many}<bdi a=1><i/><u title='<s x>'><strong\nz");
        assert!(
            tame(&odd).ends_with("<bdi a=1><i><u><s>'><strong>"),
            "{}",
            tame(&odd)
        );
    }

    #[test]
    fn too_many_tags_are_no_tags() {
        let many = "<p>x</p>".repeat(6_000);
        assert!(!tame(&many).contains('<') && tame(&many).contains('x'));
    }
}
