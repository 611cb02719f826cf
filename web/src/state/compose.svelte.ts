/** What the composer is opened with, from anywhere. */

import type { Status } from "$/api/types";
import type { Draft } from "./drafts";

/** The group that something is written into. */
export interface Into {
  id: string;
  name: string;
}

export interface ComposeRequest {
  /** The post that is answered. */
  replyTo?: Status;
  /** The post that is quoted. */
  quote?: Status;
  /** One's own post that is changed. */
  edit?: Status;
  /** One's own post that was deleted to be written anew. */
  redraft?: Status;
  /** Text to begin with. */
  text?: string;
  /** The group it is for; it can be chosen otherwise. */
  group?: Into;
  /** Everything as it was, after an undo or a refusal. */
  draft?: Draft;
  /** Why it was not published. */
  error?: string;
}

/** What a draft is kept under: two things that are written do not overwrite each other. */
export function contextOf(what: ComposeRequest): string {
  if (what.edit) return `edit.${what.edit.id}`;
  if (what.redraft) return `redraft.${what.redraft.id}`;
  if (what.replyTo) return `reply.${(what.replyTo.reblog ?? what.replyTo).id}`;
  if (what.quote) return `quote.${(what.quote.reblog ?? what.quote).id}`;
  if (what.group) return `group.${what.group.id}`;
  return what.text ? `to.${what.text.trim().slice(0, 100)}` : "new";
}

let request = $state.raw<ComposeRequest | null>(null);
const published = new Set<(post: Status) => void>();

export const compose = {
  /** What is asked for; null while the composer is closed. */
  get request() {
    return request;
  },
};

/** Opens the composer. */
export function openComposer(what: ComposeRequest = {}): void {
  request = what;
}

/** Closes it. */
export function closeComposer(): void {
  request = null;
}

/** Hears of posts that were just published here; answers what ends it. */
export function onPublished(listener: (post: Status) => void): () => void {
  published.add(listener);
  return () => published.delete(listener);
}

const scheduled = new Set<() => void>();

/** Hears that a post was just scheduled here; answers what ends it. */
export function onScheduled(listener: () => void): () => void {
  scheduled.add(listener);
  return () => scheduled.delete(listener);
}

/** Says that a post was scheduled. */
export function announceScheduled(): void {
  for (const listener of scheduled) listener();
}

/** Says that a post was published. */
export function announcePublished(post: Status): void {
  for (const listener of published) listener(post);
}
