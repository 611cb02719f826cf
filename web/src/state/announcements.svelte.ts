/** The announcements that someone has not dismissed, live. */

import * as api from "$/api/announcements";
import type { Announcement } from "$/api/announcements";
import { explain } from "./actions";
import { subscribe } from "./stream";
import { toast } from "./toasts.svelte";

let all = $state.raw<readonly Announcement[]>([]);

export const announcements = {
  /** Newest first. */
  get all() {
    return all;
  },
};

const newestFirst = (list: readonly Announcement[]) =>
  [...list].sort((a, b) => b.published_at.localeCompare(a.published_at));

function put(one: Announcement): void {
  all = newestFirst([...all.filter((other) => other.id !== one.id), one]);
}

const drop = (id: string) => (all = all.filter((one) => one.id !== id));

/** So many people answer with that emoji; `me` if that is known. */
function count(id: string, name: string, many: number, me?: boolean): void {
  all = all.map((one) => {
    if (one.id !== id) return one;
    const known = one.reactions.some((reaction) => reaction.name === name);
    const reactions = known
      ? one.reactions.map((reaction) =>
          reaction.name === name ? { name, count: many, me: me ?? reaction.me } : reaction,
        )
      : [...one.reactions, { name, count: many, me: me ?? false }];
    return { ...one, reactions: reactions.filter((reaction) => reaction.count > 0) };
  });
}

async function read(): Promise<void> {
  try {
    all = newestFirst(await api.current());
  } catch {
    // The feed below says that the node does not answer.
  }
}

/** Reads them and listens; answers what ends that. */
export function watchAnnouncements(): () => void {
  void read();
  return subscribe("user", {
    announcement: (one) => {
      if (!one.read) put(one);
    },
    "announcement.delete": (id) => void drop(id),
    "announcement.reaction": (reaction) => count(reaction.announcement_id, reaction.name, reaction.count),
    resumed: () => void read(),
  });
}

/** It has been read: gone at once, back if the node does not hear of it. */
export async function dismiss(one: Announcement): Promise<void> {
  drop(one.id);
  try {
    await api.dismiss(one.id);
  } catch (error) {
    put(one);
    toast(explain(error), { kind: "error" });
  }
}

/** Answers with an emoji, or takes that back. */
export async function toggleReaction(one: Announcement, name: string): Promise<void> {
  const before = one.reactions.find((reaction) => reaction.name === name);
  const [many, mine] = [before?.count ?? 0, before?.me ?? false];
  count(one.id, name, many + (mine ? -1 : 1), !mine);
  try {
    await (mine ? api.takeBack(one.id, name) : api.react(one.id, name));
  } catch (error) {
    count(one.id, name, many, mine);
    toast(explain(error), { kind: "error" });
  }
}
