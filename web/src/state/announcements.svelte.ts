/** The announcements that someone has not dismissed, live. */

import * as api from "$/api/announcements";
import type { Announcement, AnnouncementReaction } from "$/api/announcements";
import { explain } from "./actions";
import { emojis } from "./emojis.svelte";
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

/** So many people answer with that emoji; what is not told of it (mine, its picture) stays as it is known. */
function count(
  id: string,
  now: Pick<AnnouncementReaction, "name" | "count"> & Partial<AnnouncementReaction>,
): void {
  all = all.map((one) => {
    if (one.id !== id) return one;
    const known = one.reactions.find((reaction) => reaction.name === now.name);
    const counted = { me: false, ...known, ...now };
    const reactions = known
      ? one.reactions.map((reaction) => (reaction === known ? counted : reaction))
      : [...one.reactions, counted];
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
    "announcement.reaction": ({ announcement_id, ...now }) => count(announcement_id, now),
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

/** Answers with an emoji, a Unicode one or a shortcode, or takes that back. */
export async function toggleReaction(one: Announcement, name: string): Promise<void> {
  const before = one.reactions.find((reaction) => reaction.name === name);
  const [many, mine] = [before?.count ?? 0, before?.me ?? false];
  const custom = emojis.all.find((emoji) => emoji.shortcode === name);
  const picture = custom && { url: custom.url, static_url: custom.static_url };
  count(one.id, { name, count: many + (mine ? -1 : 1), me: !mine, ...picture });
  try {
    await (mine ? api.takeBack(one.id, name) : api.react(one.id, name));
  } catch (error) {
    count(one.id, { name, count: many, me: mine });
    toast(explain(error), { kind: "error" });
  }
}
