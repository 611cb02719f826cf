/** People and posts that do not exist, to show components with. */

import type { Account, Poll, Relationship, Status } from "$/api/types";

const person = (id: string, name: string, more: Partial<Account> = {}): Account => ({
  id,
  username: name.split(" ")[0]?.toLowerCase() ?? name,
  acct: name.split(" ")[0]?.toLowerCase() ?? name,
  display_name: name,
  locked: false,
  bot: false,
  group: false,
  discoverable: true,
  indexable: false,
  noindex: true,
  hide_collections: false,
  created_at: "2026-01-05T00:00:00.000Z",
  note: "<p>Quality and metrology. A micron is a micron.</p>",
  url: "",
  uri: "",
  avatar: "/static/logo.svg",
  avatar_static: "/static/logo.svg",
  avatar_description: "",
  header: "/static/logo.svg",
  header_static: "/static/logo.svg",
  header_description: "",
  followers_count: 12,
  following_count: 8,
  statuses_count: 40,
  last_status_at: null,
  emojis: [],
  fields: [],
  roles: [],
  entrenous: null,
  ...more,
});

export const ann = person("1", "Ann Martin");
export const ben = person("2", "Ben Okafor", {
  acct: "ben@northwind.example",
  entrenous: { organisation: { name: "Northwind Instruments", authority: "northwind.example" } },
});

export const relations: Relationship[] = (
  [
    {},
    { followed_by: true },
    { following: true },
    { requested: true },
    { blocking: true },
  ] as Partial<Relationship>[]
).map((more, at) => ({
  id: String(at),
  following: false,
  showing_reblogs: true,
  notifying: false,
  followed_by: false,
  blocking: false,
  blocked_by: false,
  muting: false,
  muting_notifications: false,
  requested: false,
  requested_by: false,
  domain_blocking: false,
  endorsed: false,
  note: "",
  ...more,
}));

const HOUR = 3_600_000;
export const poll = (more: Partial<Poll> = {}): Poll => ({
  id: "1",
  expires_at: new Date(Date.now() + 20 * HOUR).toISOString(),
  expired: false,
  multiple: false,
  votes_count: 9,
  voters_count: 9,
  voted: false,
  own_votes: [],
  options: [
    { title: "Monday", votes_count: 6 },
    { title: "Tuesday", votes_count: 3 },
  ],
  ...more,
});

export const post = (id: string, more: Partial<Status> = {}): Status =>
  ({
    id,
    account: ann,
    content: "<p>First article of housing 001: twelve dimensions of twelve.</p>",
    created_at: new Date(Date.now() - HOUR).toISOString(),
    edited_at: null,
    visibility: "public",
    sensitive: false,
    spoiler_text: "",
    language: "en",
    uri: "",
    url: "",
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    reblog: null,
    media_attachments: [],
    mentions: [],
    tags: [],
    emojis: [],
    poll: null,
    card: null,
    replies_count: 2,
    reblogs_count: 1,
    favourites_count: 5,
    favourited: false,
    reblogged: false,
    bookmarked: false,
    muted: false,
    pleroma: {
      emoji_reactions: [
        { name: "🎉", count: 3, me: true, url: null, static_url: null, account_ids: [] },
        { name: "👍", count: 1, me: false, url: null, static_url: null, account_ids: [] },
      ],
    },
    ...more,
  }) as Status;

export const file = (id: string, type: "image" | "unknown", url: string | null = "/static/logo.svg") => ({
  id,
  type,
  url,
  preview_url: url,
  remote_url: null,
  description: "A drawing of two rings",
  blurhash: "LEHV6nWB2yk8pyo0adR*.7kCMdnj",
  meta: { original: { width: 600, height: 400, aspect: 1.5 } },
});
