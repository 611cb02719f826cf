/**
 * A list of posts that is read by keyset, grows at both ends and keeps its place: what is on the screen never moves by
 * itself. Newer posts wait in `pending` until the reader asks for them.
 */

import { Unreachable, type Page, type Query } from "$/api/client";
import type { Status } from "$/api/types";
import { whenBack } from "./connection.svelte";
import { dropStatus, hold, onGone, putStatuses, status } from "./entities.svelte";
import { lastSeen } from "./offline";
import { newer, newestFirst } from "./order";

export { newer } from "./order";

/** Reads a page: `max_id` for older posts, `since_id`/`min_id` for newer ones. */
export type Fetch = (query: Query, signal?: AbortSignal) => Promise<Page<Status>>;

/** Most ids that are kept; then one goes on from there without what is above. */
const MOST = 2_400;
const PAGE = 20;
/** Most that is read at once after a pause, and the least that the node gives for one request. */
const CATCH_UP = 40;
/** Most that waits; of more, the newest wait, and showing them begins the list anew. */
const MOST_PENDING = 120;

export class Timeline {
  /** Newest first. */
  ids = $state.raw<string[]>([]);
  /** Newer posts that are known and not shown yet. */
  pending = $state.raw<string[]>([]);
  phase = $state<"new" | "loading" | "ready" | "failed">("new");
  /** Why the first page could not be read. */
  error = $state.raw<unknown>(null);
  /** Older posts are being read. */
  growing = $state(false);
  /** There is nothing older. */
  complete = $state(false);
  /** Reading older posts failed; the next attempt is the reader's. */
  stuck = $state(false);
  /** What is shown was kept from an earlier time, since the node could not be reached. */
  stale = $state(false);
  /** So many posts are here that no more are added: `goOn` leaves those above behind. */
  full = $state(false);
  /** Posts above were left behind: showing what is new begins the list anew. */
  detached = $state(false);

  private next: Query | null = {};
  /** What is between the shown posts and the waiting ones is not known: showing these begins the list anew. */
  private gap = false;
  /** All posts up to this one are known, shown or waiting. One's own, put on top, do not count. */
  private upTo: string | undefined;
  /** The stream paused, and what came meanwhile was not read yet. */
  private behind = false;
  private reading: Promise<void> | null = null;
  private stop = new AbortController();
  private ends: (() => void)[];
  private retry: (() => void) | null = null;

  /**
   * `name` is what its pages are kept under for offline reading; without one they are not. Lists whose order is not
   * that of the posts' ids (bookmarks, favourites) say `chronological: false`.
   */
  constructor(
    private readonly fetch: Fetch,
    private readonly options: { name?: string; chronological?: boolean } = {},
  ) {
    this.ends = [
      hold(() => [...this.ids, ...this.pending]),
      onGone((gone) => this.hide((id) => gone.has(id))),
    ];
  }

  /** Reads the first page, unless there is one. */
  start(): Promise<void> {
    if (this.phase === "ready" && !this.stale) return Promise.resolve();
    return this.stale ? this.refresh() : this.begin();
  }

  /** Reads the newest page again. What is shown stays where it is; what is new waits. */
  async refresh(): Promise<void> {
    if (this.phase !== "ready") return this.begin();
    if (this.options.chronological === false || this.ids.length === 0) return this.begin(true);
    try {
      const page = await this.fetch({ limit: PAGE }, this.stop.signal);
      this.takeNewest(page);
    } catch (error) {
      this.later(error, () => this.refresh());
    }
  }

  /** Reads the first page; only one at a time. `quietly` leaves what is there until it has come. */
  private begin(quietly = false): Promise<void> {
    this.reading ??= this.readFirst(quietly).finally(() => (this.reading = null));
    return this.reading;
  }

  private async readFirst(quietly: boolean): Promise<void> {
    if (!quietly) this.phase = "loading";
    try {
      const page = await this.fetch({ limit: PAGE }, this.stop.signal);
      this.show(page);
    } catch (error) {
      if (this.stop.signal.aborted) return;
      this.later(error, () => this.start());
      if (quietly) return;
      const kept = error instanceof Unreachable ? await this.recall() : null;
      if (kept && kept.length > 0) {
        this.ids = putStatuses(kept);
        this.stale = true;
        this.complete = true;
        this.phase = "ready";
      } else {
        this.error = error;
        this.phase = "failed";
      }
    }
  }

  private async recall(): Promise<Status[] | null> {
    return this.options.name ? lastSeen.recall(this.options.name) : null;
  }

  private show(page: Page<Status>): void {
    this.ids = putStatuses(page.items);
    const [first] = this.ids;
    // What the stream brought while the page was read is newer than the page.
    const early = this.pending.filter((id) => first === undefined || newer(id, first));
    this.upTo = first;
    this.next = page.next;
    this.complete = page.next === null;
    this.pending = [];
    this.gap = this.stale = this.full = this.detached = this.stuck = this.behind = false;
    this.error = null;
    this.phase = "ready";
    this.receive(early);
    this.keep(page.items);
  }

  /** Lays the newest page over a list that was shown before. */
  private takeNewest(page: Page<Status>): void {
    const fresh = putStatuses(page.items);
    const [first, last] = [fresh[0], fresh.at(-1)];
    if (first === undefined || last === undefined) return this.show(page);
    const there = new Set(fresh);
    // Within the span of the page, what the node does not have any more is gone.
    const spans = (id: string) => !newer(id, first) && !newer(last, id);
    this.hide((id) => spans(id) && !there.has(id));
    const meets = this.ids[0] === undefined || !newer(last, this.ids[0]);
    if (this.stale) this.next = { max_id: this.ids.at(-1) ?? last };
    this.complete &&= !this.stale;
    this.stale = this.behind = false;
    const mark = this.upTo ?? this.ids[0];
    this.wait(meets && mark !== undefined ? fresh.filter((id) => newer(id, mark)) : fresh, meets);
    this.upTo = first;
    this.keep(page.items);
  }

