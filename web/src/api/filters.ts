/** Filters: what one does not want to read, or not at once. */

import { request } from "./client";
import type { Filter, FilterAction, FilterPlace } from "./types";

/** What is to be of a keyword: a new one has no id. */
export interface KeywordChange {
  id?: string;
  keyword?: string;
  whole_word?: boolean;
  _destroy?: boolean;
}

/** What a filter is made of when it is made or changed; what is not said stays. */
export interface FilterChange {
  title: string;
  context: FilterPlace[];
  filter_action: FilterAction;
  /** Seconds from now; null for no end. */
  expires_in?: number | null;
  keywords_attributes: KeywordChange[];
}

const one = (id: string) => `/api/v2/filters/${encodeURIComponent(id)}`;

export const all = (signal?: AbortSignal) => request<Filter[]>("GET", "/api/v2/filters", { signal });
export const create = (filter: FilterChange) => request<Filter>("POST", "/api/v2/filters", { body: filter });
export const change = (id: string, filter: FilterChange) => request<Filter>("PUT", one(id), { body: filter });
export const remove = (id: string) => request<unknown>("DELETE", one(id));
/** Puts a single post into a filter. */
export const addPost = (id: string, post: string) =>
  request<unknown>("POST", `${one(id)}/statuses`, { body: { status_id: post } });
/** Takes a post out again, by its row in the filter. */
export const removePost = (row: string) =>
  request<unknown>("DELETE", `/api/v2/filters/statuses/${encodeURIComponent(row)}`);
