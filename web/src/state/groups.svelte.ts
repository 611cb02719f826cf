/**
 * Groups as last seen, one copy each, what the signed-in person is to them, and which are theirs: for the screens of groups,
 * the composer and the posts.
 */

import { getToken } from "$/api/client";
import * as api from "$/api/groups";
import type { Group, GroupRelationship } from "$/api/group-types";
import { i18n } from "$/i18n/index.svelte";
import { status } from "./entities.svelte";
import { everywhereHidden } from "./feeds.svelte";
import { lastSeen, readThrough } from "./offline";
import { SvelteMap } from "svelte/reactivity";

const BATCH = 40;
const groups = new SvelteMap<string, Group>();
const ties = new SvelteMap<string, GroupRelationship>();
/** The ids of one's own; null until they were read. */
let mine = $state.raw<readonly string[] | null>(null);
let reading: Promise<void> | null = null;

/** A group, as last seen. */
export function group(id: string): Group | undefined {
  return groups.get(id);
}

/** What one is to a group; undefined until it was read. */
export function tie(id: string): GroupRelationship | undefined {
  return ties.get(id);
}

/** The groups one is a member of. */
export const myGroups = {
  /** By name; null until they were read. */
  get all(): Group[] | null {
    if (mine === null) return null;
    return mine
      .flatMap((id) => groups.get(id) ?? [])
      .sort((a, b) => a.display_name.localeCompare(b.display_name, i18n.lang, { numeric: true }));
  },
};

/** Takes groups up. */
export function putGroups(all: readonly Group[]): void {
  for (const one of all) groups.set(one.id, one);
}

/** Takes up what one is to a group now; of one that is not one's any more the posts go from the screen. */
export function putTie(one: GroupRelationship): void {
  const before = ties.get(one.id);
  ties.set(one.id, one);
  if (mine !== null && one.member !== mine.includes(one.id))
    mine = one.member ? [...mine, one.id] : mine.filter((id) => id !== one.id);
  if (before?.member && !one.member) hidePosts(one.id);
}

function hidePosts(id: string): void {
  // Nor are they kept for reading without the node.
  void lastSeen.keep(`group/${id}`, []);
  everywhereHidden((post) => {
    const one = status(post);
    return (one?.reblog ?? one)?.group?.id === id;
  });
}

/** Reads one's own groups anew; of several calls at once there is one question. */
export function loadMine(): Promise<void> {
  if (reading) return reading;
  const token = getToken();
  const now: Promise<void> = readThrough("groups", () => api.mine())
    .then((all) => {
      // Nobody else's, should somebody else have signed in meanwhile.
      if (getToken() !== token) return;
      putGroups(all);
      mine = all.map((one) => one.id);
    })
    .finally(() => {
      if (reading === now) reading = null;
    });
  reading = now;
  return now;
}

/** Reads a group, and what one is to it. */
export async function loadGroup(id: string, signal?: AbortSignal): Promise<void> {
  const [found, told] = await Promise.all([
    // Not the name under which the timeline of the group keeps its posts.
    readThrough(`group-page/${id}`, () => api.get(id, signal)),
    readThrough(`group-tie/${id}`, () => api.relationships([id], signal)),
  ]);
  putGroups([found]);
  for (const one of told) putTie(one);
}

/** Reads what one is to these groups, as far as it is not known, or all of it anew. A failure leaves it as it was. */
export async function loadTies(ids: readonly string[], anew = false): Promise<void> {
  const wanted = [...new Set(ids)].filter((id) => anew || !ties.has(id));
  for (let at = 0; at < wanted.length; at += BATCH) {
    try {
      for (const one of await api.relationships(wanted.slice(at, at + BATCH))) putTie(one);
    } catch {
      return;
    }
  }
}

/** Joins a group, asks to be let in, or accepts an invitation. */
export async function joinGroup(id: string, note?: string): Promise<GroupRelationship> {
  const answered = await api.join(id, note);
  putTie(answered);
  if (answered.member) recount(id);
  return answered;
}

/** Leaves a group, takes a request back, or turns an invitation down. */
export async function leaveGroup(id: string): Promise<GroupRelationship> {
  const was = ties.get(id)?.member ?? false;
  const answered = await api.leave(id);
  putTie(answered);
  if (was) recount(id);
  return answered;
}

/** How many are in it, only the node counts. */
function recount(id: string): void {
  api.get(id).then(
    (found) => putGroups([found]),
    // A secret group that one has left is not there any more; else the number stays until it is read again.
    () => {},
  );
}

/** A group has ended: it is nowhere any more, and neither are its posts. */
export function dropGroup(id: string): void {
  hidePosts(id);
  groups.delete(id);
  ties.delete(id);
  mine = mine?.filter((one) => one !== id) ?? null;
}

/** Forgets everything, at sign-out. */
export function forgetGroups(): void {
  groups.clear();
  ties.clear();
  mine = null;
  reading = null;
}
