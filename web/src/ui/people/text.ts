/** Names and biographies as text. */

import type { Account } from "$/api/types";

/** What someone is called: the name, else the handle. */
export function nameOf(account: Account): string {
  return account.display_name.trim() || account.username;
}

/** The text of HTML, with a space where a line ended. Nothing of it is ever run: the document it becomes is inert. */
export function textOf(html: string): string {
  const spaced = html.replace(/<br\s*\/?>|<\/p>/gi, " $&");
  const body = new DOMParser().parseFromString(spaced, "text/html").body;
  return (body.textContent ?? "").replace(/\s+/g, " ").trim();
}
