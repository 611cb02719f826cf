/** Who can read a post, from wide to narrow. */

import type { Visibility } from "$/api/types";

export const WIDE_TO_NARROW: readonly Visibility[] = ["public", "unlisted", "private", "direct"];

/** The narrower of two audiences. */
export function narrower(one: Visibility, other: Visibility): Visibility {
  return WIDE_TO_NARROW.indexOf(one) > WIDE_TO_NARROW.indexOf(other) ? one : other;
}

/** Whether an audience is within another. */
export function within(one: Visibility, limit: Visibility): boolean {
  return WIDE_TO_NARROW.indexOf(one) >= WIDE_TO_NARROW.indexOf(limit);
}

/** An audience we know; the narrowest for one we do not. */
export function fitting(name: string): Visibility {
  return WIDE_TO_NARROW.find((one) => one === name) ?? "direct";
}
