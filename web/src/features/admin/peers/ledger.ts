/** Rows of a ledger in words. */

import type { LedgerEntry } from "$/api/peers";
import { t, type MessageKey } from "$/i18n/index.svelte";

const KINDS = new Set([
  "Create",
  "CreateVote",
  "Update",
  "UpdatePerson",
  "UpdateApplication",
  "UpdateActor",
  "UpdateKeys",
  "Delete",
  "DeletePerson",
  "DeleteActor",
  "Follow",
  "AcceptFollow",
  "RejectFollow",
  "UndoFollow",
  "Like",
  "UndoLike",
  "Announce",
  "UndoAnnounce",
  "Block",
  "UndoBlock",
  "OfferContract",
  "AcceptContract",
  "RejectContract",
  "OfferIntroduction",
  "AcceptIntroduction",
  "RejectIntroduction",
  "Order",
  "Receipt",
  "Deliveries",
]);

/** What it was. An unknown kind is told as the protocol calls it. */
export function kind(row: Pick<LedgerEntry, "kind">): string {
  if (row.kind === "GET" || row.kind.startsWith("GET ")) return t("ledger.asked");
  const joined = row.kind.replace(/ /g, "");
  return KINDS.has(joined) ? t(`ledger.${joined}` as MessageKey) : row.kind;
}

const DIRECTIONS = ["sent", "received", "served", "fetched"] as const;
/** Which way it went, and who began it. */
export function direction(row: Pick<LedgerEntry, "direction">): string {
  const known = DIRECTIONS.find((one) => one === row.direction);
  return known ? t(`ledger.${known}`) : row.direction;
}

/** Codes of the same kind are told by one sentence; the code itself stands beside it. */
const REASONS: readonly [RegExp, MessageKey][] = [
  [/^contract/, "ledger.contract"],
  [/^(state|peer_not_active)$/, "ledger.state"],
  [/^(signature|bad_proof|digest)$/, "ledger.signature"],
  [/^(key|keys|keys?_.*|not_endorsed|fingerprint)$/, "ledger.key"],
  [/^(origin|author|actor|actor_mismatch|not_its_own|foreign_.*|uri_taken)$/, "ledger.origin"],
  [/^(no_audience_here|audience_changed)$/, "ledger.audience"],
  [/^(not_found|gone|actor_gone|status_410)$/, "ledger.gone"],
  [/^(too_long|too_large|too_many_recipients|status_413)$/, "ledger.size"],
  [/^receipt_/, "ledger.receipt"],
  [/^introduction_declined$/, "ledger.declined"],
  [/^too_old$/, "ledger.old"],
  [/^(unavailable|status_5\d\d)$/, "ledger.down"],
];

/** Why it was refused; null for what crossed. */
export function reason(row: Pick<LedgerEntry, "outcome" | "reason">): string | null {
  if (row.outcome !== "refused") return null;
  const code = row.reason ?? "";
  const known = REASONS.find(([pattern]) => pattern.test(code));
  if (!known) return code === "" ? t("ledger.wasRefused") : t("ledger.because", { reason: code });
  return t("ledger.because", { reason: t(known[1]) });
}

/** What it was about: an address, or a code where the address would tell of a person; null if nothing is known. */
export function about(row: Pick<LedgerEntry, "object" | "activity">): string | null {
  const what = row.object ?? row.activity ?? null;
  return what?.startsWith("hmac:") ? t("ledger.hidden", { code: what.slice(5, 17) }) : what;
}
