/** The custom emoji of this node, read when they are first looked for. */

import * as api from "$/api/emojis";
import type { CustomEmoji } from "$/api/emojis";
import type { Status } from "$/api/types";
import { explain } from "./actions";
import { patchStatus, putStatus, status } from "./entities.svelte";
import { toast } from "./toasts.svelte";

/** An administrator may add some at any time: after this long they are read anew. */
const KEPT = 5 * 60_000;

let all = $state.raw<readonly CustomEmoji[]>([]);
let readAt = 0;
/** Who asks while they are read waits for the same answer. */
let reading: Promise<readonly CustomEmoji[]> | null = null;
/** Counts how often they were read or forgotten: an older answer is none. */
let turn = 0;

export const emojis = {
  get all() {
    return all;
  },
};

/** Reads them, unless that was a moment ago. */
export function loadEmojis(): Promise<readonly CustomEmoji[]> {
  if (reading) return reading;
  if (Date.now() - readAt < KEPT) return Promise.resolve(all);
  const mine = read().finally(() => {
    if (reading === mine) reading = null;
  });
  reading = mine;
  return mine;
}

async function read(): Promise<readonly CustomEmoji[]> {
  const mine = ++turn;
  readAt = Date.now();
  try {
    const found = await api.all();
    if (turn === mine) all = found;
    return found;
  } catch {
    // Without them there are still all the others; the next look asks again.
    if (turn === mine) readAt = 0;
    return all;
  }
}

/** Those whose name begins so, then those that hold it, as one writes them. */
export async function emojisNamed(part: string): Promise<CustomEmoji[]> {
  const wanted = part.toLowerCase();
  const place = (one: CustomEmoji) => one.shortcode.toLowerCase().indexOf(wanted);
  return (await loadEmojis())
    .filter((one) => one.visible_in_picker && place(one) >= 0)
    .sort((a, b) => place(a) - place(b) || a.shortcode.localeCompare(b.shortcode))
    .slice(0, 8);
}

/** They have changed here, or someone else signs in. */
export function forgetEmojis(): void {
  all = [];
  readAt = 0;
  reading = null;
  turn++;
}

/** A post with one's own answer set or taken away. */
export function answered(post: Status, name: string, on: boolean): Status {
  const before = post.pleroma?.emoji_reactions ?? [];
  const known = before.find((one) => one.name === name);
  if ((known?.me ?? false) === on) return post;
  const custom = all.find((one) => one.shortcode === name);
  const fresh = {
    name,
    count: 0,
    me: false,
    url: custom?.url ?? null,
    static_url: custom?.static_url ?? null,
  };
  const one = { ...(known ?? { ...fresh, account_ids: [] }), me: on };
  one.count += on ? 1 : -1;
  const list = known ? before.map((other) => (other.name === name ? one : other)) : [...before, one];
  return { ...post, pleroma: { emoji_reactions: list.filter((other) => other.count > 0) } };
}

/** What is being sent, by post and emoji: a second press waits for the answer to the first. */
const sending = new Set<string>();

/** Answers a post with an emoji, or takes that back: shown at once, undone if the node refuses. */
export async function toggleReaction(id: string, name: string): Promise<void> {
  const before = status(id);
  const key = `${id} ${name}`;
  if (!before || sending.has(key)) return;
  const known = before.pleroma?.emoji_reactions.find((one) => one.name === name);
  const on = !(known?.me ?? false);
  sending.add(key);
  patchStatus(id, (post) => answered(post, name, on));
  try {
    const post = await (on ? api.react(id, name) : api.takeBack(id, name));
    putStatus(post.reblog ?? post);
  } catch (error) {
    patchStatus(id, (post) => answered(post, name, !on));
    toast(explain(error), { kind: "error" });
  } finally {
    sending.delete(key);
  }
}
