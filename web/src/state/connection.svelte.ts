/** Whether the node can be reached, and what waits for it. */

import { request } from "$/api/client";

let online = $state(typeof navigator === "undefined" ? true : navigator.onLine);
let reached = $state(true);
let waiting = new Set<() => void>();
let probe: ReturnType<typeof setTimeout> | undefined;
let tries = 0;

export const connection = {
  /** `offline`: the device has no network. `unreachable`: it has, and the node does not answer. */
  get state(): "ok" | "offline" | "unreachable" {
    if (!online) return "offline";
    return reached ? "ok" : "unreachable";
  },
};

/** Told by every request. */
export function noteReach(value: boolean): void {
  if (value) {
    tries = 0;
    clearTimeout(probe);
    probe = undefined;
    const again = !reached;
    reached = true;
    if (again) wake();
  } else {
    reached = false;
    schedule();
  }
}

/** Runs something once the node answers again. Answers what takes it back. */
export function whenBack(run: () => void): () => void {
  waiting.add(run);
  return () => waiting.delete(run);
}

function wake(): void {
  const runs = waiting;
  waiting = new Set();
  for (const run of runs) run();
}

function schedule(): void {
  if (probe !== undefined) return;
  const pause = Math.min(30_000, 1_000 * 2 ** tries++) * (0.75 + Math.random() / 2);
  probe = setTimeout(() => {
    probe = undefined;
    void tryNow();
  }, pause);
}

/** Asks the node whether it is there. */
export async function tryNow(): Promise<void> {
  try {
    await request("GET", "/health", { open: true, timeout: 8_000 });
  } catch {
    // The request has told `noteReach`.
  }
}

/** Listens to the browser; answers what ends it. */
export function watchConnection(): () => void {
  const up = () => {
    online = true;
    void tryNow().then(wake);
  };
  const down = () => {
    online = false;
  };
  window.addEventListener("online", up);
  window.addEventListener("offline", down);
  return () => {
    window.removeEventListener("online", up);
    window.removeEventListener("offline", down);
  };
}
