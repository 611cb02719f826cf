/** What the signed-in person is to others: read in batches, changed at once, taken back when the node refuses. */

import * as api from "$/api/accounts";
import { Unreachable } from "$/api/client";
import type { Relationship } from "$/api/types";
import { explain } from "./actions";
import { whenBack } from "./connection.svelte";
import { account, status } from "./entities.svelte";
import { everywhereHidden } from "./feeds.svelte";
import { session } from "./session.svelte";
import { toast } from "./toasts.svelte";
import { SvelteMap } from "svelte/reactivity";

type Action = Parameters<typeof api.act>[1];

const BATCH = 40;
const known = new SvelteMap<string, Relationship>();
/** What waits for the node, by person and kind: of several only the last one counts. */
const waiting = new Map<string, () => void>();

/** What one is to someone; undefined until it was read. */
export function relation(id: string): Relationship | undefined {
  return known.get(id);
}

/** Takes up what the node said. */
export function putRelation(one: Relationship): void {
  known.set(one.id, one);
}

/** Reads what one is to these people, as far as it is not known. A failure leaves it unknown. */
export async function loadRelations(ids: readonly string[], anew = false): Promise<void> {
  const mine = session.me?.id;
  const wanted = [...new Set(ids)].filter((id) => id !== mine && (anew || !known.has(id)));
  for (let at = 0; at < wanted.length; at += BATCH) {
    try {
      for (const one of await api.relationships(wanted.slice(at, at + BATCH))) putRelation(one);
    } catch {
      return;
    }
  }
}

/** How it will be once the node has agreed. */
export function expected(
  now: Relationship,
  action: Action,
  body: Record<string, unknown>,
  asks: boolean,
): Relationship {
  switch (action) {
    case "follow":
      return {
        ...now,
        following: now.following || !asks,
        requested: !now.following && asks,
        showing_reblogs: (body["reblogs"] as boolean | undefined) ?? (now.showing_reblogs || !now.following),
        notifying: (body["notify"] as boolean | undefined) ?? now.notifying,
      };
    case "unfollow":
      return { ...now, following: false, requested: false, notifying: false, showing_reblogs: false };
    case "block":
      return {
        ...now,
        blocking: true,
        following: false,
        requested: false,
        followed_by: false,
        notifying: false,
      };
    case "unblock":
      return { ...now, blocking: false };
    case "mute":
      return { ...now, muting: true, muting_notifications: body["notifications"] !== false };
    case "unmute":
      return { ...now, muting: false, muting_notifications: false, muting_expires_at: null };
    case "remove_from_followers":
      return { ...now, followed_by: false };
  }
}

/** Follows, mutes, blocks, and undoes it. Answers whether it was done, or will be once the node is back. */
export async function relate(
  id: string,
  action: Action,
  body: Record<string, unknown> = {},
): Promise<boolean> {
  const before = known.get(id);
  const person = account(id);
  // Whoever is on another node, or asks to be asked, answers first.
  const asks = person === undefined || person.locked || person.acct.includes("@");
  if (before) putRelation(expected(before, action, body, asks));
  if (action === "block" || action === "mute") everywhereHidden((post) => concerns(post, id));
  return send(id, action, body, before);
}

/** Whether a post, or what it boosts, is by someone. */
function concerns(post: string, person: string): boolean {
  const one = status(post);
  return one?.account.id === person || one?.reblog?.account.id === person;
}

async function send(
  id: string,
  action: Action,
  body: Record<string, unknown>,
  before: Relationship | undefined,
): Promise<boolean> {
  const key = `${id} ${action.replace(/^un/, "")}`;
  waiting.get(key)?.();
  waiting.delete(key);
  try {
    putRelation(await api.act(id, action, body));
    return true;
  } catch (error) {
    if (error instanceof Unreachable) {
      const cancel = whenBack(() => {
        waiting.delete(key);
        void send(id, action, body, before);
      });
      waiting.set(key, cancel);
      return true;
    }
    if (before) putRelation(before);
    toast(explain(error), { kind: "error" });
    return false;
  }
}

/** Follows, or ends it; ends a block first. */
export function toggleFollow(id: string): Promise<boolean> {
  const now = known.get(id);
  if (now?.blocking) return relate(id, "unblock");
  return relate(id, now?.following || now?.requested ? "unfollow" : "follow");
}
