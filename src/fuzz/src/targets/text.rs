//! Text as members type it: mentions, hashtags, links, and the HTML made of it.

use crate::html::assert_safe;
use crate::input::lines;
use crate::{Corpus, LARGE, Target};
use entrenous_domain::text::{CHARS_PER_URL, handles, hashtag, hashtags, length, plain, sanitise, to_html};
use entrenous_model::Origin;

pub(crate) const TARGET: Target = Target {
    name: "text",
    about: "Typed text: mentions, hashtags, links, and the HTML made of it",
    longest: LARGE,
    run,
    seeds,
    words: &[
        "@bob",
        "@bob@lyon.example",
        "@a@[::1]:80",
        "#",
        "#\u{e9}t\u{e9}",
        "https://",
        "http://a.example/?q=",
        "\u{ab}",
        "\u{bb}",
        "\u{2026}",
        "\n\n",
        "\r",
        "<",
        "&amp;",
        "\u{301}",
        "javascript://",
        "\u{130}",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = corpus
        .texts("content")
        .iter()
        .map(|html| plain(&String::from_utf8_lossy(html)).into_bytes())
        .collect();
    seeds.extend(lines(&[
        "Bonjour @bob@lyon.example:8301, voir \u{ab} https://www.lyon.example/a?b=c&d=e \u{bb} #\u{c9}t\u{e9}2026",
        "<script>alert(1)</script>\r\n\r\n@jean-luc.p- #1er @Bob @bob",
        "https://a.example/\u{2026} javascript:alert(1) http://[::1]:8080/x.",
    ]));
    seeds
}

fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(origin) = Origin::parse("https://here.test") else {
        return;
    };
    let found = handles(text, 7);
    assert!(found.len() <= 7);
    for handle in &found {
        assert!(handle.means(handle) && !handle.username.is_empty());
        assert!(!handle.username.contains(['@', '/', ' ']));
    }
    let tags = hashtags(text, 9);
    assert!(tags.len() <= 9);
    for tag in &tags {
        assert_eq!(hashtag(tag).as_ref(), Some(tag), "{text:?}");
    }
    assert!(length(text) <= text.chars().count() + CHARS_PER_URL * (1 + text.len() / 8));
    let html = to_html(text, &[], &origin);
    assert_safe(&html);
    assert!(html.len() <= 256 * text.len() + 64);
    // It is what the sanitiser of whoever gets it lets through: the same text.
    assert_eq!(plain(&sanitise(&html)), plain(&html), "{text:?}");
}
