/** Custom emoji of this node, and emoji that posts are answered with. */

import { request } from "./client";
import type { components } from "./schema";
import type { Status } from "./types";

export type CustomEmoji = components["schemas"]["CustomEmoji"];
export type AdminEmoji = components["schemas"]["AdminEmoji"];

const ADMIN = "/api/entrenous/v1/admin/emojis";
const reaction = (post: string, name: string) =>
  `/api/v1/pleroma/statuses/${encodeURIComponent(post)}/reactions/${encodeURIComponent(name)}`;

export const all = () => request<CustomEmoji[]>("GET", "/api/v1/custom_emojis");
export const react = (post: string, name: string) => request<Status>("PUT", reaction(post, name));
export const takeBack = (post: string, name: string) => request<Status>("DELETE", reaction(post, name));

export const own = () => request<AdminEmoji[]>("GET", ADMIN);
export function add(shortcode: string, category: string, image: File): Promise<AdminEmoji> {
  const form = new FormData();
  form.set("shortcode", shortcode);
  form.set("category", category);
  form.set("image", image, image.name);
  return request<AdminEmoji>("POST", ADMIN, { form, timeout: 120_000 });
}
export const change = (
  id: string,
  body: Partial<Pick<AdminEmoji, "category" | "disabled" | "visible_in_picker">>,
) => request<AdminEmoji>("PATCH", `${ADMIN}/${encodeURIComponent(id)}`, { body });
export const remove = (id: string) => request<unknown>("DELETE", `${ADMIN}/${encodeURIComponent(id)}`);
