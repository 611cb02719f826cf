/** Groups: finding, making and joining them, who is in them, and who looks after them. */

import { page, request, type Query } from "./client";
import type {
  Group,
  GroupBan,
  GroupInvitation,
  GroupKind,
  GroupMembership,
  GroupRelationship,
  GroupRequest,
  GroupRight,
  GroupRole,
  OwnInvitation,
} from "./group-types";

/** What a group is made of when it is made or changed; texts as they are typed. */
export interface GroupChange {
  display_name: string;
  note: string;
  rules: string;
  kind: GroupKind;
  posting: GroupRight;
  invites: GroupRight;
}

/** The pictures of a group, as files. */
export type GroupPictures = Partial<Record<"avatar" | "header", File>>;

/** What is said and the files; what is empty is not said, since a form cannot tell it from what is absent. */
function filled(group: Partial<GroupChange>, pictures: GroupPictures): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries(group)) if (value) form.set(name, value);
  for (const [name, file] of Object.entries(pictures)) if (file) form.set(name, file, file.name);
  return form;
}

const ALL = "/api/v1/groups";
const OURS = "/api/entrenous/v1/groups";
const one = (id: string) => `${ALL}/${encodeURIComponent(id)}`;
const ours = (id: string) => `${OURS}/${encodeURIComponent(id)}`;

/** The groups one is a member of, by name. */
export const mine = (signal?: AbortSignal) => request<Group[]>("GET", ALL, { signal });
/** The groups that everyone here may know of, those with most members first. */
export const browse = (query: Query, signal?: AbortSignal) =>
  request<Group[]>("GET", OURS, { query, signal });
/** By name: those that everyone here may know of, and one's own. */
export const search = (q: string, query: Query, signal?: AbortSignal) =>
  request<Group[]>("GET", `${ALL}/search`, { query: { q, ...query }, signal });
export const get = (id: string, signal?: AbortSignal) => request<Group>("GET", one(id), { signal });
export const create = (group: GroupChange, pictures: GroupPictures = {}) =>
  Object.keys(pictures).length === 0
    ? request<Group>("POST", ALL, { body: group })
    : request<Group>("POST", ALL, { form: filled(group, pictures), timeout: 120_000 });
export const change = (id: string, group: Partial<GroupChange>) =>
  request<Group>("PUT", one(id), { body: group });
export const changePictures = (id: string, pictures: GroupPictures) =>
  request<Group>("PUT", one(id), { form: filled({}, pictures), timeout: 120_000 });
/** Ends the group for everyone; its posts go. */
export const end = (id: string) => request<unknown>("DELETE", one(id));

export const relationships = (id: readonly string[], signal?: AbortSignal) =>
  request<GroupRelationship[]>("GET", `${ALL}/relationships`, { query: { id }, signal });
/** Becomes a member, asks to become one, or accepts an invitation. The note goes to those who let people in. */
export const join = (id: string, note?: string) =>
  request<GroupRelationship>("POST", `${one(id)}/join`, { body: note ? { note } : {} });
/** Leaves; also takes a request back, and turns an invitation down. */
export const leave = (id: string) => request<GroupRelationship>("POST", `${one(id)}/leave`);

export const members = (id: string, query: Query, signal?: AbortSignal) =>
  page<GroupMembership>(`${one(id)}/memberships`, { query, signal });
/** Gives a member another role, be it more or less than the one before. */
export const setRole = (id: string, account: string, role: GroupRole) =>
  request<unknown>("POST", `${one(id)}/promote`, { body: { account_ids: [account], role } });
/** Somebody else becomes owner, and oneself a member. */
export const transfer = (id: string, account: string) =>
  request<GroupRelationship>("POST", `${ours(id)}/transfer`, { body: { account_id: account } });
export const kick = (id: string, account: string) =>
  request<unknown>("POST", `${one(id)}/kick`, { body: { account_ids: [account] } });

export const bans = (id: string, query: Query, signal?: AbortSignal) =>
  page<GroupBan>(`${ours(id)}/bans`, { query, signal });
export const ban = (id: string, account: string, reason: string) =>
  request<unknown>("POST", `${one(id)}/blocks`, {
    body: reason === "" ? { account_ids: [account] } : { account_ids: [account], reason },
  });
export const unban = (id: string, account: string) =>
  request<unknown>("DELETE", `${one(id)}/blocks`, { body: { account_ids: [account] } });

export const requests = (id: string, query: Query, signal?: AbortSignal) =>
  page<GroupRequest>(`${ours(id)}/requests`, { query, signal });
export const answer = (id: string, account: string, how: "authorize" | "reject") =>
  request<unknown>("POST", `${one(id)}/membership_requests/${encodeURIComponent(account)}/${how}`);

export const invitations = (id: string, query: Query, signal?: AbortSignal) =>
  page<GroupInvitation>(`${ours(id)}/invitations`, { query, signal });
export const invite = (id: string, account: string) =>
  request<unknown>("POST", `${ours(id)}/invitations`, { body: { account_ids: [account] } });
export const withdraw = (id: string, account: string) =>
  request<unknown>("DELETE", `${ours(id)}/invitations`, { body: { account_ids: [account] } });
/** The invitations of one's own that wait for an answer. */
export const ownInvitations = () =>
  request<OwnInvitation[]>("GET", "/api/entrenous/v1/group_invitations");
