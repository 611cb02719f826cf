/** What completes a word that begins with `@`, `#` or `:`. */

import { request } from "./client";
import type { CustomEmoji } from "./emojis";
import type { Account, SearchResults } from "./types";

/** People here and of connected organisations that this node knows of. */
export const people = (q: string, signal: AbortSignal) =>
  request<Account[]>("GET", "/api/v1/accounts/search", { query: { q, limit: 8, resolve: false }, signal });

export const hashtags = async (q: string, signal: AbortSignal) => {
  const query = { q, type: "hashtags", limit: 8 };
  const found = await request<SearchResults>("GET", "/api/v2/search", { query, signal });
  return found.hashtags.map((tag) => tag.name);
};

/** Custom emoji of this node whose name begins so, then those that hold it; they are few enough to be looked through here. */
export const emojis = async (q: string): Promise<CustomEmoji[]> => {
  const all = await request<CustomEmoji[]>("GET", "/api/v1/custom_emojis");
  const wanted = q.toLowerCase();
  const place = (one: CustomEmoji) => one.shortcode.toLowerCase().indexOf(wanted);
  return all
    .filter((one) => one.visible_in_picker && place(one) >= 0)
    .sort((a, b) => place(a) - place(b) || a.shortcode.localeCompare(b.shortcode))
    .slice(0, 8);
};
