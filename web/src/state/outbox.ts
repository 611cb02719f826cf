/**
 * What was published and may still be undone, or waits for the node.
 *
 * An entry is in the browser's storage from the click until the node has answered, so closing the tab loses nothing; its
 * key (`Idempotency-Key`) makes several attempts, also of several tabs, one post. The node remembers keys for a day:
 * what was tried longer ago and has no answer becomes a draft again, since trying once more could publish it twice.
 */

import { ApiError, Unreachable, getToken } from "$/api/client";
import * as media from "$/api/media";
import * as later from "$/api/scheduled";
import * as api from "$/api/statuses";
import type { Status } from "$/api/types";
import { dateTime, t } from "$/i18n/index.svelte";
import { explain } from "./actions";
import {
  announcePublished,
  announceScheduled,
  compose,
  contextOf,
  openComposer,
  type ComposeRequest,
} from "./compose.svelte";
import { whenBack } from "./connection.svelte";
import { dropDraft, keepDraft, type Draft } from "./drafts";
import { putStatus } from "./entities.svelte";
import { navigate, router } from "./router.svelte";
import { beforeSignOut, session } from "./session.svelte";
import { recall, remember } from "./storage";
import { toast } from "./toasts.svelte";

/** How long one can take it back. */
export const UNDO = 5_000;
/** The node remembers a key for 24 hours; a margin for clocks that differ. */
const KEY_LIFE = 20 * 3_600_000;
const NAME = "outbox";

export interface Entry {
  key: string;
  /** Whose it is: another person in this browser does not send it. */
  by: string;
  post: api.NewStatus;
  /** The post that is changed; absent for a new one. */
  edit?: string;
  /** Everything to open the composer again. */
  request: ComposeRequest;
  draft: Draft;
  /** When it is sent. */
  due: number;
  /** When it was first tried; null if it was not yet. */
  tried: number | null;
}

const all = () => recall<Entry[]>(NAME) ?? [];
const find = (key: string) => all().find((one) => one.key === key);
const take = (key: string) => {
  const rest = all().filter((one) => one.key !== key);
  remember(NAME, rest);
};
const change = (entry: Entry) => remember(NAME, [...all().filter((one) => one.key !== entry.key), entry]);

const timers = new Map<string, ReturnType<typeof setTimeout>>();
const closers = new Map<string, () => void>();
/** What is under way here: it is not sent a second time by the same tab. */
const sending = new Set<string>();

/** Holds a post for some seconds, in which it can be undone; then sends it. */
export function publishSoon(what: Omit<Entry, "key" | "by" | "due" | "tried">): void {
  // A scheduled post can be taken back until its time.
  const pause = what.edit || what.post.scheduled_at ? 0 : UNDO;
  const key = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const entry: Entry = { ...what, key, by: session.me?.id ?? "", due: Date.now() + pause, tried: null };
  change(entry);
  dropDraft(contextOf(what.request));
  if (pause > 0) {
    const action = { label: t("composer.undo"), run: () => undo(key) };
    closers.set(key, toast(t("composer.held"), { action, milliseconds: pause }));
  }
  arm(entry);
}

function arm(entry: Entry): void {
  clearTimeout(timers.get(entry.key));
  timers.set(
    entry.key,
    setTimeout(() => void send(entry.key), Math.max(0, entry.due - Date.now())),
  );
}

/** Takes a post back before it is sent, and opens it with everything that was in it. */
export function undo(key: string): void {
  const entry = find(key);
  if (!entry || sending.has(key) || entry.tried !== null) return;
  disarm(key);
  take(key);
  reopen(entry);
}

function disarm(key: string): void {
  clearTimeout(timers.get(key));
  timers.delete(key);
  closers.get(key)?.();
  closers.delete(key);
}

