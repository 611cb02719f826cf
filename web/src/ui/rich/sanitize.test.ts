import { render } from "@testing-library/svelte";
import { describe, expect, test } from "vitest";
import RichText from "../RichText.svelte";
import { plainText, sanitize } from "./sanitize";

const ATTACKS = [
  "<script>alert(1)</script>",
  "<ScRiPt src=//evil.example/x.js></sCrIpT>",
  "<scr<script>ipt>alert(1)</scr</script>ipt>",
  "<img src=x onerror=alert(1)>",
  "<img src=x:alert(alt) onerror=eval(src) alt=xss>",
  "<svg onload=alert(1)>",
  "<svg><script>alert&#40;1&#41;</script>",
  "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
  "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
  "<svg><foreignObject><p onclick=alert(1)>x</p></foreignObject></svg>",
  "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
  "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
  "<math><annotation-xml encoding='text/html'><p onclick=alert(1)>x</p></annotation-xml></math>",
  "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
  "<iframe src=javascript:alert(1)></iframe>",
  "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
  "<object data=javascript:alert(1)></object>",
  "<embed src=javascript:alert(1)>",
  "<a href=javascript:alert(1)>x</a>",
  "<a href='JaVaScRiPt:alert(1)'>x</a>",
  "<a href='java\tscript:alert(1)'>x</a>",
  "<a href='java&#10;script:alert(1)'>x</a>",
  "<a href='&#1;javascript:alert(1)'>x</a>",
  "<a href=' javascript:alert(1)'>x</a>",
  "<a href='javascript&colon;alert(1)'>x</a>",
  "<a href='&#x6A;avascript:alert(1)'>x</a>",
  "<a href='vbscript:msgbox(1)'>x</a>",
  "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
  "<a href='blob:http://node.test/x'>x</a>",
  "<a href='filesystem:http://node.test/x'>x</a>",
  "<a href='view-source:javascript:alert(1)'>x</a>",
  "<a href='feed:javascript:alert(1)'>x</a>",
  "<a href='//evil.example/x'>x</a>",
  "<a href='/oauth/authorize?x'>x</a>",
  "<a href='https://ok.example/\" onmouseover=\"alert(1)'>x</a>",
  '<a href="https://ok.example/\'onmouseover=alert(1)">x</a>',
  "<a href=https://ok.example/ onclick=alert(1) style=position:fixed>x</a>",
  "<a href=https://ok.example/ ping=https://evil.example/ download=x>x</a>",
  "<a target=_top rel=opener href=https://ok.example/>x</a>",
  "<p onclick=alert(1) onpointerenter=alert(1)>x</p>",
  "<p style='background:url(javascript:alert(1))'>x</p>",
  "<p id=app name=app class='modal admin skip'>x</p>",
  "<p/onclick=alert(1)>x</p>",
  "<p\u000conclick=alert(1)>x</p>",
  "<span contenteditable autofocus onfocus=alert(1) tabindex=0>x</span>",
  "<input autofocus onfocus=alert(1)>",
  "<textarea></textarea><img src=x onerror=alert(1)>",
  "<textarea autofocus onfocus=alert(1)>x</textarea>",
  "<select><option><style></option></select><img src=x onerror=alert(1)></style>",
  "<details open ontoggle=alert(1)>x</details>",
  "<video><source onerror=alert(1)></video>",
  "<audio src=x onerror=alert(1)></audio>",
  "<body onload=alert(1)>",
  "<frameset onload=alert(1)><frame src=javascript:alert(1)></frameset>",
  "<link rel=stylesheet href=//evil.example/x.css>",
  "<style>@import '//evil.example/x.css'; *{background:url(//evil.example/)}</style>",
  "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
  "<base href=//evil.example/>",
  "<template><script>alert(1)</script></template>",
  "<template shadowrootmode=open><img src=x onerror=alert(1)></template>",
  "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
  "<noscript>&lt;/noscript>&lt;img src=x onerror=alert(1)></noscript>",
  "<xmp><p title='</xmp><img src=x onerror=alert(1)>'>",
  "<plaintext><img src=x onerror=alert(1)>",
  "<!--><img src=x onerror=alert(1)>-->",
  "<!-- --!><img src=x onerror=alert(1)> -->",
  "<![CDATA[<img src=x onerror=alert(1)>]]>",
  "<?xml version='1.0'?><img src=x onerror=alert(1)>",
  "<title><img src=x onerror=alert(1)></title>",
  "<form action=javascript:alert(1)><button>x</button></form>",
  "<button formaction=javascript:alert(1)>x</button>",
  "<isindex action=javascript:alert(1) type=image>",
  "<marquee onstart=alert(1)>x</marquee>",
  "<custom-element onclick=alert(1)>x</custom-element>",
  "<p is=evil-element>x</p>",
  "<table background=javascript:alert(1)><td>x",
  "<a href='https://a.example/'><table><a href='javascript:alert(1)' onclick=alert(1)>x</a></table></a>",
  "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
  "&lt;img src=x onerror=alert(1)&gt;",
  "<code>&lt;img src=x onerror=alert(1)&gt;</code>",
  '<span class="x"><b title="</span><img src=x onerror=alert(1)>">x</b></span>',
  "<dialog open><p>Sign in again: <input></p></dialog>",
  "<div popover id=x>x</div><button popovertarget=x>x</button>",
  "<p slot=x part=y itemprop=z>x</p>",
  "<a href='https://x.example/`onclick=alert(1)`'>x</a>",
  "\u0000<script\u0000>alert(1)</script>",
  "<a href='http://[::1'>x</a>",
  `${"<b>".repeat(60)}<img src=x onerror=alert(1)>`,
];

