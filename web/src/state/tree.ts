/** Answers as a flat list that shows who answers whom by its indentation. */

import { newestFirst } from "./order";

export interface Row {
  id: string;
  /** 0 for answers to the post itself. */
  depth: number;
}

/**
 * The answers to `root` in reading order: each is followed by its own answers, older ones first. Answers to posts that
 * are not known (deleted, or not for this reader) come at the end of the first level, so that none is lost.
 */
export function rows(root: string, posts: readonly { id: string; in_reply_to_id?: string | null }[]): Row[] {
  const below = new Map<string, string[]>();
  const known = new Set([root, ...posts.map((post) => post.id)]);
  for (const post of posts) {
    if (post.id === root) continue;
    const to = post.in_reply_to_id;
    const parent = to && to !== post.id && known.has(to) ? to : root;
    below.set(parent, [...(below.get(parent) ?? []), post.id]);
  }
  for (const ids of below.values()) ids.sort((a, b) => newestFirst(b, a));
  const out: Row[] = [];
  const seen = new Set([root]);
  // Not by recursion: a conversation may be as deep as it is long.
  const stack: Row[] = [];
  const push = (parent: string, depth: number) => {
    for (const id of (below.get(parent) ?? []).toReversed()) stack.push({ id, depth });
  };
  push(root, 0);
  for (let row = stack.pop(); row !== undefined; row = stack.pop()) {
    if (seen.has(row.id)) continue;
    seen.add(row.id);
    out.push(row);
    push(row.id, row.depth + 1);
  }
  return out;
}
