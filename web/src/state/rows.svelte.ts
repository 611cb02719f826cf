/** A list of anything that grows page by page, and is changed in place. */

import type { Page, Query } from "$/api/client";

/** Reads a page. */
export type FetchRows<T> = (query: Query, signal?: AbortSignal) => Promise<Page<T>>;

export class Rows<T extends { id: string }> {
  items = $state.raw<T[]>([]);
  phase = $state<"new" | "loading" | "ready" | "failed">("new");
  growing = $state(false);
  complete = $state(false);
  /** Reading on failed; the next attempt is the reader's. */
  stuck = $state(false);
  private next: Query | null = {};
  private going = new AbortController();

  constructor(private readonly fetch: FetchRows<T>) {}

  /** Reads the first page, unless it is there. */
  async start(): Promise<void> {
    if (this.phase === "loading" || this.phase === "ready") return;
    await this.read();
  }

  /** Reads the first page anew. What is shown stays until it has come. */
  async again(): Promise<void> {
    if (this.phase === "loading") return;
    await this.read();
  }

  private async read(): Promise<void> {
    const { signal } = this.going;
    if (this.phase !== "ready") this.phase = "loading";
    try {
      const page = await this.fetch({}, signal);
      this.items = page.items;
      this.next = page.next;
      this.complete = page.next === null;
      this.stuck = false;
      this.phase = "ready";
    } catch {
      if (!signal.aborted && this.phase !== "ready") this.phase = "failed";
    }
  }

  /** Reads the next page. */
  async more(): Promise<void> {
    if (this.phase !== "ready" || this.growing || this.complete || this.next === null) return;
    this.growing = true;
    this.stuck = false;
    const from = this.next;
    try {
      const page = await this.fetch(from, this.going.signal);
      // The list began anew meanwhile: this page belongs to what was before.
      if (this.next !== from) return;
      const before = new Set(this.items.map((one) => one.id));
      this.items = [...this.items, ...page.items.filter((one) => !before.has(one.id))];
      this.next = page.next;
      this.complete = page.next === null;
    } catch {
      this.stuck = !this.going.signal.aborted;
    } finally {
      this.growing = false;
    }
  }

  /** In the place of the one with its id; a new one at the beginning. */
  put(one: T): void {
    const known = this.items.some((other) => other.id === one.id);
    this.items = known
      ? this.items.map((other) => (other.id === one.id ? one : other))
      : [one, ...this.items];
  }

  drop(id: string): void {
    this.items = this.items.filter((one) => one.id !== id);
  }

  /** Ends what is being read. */
  close(): void {
    this.going.abort();
  }
}

/** Pages of what the node gives by number: where the next one begins is counted here. */
export function byOffset<T>(
  size: number,
  fetch: (query: Query, signal?: AbortSignal) => Promise<T[]>,
): FetchRows<T> {
  return async (query, signal) => {
    const offset = Number(query["offset"] ?? 0);
    const items = await fetch({ limit: size, offset: offset || null }, signal);
    return { items, next: items.length < size ? null : { offset: offset + size }, prev: null };
  };
}
