/** What administrators do: the node's look, invitations, people. */

import { request } from "./client";
import type { components } from "./schema";

export type Invite = components["schemas"]["Invite"];
export type MadeInvite = components["schemas"]["MadeInvite"];
export type AdminPerson = components["schemas"]["AdminPerson"];

/** How the node shows itself, and what its configuration says. */
export type Look = components["schemas"]["AdminLook"];
/** The texts of the look. */
export type LookTexts = Pick<Look, "name" | "description" | "accent" | "rules" | "contact_email">;
/** The colours of an accent on one ground, with how well its pairs can be read. */
export type Palette = components["schemas"]["Palette"];
export type LookPreview = components["schemas"]["Preview"];

const BASE = "/api/entrenous/v1/admin";

export const look = () => request<Look>("GET", `${BASE}/look`);
/** An empty text in the place of a picture removes it. */
export const changeLook = (change: Partial<LookTexts> & { logo?: ""; header?: "" }) =>
  request<Look>("PATCH", `${BASE}/look`, { body: change });
export function changeLookPictures(files: { logo?: File; header?: File }): Promise<Look> {
  const form = new FormData();
  for (const [name, file] of Object.entries(files)) if (file) form.set(name, file, file.name);
  return request<Look>("PATCH", `${BASE}/look`, { form, timeout: 120_000 });
}
export const previewLook = (accent: string, signal?: AbortSignal) =>
  request<LookPreview>("POST", `${BASE}/look/preview`, { body: { accent }, signal });

export const invites = () => request<Invite[]>("GET", `${BASE}/invites`);
export const invite = (body: { role: string; hours: number; max_uses: number }) =>
  request<MadeInvite>("POST", `${BASE}/invites`, { body });
export const revokeInvite = (id: string) =>
  request<unknown>("DELETE", `${BASE}/invites/${encodeURIComponent(id)}`);

/** People with a login, by name; `after` is the last name of the page before. */
export const people = (after?: string, limit = 40) =>
  request<AdminPerson[]>("GET", `${BASE}/people`, { query: { after, limit } });
export const disable = (id: string) =>
  request<unknown>("POST", `${BASE}/people/${encodeURIComponent(id)}/disable`);
