/** Which feed a path means. */

import { request } from "$/api/client";
import type { List } from "$/api/types";
import { readThrough } from "$/state/offline";

export type Kind = "home" | "local" | "known" | "tag" | "list" | "bookmarks" | "favourites";

export function kindOf(path: string): Kind {
  const first = path.split("/")[1] ?? "";
  if (first === "tags") return "tag";
  if (first === "lists") return "list";
  if (first === "local" || first === "known" || first === "bookmarks" || first === "favourites") return first;
  return "home";
}

/** What a list is called; nothing if it cannot be told: the posts matter more. */
export async function listTitle(id: string): Promise<string | undefined> {
  try {
    const read = () => request<List>("GET", `/api/v1/lists/${encodeURIComponent(id)}`);
    return (await readThrough(`list ${id}`, read)).title;
  } catch {
    return undefined;
  }
}
