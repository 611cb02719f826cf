/** What one does with posts: shown at once, taken back when the node refuses, tried again when it cannot be reached. */

import { ApiError, Unreachable } from "$/api/client";
import * as api from "$/api/statuses";
import type { Status } from "$/api/types";
import { t } from "$/i18n/index.svelte";
import { whenBack } from "./connection.svelte";
import { patchStatus, putStatus, status } from "./entities.svelte";
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

/** What waits for the node, by post and kind: of several only the last one counts. */
const waiting = new Map<string, () => void>();

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

/** Turns something on or off for a post. */
export async function toggle(id: string, what: Toggle): Promise<void> {
  const before = status(id);
  if (!before) return;
  const on = !before[FLAG[what]];
  patchStatus(id, (post) => shown(post, what, on));
  await send(id, what, on);
}

async function send(id: string, what: Toggle, on: boolean): Promise<void> {
  const key = `${id} ${what}`;
  waiting.get(key)?.();
  waiting.delete(key);
  try {
    const answered = await api.act(id, `${on ? "" : "un"}${what}` as api.Action);
    putStatus(what === "reblog" && answered.reblog ? answered.reblog : answered);
  } catch (error) {
    if (error instanceof Unreachable) {
      const cancel = whenBack(() => {
        waiting.delete(key);
        void send(id, what, on);
      });
      waiting.set(key, cancel);
      return;
    }
    patchStatus(id, (post) => shown(post, what, !on));
    toast(explain(error), { kind: "error" });
  }
}

/** Votes; the poll shows the vote at once. */
export async function vote(id: string, choices: number[]): Promise<void> {
  const before = status(id)?.poll;
  if (!before) return;
  const poll = {
    ...before,
    voted: true,
    own_votes: choices,
    votes_count: before.votes_count + choices.length,
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
    toast(explain(error), { kind: "error" });
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
    return error.message;
  }
  return t("common.unexpected");
}
