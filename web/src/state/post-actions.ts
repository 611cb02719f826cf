/** What the menu of a post does: delete, write anew, remove, mute or block its author, copy its address. */

import * as people from "$/api/accounts";
import { ApiError } from "$/api/client";
import * as reports from "$/api/reports";
import * as api from "$/api/statuses";
import type { Account, Status } from "$/api/types";
import { t } from "$/i18n/index.svelte";
import { explain } from "./actions";
import { openComposer } from "./compose.svelte";
import { patchStatus, putStatus, status } from "./entities.svelte";
import { everywhereGone, everywhereHidden } from "./feeds.svelte";
import { toast } from "./toasts.svelte";

const named = (person: Account) => person.display_name.trim() || person.username;

/** Whether it worked; if not, people are told. */
async function attempt(run: () => Promise<void>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    toast(explain(error), { kind: "error" });
    return false;
  }
}

// What is asked in a dialog rejects when the node refuses: the dialog tells it.

/** Deletes one's own post. It stays until the node has done it: nothing is claimed to be gone that is not. */
export async function removePost(id: string): Promise<void> {
  await api.remove(id);
  everywhereGone(id);
  toast(t("post.removed"));
}

/**
 * Removes somebody else's post, for those who moderate. One that is not there any more goes from the screen all the same.
 */
export async function takeDown(id: string, reason: string): Promise<void> {
  let said = t("reports.removed");
  try {
    await reports.removePost(id, reason.trim());
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 404)) throw error;
    said = t("common.gone");
  }
  everywhereGone(id);
  toast(said);
}

/** Deletes one's own post and opens the composer with what was in it. */
export async function redraftPost(id: string): Promise<void> {
  const gone = await api.remove(id);
  const before = status(id);
  everywhereGone(id);
  // What was in a group is not to leave it unnoticed, whatever the answer says of the post that is gone.
  openComposer({ redraft: { ...(before ?? gone), ...gone, group: gone.group ?? before?.group } });
}

/** Opens the composer with one's own post to change it. */
export function editPost(post: Status): void {
  openComposer({ edit: post });
}

/** Takes one's own post out of one that quotes it. */
export async function removeFromQuote(post: Status): Promise<void> {
  const quoted = post.quote?.quoted_status;
  if (!quoted) return;
  putStatus(await api.revokeQuote(quoted.id, post.id));
  toast(t("post.unquoted"));
}

const wrote = (person: string) => (id: string) => {
  const post = status(id);
  return post?.account.id === person || post?.reblog?.account.id === person;
};

/** Mutes a person; their posts go from all lists. */
export function muteAuthor(person: Account): Promise<boolean> {
  return attempt(async () => {
    await people.act(person.id, "mute");
    everywhereHidden(wrote(person.id));
    toast(t("post.muted", { name: named(person) }), {
      action: { label: t("common.undo"), run: () => void attempt(() => unmute(person.id)) },
    });
  });
}

async function unmute(id: string): Promise<void> {
  await people.act(id, "unmute");
}

/** Blocks a person; their posts go from all lists. */
export async function blockAuthor(person: Account): Promise<void> {
  await people.act(person.id, "block");
  everywhereHidden(wrote(person.id));
  toast(t("post.blocked", { name: named(person) }));
}

/** Puts the address of a post on the clipboard. */
export async function copyLink(post: Status): Promise<void> {
  const { url } = post;
  try {
    await navigator.clipboard.writeText(url);
    toast(t("post.copied"));
  } catch {
    // Plain http has no clipboard: the address is shown, to be marked and copied.
    toast(url, { milliseconds: 15_000 });
  }
}

/** Reads a poll anew. */
export async function refreshPoll(id: string): Promise<void> {
  const poll = status(id)?.poll;
  if (!poll) return;
  await attempt(async () => {
    const fresh = await api.poll(poll.id);
    patchStatus(id, (post) => ({ ...post, poll: fresh }));
  });
}
