/** What this browser keeps. Everything has one prefix, so that signing out can take all of it away. */

const PREFIX = "entrenous.";
/** Choices of the device rather than of the person: they stay. */
const OF_THE_DEVICE = new Set(["theme", "lang", "letters"]);

/** Reads what is kept under a name; null when there is nothing, or nothing readable. */
export function recall<T>(name: string): T | null {
  try {
    const text = localStorage.getItem(PREFIX + name);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}

/** Keeps a value. A browser without room loses it: nothing that matters is only here. */
export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    localStorage.removeItem(PREFIX + name);
  }
}

/** Forgets a value. */
export function drop(name: string): void {
  localStorage.removeItem(PREFIX + name);
}

/** The names under which something is kept that begin so. */
export function keys(beginning: string): string[] {
  const start = PREFIX + beginning;
  return Object.keys(localStorage)
    .filter((key) => key.startsWith(start))
    .map((key) => key.slice(PREFIX.length));
}

/** Removes everything of the person from this browser: values, databases and caches. */
export async function cleanUp(): Promise<void> {
  for (const key of Object.keys(localStorage))
    if (key.startsWith(PREFIX) && !OF_THE_DEVICE.has(key.slice(PREFIX.length))) localStorage.removeItem(key);
  sessionStorage.clear();
  if ("caches" in globalThis)
    for (const name of await caches.keys()) if (name.startsWith("person-")) await caches.delete(name);
  await tellWorker();
}

/** The worker too forgets, and what it is just fetching it does not keep. It is waited for, though not for long. */
function tellWorker(): Promise<void> {
  const worker = globalThis.navigator?.serviceWorker?.controller;
  if (!worker) return Promise.resolve();
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    const late = setTimeout(resolve, 1_000);
    port1.onmessage = () => {
      clearTimeout(late);
      resolve();
    };
    worker.postMessage({ type: "forget" }, [port2]);
  });
}
