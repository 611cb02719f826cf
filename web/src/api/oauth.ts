/** Signing in: OAuth 2 authorization code with PKCE (RFC 6749, RFC 7636), as any other client does it. */

import { request } from "./client";

/** The web client's own registration, which every node knows. */
export const CLIENT_ID = "entrenous-web";
const SCOPES = "read write follow push admin:read admin:write";

export const redirectUri = () => `${location.origin}/signed-in`;

function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** A random text of 256 bits. */
export function secret(): string {
  return base64url(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The SHA-256 of the verifier. Browsers have `crypto.subtle` on https and on loopback only; over plain http on an
 * intranet the client falls back to a small SHA-256 of its own.
 */
export async function challenge(verifier: string): Promise<string> {
  const bytes = new TextEncoder().encode(verifier);
  if (globalThis.crypto.subtle !== undefined)
    return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
  const { sha256 } = await import("./sha256");
  return base64url(sha256(bytes));
}

/** Where the browser goes to sign in. */
export async function authorizeUrl(verifier: string, state: string, lang: string): Promise<string> {
  const query = new URLSearchParams({
    client_id: CLIENT_ID,
    redirect_uri: redirectUri(),
    response_type: "code",
    scope: SCOPES,
    state,
    code_challenge: await challenge(verifier),
    code_challenge_method: "S256",
    lang,
  });
  return `/oauth/authorize?${query}`;
}

/** Exchanges the code for a token. */
export const exchange = (code: string, verifier: string) =>
  request<{ access_token: string; scope: string }>("POST", "/oauth/token", {
    open: true,
    body: {
      grant_type: "authorization_code",
      client_id: CLIENT_ID,
      redirect_uri: redirectUri(),
      code,
      code_verifier: verifier,
    },
  });

/** Ends a token. */
export const revoke = (token: string) =>
  request<unknown>("POST", "/oauth/revoke", { open: true, body: { client_id: CLIENT_ID, token } });

/** Ends the token of this client and what the browser itself is signed in with, so that one is out everywhere in it. */
export const signOutBrowser = () => request<unknown>("POST", "/api/entrenous/v1/sign_out");
