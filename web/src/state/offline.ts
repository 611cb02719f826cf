/** What was last seen, for reading without the node. It is the person's, and goes at sign-out (`cleanUp`). */

import { Unreachable } from "$/api/client";
import type { Status } from "$/api/types";

const CACHE = "person-last-seen";
const MOST = 40;

const key = (name: string) => `/last-seen/${encodeURIComponent(name)}`;

/** Keeps a value; a browser without room or without caches (plain http) keeps none. */
async function put(name: string, value: unknown): Promise<void> {
  if (!("caches" in globalThis)) return;
  try {
    await (await caches.open(CACHE)).put(key(name), Response.json(value));
  } catch {
    // It is a convenience: reading goes on without.
  }
}

async function take<T>(name: string): Promise<T | null> {
  if (!("caches" in globalThis)) return null;
  try {
    const found = await (await caches.open(CACHE)).match(key(name));
    return found ? ((await found.json()) as T) : null;
  } catch {
    return null;
  }
}

export const lastSeen = {
  /** Keeps the newest posts of a list. */
  keep: (name: string, posts: readonly Status[]): Promise<void> => put(name, posts.slice(0, MOST)),
  /** The posts that were kept; null if there are none. */
  recall: (name: string): Promise<Status[] | null> => take<Status[]>(name),
};

/** Reads something, and keeps it; without the node answers what was kept. */
export async function readThrough<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    const value = await read();
    void put(name, value);
    return value;
  } catch (error) {
    const kept = error instanceof Unreachable ? await take<T>(name) : null;
    if (kept === null) throw error;
    return kept;
  }
}
