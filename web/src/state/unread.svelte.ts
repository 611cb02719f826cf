/** How many notifications have not been read. */

import { request } from "$/api/client";
import { connection } from "./connection.svelte";
import { subscribe } from "./stream";

let count = $state(0);

export const unread = {
  get count() {
    return count;
  },
};

/** Reads the number, and counts on by the stream; answers what ends it. */
export function watchUnread(): () => void {
  void refreshUnread();
  return subscribe("user", { notification: () => count++, resumed: () => void refreshUnread() });
}

/** Reads the number anew. */
export async function refreshUnread(): Promise<void> {
  if (connection.state !== "ok") return;
  try {
    count = (await request<{ count: number }>("GET", "/api/v1/notifications/unread_count")).count;
  } catch {
    // The number stays as it was; it is asked for again when the stream is back.
  }
}

/** All have been read up to this one; the marker tells other clients. */
export async function markRead(lastId: string): Promise<void> {
  count = 0;
  await request("POST", "/api/v1/markers", { body: { notifications: { last_read_id: lastId } } });
}
