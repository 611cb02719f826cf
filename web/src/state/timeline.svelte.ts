/** A list of posts that is read by keyset, grows at both ends and keeps its place. */

import { Unreachable, type Page, type Query } from "$/api/client";
import type { Status } from "$/api/types";
import { dropStatus, hold, putStatuses } from "./entities.svelte";
import { lastSeen } from "./offline";

/** Reads a page: `max_id` for older posts, `since_id`/`min_id` for newer ones. */
export type Fetch = (query: Query, signal?: AbortSignal) => Promise<Page<Status>>;

/** Most ids that are kept; older ones go, and are read again when one scrolls there. */
const MOST = 2_400;
const PAGE = 20;

/** Newest first: longer ids are larger, then text decides (ids are 64-bit numbers as text). */
export function newer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

export class Timeline {
  /** Newest first. */
  ids = $state.raw<string[]>([]);
  /** Newer posts that are known and not shown yet. */
  pending = $state.raw<string[]>([]);
  phase = $state<"new" | "loading" | "ready" | "failed">("new");
  /** Older posts are being read. */
  growing = $state(false);
  /** There is nothing older. */
  complete = $state(false);
  /** Reading older posts failed; the next attempt is the reader's. */
  stuck = $state(false);
  /** What is shown was kept from an earlier time, since the node could not be reached. */
  stale = $state(false);
  private next: Query | null = {};
  private release: () => void;

  /**
   * `name` is what its pages are kept under for offline reading; without one they are not. Lists whose order is not
   * that of the posts' ids (bookmarks, favourites) say `chronological: false`.
   */
  constructor(
    private readonly fetch: Fetch,
    private readonly options: { name?: string; chronological?: boolean } = {},
  ) {
    this.release = hold(() => [...this.ids, ...this.pending]);
  }

  /** Reads the first page, unless there is one. */
  async start(): Promise<void> {
    if (this.phase === "loading" || (this.phase === "ready" && !this.stale)) return;
    this.phase = this.phase === "ready" ? "ready" : "loading";
    try {
      const page = await this.fetch({ limit: PAGE });
      this.ids = putStatuses(page.items);
      this.pending = [];
      this.next = page.next;
      this.complete = page.next === null;
      this.stale = false;
      this.phase = "ready";
      if (this.options.name) void lastSeen.keep(this.options.name, page.items);
    } catch (error) {
      if (this.ids.length > 0) return;
      const kept =
        error instanceof Unreachable && this.options.name ? await lastSeen.recall(this.options.name) : null;
      if (kept) {
        this.ids = putStatuses(kept);
        this.stale = true;
        this.complete = true;
        this.phase = "ready";
      } else this.phase = "failed";
    }
  }

  /** Reads the next older page. */
  async more(): Promise<void> {
    if (this.growing || this.complete || this.phase !== "ready" || this.next === null) return;
    this.growing = true;
    this.stuck = false;
    try {
      const page = await this.fetch({ limit: PAGE, ...this.next });
      const known = new Set(this.ids);
      const fresh = putStatuses(page.items).filter((id) => !known.has(id));
      this.ids = [...this.ids, ...fresh];
      this.next = page.next;
      this.complete = page.next === null;
    } catch {
      this.stuck = true;
    } finally {
      this.growing = false;
    }
  }

  /**
   * Reads what is newer than the newest known post, after a pause in the stream. When that is more than one page, what
   * lies between would be a hole: the list begins anew with the newest page once it is shown.
   */
  async catchUp(): Promise<void> {
    if (this.phase !== "ready" || this.options.chronological === false) return this.start();
    if (this.stale) return this.start();
    const newest = this.pending[0] ?? this.ids[0];
    if (newest === undefined) {
      this.phase = "new";
      return this.start();
    }
    try {
      const page = await this.fetch({ since_id: newest, limit: 40 });
      const fresh = putStatuses(page.items);
      if (fresh.length >= 40) {
        this.pending = fresh;
        this.gap = page.next;
      } else this.receive(fresh);
    } catch {
      // The stream tries again, and with it this.
    }
  }

  private gap: Query | null = null;

  /** Newer posts have come, by the stream. They wait until the reader asks for them, or is at the top. */
  receive(ids: readonly string[]): void {
    const known = new Set([...this.ids, ...this.pending]);
    const fresh = ids.filter((id) => !known.has(id));
    if (fresh.length === 0) return;
    this.pending = [...fresh, ...this.pending].sort((a, b) => (newer(a, b) ? -1 : 1));
  }

  /** Shows what waits. */
  reveal(): void {
    if (this.pending.length === 0) return;
    if (this.gap) {
      this.ids = this.pending;
      this.next = this.gap;
      this.complete = false;
      this.gap = null;
    } else this.ids = [...this.pending, ...this.ids];
    this.pending = [];
    this.trim();
  }

  /** Puts a post of one's own on top at once. */
  prepend(id: string): void {
    if (this.phase !== "ready" || this.ids.includes(id)) return;
    this.pending = this.pending.filter((one) => one !== id);
    this.ids = [id, ...this.ids];
  }

  /** A post is gone. */
  remove(id: string): void {
    const gone = new Set(dropStatus(id));
    this.hide((one) => gone.has(one));
  }

  /** Takes posts out of the list that are still there elsewhere. */
  hide(which: (id: string) => boolean): void {
    this.ids = this.ids.filter((id) => !which(id));
    this.pending = this.pending.filter((id) => !which(id));
  }

  /** Ends the list. */
  close(): void {
    this.release();
  }

  private trim(): void {
    const last = this.ids[MOST - 1];
    if (last === undefined || this.ids.length <= MOST) return;
    this.ids = this.ids.slice(0, MOST);
    if (this.options.chronological !== false) {
      this.next = { max_id: last };
      this.complete = false;
    }
  }
}
