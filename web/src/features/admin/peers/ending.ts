/** The end of a connection in words: what it takes along, and what became of it. */

import type { Cleared, Consequences, Ending } from "$/api/peers";
import { dateTime, list, t, type MessageKey } from "$/i18n/index.svelte";
import type { Tone } from "./words";

const PARTS = ["people", "posts", "files", "follows", "favourites", "votes", "notifications"] as const;
type Counts = Partial<Record<(typeof PARTS)[number], number>>;

/** What was counted, without what there is none of; null for nothing at all. */
function tally(counts: Counts): string | null {
  const some = PARTS.flatMap((part) => {
    const count = counts[part] ?? 0;
    return count > 0 ? [t(`ending.${part}`, { count })] : [];
  });
  return some.length === 0 ? null : list(some);
}

/** A sentence about what was counted, in the words for `how`; or that there is nothing. */
function say(what: "here" | "confirmed" | "cleared", how: string, counts: Counts, values = {}): string {
  const told = tally(counts);
  const key = told === null ? "Nothing" : upper(how);
  return t(`ending.${what}${key}` as MessageKey, { ...values, what: told ?? "" });
}

const upper = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
const follows = (count: number) => t("ending.follows", { count });

/** What ending a connection would do, sentence by sentence. */
export function consequences(found: Consequences): string[] {
  const { follows_by_us: ours, follows_by_them: theirs } = found;
  const { people, posts, files, favourites, votes, notifications } = found;
  return [
    say("here", found.here, { people, posts, files, favourites, votes, notifications }),
    ...(ours + theirs > 0 ? [t("ending.follow", { ours: follows(ours), theirs: follows(theirs) })] : []),
    t(`ending.there${upper(found.there ?? "none")}` as MessageKey),
    ...(found.queued > 0 ? [t("ending.queue", { count: found.queued })] : []),
  ];
}

const TONES: Record<string, Tone> = {
  unconfirmed: "warn",
  confirmed: "good",
  given_up: "bad",
  unconfirmable: "warn",
  not_ordered: "plain",
};

/** What became of what the other side had: a word, its colour, and a sentence. */
export function there(ending: Ending): { label: string; tone: Tone; text: string } {
  const tone = TONES[ending.state];
  if (!tone) return { label: ending.state, tone: "plain", text: "" };
  const label = t(`ending.${ending.state}` as MessageKey);
  if (ending.state === "confirmed" && ending.receipt) {
    const { receipt, confirmed_at } = ending;
    const when = dateTime(confirmed_at ?? ending.ordered_at ?? "");
    return { label, tone, text: say("confirmed", receipt.how, receipt, { when }) };
  }
  const when = ending.ordered_at ? dateTime(ending.ordered_at) : "";
  return { label, tone, text: t(`ending.${ending.state}Text` as MessageKey, { when }) };
}

/** What was removed or hidden on this side. */
export const here = (done: Cleared): string => say("cleared", done.how, done);
