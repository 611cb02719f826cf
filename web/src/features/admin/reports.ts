/** Reports in words. */

import type { AdminReport } from "$/api/reports";
import * as statuses from "$/api/statuses";
import { t } from "$/i18n/index.svelte";
import { textOf } from "$/ui/people/text";

/** The beginning of what was said, or of the first post. */
export function gistOf(one: Pick<AdminReport, "comment" | "statuses">): string {
  const first = one.statuses[0];
  const text = one.comment.trim() || (first ? first.spoiler_text || textOf(first.content) : "");
  return text === "" ? t("reports.noWords") : text.length > 240 ? `${text.slice(0, 239)}…` : text;
}

/** How many of its posts are not kept any more. */
export const forgottenOf = (one: Pick<AdminReport, "statuses_count" | "statuses">): number =>
  Math.max(0, one.statuses_count - one.statuses.length);

/** So many posts are asked for at once. */
const MANY = 40;

/** Which of these posts one still sees where they were written. */
export async function stillThere(ids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let at = 0; at < ids.length; at += MANY)
    for (const one of await statuses.many(ids.slice(at, at + MANY))) found.add(one.id);
  return found;
}
