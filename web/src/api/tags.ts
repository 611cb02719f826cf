/** Hashtags, and following them. */

import { request } from "./client";

export interface Tag {
  name: string;
  following?: boolean;
}

const one = (name: string) => `/api/v1/tags/${encodeURIComponent(name)}`;

export const get = (name: string, signal?: AbortSignal) => request<Tag>("GET", one(name), { signal });
export const follow = (name: string, on: boolean) =>
  request<Tag>("POST", `${one(name)}/${on ? "follow" : "unfollow"}`);
