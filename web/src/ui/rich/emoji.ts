/** Custom emoji in texts: which part of a text is one. The node and this client read `:shortcode:` alike. */

export interface Emoji {
  shortcode: string;
  url: string;
  static_url: string;
}

/** An emoji that people answer with. */
interface Answer {
  /** Itself, or the shortcode of a custom one. */
  name: string;
  url?: string | null;
  static_url?: string | null;
}

/** Neither a letter, a digit nor a colon on either side. */
const SHORTCODE = /(?<![\p{L}\p{N}:]):([a-zA-Z0-9_]{2,64}):(?![\p{L}\p{N}:])/gu;

/** A text in its parts: words, and the emoji among them that are known. */
export function parts(text: string, emojis: readonly Emoji[]): (string | Emoji)[] {
  if (emojis.length === 0 || !text.includes(":")) return text === "" ? [] : [text];
  const found: (string | Emoji)[] = [];
  let from = 0;
  for (const match of text.matchAll(SHORTCODE)) {
    const emoji = emojis.find((one) => one.shortcode === match[1]);
    if (!emoji || pictureOf(emoji) === null) continue;
    if (match.index > from) found.push(text.slice(from, match.index));
    found.push(emoji);
    from = match.index + match[0].length;
  }
  if (from < text.length) found.push(text.slice(from));
  return found;
}

const calm = () => typeof matchMedia === "function" && matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Its picture, the one that does not move for those who want that; null for what is no address of one. */
export function pictureOf(emoji: Emoji): string | null {
  const address = calm() ? emoji.static_url : emoji.url;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
}

/** What an emoji that people answer with is called: itself, or `:blob:` of a custom one, also of another node. */
export function wordsOf(name: string): string {
  // eslint-disable-next-line no-control-regex -- what is all ASCII is a shortcode
  return /^[\x00-\x7f]+$/.test(name) ? `:${name.split("@")[0] ?? ""}:` : name;
}

/** The picture of an emoji that people answer with; null for one that has none. */
export function pictureNamed(one: Answer): string | null {
  if (!one.url) return null;
  return pictureOf({ shortcode: one.name, url: one.url, static_url: one.static_url ?? one.url });
}
