/** Files of posts. */

import { request, upload as send } from "./client";
import type { MediaAttachment } from "./types";

const one = (id: string) => `/api/v1/media/${encodeURIComponent(id)}`;

/** A focus as the API writes it. */
export const focusText = (focus: { x: number; y: number }) => `${focus.x.toFixed(2)},${focus.y.toFixed(2)}`;

/**
 * Uploads a file, with a picture to stand for it if there is one; `progress` gets a share from 0 to 1. `url` is null while
 * the node still works on it.
 */
export function upload(
  file: File,
  progress: (share: number) => void,
  signal?: AbortSignal,
  thumbnail?: Blob | null,
): Promise<MediaAttachment> {
  const form = new FormData();
  form.set("file", file, file.name);
  if (thumbnail) form.set("thumbnail", thumbnail, "poster.jpg");
  return send<MediaAttachment>("POST", "/api/v2/media", form, progress, signal);
}
export const get = (id: string, signal?: AbortSignal) => request<MediaAttachment>("GET", one(id), { signal });
export const update = (id: string, description: string, focus: { x: number; y: number }) =>
  request<MediaAttachment>("PUT", one(id), { body: { description, focus: focusText(focus) } });
export const remove = (id: string) => request<unknown>("DELETE", one(id));
