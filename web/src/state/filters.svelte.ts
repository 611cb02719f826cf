/** When one's filters change, here or in another client, the posts that are shown are matched anew. */

import * as api from "$/api/statuses";
import { heldIds, putStatuses } from "./entities.svelte";
import { newestFirst } from "./order";
import { subscribe } from "./stream";

/** Posts that are asked for at once, and in all. */
const AT_ONCE = 40;
const MOST = 240;
/** Several changes are often one wish. */
const PAUSE = 400;

let version = $state(0);
let timer: ReturnType<typeof setTimeout> | undefined;
let going: Promise<void> | null = null;
let again = false;

/** Counts changes: who shows filters reads them anew. */
export const filters = {
  get version() {
    return version;
  },
};

/** The filters have changed. */
export function filtersChanged(): void {
  version++;
  clearTimeout(timer);
  timer = setTimeout(() => void refilter(), PAUSE);
}

/** Listens while someone is signed in; answers what ends that. */
export function watchFilters(): () => void {
  const end = subscribe("user", { filters_changed: filtersChanged });
  return () => {
    clearTimeout(timer);
    end();
  };
}

/** Reads the posts that lists hold, with what the filters say of them now. */
export function refilter(): Promise<void> {
  if (going) {
    again = true;
    return going;
  }
  going = readAll().finally(() => {
    going = null;
    if (!again) return;
    again = false;
    void refilter();
  });
  return going;
}

async function readAll(): Promise<void> {
  const ids = [...heldIds()].sort(newestFirst).slice(0, MOST);
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    try {
      putStatuses(await api.many(ids.slice(at, at + AT_ONCE)));
    } catch {
      // What cannot be read now is filtered when it is read next.
      return;
    }
  }
}
