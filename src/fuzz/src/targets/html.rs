//! HTML of peers.

use crate::html::assert_safe;
use crate::input::lines;
use crate::{Corpus, LARGE, Target};
use entrenous_domain::text::{plain, sanitise};

pub(crate) const TARGET: Target = Target {
    name: "html",
    about: "HTML of peers, made safe",
    longest: LARGE,
    run,
    seeds,
    words: &[
        "<p>",
        "</p>",
        "<br>",
        "<a href=\"https://x.test\">",
        "</a>",
        "<span class=\"h-card\">",
        "<h1>",
        "</h1>",
        "<pre>",
        "<code>",
        "<table>",
        "<td>",
        "<svg>",
        "<math>",
        "<mtext>",
        "<mglyph>",
        "<style>",
        "<script>",
        "<template>",
        "<noscript>",
        "<title>",
        "<textarea>",
        "<plaintext>",
        "<select>",
        "<option>",
        "<form>",
        "<b>",
        "<i x=1>",
        "<ul>",
        "<li>",
        "<blockquote>",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        "javascript:",
        "data:",
        "onerror=",
        "&lt;",
        "&#x6a;",
        "&Tab;",
        "\u{a0}",
        "<annotation-xml encoding=text/html>",
        "<frameset>",
        "<image>",
        "<nobr>",
        "<font color=red>",
        "<desc>",
        "<foreignObject>",
    ],
};

fn seeds(corpus: &Corpus) -> Vec<Vec<u8>> {
    let mut seeds = corpus.texts("content");
    seeds.extend(corpus.texts("summary"));
    seeds.extend(lines(&[
        "<script>alert(1)</script>",
        "<svg/onload=alert(1)>",
        "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
        "<a href=\"java\nscript:alert(1)\">x</a>",
        "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
        "<h2>A</h2><h1><p>B</p></h1>&lt;h1&gt;",
        "<pre>\n\nx</pre><ul><li>a<li>b</ul>",
        "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
        "<p>a<b>b<p>c<a href=https://a.test>d<a href=http://b.test>e",
    ]));
    seeds
}

fn run(data: &[u8]) {
    let Ok(html) = std::str::from_utf8(data) else {
        return;
    };
    let clean = sanitise(html);
    assert_safe(&clean);
    assert!(
        clean.len() <= most(html),
        "{} bytes of {}",
        clean.len(),
        html.len()
    );
    assert_eq!(sanitise(&clean), clean, "{html:?}");
    let text = plain(html);
    assert!(text.len() <= most(html));
    assert!(!text.contains("\n\n\n"));
}

/// What may come out: a short element gets attributes, and what was not closed is opened again.
fn most(html: &str) -> usize {
    256 * html.len() + 4_096
}
