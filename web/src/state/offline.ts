/** What was last seen, for reading without the node. It is the person's, and goes at sign-out (`cleanUp`). */

import type { Status } from "$/api/types";

const CACHE = "person-last-seen";
const MOST = 40;

const key = (name: string) => `/last-seen/${encodeURIComponent(name)}`;

export const lastSeen = {
  /** Keeps the newest posts of a list. */
  async keep(name: string, posts: readonly Status[]): Promise<void> {
    if (!("caches" in globalThis)) return;
    const cache = await caches.open(CACHE);
    await cache.put(key(name), Response.json(posts.slice(0, MOST)));
  },
  /** The posts that were kept; null if there are none. */
  async recall(name: string): Promise<Status[] | null> {
    if (!("caches" in globalThis)) return null;
    const found = await (await caches.open(CACHE)).match(key(name));
    return found ? ((await found.json()) as Status[]) : null;
  },
};

/** Reads something, and keeps it; without the node answers what was kept. */
export async function readThrough<T>(name: string, read: () => Promise<T>): Promise<T> {
  try {
    const value = await read();
    if ("caches" in globalThis) await (await caches.open(CACHE)).put(key(name), Response.json(value));
    return value;
  } catch (error) {
    if ("caches" in globalThis && (error as Error).name === "Unreachable") {
      const found = await (await caches.open(CACHE)).match(key(name));
      if (found) return (await found.json()) as T;
    }
    throw error;
  }
}
