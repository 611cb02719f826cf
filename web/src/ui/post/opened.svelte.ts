/** Which warnings, covers and folds the reader opened. Kept outside of the posts, since lists take those down and put them up again. */

import { SvelteSet } from "svelte/reactivity";

const MOST = 500;
const keys = new SvelteSet<string>();

export const opened = {
  has: (key: string) => keys.has(key),
  toggle(key: string): void {
    if (keys.delete(key)) return;
    keys.add(key);
    for (const oldest of keys) {
      if (keys.size <= MOST) break;
      keys.delete(oldest);
    }
  },
};
