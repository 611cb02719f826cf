/** How people and posts are called in texts. */

import type { Account, Status } from "$/api/types";
import { plainText } from "../rich/sanitize";

/** The name a person chose, else the one of the account. */
export const nameOf = (person: Account) => person.display_name.trim() || person.username;

/** The address of a person in this client; of a group of this node, that of its page. */
export const profileOf = (person: { acct: string; id?: string; group?: boolean }) =>
  person.group && person.id && !person.acct.includes("@") ? `/g/${person.id}` : `/@${person.acct}`;

/** The address of a post in this client. */
export const addressOf = (post: Status) => `/@${post.account.acct}/${post.id}`;

/** The beginning of a post in plain words; of one with a warning, the warning. */
export function gist(post: Status, length = 140): string {
  const text = (post.spoiler_text.trim() || plainText(post.content)).replace(/\s+/g, " ");
  return text.length > length ? `${text.slice(0, length - 1).trimEnd()}…` : text;
}
