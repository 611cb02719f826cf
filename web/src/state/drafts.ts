/**
 * What was typed and not yet published, kept in this browser by what it is about: a new post, an answer, a change. It is
 * the person's, so it goes at sign-out (`cleanUp`).
 */

import type { MediaAttachment, QuotePolicy, Visibility } from "$/api/types";
import { drop, keys, recall, remember } from "./storage";

export interface DraftPoll {
  options: string[];
  /** Seconds from publishing on. */
  expiresIn: number;
  multiple: boolean;
  hideTotals: boolean;
}

/** A file that the node already has. */
export interface DraftMedia {
  attachment: MediaAttachment;
  description: string;
  focus: { x: number; y: number };
  /** Description or focus are not at the node yet. */
  dirty?: boolean;
}

export interface Draft {
  text: string;
  spoiler: string;
  warned: boolean;
  sensitive: boolean;
  visibility: Visibility;
  language: string;
  media: DraftMedia[];
  poll: DraftPoll | null;
  /** When it is to be published, as the field has it; null or absent for at once. */
  later?: string | null;
  /** Who may quote it; absent for one's preference. */
  quotes?: QuotePolicy;
  /** The group it is for; null or absent if for none. */
  group?: { id: string; name: string } | null;
  /** When it was kept. */
  at: number;
}

const PREFIX = "draft.";
/** Most drafts that are kept; the oldest go first. */
const MOST = 30;
/** Older ones are of no use any more. */
const OLDEST = 60 * 86_400_000;

/** Keeps a draft. */
export function keepDraft(context: string, draft: Draft): void {
  remember(PREFIX + context, draft);
  sweep(draft.at);
}

/** The draft of a context; null if there is none. */
export function recallDraft(context: string): Draft | null {
  const kept = recall<Draft>(PREFIX + context);
  return kept !== null && typeof kept.text === "string" && Array.isArray(kept.media) ? kept : null;
}

/** Forgets the draft of a context. */
export function dropDraft(context: string): void {
  drop(PREFIX + context);
}

function sweep(now: number): void {
  const all = keys(PREFIX)
    .map((name) => ({ name, at: recall<Draft>(name)?.at ?? 0 }))
    .sort((a, b) => b.at - a.at);
  for (const [place, one] of all.entries()) if (place >= MOST || now - one.at > OLDEST) drop(one.name);
}
