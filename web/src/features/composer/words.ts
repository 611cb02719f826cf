/** The word one is typing, and what the text says about whom it reaches. */

export interface Word {
  kind: "person" | "tag" | "emoji";
  /** Without `@`, `#` or `:`. */
  query: string;
  /** Where the sign stands. */
  start: number;
}

// A letter before the sign makes it an address or a part of a URL.
const PERSON = /(?:^|[^\p{L}\p{N}_@/=+-])@([a-z0-9_.-]+(?:@[\p{L}\p{N}.:-]*)?)$/iu;
const TAG = /(?:^|[^\p{L}\p{N}_#/=&])#([\p{L}\p{N}_\u0300-\u036f]+)$/u;
const EMOJI = /(?:^|[^\p{L}\p{N}:]):([a-z0-9_]{2,64})$/iu;
const MENTION = /(?<![\p{L}\p{N}_@/=+-])@([a-z0-9_.-]+(?:@[\p{L}\p{N}.-]+(?::\d{1,5})?)?)/giu;

/** The mention, hashtag or custom emoji that ends at the caret. */
export function wordAt(text: string, caret: number): Word | null {
  const before = text.slice(0, caret);
  for (const [kind, pattern] of [
    ["person", PERSON],
    ["tag", TAG],
    ["emoji", EMOJI],
  ] as const) {
    const query = pattern.exec(before)?.[1];
    if (query !== undefined) return { kind, query, start: caret - query.length - 1 };
  }
  return null;
}

/** The text with the word completed, and where the caret goes. The rest of the word behind the caret goes too. */
export function complete(
  text: string,
  word: Word,
  caret: number,
  value: string,
): { text: string; caret: number } {
  const sign = { person: "@", tag: "#", emoji: ":" }[word.kind];
  const end = word.kind === "emoji" ? ":" : "";
  const rest = word.kind === "emoji" ? /^[a-z0-9_]*:?/iu : /^[\p{L}\p{N}_@.-]*/u;
  const after = text.slice(caret).replace(rest, "");
  const gap = after.startsWith(" ") ? "" : " ";
  const head = text.slice(0, word.start) + sign + value + end;
  return { text: head + gap + after, caret: head.length + 1 };
}

/** The handles a text mentions, each once, without the first `@`. */
export function mentioned(text: string): string[] {
  const found = new Set<string>();
  for (const match of text.matchAll(MENTION)) {
    const handle = match[1]?.replace(/[.-]+$/, "");
    if (handle) found.add(handle);
  }
  return [...found];
}
