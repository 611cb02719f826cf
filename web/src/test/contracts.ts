/** Contracts for tests, as the node's presets have them. */

import type { Preset, Terms } from "$/api/peers";

export const FULL: Terms = {
  directory: "all",
  profile: { pictures: true, note: true, fields: true },
  posts: "network",
  groups: "all",
  named_groups: [],
  documents: true,
  chat: true,
  calls: true,
  introduces: true,
  largest_file: 2 ** 30,
  rate: 60_000,
  at_end: "hide",
};
export const NONE: Terms = {
  directory: "none",
  profile: { pictures: false, note: false, fields: false },
  posts: "none",
  groups: "none",
  named_groups: [],
  documents: false,
  chat: false,
  calls: false,
  introduces: false,
  largest_file: 0,
  rate: 60_000,
  at_end: "purge",
};
export const PARTNER: Terms = {
  ...FULL,
  directory: "all",
  profile: { pictures: true, note: false, fields: false },
  posts: "addressed",
  groups: "named",
  introduces: false,
  largest_file: 50 * 2 ** 20,
  rate: 6_000,
  at_end: "purge",
};
export const PRESETS: Preset[] = [
  { name: "same_organisation", contract: { version: 1, we_give: FULL, they_give: FULL } },
  { name: "partner_firm", contract: { version: 1, we_give: PARTNER, they_give: PARTNER } },
  { name: "receive_only", contract: { version: 1, we_give: NONE, they_give: FULL } },
];
