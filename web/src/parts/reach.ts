/** Which organisations a post has reached, in words. */

import type { Delivery } from "$/api/types";
import { since, t } from "$/i18n/index.svelte";

export interface Reach {
  /** How many of how many. */
  sum: string;
  /** What keeps it from others. */
  troubles: string[];
  /** Nothing more will change. */
  over: boolean;
}

/** What to say of the deliveries of a post; null if it was for nobody elsewhere. */
export function reachOf(all: readonly Delivery[], now: number): Reach | null {
  if (all.length === 0) return null;
  const done = all.filter((one) => one.state === "delivered").length;
  const troubles = all.flatMap(({ name, state, silent_since }) => {
    if (state === "refused") return [t("post.reachRefused", { name })];
    if (state === "waiting" && silent_since)
      return [t("post.reachLate", { name, when: since(silent_since, now) })];
    return [];
  });
  return {
    sum: t("post.reached", { done, all: all.length }),
    troubles,
    over: all.every((one) => one.state !== "waiting"),
  };
}
