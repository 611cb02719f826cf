/** Posts, and what one does with them. */

import { page, refreshable, request, type Page, type Query } from "./client";
import type {
  Account,
  Context,
  Delivery,
  Participants,
  Poll,
  QuotePolicy,
  Status,
  StatusSource,
  Visibility,
} from "./types";

/** What a post is made of when it is published or changed. */
export interface NewStatus {
  status: string;
  spoiler_text?: string;
  sensitive?: boolean;
  visibility?: Visibility;
  /** The group it is for: then the visibility does not count. */
  group_id?: string;
  language?: string | null;
  in_reply_to_id?: string | null;
  quoted_status_id?: string;
  quote_approval_policy?: QuotePolicy;
  media_ids?: string[];
  media_attributes?: { id: string; description?: string; focus?: string }[];
  /** When it is published, if not at once. */
  scheduled_at?: string;
  poll?: { options: string[]; expires_in: number; multiple: boolean; hide_totals: boolean } | null;
}

/** What one can do with a post, and undo. */
export type Action =
  | "favourite"
  | "unfavourite"
  | "reblog"
  | "unreblog"
  | "bookmark"
  | "unbookmark"
  | "mute"
  | "unmute"
  | "pin"
  | "unpin";

const one = (id: string) => `/api/v1/statuses/${encodeURIComponent(id)}`;

export const get = (id: string, signal?: AbortSignal) => request<Status>("GET", one(id), { signal });
/** Many posts, at most 40; those one may not see are left out. */
export const many = (ids: readonly string[]) =>
  request<Status[]>("GET", "/api/v1/statuses", { query: { id: ids } });
export const context = (id: string, signal?: AbortSignal) =>
  refreshable<Context>(`${one(id)}/context`, { signal });
/** Whether replies on other nodes are still looked up, and how many came. */
export const refresh = (id: string, signal?: AbortSignal) =>
  request<{ async_refresh: { status: "running" | "finished"; result_count: number } }>(
    "GET",
    `/api/v1_alpha/async_refreshes/${encodeURIComponent(id)}`,
    { signal },
  );
export const source = (id: string) => request<StatusSource>("GET", `${one(id)}/source`);
export const participants = (id: string, signal?: AbortSignal) =>
  request<Participants>("GET", `/api/entrenous/v1/statuses/${encodeURIComponent(id)}/participants`, {
    signal,
  });
export const deliveries = (id: string) =>
  request<Delivery[]>("GET", `/api/entrenous/v1/statuses/${encodeURIComponent(id)}/deliveries`);
/** The key makes a repeated attempt the same post. */
export const publish = (post: NewStatus, key: string) =>
  request<Status>("POST", "/api/v1/statuses", { body: post, headers: { "idempotency-key": key } });
export const edit = (id: string, post: NewStatus) => request<Status>("PUT", one(id), { body: post });
export const remove = (id: string) => request<Status>("DELETE", one(id));
export const act = (id: string, action: Action) => request<Status>("POST", `${one(id)}/${action}`);
/** Takes one's own post out of one that quotes it; answers that one. */
export const revokeQuote = (quoted: string, quoting: string) =>
  request<Status>("POST", `${one(quoted)}/quotes/${encodeURIComponent(quoting)}/revoke`);
export const vote = (poll: string, choices: number[]) =>
  request<Poll>("POST", `/api/v1/polls/${encodeURIComponent(poll)}/votes`, { body: { choices } });
export const poll = (id: string) => request<Poll>("GET", `/api/v1/polls/${encodeURIComponent(id)}`);
export const boostedBy = (id: string, query: Query) => page<Account>(`${one(id)}/reblogged_by`, { query });
export const favouritedBy = (id: string, query: Query) =>
  page<Account>(`${one(id)}/favourited_by`, { query });

/** A page of any timeline: `home`, `public`, `tag/NAME`, `list/ID`, `group/ID`. */
export const timeline = (name: string, query: Query, signal?: AbortSignal): Promise<Page<Status>> =>
  page<Status>(`/api/v1/timelines/${name}`, { query, signal });
export const bookmarks = (query: Query, signal?: AbortSignal) =>
  page<Status>("/api/v1/bookmarks", { query, signal });
export const favourites = (query: Query, signal?: AbortSignal) =>
  page<Status>("/api/v1/favourites", { query, signal });
