/** Posts and people for tests. */

import type { Account, FilterAction, FilterPlace, FilterResult, Status } from "$/api/types";

export function person(id: string, more: Partial<Account> = {}): Account {
  return {
    id,
    acct: `p${id}`,
    username: `p${id}`,
    display_name: `Person ${id}`,
    avatar: "/static/face.svg",
    note: "",
    url: `http://node.test/@p${id}`,
    bot: false,
    ...more,
  } as Account;
}

/** Someone of another organisation. */
export const guest = (id: string, name = "Lyon") =>
  person(id, {
    acct: `p${id}@${name.toLowerCase()}.example`,
    entrenous: { organisation: { name, authority: `${name.toLowerCase()}.example` } as never },
  });

export function post(id: string | number, more: Partial<Status> = {}): Status {
  return {
    id: String(id),
    account: person("1"),
    content: `<p>Post ${id}</p>`,
    spoiler_text: "",
    visibility: "public",
    created_at: "2026-03-01T10:00:00Z",
    edited_at: null,
    url: `http://node.test/@p1/${id}`,
    uri: `http://node.test/p/${id}`,
    favourited: false,
    reblogged: false,
    bookmarked: false,
    muted: false,
    favourites_count: 0,
    reblogs_count: 0,
    replies_count: 0,
    in_reply_to_id: null,
    in_reply_to_account_id: null,
    language: null,
    sensitive: false,
    media_attachments: [],
    mentions: [],
    tags: [],
    poll: null,
    reblog: null,
    filtered: [],
    emojis: [],
    pleroma: { emoji_reactions: [] },
    ...more,
  } as Status;
}

/** A filter that matched, called `Filter {id}`. */
export const match = (
  id: string,
  action: FilterAction,
  context: FilterPlace[] = ["home", "notifications", "public", "thread", "account"],
  expires_at: string | null = null,
): FilterResult => ({
  filter: { id, title: `Filter ${id}`, context, expires_at, filter_action: action },
  keyword_matches: ["word"],
  status_matches: null,
});

/** Posts from the newest id down to the oldest. */
export const posts = (newest: number, oldest: number) =>
  Array.from({ length: newest - oldest + 1 }, (_, at) => post(newest - at));

/** Everything that is under way comes to its end. */
export const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};
