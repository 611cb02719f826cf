/** A search that follows what is typed: it waits for a pause, and what is out of date is never shown. */

import * as api from "$/api/search";
import type { Account, SearchResults } from "$/api/types";
import { account, hold, putAccounts, putStatuses } from "./entities.svelte";
import { loadRelations } from "./relations.svelte";
import { recall, remember } from "./storage";

/** Which results are asked for. */
export type Kind = "all" | "accounts" | "statuses" | "hashtags";

const PAUSE = 250;
const PAGE = 20;
const SAMPLE = 5;
const RECENT = "recent-searches";
const MOST_RECENT = 8;

/** Whether the text is an address that the node can ask another one for: a link, or a full handle. */
export function isAddress(text: string): boolean {
  return /^https?:\/\/\S+$/i.test(text) || /^@?[^\s@/]+@[^\s@/]+$/.test(text);
}

export class Search {
  people = $state.raw<string[]>([]);
  posts = $state.raw<string[]>([]);
  tags = $state.raw<SearchResults["hashtags"]>([]);
  /** What the results belong to. */
  shown = $state("");
  phase = $state<"idle" | "loading" | "ready" | "failed">("idle");
  growing = $state(false);
  complete = $state(true);
  stuck = $state(false);
  private going: AbortController | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private kind: Kind = "all";
  private release = hold(() => this.posts);

  get accounts(): Account[] {
    return this.people.flatMap((id) => account(id) ?? []);
  }

  get count(): number {
    return this.people.length + this.posts.length + this.tags.length;
  }

  /** Searches once nothing was typed for a moment. */
  later(text: string, kind: Kind): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(text, kind), PAUSE);
  }

  /** Searches at once. */
  async run(text: string, kind: Kind): Promise<void> {
    clearTimeout(this.timer);
    this.going?.abort();
    const wanted = text.trim();
    if (wanted === "") {
      this.going = null;
      this.put({ accounts: [], statuses: [], hashtags: [] });
      this.shown = "";
      this.phase = "idle";
      return;
    }
    const mine = new AbortController();
    this.going = mine;
    this.phase = "loading";
    try {
      const found = await this.ask(wanted, kind, 0, mine.signal);
      if (mine.signal.aborted) return;
      this.kind = kind;
      this.put(found);
      this.shown = wanted;
      this.complete = kind === "all" || this.count < PAGE;
      this.phase = "ready";
    } catch {
      if (!mine.signal.aborted) this.phase = "failed";
    }
  }

  /** Reads on, when one kind is asked for. */
  async more(): Promise<void> {
    if (this.growing || this.complete || this.phase !== "ready") return;
    this.growing = true;
    this.stuck = false;
    const signal = this.going?.signal;
    try {
      const found = await this.ask(this.shown, this.kind, this.count, signal);
      if (signal?.aborted) return;
      const before = this.count;
      const [people, posts, tags] = [this.people, this.posts, this.tags];
      this.put(found);
      this.people = [...new Set([...people, ...this.people])];
      this.posts = [...new Set([...posts, ...this.posts])];
      this.tags = [...tags, ...this.tags.filter((tag) => !tags.some((one) => one.name === tag.name))];
      this.complete = this.count === before;
    } catch {
      this.stuck = !signal?.aborted;
    } finally {
      this.growing = false;
    }
  }

  /** Ends it. */
  close(): void {
    clearTimeout(this.timer);
    this.going?.abort();
    this.release();
  }

  private ask(text: string, kind: Kind, offset: number, signal?: AbortSignal): Promise<SearchResults> {
    return api.search(
      text,
      {
        limit: kind === "all" ? SAMPLE : PAGE,
        type: kind === "all" ? null : kind,
        offset: offset || null,
        resolve: isAddress(text) || null,
      },
      signal,
    );
  }

  private put(found: SearchResults): void {
    this.people = putAccounts(found.accounts);
    this.posts = putStatuses(found.statuses);
    this.tags = found.hashtags;
    void loadRelations(this.people);
  }
}

let recent = $state.raw<string[]>(recall<string[]>(RECENT) ?? []);

/** What was searched for on this device, newest first. It goes at sign-out. */
export const recentSearches = {
  get all() {
    return recent;
  },
  add(text: string): void {
    const wanted = text.trim();
    if (wanted.length < 2) return;
    // What grew letter by letter is one search.
    const others = recent.filter((one) => one !== wanted && !wanted.startsWith(one));
    this.set([wanted, ...others].slice(0, MOST_RECENT));
  },
  remove(text: string): void {
    this.set(recent.filter((one) => one !== text));
  },
  clear(): void {
    this.set([]);
  },
  set(all: string[]): void {
    recent = all;
    remember(RECENT, all);
  },
};
