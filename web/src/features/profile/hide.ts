/** Hiding everyone of an organisation, from the profile of one of them. */

import * as api from "$/api/settings";
import { t } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { status } from "$/state/entities.svelte";
import { everywhereHidden } from "$/state/feeds.svelte";
import { loadRelations } from "$/state/relations.svelte";
import { toast } from "$/state/toasts.svelte";

/** Whether a post, or what it boosts, is by someone of a node. */
function isFrom(post: string, authority: string): boolean {
  const one = status(post);
  const end = `@${authority}`;
  return (one?.account.acct.endsWith(end) || one?.reblog?.account.acct.endsWith(end)) ?? false;
}

/** Hides an organisation, or shows it again; `person` is whose profile one is at. */
export async function hideNode(
  organisation: { name: string; authority: string },
  person: string,
  hide: boolean,
): Promise<void> {
  const { name, authority } = organisation;
  try {
    await (hide ? api.hideNode(authority) : api.showNode(authority));
    if (hide) everywhereHidden((post) => isFrom(post, authority));
    await loadRelations([person], true);
    toast(t(hide ? "profile.nodeHidden" : "profile.nodeShown", { name }));
  } catch (error) {
    toast(explain(error), { kind: "error" });
  }
}
