/** A list of people that grows page by page, with what one is to each of them. */

import type { Page, Query } from "$/api/client";
import type { Account } from "$/api/types";
import { account, putAccounts } from "./entities.svelte";
import { loadRelations } from "./relations.svelte";

/** Reads a page of people. */
export type FetchPeople = (query: Query, signal?: AbortSignal) => Promise<Page<Account>>;

export class People {
  ids = $state.raw<string[]>([]);
  phase = $state<"new" | "loading" | "ready" | "failed">("new");
  growing = $state(false);
  complete = $state(false);
  /** Reading on failed; the next attempt is the reader's. */
  stuck = $state(false);
  private next: Query | null = {};
  private going = new AbortController();

  constructor(private readonly fetch: FetchPeople) {}

  /** The people, as last seen anywhere. */
  get all(): Account[] {
    return this.ids.flatMap((id) => account(id) ?? []);
  }

  /** Reads the first page. */
  async start(): Promise<void> {
    if (this.phase === "loading" || this.phase === "ready") return;
    this.phase = "loading";
    try {
      this.take(await this.fetch({}, this.going.signal));
      this.phase = "ready";
    } catch {
      if (!this.going.signal.aborted) this.phase = "failed";
    }
  }

  /** Reads the next page. */
  async more(): Promise<void> {
    if (this.phase !== "ready" || this.growing || this.complete || this.next === null) return;
    this.growing = true;
    this.stuck = false;
    try {
      this.take(await this.fetch(this.next, this.going.signal));
    } catch {
      this.stuck = true;
    } finally {
      this.growing = false;
    }
  }

  /** Someone is on it now. */
  add(one: Account): void {
    putAccounts([one]);
    this.ids = [one.id, ...this.ids.filter((id) => id !== one.id)];
  }

  /** Someone is not on it any more. */
  remove(id: string): void {
    this.ids = this.ids.filter((one) => one !== id);
  }

  /** Ends what is being read. */
  close(): void {
    this.going.abort();
  }

  private take(page: Page<Account>): void {
    const before = new Set(this.ids);
    const fresh = putAccounts(page.items).filter((id) => !before.has(id));
    this.ids = [...this.ids, ...fresh];
    this.next = page.next;
    this.complete = page.next === null;
    void loadRelations(fresh);
  }
}
