/** What is wrong with other organisations, for administrators. */

import { getToken, request } from "$/api/client";
import type { Alert } from "$/api/peers";
import { connection } from "./connection.svelte";

/** The first paint has other things to ask for. */
const FIRST = 5_000;
const PAUSE = 120_000;

let all = $state.raw<readonly Alert[]>([]);

export const alerts = {
  /** Changed keys first, then by how long it has lasted. */
  get all() {
    return all;
  },
};

/** Asks now and then while the page is seen; answers what ends it. Only for administrators. */
export function watchAlerts(): () => void {
  const look = () => {
    if (document.visibilityState === "visible") void refreshAlerts();
  };
  const first = setTimeout(look, FIRST);
  const timer = setInterval(look, PAUSE);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    all = [];
  };
}

/** Asks now. */
export async function refreshAlerts(): Promise<void> {
  if (connection.state !== "ok") return;
  const token = getToken();
  try {
    const found = await request<Alert[]>("GET", "/api/entrenous/v1/admin/alerts");
    // Nobody else's, should somebody else have signed in meanwhile.
    if (getToken() === token) all = found;
  } catch {
    // What was known stays; it is asked for again.
  }
}
