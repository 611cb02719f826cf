/**
 * The client's own reading of HTML that people wrote: nothing but what stands in the lists below comes out, whatever
 * the node sent. The node cleans as well; neither trusts the other.
 *
 * The text is parsed into a document that runs nothing and loads nothing, and written anew from its tree: every tag and
 * attribute that comes out was made here.
 */

import { parts, pictureOf } from "./emoji";
import { linkTo, type Link, type LinkContext } from "./links";

const TAGS = new Set(
  "p br a span strong b em i del code pre blockquote ul ol li".split(" ").map((tag) => tag.toUpperCase()),
);
/** What these hold is not text for readers. */
const DROPPED = new Set(
  (
    "script style template iframe frame frameset noframes noscript noembed object embed applet svg math textarea " +
    "title select option datalist audio video canvas head link meta base xmp plaintext portal fencedframe dialog"
  )
    .split(" ")
    .map((tag) => tag.toUpperCase()),
);
/** Blocks that are not kept as such; what they hold begins on a line of its own. */
const BLOCKS = new Set(
  "div section article header footer main h1 h2 h3 h4 h5 h6 table tr dl dt dd figure figcaption address hr"
    .split(" ")
    .map((tag) => tag.toUpperCase()),
);
const CLASSES = new Set(["mention", "hashtag", "h-card", "invisible", "ellipsis"]);
/** Classes that hide text, which only the address of a link may do. */
const HIDING = new Set(["invisible", "ellipsis"]);
/** Deeper than this, tags go and text stays: nothing that someone wrote to be read is nested so. */
const DEEPEST = 40;
const ESCAPES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escape = (text: string) => text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? one);

/** Cleans HTML for showing it. Links to the people and tags in `context` become links of this client. */
export function sanitize(html: string, context: LinkContext = {}): string {
  return children(parse(html), context, 0, false);
}

/** The text of HTML without any of its tags, for names, titles and short descriptions. */
export function plainText(html: string): string {
  return words(parse(html), 0)
    .replace(/[ \t]+/g, " ")
    .replace(/ ?\n ?/g, "\n")
    .replace(/\n{2,}/g, "\n")
    .trim();
}

let last: { html: string; root: Element } | undefined;

/**
 * Parses into a document that has no window: nothing in it runs or is loaded. A post's text is read for its name and
 * then shown: it is parsed once for both.
 */
function parse(html: string): Element {
  if (last?.html === html) return last.root;
  const root = new DOMParser().parseFromString(html, "text/html").body;
  last = { html, root };
  return root;
}

function children(parent: Node, context: LinkContext, depth: number, inLink: boolean): string {
  let out = "";
  for (const child of parent.childNodes) out += node(child, context, depth + 1, inLink);
  return out;
}

function node(one: Node, context: LinkContext, depth: number, inLink: boolean): string {
  if (one.nodeType === Node.TEXT_NODE) return text(one, context);
  if (!(one instanceof Element) || DROPPED.has(one.tagName.toUpperCase())) return "";
  // Namespaces other than HTML's have rules of their own, and nothing that is kept.
  if (one.namespaceURI !== "http://www.w3.org/1999/xhtml") return "";
  const name = one.tagName;
  if (name === "IMG") return escape(one.getAttribute("alt") ?? "");
  if (name === "BR") return "<br>";
  if (depth > DEEPEST) return escape(one.textContent ?? "");
  if (name === "A") return inLink ? children(one, context, depth, true) : anchor(one, context, depth);
  const inner = children(one, context, depth, inLink);
  if (!TAGS.has(name)) return BLOCKS.has(name) && inner !== "" ? `${inner}<br>` : inner;
  const tag = name.toLowerCase();
  return `<${tag}${classes(one, inLink)}>${inner}</${tag}>`;
}

/** Text, with the custom emoji in it as pictures; code is shown as it was typed. */
function text(one: Node, context: LinkContext): string {
  const value = one.nodeValue ?? "";
  if (!context.emojis?.length || one.parentElement?.closest("code, pre")) return escape(value);
  return parts(value, context.emojis)
    .map((part) => {
      if (typeof part === "string") return escape(part);
      const name = `:${part.shortcode}:`;
      const src = escape(pictureOf(part) ?? "");
      return `<img class="custom-emoji" src="${src}" alt="${name}" title="${name}" draggable="false">`;
    })
    .join("");
}

function classes(one: Element, inLink: boolean): string {
  const kept = [...one.classList].filter((name) => CLASSES.has(name) && (inLink || !HIDING.has(name)));
  return kept.length > 0 ? ` class="${kept.join(" ")}"` : "";
}

function anchor(one: Element, context: LinkContext, depth: number): string {
  const inner = children(one, context, depth, true);
  const link = linkTo(one.getAttribute("href") ?? "", [...one.classList], one.textContent ?? "", context);
  if (link === null) return inner;
  return `<a href="${escape(link.href)}"${kind(link)}>${inner}</a>`;
}

function kind(link: Link): string {
  if (link.kind === "mention") return ' class="mention"';
  if (link.kind === "hashtag") return ' class="hashtag"';
  if (link.kind === "here") return "";
  return ` target="_blank" rel="nofollow noopener noreferrer" title="${escape(link.href)}"`;
}

function words(parent: Node, depth: number): string {
  if (depth > DEEPEST) return parent.textContent ?? "";
  let out = "";
  for (const child of parent.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) out += child.nodeValue ?? "";
    if (!(child instanceof Element) || DROPPED.has(child.tagName.toUpperCase())) continue;
    const name = child.tagName;
    if (name === "BR") out += "\n";
    else if (name === "IMG") out += child.getAttribute("alt") ?? "";
    else if (["P", "LI", "PRE", "BLOCKQUOTE"].includes(name) || BLOCKS.has(name))
      out += `\n${words(child, depth + 1)}\n`;
    else if (!child.classList.contains("invisible")) {
      out += words(child, depth + 1);
      if (child.classList.contains("ellipsis")) out += "…";
    }
  }
  return out;
}
