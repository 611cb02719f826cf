/** What completes a word that begins with `@` or `#`. */

import { request } from "./client";
import type { Account, SearchResults } from "./types";

/** People here and of connected organisations that this node knows of. */
export const people = (q: string, signal: AbortSignal) =>
  request<Account[]>("GET", "/api/v1/accounts/search", { query: { q, limit: 8, resolve: false }, signal });

export const hashtags = async (q: string, signal: AbortSignal) => {
  const query = { q, type: "hashtags", limit: 8 };
  const found = await request<SearchResults>("GET", "/api/v2/search", { query, signal });
  return found.hashtags.map((tag) => tag.name);
};
