/** What a person is told about. */

import { paged, request, type Query } from "./client";
import type { Account, GroupedNotifications, Marker } from "./types";

/** All that is shown here, and that a device can tell. Emoji are told to clients that ask for them alone. */
export const KINDS = [
  "mention",
  "quote",
  "follow",
  "follow_request",
  "reblog",
  "favourite",
  "pleroma:emoji_reaction",
  "status",
  "poll",
  "update",
  "quoted_update",
  "admin.report",
] as const;
export type Kind = (typeof KINDS)[number];

export const groups = (query: Query, signal?: AbortSignal) =>
  paged<GroupedNotifications>("/api/v2/notifications", { query, signal });
export const peopleOf = (group: string) =>
  request<Account[]>("GET", `/api/v2/notifications/${encodeURIComponent(group)}/accounts`);
export const dismiss = (group: string) =>
  request<unknown>("POST", `/api/v2/notifications/${encodeURIComponent(group)}/dismiss`);
export const clear = () => request<unknown>("POST", "/api/v1/notifications/clear");
export const marker = () =>
  request<{ notifications?: Marker }>("GET", "/api/v1/markers", { query: { timeline: ["notifications"] } });
