/** Reports: what people say is wrong, and what those who moderate do about it. */

import { page, request, type Query } from "./client";
import type { components } from "./schema";
import type { Account, Status } from "./types";

type Schemas = components["schemas"];

/** What is wrong, in a word. */
export type Category = "spam" | "legal" | "violation" | "other";

export type Report = Schemas["Report"];

/** Somebody in a report. */
export type Party = Omit<Schemas["AdminAccount"], "account"> & { account: Account };

/** A report as those who moderate see it. */
export type AdminReport = Omit<
  Schemas["AdminReport"],
  "category" | "statuses" | "account" | "target_account" | "assigned_account" | "action_taken_by_account"
> & {
  category: Category;
  /** As they were when they were reported, if they are gone or another since. */
  statuses: Status[];
  account: Party;
  target_account: Party;
  assigned_account?: Party | null;
  action_taken_by_account?: Party | null;
};

export interface NewReport {
  account_id: string;
  status_ids: string[];
  comment: string;
  category: Category;
  rule_ids: string[];
  /** Their organisation is told as well, without the name of the one who reports. */
  forward: boolean;
}

/** What one does with a report. */
export type Act = "assign_to_self" | "unassign" | "resolve" | "reopen";

const ADMIN = "/api/v1/admin/reports";
const one = (id: string) => `${ADMIN}/${encodeURIComponent(id)}`;

export const create = (report: NewReport) => request<Report>("POST", "/api/v1/reports", { body: report });
export const list = (query: Query) => page<AdminReport>(ADMIN, { query });
export const get = (id: string) => request<AdminReport>("GET", one(id));
export const act = (id: string, what: Act) => request<AdminReport>("POST", `${one(id)}/${what}`);
/** What it is said to be about; rules make it a violation. */
export const change = (id: string, body: { category: Category; rule_ids: string[] }) =>
  request<AdminReport>("PUT", one(id), { body });
/** Removes a post of anyone; the reason, of at most 500 characters, is written to the audit trail. */
export const removePost = (id: string, reason: string) =>
  request<unknown>("DELETE", `/api/entrenous/v1/admin/statuses/${encodeURIComponent(id)}`, {
    body: reason === "" ? {} : { reason },
  });
/** How many are open. */
export const open = () => request<{ count: number }>("GET", "/api/entrenous/v1/admin/open_reports");