/** The composer again; if something else is being written in it, a draft and a way to it. */
function reopen(entry: Entry, error?: string): void {
  const { draft } = entry;
  keepDraft(contextOf(entry.request), draft);
  const open = () => openComposer({ ...entry.request, draft, error });
  if (compose.request === null) open();
  else
    toast(error ?? t("composer.kept"), {
      kind: error ? "error" : "info",
      action: { label: t("composer.open"), run: open },
      milliseconds: 20_000,
    });
}

/** Sends an entry that is still there. */
async function send(key: string): Promise<void> {
  const entry = find(key);
  disarm(key);
  if (!entry || sending.has(key)) return;
  if (entry.tried !== null && entry.edit === undefined && Date.now() - entry.tried > KEY_LIFE) {
    take(key);
    keepDraft(contextOf(entry.request), entry.draft);
    toast(t("composer.unsure"), { kind: "error", milliseconds: 20_000 });
    return;
  }
  sending.add(key);
  change({ ...entry, tried: entry.tried ?? Date.now() });
  try {
    await describe(entry);
    if (entry.post.scheduled_at) {
      const { scheduled_at } = await later.schedule(entry.post, entry.key);
      take(key);
      waits(scheduled_at);
      return;
    }
    const post = entry.edit
      ? await api.edit(entry.edit, entry.post)
      : await api.publish(entry.post, entry.key);
    take(key);
    arrived(post, entry);
  } catch (error) {
    if (again(error)) {
      whenBack(() => void send(key));
      toast(t("composer.waits"));
    } else {
      take(key);
      reopen(entry, explain(error));
    }
  } finally {
    sending.delete(key);
  }
}

/** The node will take it later: it is not there, or overloaded. */
const again = (error: unknown) =>
  error instanceof Unreachable || (error instanceof ApiError && [502, 503, 504].includes(error.status));

async function describe(entry: Entry): Promise<void> {
  for (const one of entry.draft.media)
    if (one.dirty) await media.update(one.attachment.id, one.description, one.focus);
}

function waits(at: string): void {
  const action = { label: t("composer.laterShow"), run: () => navigate("/scheduled") };
  toast(t("composer.laterDone", { when: dateTime(at) }), { action });
  announceScheduled();
}

function arrived(post: Status, entry: Entry): void {
  putStatus(post);
  if (entry.edit) {
    toast(t("composer.changed"));
    return;
  }
  announcePublished(post);
  const { group } = post;
  // Only on its own page one sees it appear.
  if (group && router.path !== `/g/${group.id}`)
    toast(t("composer.groupDone", { name: group.display_name }), {
      action: { label: t("composer.laterShow"), run: () => navigate(`/g/${group.id}`) },
    });
}

/**
 * Begins: what an earlier visit left is sent, and closing the tab sends what is still held. Answers what ends it.
 */
export function watchOutbox(): () => void {
  for (const entry of all()) if (entry.by === session.me?.id) arm(entry);
  beforeSignOut(flushOutbox);
  const onHide = () => handOver();
  window.addEventListener("pagehide", onHide);
  return () => window.removeEventListener("pagehide", onHide);
}

/**
 * The tab is closing: the browser carries the requests on. Whether they arrived is not known here, so the entries stay
 * and are tried again, with the same keys, at the next start.
 */
function handOver(): void {
  for (const entry of all()) {
    if (!timers.has(entry.key) || sending.has(entry.key)) continue;
    // These need more than one request: they wait for the next start.
    if (entry.edit || entry.draft.media.some((one) => one.dirty)) continue;
    change({ ...entry, tried: entry.tried ?? Date.now() });
    void fetch("/api/v1/statuses", {
      method: "POST",
      keepalive: true,
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${getToken()}`,
        "idempotency-key": entry.key,
      },
      body: JSON.stringify(entry.post),
    }).catch(() => {
      // It stays in the outbox.
    });
  }
}

/** Sends at once what is held, before the person signs out and their token with them. */
export async function flushOutbox(): Promise<void> {
  await Promise.all(all().map((entry) => (entry.by === session.me?.id ? send(entry.key) : undefined)));
}
