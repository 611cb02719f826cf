/** How many reports are open, for those who moderate. */

import { getToken } from "$/api/client";
import * as api from "$/api/reports";
import { connection } from "./connection.svelte";

/** The first paint has other things to ask for. */
const FIRST = 6_000;
const PAUSE = 120_000;

let count = $state(0);

export const reports = {
  get open() {
    return count;
  },
};

/** Asks now and then while the page is seen; answers what ends it. Only for those who moderate. */
export function watchReports(): () => void {
  const look = () => {
    if (document.visibilityState === "visible") void refreshReports();
  };
  const first = setTimeout(look, FIRST);
  const timer = setInterval(look, PAUSE);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    count = 0;
  };
}

/** Asks now. */
export async function refreshReports(): Promise<void> {
  if (connection.state !== "ok") return;
  const token = getToken();
  try {
    const found = await api.open();
    // Nobody else's, should somebody else have signed in meanwhile.
    if (getToken() === token) count = found.count;
  } catch {
    // What was known stays; it is asked for again.
  }
}
