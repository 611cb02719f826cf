/** Introductions in words: those that wait for this administrator, and those that this node has made. */

import type { Introduction, Peer, Preset } from "$/api/peers";
import { t, type MessageKey } from "$/i18n/index.svelte";
import { same, type Both } from "$/parts/contract";
import type { Tone } from "./words";

/** Whether a contract lets each of the two make others known to the other: without that nobody is introduced. */
export const introduces = ({ we_give, they_give }: Both) => we_give.introduces && they_give.introduces;

/** Those that came here and wait for an answer: ours first, then the other side's. */
export function waiting(all: readonly Introduction[]): Introduction[] {
  const received = all.filter((one) => !one.by_us);
  return ["open", "accepted"].flatMap((state) => received.filter((one) => one.state === state));
}

/** Those that came here and are over. */
export const over = (all: readonly Introduction[]) =>
  all.filter((one) => !one.by_us && one.state !== "open" && one.state !== "accepted");

const STATES: Record<string, { label: MessageKey; tone: Tone }> = {
  open: { label: "introductions.stateOpen", tone: "info" },
  accepted: { label: "introductions.stateAccepted", tone: "info" },
  declined: { label: "introductions.stateDeclined", tone: "plain" },
  expired: { label: "introductions.stateExpired", tone: "plain" },
  connected: { label: "introductions.stateConnected", tone: "good" },
};

/** What became of an introduction. An unknown state is told as it is. */
export function fateOf({ state }: Pick<Introduction, "state">): { label: string; tone: Tone } {
  const known = STATES[state];
  return known ? { label: t(known.label), tone: known.tone } : { label: state, tone: "plain" };
}

/** A peer and another one that this node has made known to each other, and what each has answered. */
export interface Pair {
  origin: string;
  name: string;
  /** The latest of the two. */
  made_at: string;
  /** What the peer said about the other; null if that is not known. */
  peer: string | null;
  /** What the other said about the peer. */
  other: string | null;
}

/** What this node has made of a peer, one for each other node: the latest counts. */
export function pairs(all: readonly Introduction[], peer: Pick<Peer, "id" | "origin">): Pair[] {
  const found = new Map<string, Pair>();
  // The newest come first: what is there already is later.
  for (const one of all) {
    if (!one.by_us) continue;
    const asked = one.peer.origin === peer.origin;
    if (!asked && one.origin !== peer.origin) continue;
    const { origin, name } = asked ? one : one.peer;
    const pair = found.get(origin) ?? { origin, name, made_at: one.made_at, peer: null, other: null };
    found.set(origin, pair);
    if (asked) pair.peer ??= one.state;
    else pair.other ??= one.state;
  }
  return [...found.values()];
}

/** How it stands between the two, in a word and a sentence. */
export function pairWords(pair: Pair, name: string): { label: string; tone: Tone; text: string } {
  const answers = [
    { who: name, state: pair.peer, other: pair.name },
    { who: pair.name, state: pair.other, other: name },
  ];
  const first = (state: string) => answers.find((one) => one.state === state);
  const say = (state: string, key: MessageKey, values = {}) => ({
    ...fateOf({ state }),
    text: t(key, values),
  });
  const declined = first("declined");
  // Of the other one the node knows no more than that nothing comes of it.
  if (pair.peer === "declined" && pair.other === "declined")
    return say("declined", "introductions.pairOneDeclined");
  if (declined) return say("declined", "introductions.pairDeclined", { name: declined.who });
  if (first("expired")) return say("expired", "introductions.pairExpired");
  if (first("connected")) return say("connected", "introductions.pairConnected");
  const waits = { label: t("introductions.stateWaits"), tone: "info" as const };
  const half = first("accepted");
  if (!half) return { ...waits, text: t("introductions.pairOpen") };
  if (!first("open")) return { ...waits, text: t("introductions.pairAccepted") };
  return { ...waits, text: t("introductions.pairHalf", { name: half.who, other: half.other }) };
}

/** Presets that can be meant for two others: what each of the two gives must be the same, since neither is “us”. */
export const evenPresets = (all: readonly Preset[]) =>
  all.filter(({ contract: { we_give, they_give } }) =>
    same({ we_give, they_give }, { we_give: they_give, they_give: we_give }),
  );