  /** Reads the next older page. */
  async more(): Promise<void> {
    if (this.growing || this.complete || this.full || this.phase !== "ready" || this.next === null) return;
    this.growing = true;
    this.stuck = false;
    const from = this.next;
    try {
      const page = await this.fetch({ limit: PAGE, ...from }, this.stop.signal);
      // The list began anew meanwhile: this page belongs to what was before.
      if (this.next !== from) return;
      const known = new Set([...this.ids, ...this.pending]);
      const fresh = putStatuses(page.items).filter((id) => !known.has(id));
      this.ids = [...this.ids, ...fresh];
      this.next = page.next;
      this.complete = page.next === null;
      this.full = this.ids.length >= MOST;
    } catch (error) {
      if (this.stop.signal.aborted) return;
      this.stuck = true;
      this.later(error, () => this.more());
    } finally {
      this.growing = false;
    }
  }

  /** Leaves what is above behind and goes on from the last post. */
  goOn(): void {
    if (!this.full) return;
    this.ids = this.ids.slice(-PAGE);
    this.full = false;
    this.detached = true;
    void this.more();
  }

  /**
   * Reads what is newer than the last known post, after a pause in the stream. When that is more than one page, what
   * lies between would be a hole: the list begins anew with the newest page once the reader asks for it.
   */
  async catchUp(): Promise<void> {
    if (this.phase !== "ready") return this.start();
    if (this.stale || this.options.chronological === false || this.upTo === undefined) return this.refresh();
    this.behind = true;
    const since = this.upTo;
    try {
      const page = await this.fetch({ since_id: since, limit: CATCH_UP }, this.stop.signal);
      const fresh = putStatuses(page.items);
      this.behind = false;
      this.wait(fresh, fresh.length < CATCH_UP);
      const newest = [fresh[0], ...this.pending].filter((id) => id !== undefined).sort(newestFirst)[0];
      if (newest !== undefined && newer(newest, since)) this.upTo = newest;
    } catch (error) {
      this.later(error, () => this.catchUp());
    }
  }

  /** Newer posts have come, by the stream. They wait until the reader asks for them. */
  receive(ids: readonly string[]): void {
    this.wait(ids, true);
    if (this.behind) return;
    for (const id of ids) if (this.upTo === undefined || newer(id, this.upTo)) this.upTo = id;
  }

  private wait(ids: readonly string[], meets: boolean): void {
    const known = new Set([...this.ids, ...this.pending]);
    const fresh = ids.filter((id) => !known.has(id));
    const oldest = ids.at(-1);
    // Beyond a hole only what is on its near side may wait.
    const before =
      meets || oldest === undefined ? this.pending : this.pending.filter((id) => !newer(oldest, id));
    if (!meets) this.gap = true;
    if (fresh.length === 0 && before.length === this.pending.length) return;
    const all = [...fresh, ...before].sort(newestFirst);
    if (all.length > MOST_PENDING) this.gap = true;
    this.pending = all.slice(0, MOST_PENDING);
  }

  /** Shows what waits. */
  reveal(): void {
    if (this.detached) {
      void this.begin(true);
      return;
    }
    const last = this.pending.at(-1);
    if (last === undefined) return;
    if (this.gap) {
      this.ids = this.pending;
      this.next = { max_id: last };
      this.complete = this.full = this.stuck = false;
      this.gap = false;
    } else this.ids = [...this.pending, ...this.ids];
    this.pending = [];
    this.trim();
    this.keep(this.ids.slice(0, 40).flatMap((id) => status(id) ?? []));
  }

  /** Puts a post of one's own on top at once. */
  prepend(id: string): void {
    if (this.phase !== "ready" || this.ids.includes(id)) return;
    this.pending = this.pending.filter((one) => one !== id);
    this.ids = [id, ...this.ids];
  }

  /** A post is gone. */
  remove(id: string): void {
    dropStatus(id);
  }

  /** Takes posts out of the list that are still there elsewhere. */
  hide(which: (id: string) => boolean): void {
    if (this.ids.some(which)) this.ids = this.ids.filter((id) => !which(id));
    if (this.pending.some(which)) this.pending = this.pending.filter((id) => !which(id));
  }

  /** Ends the list. */
  close(): void {
    this.stop.abort();
    this.retry?.();
    for (const end of this.ends) end();
  }

  private keep(posts: readonly Status[]): void {
    if (this.options.name) void lastSeen.keep(this.options.name, posts);
  }

  /** Tries again when the node is back; of several attempts the last one counts. */
  private later(error: unknown, run: () => Promise<void>): void {
    if (!(error instanceof Unreachable) || this.stop.signal.aborted) return;
    this.retry?.();
    this.retry = whenBack(() => {
      this.retry = null;
      void run();
    });
  }

  private trim(): void {
    const last = this.ids[MOST - 1];
    if (last === undefined || this.ids.length <= MOST) return;
    this.ids = this.ids.slice(0, MOST);
    this.full = true;
    if (this.options.chronological !== false) {
      this.next = { max_id: last };
      this.complete = false;
    }
  }
}
