/** One's lists, as this client shows them. */

import * as api from "$/api/lists";
import type { List } from "$/api/types";
import { loadMine, myGroups } from "./groups.svelte";

/** One's lists without one's groups: the node tells these as lists too, for clients that know no groups. */
export async function ownLists(): Promise<List[]> {
  const [lists] = await Promise.all([api.all(), loadMine()]);
  const groups = new Set((myGroups.all ?? []).map((one) => one.id));
  return lists.filter((one) => !groups.has(one.id));
}
