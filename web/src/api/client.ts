/** The one place that talks to the node: bearer token, errors, timeouts and paging. */

import { early } from "./early";

/** The node answered, and said no. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** The message for people, in their language if there are words for it. */
    readonly words: string = message,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** The node did not answer: no network, or no node. */
export class Unreachable extends Error {
  constructor(cause?: unknown) {
    super("unreachable", { cause });
    this.name = "Unreachable";
  }
}

export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>;

export interface RequestOptions {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as multipart. */
  form?: FormData;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Milliseconds until the node counts as unreachable; 20,000 if not said. */
  timeout?: number;
  /** Without the token, for what everyone may read. */
  open?: boolean;
}

/** A page of a list, with where the next and the previous one are (RFC 8288 `Link`). */
export interface Page<T> {
  items: T[];
  next: Query | null;
  prev: Query | null;
}

let token: string | null = null;
let onUnauthorized: () => void = () => {};
let onReach: (reached: boolean) => void = () => {};
let inWords: (text: string) => Promise<string> = (text) => Promise.resolve(text);

/** Gives the client a token, or takes it away. */
export function setToken(value: string | null): void {
  token = value;
}

/** The token requests are made with. */
export function getToken(): string | null {
  return token;
}

/**
 * What to do when the node no longer knows the token, and whenever it was reached or not; and what says in people's
 * language what the node refuses.
 */
export function observe(watchers: {
  unauthorized: () => void;
  reach: (reached: boolean) => void;
  words: (text: string) => Promise<string>;
}): void {
  onUnauthorized = watchers.unauthorized;
  onReach = watchers.reach;
  inWords = watchers.words;
}

/** What is wrong with what was asked is told in words; for the rest the client has its own (`state/actions`). */
const TOLD: readonly number[] = [400, 403, 409, 422];

async function refused(status: number, message: string): Promise<ApiError> {
  return TOLD.includes(status)
    ? new ApiError(status, message, await inWords(message))
    : new ApiError(status, message);
}

/** Path and query; lists become `name[]=`. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) for (const one of value) search.append(`${name}[]`, String(one));
    else search.append(name, String(value));
  }
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

async function send(method: string, path: string, options: RequestOptions): Promise<Response> {
  const headers: Record<string, string> = { accept: "application/json", ...options.headers };
  if (token !== null && options.open !== true) headers["authorization"] = `Bearer ${token}`;
  let body: BodyInit | null = null;
  if (options.form) body = options.form;
  else if (options.body !== undefined) {
    headers["content-type"] = "application/json";
    body = JSON.stringify(options.body);
  }
  const limit = AbortSignal.timeout(options.timeout ?? 20_000);
  const signal = options.signal ? AbortSignal.any([options.signal, limit]) : limit;
  let response: Response;
  try {
    const url = address(path, options.query);
    const ask = () => fetch(url, { method, headers, body, signal, credentials: "same-origin" });
    const asked = method === "GET" ? early(url, options.open ? "anyone" : token) : null;
    response = await (asked ? asked.catch(ask) : ask());
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    onReach(false);
    throw new Unreachable(cause);
  }
  // A proxy without a node behind it answers in the node's place. That another node does not answer, the node says itself.
  const json = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const reached = ![502, 503, 504].includes(response.status) || (response.status === 502 && json);
  onReach(reached);
  if (response.ok) return response;
  if (response.status === 401 && options.open !== true && token !== null) onUnauthorized();
  throw await refused(response.status, await reason(response));
}

async function reason(response: Response): Promise<string> {
  try {
    const told = (await response.json()) as { error?: string; error_description?: string };
    return told.error_description ?? told.error ?? response.statusText;
  } catch {
    return response.statusText;
  }
}

/** Asks the node, and reads the JSON it answers. */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

/** Asks for what may still be completed in the background: with the name of what goes on, if something does. */
export async function refreshable<T>(
  path: string,
  options: RequestOptions = {},
): Promise<{ value: T; refresh: string | null }> {
  const response = await send("GET", path, options);
  const named = /id="([^"]+)"/.exec(response.headers.get("mastodon-async-refresh") ?? "");
  return { value: (await response.json()) as T, refresh: named?.[1] ?? null };
}

/** Asks for a page of a list. */
export async function page<T>(path: string, options: RequestOptions = {}): Promise<Page<T>> {
  const { value, next, prev } = await paged<T[]>(path, options);
  return { items: value, next, prev };
}

/** Asks for a page that is more than a list. */
export async function paged<T>(
  path: string,
  options: RequestOptions = {},
): Promise<{ value: T; next: Query | null; prev: Query | null }> {
  const response = await send("GET", path, options);
  const value = (await response.json()) as T;
  const links = parseLinks(response.headers.get("link"));
  return { value, next: links["next"] ?? null, prev: links["prev"] ?? null };
}

/** The queries of a `Link` header, by relation. */
export function parseLinks(header: string | null): Record<string, Query> {
  const links: Record<string, Query> = {};
  for (const match of (header ?? "").matchAll(/<([^>]+)>\s*;\s*rel="?([a-z]+)"?/g)) {
    const [, target, relation] = match;
    if (target === undefined || relation === undefined) continue;
    const query: Record<string, string> = {};
    for (const [name, value] of new URL(target, "http://node.invalid").searchParams) query[name] = value;
    links[relation] = query;
  }
  return links;
}

/** Uploads with progress, which `fetch` does not tell. `progress` gets a share from 0 to 1. */
export function upload<T>(
  method: string,
  path: string,
  form: FormData,
  progress: (share: number) => void,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const call = new XMLHttpRequest();
    call.open(method, path);
    call.setRequestHeader("accept", "application/json");
    if (token !== null) call.setRequestHeader("authorization", `Bearer ${token}`);
    call.responseType = "text";
    call.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    call.onerror = () => {
      onReach(false);
      reject(new Unreachable());
    };
    call.onabort = () => reject(new DOMException("aborted", "AbortError"));
    call.onload = () => {
      let answer: unknown = null;
      try {
        answer = JSON.parse(call.responseText);
      } catch {
        answer = null;
      }
      if (call.status >= 200 && call.status < 300) resolve(answer as T);
      else {
        const told = answer as { error?: string } | null;
        void refused(call.status, told?.error ?? call.statusText).then(reject);
      }
    };
    signal?.addEventListener("abort", () => call.abort(), { once: true });
    call.send(form);
  });
}
