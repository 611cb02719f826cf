/** Who is signed in in this browser, and how one comes in and goes out. */

import * as accounts from "$/api/accounts";
import { ApiError, setToken } from "$/api/client";
import * as oauth from "$/api/oauth";
import type { CredentialAccount } from "$/api/types";
import { choose, i18n, setLang, type Lang } from "$/i18n/index.svelte";
import { cleanUp, remember, recall } from "./storage";

interface Kept {
  token: string;
  me: CredentialAccount | null;
}

interface Pending {
  verifier: string;
  state: string;
  then: string;
}

const KEPT = "session";
const PENDING = "sign-in";

let me = $state.raw<CredentialAccount | null>(null);
let status = $state<"unknown" | "out" | "in">("unknown");

/** The signed-in person. */
export const session = {
  /** The person; null while nobody is signed in. */
  get me() {
    return me;
  },
  get status() {
    return status;
  },
  /** Whether the person handles reports. */
  get moderates() {
    return me !== null && ["moderator", "administrator", "owner"].includes(me.role.name);
  },
  /** Whether the person administers this node. */
  get administers() {
    return me !== null && ["administrator", "owner"].includes(me.role.name);
  },
};

/** What others must know of the person has changed: a new picture, a new name. */
export function setMe(account: CredentialAccount): void {
  me = account;
  const kept = recall<Kept>(KEPT);
  if (kept) remember(KEPT, { ...kept, me: account });
}

/**
 * Takes up the session this browser has. What was last known of the person is there at once, also offline; whether
 * the node still knows the token is asked in the background.
 */
export async function resume(): Promise<void> {
  const kept = recall<Kept>(KEPT);
  if (!kept) {
    status = "out";
    return;
  }
  setToken(kept.token);
  if (kept.me) {
    me = kept.me;
    status = "in";
    void refresh();
    return;
  }
  await refresh();
}

async function refresh(): Promise<void> {
  try {
    setMe(await accounts.me());
    status = "in";
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) await forget();
    else if (me === null) status = "out";
  }
}

/** Sends the browser to the node's sign-in page; afterwards it is at `then` again. */
export async function signIn(then = "/home", lang: Lang = i18n.lang): Promise<void> {
  const pending: Pending = { verifier: oauth.secret(), state: oauth.secret(), then };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  location.assign(await oauth.authorizeUrl(pending.verifier, pending.state, lang));
}

/**
 * Ends the sign-in with what the node sent along; answers where to go then.
 *
 * Fails when the answer belongs to no sign-in that this tab began.
 */
export async function completeSignIn(query: URLSearchParams): Promise<string> {
  const text = sessionStorage.getItem(PENDING);
  sessionStorage.removeItem(PENDING);
  const pending = text === null ? null : (JSON.parse(text) as Pending);
  const code = query.get("code");
  if (!pending || code === null || query.get("state") !== pending.state)
    throw new Error("no sign-in is under way");
  const { access_token: token } = await oauth.exchange(code, pending.verifier);
  setToken(token);
  remember(KEPT, { token, me: null });
  setMe(await accounts.me());
  status = "in";
  return pending.then;
}

/** The node does not know the token any more: everything of the person goes from this browser. */
export async function forget(): Promise<void> {
  setToken(null);
  me = null;
  status = "out";
  await cleanUp();
}

let lastThings: () => Promise<void> = async () => {};

/** What must still be sent with the person's token before it ends. */
export function beforeSignOut(run: () => Promise<void>): void {
  lastThings = run;
}

/** Signs out: here, in the browser's session with the node, and of everything kept for offline reading. */
export async function signOut(): Promise<void> {
  const kept = recall<Kept>(KEPT);
  await lastThings();
  try {
    await oauth.signOutBrowser();
    if (kept) await oauth.revoke(kept.token);
  } catch {
    // Offline: what this browser keeps must go all the same. The token ends when the person says so elsewhere.
  }
  await forget();
  location.replace("/");
}

/** The language to begin with: the person's, else the browser's. */
export function firstLanguage(): Promise<void> {
  const kept = recall<Kept>(KEPT);
  return setLang(choose([recall<string>("lang"), kept?.me?.source.language, ...navigator.languages]));
}
