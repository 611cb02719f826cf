/** Custom emoji in texts: which part of a text is one. The node and this client read `:shortcode:` alike. */

export interface Emoji {
  shortcode: string;
  url: string;
  static_url: string;
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
