// A web client on an origin of its own, as small as one can be: signs in on any number of nodes, and does what is done
// every day. Bundled by esbuild; `browser.js` presses its buttons.

import { createOAuthAPIClient, createRestAPIClient } from "masto";
import { client, everyday } from "./flows.js";

const scopes = "read write follow push";
const home = `${location.origin}/`;
const kept = (name) => JSON.parse(localStorage.getItem(name));
const keep = (name, value) => localStorage.setItem(name, JSON.stringify(value));

function base64url(bytes) {
  return btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

// Registers here, and leaves for the node's page.
async function leave(url) {
  const app = await createRestAPIClient({ url }).v1.apps.create({
    clientName: "A web client",
    redirectUris: home,
    scopes,
    website: home,
  });
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(48)));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const state = base64url(crypto.getRandomValues(new Uint8Array(16)));
  keep("leaving", { url, app, verifier, state });
  location.assign(`${url}/oauth/authorize?${new URLSearchParams({
    client_id: app.clientId,
    redirect_uri: home,
    response_type: "code",
    scope: scopes,
    state,
    code_challenge: base64url(digest),
    code_challenge_method: "S256",
  })}`);
}

// Back from the node: its code becomes a token.
async function comeBack(answer) {
  const { url, app, verifier, state } = kept("leaving");
  if (answer.get("state") !== state) throw new Error("this answer is not for us");
  history.replaceState(null, "", home);
  if (answer.has("error")) return answer.get("error");
  const token = await createOAuthAPIClient({ url }).token.create({
    grantType: "authorization_code",
    clientId: app.clientId,
    clientSecret: app.clientSecret,
    redirectUri: home,
    code: answer.get("code"),
    codeVerifier: verifier,
    scope: scopes,
  });
  keep(url, token.accessToken);
  return "signed in";
}

// What an error answer lets a page of another origin read.
async function readError(url) {
  const answer = await fetch(`${url}/api/v1/timelines/home`, { headers: { Authorization: "Bearer wrong" } });
  return [answer.status, (await answer.json()).error, answer.headers.get("WWW-Authenticate")];
}

async function readQuota(url) {
  const answer = await fetch(`${url}/api/v1/apps`, { method: "POST", body: new URLSearchParams({
    client_name: "counted", redirect_uris: home }) });
  return ["Limit", "Remaining", "Reset"].map((what) => answer.headers.get(`X-RateLimit-${what}`));
}

const answer = new URLSearchParams(location.search);
window.cameBack = answer.has("state") ? comeBack(answer) : Promise.resolve("new");
Object.assign(window, {
  leave,
  readError,
  readQuota,
  everyday: (a, b) => everyday(client(a, kept(a)), client(b, kept(b))),
});
