/** Where one was in a list, so that coming back finds the same place, also when the list has changed meanwhile. */

import type { Timeline } from "$/state/timeline.svelte";
import type { WindowVirtualizerHandle } from "virtua/svelte";

export interface Place {
  /** The posts as they were; with the very same ones the measured heights hold. */
  ids: readonly string[];
  heights: ReturnType<WindowVirtualizerHandle["getCache"]>;
  /** Which was the first post in sight, and how many pixels of it were above the edge. */
  first: number;
  above: number;
}

export const places = new WeakMap<Timeline, Place>();
