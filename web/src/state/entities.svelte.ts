/**
 * Posts and people as last seen, one copy each: what changes in one place changes in all. Timelines hold ids.
 *
 * Bounded: beyond `MOST` posts the ones that came first go, unless a list holds them; and with the posts their people.
 */

import type { Account, Status } from "$/api/types";
import { SvelteMap } from "svelte/reactivity";

const MOST = 3_000;
const MOST_PEOPLE = 3_000;

const statuses = new SvelteMap<string, Status>();
const accounts = new SvelteMap<string, Account>();
/** Boosts by the post they boost. */
const boosts = new Map<string, Set<string>>();
/** Lists that still show posts; asked before posts are forgotten. */
const holders = new Set<() => Iterable<string>>();
const goneListeners = new Set<(ids: ReadonlySet<string>) => void>();
/** Changes of one's own that the node has not confirmed; laid over whatever comes from it. */
let overlay: (post: Status) => Status = (post) => post;

/** A post; a boost too. */
export function status(id: string): Status | undefined {
  return statuses.get(id);
}

/** A person. */
export function account(id: string): Account | undefined {
  return accounts.get(id);
}

/** How many posts and people are known. */
export const known = {
  get posts() {
    return statuses.size;
  },
  get people() {
    return accounts.size;
  },
};

/** What lays the changes that are under way over posts from the node. Given once, by `actions`. */
export function setOverlay(lay: (post: Status) => Status): void {
  overlay = lay;
}

/** Takes posts up, the boosted ones and the people too; answers their ids in order. */
export function putStatuses(all: readonly Status[]): string[] {
  for (const one of all) put(one);
  sweep();
  return all.map((one) => one.id);
}

/** Takes one post up. */
export function putStatus(one: Status): void {
  put(one);
  sweep();
}

function put(one: Status): void {
  putAccount(one.account);
  if (!one.reblog) {
    set(overlay(one));
    return;
  }
  put(one.reblog);
  const inner = one.reblog.id;
  const known = boosts.get(inner) ?? new Set();
  boosts.set(inner, known.add(one.id));
  statuses.set(one.id, { ...one, reblog: statuses.get(inner) ?? one.reblog });
}

function set(post: Status): void {
  statuses.set(post.id, post);
  for (const id of boosts.get(post.id) ?? []) {
    const boost = statuses.get(id);
    if (boost) statuses.set(id, { ...boost, reblog: post });
  }
}

/**
 * Takes up posts from a stream. One message goes to many people, so what it says of the reader is left as it is known.
 */
export function putStreamed(post: Status): string {
  putStatus(keepOwn(post));
  return post.id;
}

function keepOwn(post: Status): Status {
  const before = statuses.get(post.id);
  const inner = post.reblog ? { ...post, reblog: keepOwn(post.reblog) } : post;
  if (!before) return inner;
  const { favourited, reblogged, bookmarked, muted, pinned } = before;
  const poll =
    post.poll && before.poll
      ? { ...post.poll, voted: before.poll.voted, own_votes: before.poll.own_votes }
      : post.poll;
  return { ...inner, favourited, reblogged, bookmarked, muted, pinned, poll };
}

/** Changes a post that is known. Boosts of it show the change as well. */
export function patchStatus(id: string, change: (post: Status) => Status): void {
  const before = statuses.get(id);
  if (before) set(change(before));
}

/** A post is gone, and so are the boosts of it: from here and from all that listen. Answers the ids that went. */
export function dropStatus(id: string): string[] {
  const gone = [id, ...(boosts.get(id) ?? [])];
  const all = new Set(gone);
  // Lists let go of the ids first: what shows a post never finds it missing.
  for (const listener of goneListeners) listener(all);
  for (const one of gone) forget(one);
  return gone;
}

/** Hears of posts that are gone; answers what ends that. */
export function onGone(listener: (ids: ReadonlySet<string>) => void): () => void {
  goneListeners.add(listener);
  return () => goneListeners.delete(listener);
}

/** Takes people up. */
export function putAccounts(all: readonly Account[]): string[] {
  for (const one of all) putAccount(one);
  return all.map((one) => one.id);
}

/** Takes one person up. */
export function putAccount(one: Account): void {
  accounts.set(one.id, one);
}

/** A list that shows posts says which; answers what ends that. */
export function hold(ids: () => Iterable<string>): () => void {
  holders.add(ids);
  return () => holders.delete(ids);
}

/** The posts that lists show. */
export function heldIds(): Set<string> {
  const held = new Set<string>();
  for (const ids of holders) for (const id of ids()) held.add(id);
  return held;
}

/** Forgets everything, at sign-out. */
export function forgetEntities(): void {
  statuses.clear();
  accounts.clear();
  boosts.clear();
}

function forget(id: string): void {
  const inner = statuses.get(id)?.reblog?.id;
  if (inner !== undefined) {
    const left = boosts.get(inner);
    left?.delete(id);
    if (left?.size === 0) boosts.delete(inner);
  }
  boosts.delete(id);
  statuses.delete(id);
}

/** Goes well below the limit at once, so that it is not gone through for every page. */
function sweep(): void {
  if (statuses.size <= MOST && accounts.size <= MOST_PEOPLE) return;
  const held = heldIds();
  for (const id of [...held]) {
    const inner = statuses.get(id)?.reblog?.id;
    if (inner !== undefined) held.add(inner);
  }
  // A map keeps the order of insertion.
  if (statuses.size > MOST)
    for (const id of [...statuses.keys()]) {
      if (statuses.size <= MOST * 0.8) break;
      if (!held.has(id)) forget(id);
    }
  if (accounts.size <= MOST_PEOPLE) return;
  const needed = new Set<string>();
  for (const post of statuses.values()) needed.add(post.account.id);
  for (const id of [...accounts.keys()]) {
    if (accounts.size <= MOST_PEOPLE * 0.8) break;
    if (!needed.has(id)) accounts.delete(id);
  }
}
