/** Lists of people, each with a timeline of its own. */

import { page, request, type Query } from "./client";
import type { Account, List } from "./types";

/** What a list is made of when it is made or changed. */
export type ListChange = Pick<List, "title" | "replies_policy" | "exclusive">;

const one = (id: string) => `/api/v1/lists/${encodeURIComponent(id)}`;

export const all = (signal?: AbortSignal) => request<List[]>("GET", "/api/v1/lists", { signal });
export const get = (id: string, signal?: AbortSignal) => request<List>("GET", one(id), { signal });
export const create = (list: ListChange) => request<List>("POST", "/api/v1/lists", { body: list });
export const change = (id: string, list: ListChange) => request<List>("PUT", one(id), { body: list });
export const remove = (id: string) => request<unknown>("DELETE", one(id));
export const people = (id: string, query: Query = {}) => page<Account>(`${one(id)}/accounts`, { query });
export const add = (id: string, accounts: string[]) =>
  request<unknown>("POST", `${one(id)}/accounts`, { body: { account_ids: accounts } });
export const take = (id: string, accounts: string[]) =>
  request<unknown>("DELETE", `${one(id)}/accounts`, { body: { account_ids: accounts } });
/** The lists someone is on. */
export const holding = (account: string) =>
  request<List[]>("GET", `/api/v1/accounts/${encodeURIComponent(account)}/lists`);
