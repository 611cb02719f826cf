/** What administrators tell everyone. */

import { request } from "./client";
import type { components } from "./schema";

export type Announcement = components["schemas"]["Announcement"];
/** An emoji that people answered with; a custom one of this node has a picture. */
export type AnnouncementReaction = components["schemas"]["Reaction"];
export type AdminAnnouncement = components["schemas"]["AdminAnnouncement"];
/** An empty `ends_at` means that it is shown until it is taken back. */
export type Written = { text: string; ends_at: string };

const PATH = "/api/v1/announcements";
const ADMIN = "/api/entrenous/v1/admin/announcements";
const reaction = (id: string, name: string) => `${PATH}/${id}/reactions/${encodeURIComponent(name)}`;

export const current = (signal?: AbortSignal) => request<Announcement[]>("GET", PATH, { signal });
export const dismiss = (id: string) => request<unknown>("POST", `${PATH}/${id}/dismiss`);
export const react = (id: string, name: string) => request<unknown>("PUT", reaction(id, name));
export const takeBack = (id: string, name: string) => request<unknown>("DELETE", reaction(id, name));

export const all = () => request<AdminAnnouncement[]>("GET", ADMIN);
export const tell = (body: Written) => request<AdminAnnouncement>("POST", ADMIN, { body });
export const change = (id: string, body: Written) =>
  request<AdminAnnouncement>("PATCH", `${ADMIN}/${id}`, { body });
export const remove = (id: string) => request<unknown>("DELETE", `${ADMIN}/${id}`);
