/** A conversation as one reads it: what was before a post, the post, what answers it, and who takes part. */

import { ApiError, Unreachable } from "$/api/client";
import * as api from "$/api/statuses";
import type { Context, Participants, Status } from "$/api/types";
import { connection, whenBack } from "./connection.svelte";
import { onPublished } from "./compose.svelte";
import { hold, onGone, putStatus, putStatuses, putStreamed, status } from "./entities.svelte";
import { everywhereGone } from "./feeds.svelte";
import { node } from "./node.svelte";
import { readThrough } from "./offline";
import { newer, newestFirst } from "./order";
import { readParticipants } from "./participants";
import { subscribe } from "./stream";
import { rows, type Row } from "./tree";

/** Milliseconds between two questions whether other nodes have answered, and how many there are. */
const PAUSE = 1_500;
const LOOKS = 20;

export class Thread {
  ancestors = $state.raw<string[]>([]);
  descendants = $state.raw<Row[]>([]);
  phase = $state<"loading" | "ready" | "missing" | "failed">("loading");
  /** Why it could not be read. */
  error = $state.raw<unknown>(null);
  /** The answers have been read; the post itself may be there before. */
  whole = $state(false);
  /** It is what was last seen, since the node could not be reached. */
  stale = $state(false);
  /** Other nodes are asked for answers that are not here. */
  looking = $state(false);
  participants = $state.raw<Participants | null>(null);

  private members = new Set<string>();
  private answers = new Map<string, Status>();
  private ends: (() => void)[] = [];
  private stop = new AbortController();
  private reading: Promise<void> | null = null;
  private again = false;
  private recount: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly id: string) {
    this.members.add(id);
    if (status(id)) this.phase = "ready";
    this.ends.push(
      hold(() => this.members),
      onGone((gone) => this.leave(gone)),
    );
  }

  /** Listens while someone looks; answers what ends that. */
  open(): () => void {
    const handler = {
      update: (post: Status) => this.receive(post),
      "status.update": (post: Status) => {
        if (status(post.id)) putStreamed(post);
      },
      delete: everywhereGone,
      resumed: () => void this.read(),
    };
    const ends = [
      subscribe("user", handler),
      subscribe("public", handler),
      onPublished((post) => this.receive(post)),
    ];
    void this.read();
    return () => ends.forEach((end) => end());
  }

  /** Reads all of it, anew; of several calls at once the last one counts. */
  read(): Promise<void> {
    if (this.reading) {
      this.again = true;
      return this.reading;
    }
    this.reading = this.readAll().finally(() => {
      this.reading = null;
      if (!this.again) return;
      this.again = false;
      void this.read();
    });
    return this.reading;
  }

  private async readAll(): Promise<void> {
    const { signal } = this.stop;
    if (this.phase === "failed") this.phase = "loading";
    try {
      const [post, context] = await Promise.all([
        readThrough(`post ${this.id}`, () => api.get(this.id, signal)),
        readThrough<Context>(`context ${this.id}`, async () => {
          const { value, refresh } = await api.context(this.id, signal);
          if (refresh !== null) void this.await(refresh);
          return value;
        }),
      ]);
      putStatus(post);
      this.take(context);
      this.phase = "ready";
      this.whole = true;
      this.stale = connection.state !== "ok";
      if (this.stale) this.later();
      else await this.count();
    } catch (error) {
      if (signal.aborted) return;
      this.error = error;
      if (error instanceof ApiError && [403, 404, 410].includes(error.status)) {
        this.phase = "missing";
        if (status(this.id)) everywhereGone(this.id);
      } else if (status(this.id)) this.stale = true;
      else this.phase = "failed";
      if (error instanceof Unreachable) this.later();
    }
  }

  /** Waits until other nodes have told their answers, and reads them. */
  private async await(refresh: string): Promise<void> {
    const { signal } = this.stop;
    this.looking = true;
    try {
      for (let asked = 0; asked < LOOKS && !signal.aborted; asked++) {
        await new Promise((done) => setTimeout(done, PAUSE));
        const { status, result_count: found } = (await api.refresh(refresh, signal)).async_refresh;
        if (status !== "finished") continue;
        if (found > 0) await this.read();
        return;
      }
    } catch {
      // They are there when the conversation is opened again.
    } finally {
      this.looking = false;
    }
  }

  private later(): void {
    this.ends.push(whenBack(() => void this.read()));
  }

  private take(context: Context): void {
    // What came by the stream while this was read may be newer than what was read.
    const read = new Map(context.descendants.map((post) => [post.id, post]));
    const newest = [this.id, ...read.keys()].sort(newestFirst)[0] ?? this.id;
    for (const [id, post] of this.answers)
      if (!read.has(id) && status(id) && newer(id, newest)) read.set(id, post);
    putStatuses([...context.ancestors, ...context.descendants]);
    this.answers = read;
    this.ancestors = context.ancestors.map((post) => post.id);
    this.arrange();
  }

  private arrange(): void {
    this.descendants = rows(this.id, [...this.answers.values()]);
    this.members = new Set([...this.ancestors, this.id, ...this.answers.keys()]);
  }

  /** A post has come: it belongs here if it answers the post or one of its answers. */
  private receive(post: Status): void {
    const to = post.in_reply_to_id;
    if (post.reblog || !to || this.members.has(post.id)) return;
    if (to !== this.id && !this.answers.has(to)) return;
    putStreamed(post);
    this.answers.set(post.id, post);
    this.arrange();
    clearTimeout(this.recount);
    this.recount = setTimeout(() => void this.count(), 1_500);
  }

  private leave(gone: ReadonlySet<string>): void {
    if (gone.has(this.id)) this.phase = "missing";
    if (![...gone].some((id) => this.members.has(id))) return;
    for (const id of gone) this.answers.delete(id);
    this.ancestors = this.ancestors.filter((id) => !gone.has(id));
    this.arrange();
  }

  private async count(): Promise<void> {
    const known = () => [...this.members].flatMap((id) => status(id) ?? []);
    try {
      const home = { name: node.name, domain: node.domain };
      this.participants = await readParticipants(this.id, known, home, this.stop.signal);
    } catch {
      // Who takes part stays as it was last known.
    }
  }

  /** Ends it. */
  close(): void {
    this.stop.abort();
    clearTimeout(this.recount);
    for (const end of this.ends) end();
  }
}

const threads = new Map<string, Thread>();
/** So many stay, to come back to. */
const KEPT = 5;

/** The conversation around a post; one that was looked at lately is there at once. */
export function thread(id: string): Thread {
  const found = threads.get(id) ?? new Thread(id);
  threads.delete(id);
  threads.set(id, found);
  for (const [key, one] of threads) {
    if (threads.size <= KEPT) break;
    one.close();
    threads.delete(key);
  }
  return found;
}

/** Ends all of them, at sign-out. */
export function closeThreads(): void {
  for (const one of threads.values()) one.close();
  threads.clear();
}
