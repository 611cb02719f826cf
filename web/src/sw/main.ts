/// <reference lib="webworker" />
/**
 * The service worker: the shell works without the node, and pictures that were seen can be seen again.
 *
 * Answers of the API are never kept here. What people read is kept by `state/offline.ts` under names that begin with
 * `person-`, as the pictures are; all of that goes at sign-out, also what is on its way at that moment.
 */

declare const self: ServiceWorkerGlobalScope;
/** The built files, written here by the build (`shellList` in vite.config.ts). */
declare const __SHELL__: { version: string; files: string[] };

const SHELL = `shell-${__SHELL__.version}`;
/** The one page there is; it is the same at every address of the client. */
const PAGE = "/";
const PICTURES = "person-media";
const MOST_PICTURES = 200;
/** Paths the node answers itself; as in `state/router.svelte.ts`. */
const FOREIGN = [/^\/(api|oauth|auth|invite|invitations|media|static|assets|health)(\/|$)/, /\.(json|js)$/];

/** Goes up when someone signs out: what was asked for before must not be kept after. */
let epoch = 0;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) =>
        cache.addAll([
          new Request(PAGE, { cache: "no-cache", headers: { accept: "text/html" } }),
          ...__SHELL__.files.map((path) => new Request(path, { cache: "no-cache" })),
        ]),
      ),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => names.filter((name) => name.startsWith("shell-") && name !== SHELL))
      .then((old) => Promise.all(old.map((name) => caches.delete(name))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("message", (event) => {
  const message = event.data as { type?: string } | null;
  if (message?.type === "take-over") void self.skipWaiting();
  if (message?.type === "forget")
    event.waitUntil(forget().then(() => event.ports[0]?.postMessage("forgotten")));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate") {
    if (!FOREIGN.some((pattern) => pattern.test(url.pathname))) event.respondWith(page(request));
  } else if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (url.pathname === "/static/brand.css") event.respondWith(look(request));
  else if (request.destination === "image" && /^\/(media|static)\//.test(url.pathname))
    event.respondWith(picture(event));
});

/** From the node; without it, or with only a proxy in its place, the page that is kept. */
async function page(request: Request): Promise<Response> {
  try {
    const answer = await fetch(request);
    if (![502, 503, 504].includes(answer.status)) return answer;
    return (await caches.match(PAGE)) ?? answer;
  } catch (error) {
    const kept = await caches.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** Names of assets change with their content: what is kept is right. */
async function asset(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  const kept = await cache.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await cache.put(request, answer.clone());
  return answer;
}

/** The node's colours: the newest there are. */
async function look(request: Request): Promise<Response> {
  const cache = await caches.open(SHELL);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(request, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(request);
    if (kept) return kept;
    throw error;
  }
}

/** At once what is kept, and the newest for the next time. */
async function picture(event: FetchEvent): Promise<Response> {
  const { request } = event;
  const kept = await caches.open(PICTURES).then((cache) => cache.match(request));
  // A file of a post never changes under its address.
  if (kept && new URL(request.url).pathname.startsWith("/media/")) return kept;
  const mine = epoch;
  const asked = fetch(request).then((answer) => {
    if (answer.ok && answer.status === 200) event.waitUntil(keep(request, answer.clone(), mine));
    return answer;
  });
  if (!kept) return asked;
  event.waitUntil(asked.catch(() => {}));
  return kept;
}

async function keep(request: Request, answer: Response, mine: number): Promise<void> {
  if (mine !== epoch) return;
  const cache = await caches.open(PICTURES);
  await cache.put(request, answer);
  const all = await cache.keys();
  for (const old of all.slice(0, Math.max(0, all.length - MOST_PICTURES))) await cache.delete(old);
  if (mine !== epoch) await caches.delete(PICTURES);
}

async function forget(): Promise<void> {
  epoch++;
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith("person-")).map((name) => caches.delete(name)));
}

export {};
