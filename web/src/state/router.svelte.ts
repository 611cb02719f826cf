/** Where we are. Links are ordinary `<a href>`; this intercepts those that stay on the node's client. */

interface Place {
  path: string;
  query: URLSearchParams;
  /** Identifies the entry of the browser's history, so that a list finds its place again. */
  key: string;
}

/** Paths the node answers itself: browsers must really go there. */
const FOREIGN = [/^\/(api|oauth|auth|invite|invitations|media|static|assets|health)(\/|$)/, /\.json$/];

let counter = 0;
const fresh = () => `${Date.now().toString(36)}-${counter++}`;

function read(): Place {
  const state = history.state as { key?: string } | null;
  return { path: location.pathname, query: new URLSearchParams(location.search), key: state?.key ?? "first" };
}

let place = $state.raw<Place>(read());
/** How often we went somewhere by a click or call; views move the focus when it changes. */
let moves = $state(0);
const scrolls = new Map<string, number>();

export const router = {
  get path() {
    return place.path;
  },
  get query() {
    return place.query;
  },
  get key() {
    return place.key;
  },
  get moves() {
    return moves;
  },
  /** Where the page was scrolled to when this entry was left. */
  get scroll() {
    return scrolls.get(place.key) ?? 0;
  },
};

/** Whether a path belongs to the client. */
export function isOurs(path: string): boolean {
  return !FOREIGN.some((pattern) => pattern.test(path));
}

let guard: ((go: () => void) => boolean) | null = null;

/**
 * Asks before one goes elsewhere by a link: the guard answers whether one may go, or keeps `go` for later. Answers what
 * ends it.
 */
export function guardLeaving(ask: (go: () => void) => boolean): () => void {
  guard = ask;
  return () => {
    if (guard === ask) guard = null;
  };
}

/** Goes to a path of the client. */
export function navigate(href: string, options: { replace?: boolean } = {}): void {
  const target = new URL(href, location.href);
  const asked = guard;
  if (asked !== null) {
    const go = () => {
      if (guard === asked) guard = null;
      navigate(href, options);
    };
    if (!asked(go)) return;
  }
  if (target.origin !== location.origin || !isOurs(target.pathname)) {
    location.assign(target);
    return;
  }
  scrolls.set(place.key, window.scrollY);
  const state = { key: options.replace ? place.key : fresh() };
  if (options.replace) history.replaceState(state, "", target);
  else history.pushState(state, "", target);
  place = read();
  moves++;
}

/** Back, or to `fallback` when there is nothing of ours to go back to. */
export function back(fallback = "/home"): void {
  if (place.key === "first") navigate(fallback, { replace: true });
  else history.back();
}

function onClick(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
  if (!link || link.target !== "" || link.hasAttribute("download") || !link.href) return;
  const target = new URL(link.href);
  if (target.origin !== location.origin || !isOurs(target.pathname)) return;
  if (target.pathname === location.pathname && target.search === location.search && target.hash !== "")
    return;
  event.preventDefault();
  navigate(target.href);
}

/** Begins to listen; answers what ends it. */
export function startRouter(): () => void {
  history.scrollRestoration = "manual";
  const onPop = () => {
    scrolls.set(place.key, window.scrollY);
    place = read();
    moves++;
  };
  document.addEventListener("click", onClick);
  window.addEventListener("popstate", onPop);
  return () => {
    document.removeEventListener("click", onClick);
    window.removeEventListener("popstate", onPop);
  };
}

/** Matches `/lists/:id` and the like; answers the parameters, or null. A parameter may have a fixed prefix: `/@:acct`. */
export function match(pattern: string, path: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = path.replace(/\/$/, "").split("/");
  if (path === "/") given.splice(1, given.length, "");
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [at, want] of wanted.entries()) {
    const have = given[at] ?? "";
    const colon = want.indexOf(":");
    if (colon === -1) {
      if (want !== have) return null;
      continue;
    }
    const prefix = want.slice(0, colon);
    if (!have.startsWith(prefix) || have.length === prefix.length) return null;
    try {
      params[want.slice(colon + 1)] = decodeURIComponent(have.slice(prefix.length));
    } catch {
      return null;
    }
  }
  return params;
}
