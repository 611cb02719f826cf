/** What one does with a post that is published later. */

import { ApiError } from "$/api/client";
import * as api from "$/api/scheduled";
import * as statuses from "$/api/statuses";
import type { ScheduledStatus, Status } from "$/api/types";
import { t, type MessageKey } from "$/i18n/index.svelte";
import { contextOf, openComposer, type ComposeRequest } from "$/state/compose.svelte";
import { keepDraft, recallDraft, type Draft } from "$/state/drafts";
import { group, loadMine } from "$/state/groups.svelte";
import { quotersOf } from "$/state/quoters";
import { toast } from "$/state/toasts.svelte";
import { toLocal } from "$/state/when";

const WHY: Record<NonNullable<ScheduledStatus["failure"]>, MessageKey> = {
  reply_gone: "scheduled.replyGone",
  not_valid: "scheduled.notValid",
  failed: "scheduled.failed",
  unreadable: "scheduled.unreadable",
};

/** Why it was not published, in words; null while it waits for its time. */
export const why = (post: ScheduledStatus): string | null =>
  post.failure === null ? null : t(WHY[post.failure] ?? "scheduled.failed");

/** The beginning of its text, to name it. */
export function beginning(post: ScheduledStatus): string {
  const text = (post.params.spoiler_text || post.params.text).replace(/\s+/g, " ").trim();
  if (text === "") return t("scheduled.noText");
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

/** What a group is called, as far as it is known. */
export const groupName = (id: string): string => group(id)?.display_name ?? t("scheduled.group");

/** Everything it is made of, as the composer takes it. */
export function draftOf(post: ScheduledStatus): Draft {
  const { params } = post;
  return {
    text: params.text,
    spoiler: params.spoiler_text,
    warned: params.spoiler_text !== "",
    sensitive: params.sensitive,
    visibility: params.visibility,
    language: params.language ?? "",
    media: post.media_attachments.map((attachment) => ({
      attachment,
      description: attachment.description ?? "",
      focus: attachment.meta?.focus ?? { x: 0, y: 0 },
    })),
    poll: params.poll && {
      options: params.poll.options,
      expiresIn: params.poll.expires_in,
      multiple: params.poll.multiple,
      hideTotals: params.poll.hide_totals,
    },
    later: toLocal(new Date(post.scheduled_at)),
    ...(params.group_id ? { group: { id: params.group_id, name: groupName(params.group_id) } } : {}),
    ...(params.quote_approval_policy ? { quotes: quotersOf(params.quote_approval_policy) } : {}),
    at: Date.now(),
  };
}

/** A post that is answered or quoted. One that is gone is left out: what was written stays, as a post of its own. */
async function there(id: string | null | undefined): Promise<Status | undefined> {
  if (!id) return undefined;
  try {
    return await statuses.get(id);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

/**
 * Takes a post back to change it: it is not scheduled any more, and everything in it is in the composer and kept as a
 * draft. The draft is kept first, so that nothing is lost whatever happens in between; one that is kept in the same place
 * already is not written over. Answers whether it was taken back.
 */
export async function rewrite(post: ScheduledStatus): Promise<boolean> {
  if (post.params.group_id) await loadMine();
  const draft = draftOf(post);
  const [replyTo, quote] = await Promise.all([
    there(post.params.in_reply_to_id),
    there(post.params.quoted_status_id),
  ]);
  const request: ComposeRequest = { replyTo, quote };
  if (recallDraft(contextOf(request)) !== null) {
    const action = { label: t("composer.open"), run: () => openComposer(request) };
    toast(t("scheduled.draftFirst"), { action, milliseconds: 20_000 });
    return false;
  }
  keepDraft(contextOf(request), draft);
  await api.remove(post.id);
  openComposer({ ...request, draft });
  return true;
}
