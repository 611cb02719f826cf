/**
 * Posts and people as last seen, one copy each: what changes in one place changes in all. Timelines hold ids.
 *
 * Bounded: beyond `MOST` posts the ones that came first go, unless a list holds them.
 */

import type { Account, Status } from "$/api/types";
import { SvelteMap } from "svelte/reactivity";

const MOST = 3_000;

const statuses = new SvelteMap<string, Status>();
const accounts = new SvelteMap<string, Account>();
/** Lists that still show posts; asked before posts are forgotten. */
const holders = new Set<() => Iterable<string>>();

/** A post; a boost too. */
export function status(id: string): Status | undefined {
  return statuses.get(id);
}

/** A person. */
export function account(id: string): Account | undefined {
  return accounts.get(id);
}

/** Takes posts up, the boosted ones and the people too; answers their ids in order. */
export function putStatuses(all: readonly Status[]): string[] {
  for (const one of all) putStatus(one);
  if (statuses.size > MOST) sweep();
  return all.map((one) => one.id);
}

/** Takes one post up. */
export function putStatus(one: Status): void {
  if (one.reblog) putStatus(one.reblog);
  putAccount(one.account);
  statuses.set(one.id, one);
}

/** Changes a post that is known. Boosts of it show the change as well. */
export function patchStatus(id: string, change: (post: Status) => Status): void {
  const known = statuses.get(id);
  if (!known) return;
  const changed = change(known);
  statuses.set(id, changed);
  for (const [key, other] of statuses)
    if (other.reblog?.id === id) statuses.set(key, { ...other, reblog: changed });
}

/** A post is gone, and so are the boosts of it. Answers the ids that went. */
export function dropStatus(id: string): string[] {
  const gone = [id];
  for (const [key, other] of statuses) if (other.reblog?.id === id) gone.push(key);
  for (const one of gone) statuses.delete(one);
  return gone;
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

/** Forgets everything, at sign-out. */
export function forgetEntities(): void {
  statuses.clear();
  accounts.clear();
}

function sweep(): void {
  const held = new Set<string>();
  for (const ids of holders) for (const id of ids()) held.add(id);
  for (const id of [...held]) {
    const inner = statuses.get(id)?.reblog?.id;
    if (inner !== undefined) held.add(inner);
  }
  // A map keeps the order of insertion.
  for (const id of statuses.keys()) {
    if (statuses.size <= MOST) break;
    if (!held.has(id)) statuses.delete(id);
  }
}