const TAGS = new Set("P BR A SPAN STRONG B EM I DEL CODE PRE BLOCKQUOTE UL OL LI".split(" "));
const ATTRIBUTES: Record<string, string[]> = { A: ["href", "class", "target", "rel", "title"] };
const CLASSES = ["mention", "hashtag", "h-card", "invisible", "ellipsis"];

function inspect(root: ParentNode) {
  for (const one of root.querySelectorAll("*")) {
    expect(TAGS, one.outerHTML).toContain(one.tagName);
    for (const { name, value } of one.attributes) {
      expect([...(ATTRIBUTES[one.tagName] ?? []), "class"], one.outerHTML).toContain(name);
      if (name === "class") for (const each of value.split(" ")) expect(CLASSES).toContain(each);
    }
    if (!(one instanceof HTMLAnchorElement)) continue;
    const href = one.getAttribute("href") ?? "";
    expect(href).toMatch(/^(https?:\/\/|mailto:|\/(?!\/))/);
    if (!href.startsWith("/")) expect(one.rel).toBe("nofollow noopener noreferrer");
  }
}

describe("what is written to attack", () => {
  test.each(ATTACKS)("%# leaves nothing but the allowed tags", (attack) => {
    const context = { here: "http://node.test" };
    for (const html of [attack, `<p>${attack}</p>`, `<ul><li>${attack}`, `<pre><code>${attack}`]) {
      const clean = sanitize(html, context);
      const { container } = render(RichText, { html });
      inspect(container.querySelector(".rich")!);
      const again = new DOMParser().parseFromString(clean, "text/html").body;
      inspect(again);
      // Reading what was written gives the same: no second reading makes something else of it.
      expect(sanitize(again.innerHTML, context)).toBe(sanitize(sanitize(clean, context), context));
    }
  });

  test("text that looks like tags stays text", () => {
    expect(sanitize("a < b & c > d")).toBe("a &lt; b &amp; c &gt; d");
    expect(sanitize("<p>&lt;script&gt;</p>")).toBe("<p>&lt;script&gt;</p>");
  });

  test("hiding is for addresses only", () => {
    expect(sanitize('<p><span class="invisible">no</span> yes</p>')).toBe("<p><span>no</span> yes</p>");
    expect(sanitize('<a href="https://a.example/"><span class="invisible">https://</span>a</a>')).toContain(
      '<span class="invisible">https://</span>a',
    );
  });

  test("a name in the address is not taken for the host", () =>
    expect(sanitize('<a href="https://bank.example:x@evil.example/">x</a>')).toContain(
      'href="https://evil.example/"',
    ));
});

describe("what is written to be read", () => {
  test("keeps its marks", () => {
    const html =
      "<p>a <strong>b</strong> <em>c</em> <del>d</del> <code>e</code><br>f</p><blockquote><p>g</p></blockquote>" +
      "<ul><li>h</li></ul><ol><li>i</li></ol><pre><code>j</code></pre>";
    expect(sanitize(html)).toBe(html);
  });

  test("links lead out with care, and mail to the mailbox", () => {
    expect(sanitize('<a href="https://a.example/b?c=1&amp;d=2">x</a>')).toBe(
      '<a href="https://a.example/b?c=1&amp;d=2" target="_blank" rel="nofollow noopener noreferrer" ' +
        'title="https://a.example/b?c=1&amp;d=2">x</a>',
    );
    expect(sanitize('<a href="mailto:ann@a.example">x</a>')).toContain('href="mailto:ann@a.example"');
  });

  test("mentions and hashtags stay in the client", () => {
    const mentions = [
      { url: "https://lyon.example/@bob", acct: "bob@lyon.example" },
      { url: "http://node.test/@ann", acct: "ann" },
    ];
    const tags = [{ name: "été" }];
    const html =
      '<p><span class="h-card" translate="no"><a href="https://lyon.example/@bob" class="u-url mention">@<span>bob</span></a></span> ' +
      '<a href="http://node.test/@ann" class="u-url mention">@<span>ann</span></a> ' +
      '<a href="https://lyon.example/tags/%C3%A9t%C3%A9" class="mention hashtag" rel="tag">#<span>été</span></a></p>';
    const clean = sanitize(html, { mentions, tags, here: "http://node.test" });
    expect(clean).toContain('<a href="/@bob@lyon.example" class="mention">@<span>bob</span></a>');
    expect(clean).toContain('<a href="/@ann" class="mention">');
    expect(clean).toContain('<a href="/tags/%C3%A9t%C3%A9" class="hashtag">');
  });

  test("a mention of nobody we know leads out", () =>
    expect(sanitize('<a href="https://x.example/@y" class="mention">@y</a>')).toContain('target="_blank"'));

  test("a link to this node opens in place", () =>
    expect(sanitize('<a href="http://node.test/@ann/1">x</a>', { here: "http://node.test" })).toBe(
      '<a href="/@ann/1">x</a>',
    ));

  test("pictures leave their description, headings their text", () =>
    expect(sanitize('<h1>A</h1><p>b <img src="x" alt=":smile:"></p>')).toBe("A<br><p>b :smile:</p>"));

  test("plain text has the lines, and nothing that is hidden", () => {
    expect(plainText("<p>a<br>b</p><p>c &amp; d</p><script>x</script>")).toBe("a\nb\nc & d");
    expect(
      plainText(
        '<a href="https://a.example/bcd"><span class="invisible">https://</span><span class="ellipsis">a.example/b</span><span class="invisible">cd</span></a>',
      ),
    ).toBe("a.example/b…");
  });
});
