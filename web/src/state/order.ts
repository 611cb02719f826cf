/** The order of posts: ids are 64-bit numbers as text, later ones larger. */

/** Whether `a` is newer: longer ids are larger, then text decides. */
export function newer(a: string, b: string): boolean {
  return a.length === b.length ? a > b : a.length > b.length;
}

/** For sorting, newest first. */
export const newestFirst = (a: string, b: string) => (a === b ? 0 : newer(a, b) ? -1 : 1);
