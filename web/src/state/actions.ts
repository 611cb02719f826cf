/**
 * What one does with posts: shown at once, taken back when the node refuses, tried again when it cannot be reached.
 *
 * For every post and kind there is one wish. While a request is under way a changed wish waits for its answer, so that
 * answers never overtake one another; of several changes only the last one is sent.
 */

import { ApiError, Unreachable } from "$/api/client";
import * as api from "$/api/statuses";
import type { Status } from "$/api/types";
import { t } from "$/i18n/index.svelte";
import { whenBack } from "./connection.svelte";
import { patchStatus, putStatus, setOverlay, status } from "./entities.svelte";
import { toast } from "./toasts.svelte";

type Toggle = "favourite" | "reblog" | "bookmark" | "mute" | "pin";

const FLAG = {
  favourite: "favourited",
  reblog: "reblogged",
  bookmark: "bookmarked",
  mute: "muted",
  pin: "pinned",
} as const satisfies Record<Toggle, keyof Status>;

const COUNT = { favourite: "favourites_count", reblog: "reblogs_count" } as const;

interface Wish {
  /** What the person wants. */
  on: boolean;
  /** What the node last said. */
  confirmed: boolean;
  /** A request is under way. */
  sending: boolean;
  /** Ends the wait for the node. */
  cancel: (() => void) | null;
}

/** By post, then by kind. */
const wishes = new Map<string, Map<Toggle, Wish>>();

function shown(post: Status, what: Toggle, on: boolean): Status {
  const flag = FLAG[what];
  if (Boolean(post[flag]) === on) return post;
  const changed: Status = { ...post, [flag]: on };
  if (what === "favourite" || what === "reblog") {
    const count = COUNT[what];
    changed[count] = Math.max(0, post[count] + (on ? 1 : -1));
  }
  return changed;
}

// Whatever the node sends of a post meanwhile, what the person has just done stays visible.
setOverlay((post) => {
  let laid = post;
  for (const [what, wish] of wishes.get(post.id) ?? []) laid = shown(laid, what, wish.on);
  return laid;
});

/** Turns something on or off for a post. */
export async function toggle(id: string, what: Toggle): Promise<void> {
  const before = status(id);
  if (!before) return;
  const is = Boolean(before[FLAG[what]]);
  const mine = wishes.get(id) ?? new Map<Toggle, Wish>();
  wishes.set(id, mine);
  const wish = mine.get(what) ?? { on: is, confirmed: is, sending: false, cancel: null };
  mine.set(what, wish);
  wish.on = !is;
  patchStatus(id, (post) => shown(post, what, wish.on));
  wish.cancel?.();
  wish.cancel = null;
  if (!wish.sending) await send(id, what, wish);
}

async function send(id: string, what: Toggle, wish: Wish): Promise<void> {
  wish.sending = true;
  try {
    while (wish.on !== wish.confirmed) {
      const on = wish.on;
      const answered = await api.act(id, `${on ? "" : "un"}${what}` as api.Action);
      wish.confirmed = on;
      if (wish.on === wish.confirmed) settle(id, what, wish);
      putStatus(what === "reblog" && answered.reblog ? answered.reblog : answered);
    }
    settle(id, what, wish);
  } catch (error) {
    if (error instanceof Unreachable) {
      wish.cancel = whenBack(() => {
        wish.cancel = null;
        if (!wish.sending) void send(id, what, wish);
      });
      return;
    }
    settle(id, what, wish);
    patchStatus(id, (post) => shown(post, what, wish.confirmed));
    toast(explain(error), { kind: "error" });
  } finally {
    wish.sending = false;
  }
}

function settle(id: string, what: Toggle, wish: Wish): void {
  const mine = wishes.get(id);
  if (mine?.get(what) !== wish) return;
  mine.delete(what);
  if (mine.size === 0) wishes.delete(id);
}

/** Nothing waits any more, at sign-out. */
export function forgetActions(): void {
  for (const mine of wishes.values()) for (const wish of mine.values()) wish.cancel?.();
  wishes.clear();
}

const voting = new Set<string>();

/** Votes; the poll shows the vote at once. */
export async function vote(id: string, choices: number[]): Promise<void> {
  const before = status(id)?.poll;
  if (!before || before.voted || choices.length === 0 || voting.has(before.id)) return;
  voting.add(before.id);
  const poll = {
    ...before,
    voted: true,
    own_votes: choices,
    votes_count: before.votes_count + choices.length,
    voters_count: before.voters_count === null ? null : before.voters_count + 1,
    options: before.options.map((option, at) =>
      choices.includes(at) && option.votes_count !== null
        ? { ...option, votes_count: option.votes_count + 1 }
        : option,
    ),
  };
  patchStatus(id, (post) => ({ ...post, poll }));
  try {
    const answered = await api.vote(before.id, choices);
    patchStatus(id, (post) => ({ ...post, poll: answered }));
  } catch (error) {
    patchStatus(id, (post) => ({ ...post, poll: before }));
    // A vote is not sent later by itself: the poll may be over by then, and the person thinks they have voted.
    toast(error instanceof Unreachable ? t("post.voteUnreachable") : explain(error), { kind: "error" });
  } finally {
    voting.delete(before.id);
  }
}

/** An error in words for people. */
export function explain(error: unknown): string {
  if (error instanceof Unreachable) return t("common.unreachable");
  if (error instanceof ApiError) {
    if (error.status === 404) return t("common.gone");
    if (error.status === 429) return t("common.tooMany");
    if (error.status === 413) return t("common.tooLarge");
    if (error.status >= 500) return t("common.nodeTrouble");
    return error.words;
  }
  return t("common.unexpected");
}
