/** Looking for people, posts and hashtags. */

import { request, type Query } from "./client";
import type { SearchResults } from "./types";

export const search = (q: string, options: Query = {}, signal?: AbortSignal) =>
  request<SearchResults>("GET", "/api/v2/search", { query: { q, ...options }, signal });
