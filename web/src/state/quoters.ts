/** Who may quote a post, as one chooses it. */

import type { QuotePolicy, Status } from "$/api/types";
import { t } from "$/i18n/index.svelte";

/** The choices, in words. */
export const quoters = (): { value: QuotePolicy; label: string }[] => [
  { value: "public", label: t("composer.quotesPublic") },
  { value: "followers", label: t("composer.quotesFollowers") },
  { value: "nobody", label: t("composer.quotesNobody") },
];

/** A choice we know; nobody for one we do not. */
export function quotersOf(name: string | undefined): QuotePolicy {
  return name === "public" || name === "followers" ? name : "nobody";
}

/** Who may quote a post that is there. */
export function policyOf(post: Status): QuotePolicy {
  const automatic = post.quote_approval?.automatic ?? [];
  if (automatic.includes("public")) return "public";
  return automatic.includes("followers") ? "followers" : "nobody";
}

/** Whether one may quote a post, be it after its author was asked. */
export function quotable(post: Status): boolean {
  return ["automatic", "manual"].includes(post.quote_approval?.current_user ?? "");
}
