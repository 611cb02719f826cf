/** A report while it is written. */

import type { Category, NewReport } from "$/api/reports";
import type { Account } from "$/api/types";

/** Longest comment, in characters. */
export const COMMENT = 1_000;

export interface ReportForm {
  category: Category;
  /** Ids of house rules. */
  rules: string[];
  /** Ids of posts. */
  posts: string[];
  comment: string;
  forward: boolean;
}

/** What a report begins with: one post, or none. */
export const emptyReport = (post?: string): ReportForm => ({
  category: "other",
  rules: [],
  posts: post === undefined ? [] : [post],
  comment: "",
  forward: false,
});

/** What is sent: rules only when that is what is wrong, and nothing to the organisation of one's own people. */
export const reportOf = (form: ReportForm, person: Account): NewReport => ({
  account_id: person.id,
  status_ids: form.posts,
  comment: form.comment.trim(),
  category: form.category,
  rule_ids: form.category === "violation" ? form.rules : [],
  forward: form.forward && (person.entrenous?.organisation ?? null) !== null,
});

/** The list with the item, or without it. */
export const withItem = (list: readonly string[], item: string, on: boolean): string[] =>
  on ? [...list.filter((one) => one !== item), item] : list.filter((one) => one !== item);
