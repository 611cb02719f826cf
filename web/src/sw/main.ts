/// <reference lib="webworker" />
/**
 * The service worker: the shell works without the node, and pictures that were seen can be seen again.
 *
 * It also shows what the node sends to this device (Web Push), and stops that at sign-out.
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

self.addEventListener("push", (event) => event.waitUntil(tell(event)));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});

/** What the node says of a notification, decrypted by the browser. */
interface Told {
  notification_id: string;
  preferred_locale: string;
  title: string;
  body: string;
  icon: string;
}

/** Shows it. Browsers ask that every message is shown, also one that cannot be read. */
async function tell(event: PushEvent): Promise<void> {
  let told: Partial<Told> = {};
  try {
    told = (event.data?.json() ?? {}) as Partial<Told>;
  } catch {
    // That something came is all that is known.
  }
  const open = await self.clients.matchAll({ type: "window" });
  const options: NotificationOptions = {
    body: told.body ?? "",
    icon: told.icon ?? "/static/icon-192.png",
    badge: "/static/icon-192.png",
    // Whoever looks at the client sees it there too.
    silent: open.some((one) => one.focused),
  };
  // The same one again takes the place of the first.
  if (told.notification_id) options.tag = told.notification_id;
  if (told.preferred_locale) options.lang = told.preferred_locale;
  await self.registration.showNotification(told.title ?? "Entrenous", options);
}

/** Goes to the notifications: in a page that is open, which keeps what is being written there, or in a new one. */
async function show(): Promise<void> {
  const open = await self.clients.matchAll({ type: "window" });
  const one = open.find((page) => page.visibilityState === "visible") ?? open[0];
  if (!one) {
    await self.clients.openWindow("/notifications");
    return;
  }
  one.postMessage({ type: "show", path: "/notifications" });
  await one.focus();
}

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
  // Whoever signs in next is not told what was for somebody else.
  for (const one of await self.registration.getNotifications()) one.close();
  await (await self.registration.pushManager?.getSubscription())?.unsubscribe();
}

export {};
