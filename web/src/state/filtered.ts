/** What one's filters say of a post in the place where it is shown. The node has matched them; here they are applied. */

import type { FilterPlace, FilterResult, Status } from "$/api/types";

/** What becomes of a post. */
export interface Verdict {
  /** It is not shown. */
  hide: boolean;
  /** The names of the filters behind whose warning it waits. */
  warn: string[];
  /** The names of the filters that cover its media. */
  blur: string[];
}

const NOTHING: Verdict = { hide: false, warn: [], blur: [] };

/** What the filters say of a post, or of a boost and the post in it; nothing where no filter applies (`where` is null). */
export function verdict(post: Status | undefined, where: FilterPlace | null, now = Date.now()): Verdict {
  if (!post || where === null) return NOTHING;
  const results = matches(post);
  if (results.length === 0) return NOTHING;
  const found: Verdict = { hide: false, warn: [], blur: [] };
  const seen = new Set<string>();
  for (const { filter } of results) {
    const over = filter.expires_at != null && Date.parse(filter.expires_at) <= now;
    if (over || seen.has(filter.id) || !filter.context.includes(where)) continue;
    seen.add(filter.id);
    if (filter.filter_action === "hide") found.hide = true;
    else if (filter.filter_action === "blur") found.blur.push(filter.title);
    // As Mastodon asks of clients: an action that one does not know is a warning.
    else found.warn.push(filter.title);
  }
  return found;
}

/** What was kept by an earlier version of this client has no results. */
function matches(post: Status): readonly FilterResult[] {
  const own = (post.filtered as FilterResult[] | undefined) ?? [];
  const inner = (post.reblog?.filtered as FilterResult[] | undefined) ?? [];
  return inner.length === 0 ? own : [...own, ...inner];
}

/** Those of the ids that are shown; the same array if none is hidden. */
export function shownOf(
  ids: readonly string[],
  where: FilterPlace | null,
  status: (id: string) => Status | undefined,
): readonly string[] {
  if (where === null) return ids;
  const now = Date.now();
  const shown = ids.filter((id) => !verdict(status(id), where, now).hide);
  return shown.length === ids.length ? ids : shown;
}
