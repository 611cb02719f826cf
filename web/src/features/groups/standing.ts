/** What one is to a group, in a word, and what one may do with its members. */

import type { Group, GroupKind, GroupRelationship, GroupRole } from "$/api/group-types";
import type { MessageKey } from "$/i18n/index.svelte";

export type Standing = "owner" | "moderator" | "member" | "invited" | "requested" | "banned" | "none";

/** What one is to a group; undefined until it was read. An invitation counts more than a request: it can be accepted. */
export function standingOf(tie: GroupRelationship | undefined): Standing | undefined {
  if (!tie) return undefined;
  if (tie.member) return tie.role === "owner" ? "owner" : tie.role === "admin" ? "moderator" : "member";
  if (tie.blocked_by) return "banned";
  if (tie.entrenous.invited) return "invited";
  return tie.requested ? "requested" : "none";
}

/** Whether one lets people in, removes and bans. */
export const moderates = (role: GroupRole | null | undefined): boolean =>
  role === "owner" || role === "admin";

/** The names of kinds and standings. */
export const KIND: Record<GroupKind, { label: MessageKey; text: MessageKey }> = {
  open: { label: "groups.open", text: "groups.openText" },
  closed: { label: "groups.closed", text: "groups.closedText" },
  secret: { label: "groups.secret", text: "groups.secretText" },
};
export const STANDING: Record<Exclude<Standing, "none">, MessageKey> = {
  owner: "groups.owner",
  moderator: "groups.moderator",
  member: "groups.member",
  invited: "groups.invited",
  requested: "groups.requested",
  banned: "groups.banned",
};

/** What one can do with a member. */
export type Deed =
  "makeModerator" | "makeMember" | "makeOwner" | "transfer" | "stepDown" | "remove" | "ban";

const RANK: Record<GroupRole, number> = { user: 1, admin: 2, owner: 3 };

/** What somebody of one role may do with a member of another; with oneself, an owner may stop being one. */
export function deedsFor(mine: GroupRole | null | undefined, theirs: GroupRole, self: boolean): Deed[] {
  if (!mine) return [];
  if (self) return mine === "owner" ? ["stepDown"] : [];
  const deeds: Deed[] = [];
  if (mine === "owner") {
    if (theirs === "user") deeds.push("makeModerator");
    else deeds.push("makeMember");
    if (theirs !== "owner") deeds.push("makeOwner", "transfer");
  }
  if (moderates(mine) && RANK[theirs] < RANK[mine]) deeds.push("remove", "ban");
  return deeds;
}

/** The address of a group in this client. */
export const pageOf = (group: Pick<Group, "id">, part?: string): string =>
  part === undefined ? `/g/${group.id}` : `/g/${group.id}/${part}`;
