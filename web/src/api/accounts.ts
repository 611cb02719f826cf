/** People, and what one is to them. */

import { page, request, type Query } from "./client";
import type { Account, CredentialAccount, Relationship, Status } from "./types";

const one = (id: string) => `/api/v1/accounts/${encodeURIComponent(id)}`;

export const me = () => request<CredentialAccount>("GET", "/api/v1/accounts/verify_credentials");
export const get = (id: string, signal?: AbortSignal) => request<Account>("GET", one(id), { signal });
export const lookup = (acct: string, signal?: AbortSignal) =>
  request<Account>("GET", "/api/v1/accounts/lookup", { query: { acct }, signal });
export const search = (q: string, options: Query = {}, signal?: AbortSignal) =>
  request<Account[]>("GET", "/api/v1/accounts/search", { query: { q, ...options }, signal });
export const directory = (query: Query, signal?: AbortSignal) =>
  request<Account[]>("GET", "/api/v1/directory", { query, signal });
export const relationships = (id: string[]) =>
  request<Relationship[]>("GET", "/api/v1/accounts/relationships", { query: { id } });
export const statuses = (id: string, query: Query, signal?: AbortSignal) =>
  page<Status>(`${one(id)}/statuses`, { query, signal });
export const followers = (id: string, query: Query, signal?: AbortSignal) =>
  page<Account>(`${one(id)}/followers`, { query, signal });
export const following = (id: string, query: Query, signal?: AbortSignal) =>
  page<Account>(`${one(id)}/following`, { query, signal });
export const act = (
  id: string,
  action: "follow" | "unfollow" | "block" | "unblock" | "mute" | "unmute" | "remove_from_followers",
  body: Record<string, unknown> = {},
) => request<Relationship>("POST", `${one(id)}/${action}`, { body });
export const note = (id: string, comment: string) =>
  request<Relationship>("POST", `${one(id)}/note`, { body: { comment } });
export const followRequests = (query: Query) => page<Account>("/api/v1/follow_requests", { query });
export const answerRequest = (id: string, answer: "authorize" | "reject") =>
  request<Relationship>("POST", `/api/v1/follow_requests/${encodeURIComponent(id)}/${answer}`);
