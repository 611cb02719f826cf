/** Characters as the node counts them: one for each Unicode character, a fixed number for each URL. */

/** What a URL counts, however long it is (`characters_reserved_per_url`). */
const PER_URL = 23;
/** As the node finds them: up to white space or a typographic quotation mark, without what ends a sentence. */
const URL_PATTERN = /\bhttps?:\/\/[^\s<>"«»“”„‹›…\u00a0\u202f]+/giu;
const END = /[.,;:!?'’)\]]+$/u;

const points = (text: string) => [...text].length;

/** How many characters a text has for the node. */
export function count(text: string): number {
  let length = points(text);
  for (const [found] of text.matchAll(URL_PATTERN)) {
    const url = found.replace(END, "");
    if (url.length > "https://".length) length += PER_URL - points(url);
  }
  return length;
}
