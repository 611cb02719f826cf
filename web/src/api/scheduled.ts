/** One's posts that are published later. */

import { page, request, type Query } from "./client";
import type { NewStatus } from "./statuses";
import type { ScheduledStatus } from "./types";

const PATH = "/api/v1/scheduled_statuses";
const one = (id: string) => `${PATH}/${encodeURIComponent(id)}`;

/** Schedules a post, which says when. The key makes a repeated attempt the same one. */
export const schedule = (post: NewStatus, key: string) =>
  request<ScheduledStatus>("POST", "/api/v1/statuses", { body: post, headers: { "idempotency-key": key } });

/** All of them (the node keeps 300 at most), the next one first. */
export async function all(): Promise<ScheduledStatus[]> {
  const found: ScheduledStatus[] = [];
  let query: Query = { limit: 40 };
  for (;;) {
    const { items, next } = await page<ScheduledStatus>(PATH, { query });
    found.push(...items);
    if (next === null || items.length === 0) break;
    query = next;
  }
  return found.sort((a, b) => a.scheduled_at.localeCompare(b.scheduled_at));
}

export const move = (id: string, at: string) =>
  request<ScheduledStatus>("PUT", one(id), { body: { scheduled_at: at } });
export const remove = (id: string) => request<unknown>("DELETE", one(id));
