/** One WebSocket with the node; views subscribe to the streams they show. */

import { getToken } from "$/api/client";
import type { Announcement, AnnouncementReaction } from "$/api/announcements";
import type { Notification, Status } from "$/api/types";

/** What the node sends, by kind. */
export interface StreamEvents {
  update: Status;
  "status.update": Status;
  delete: string;
  notification: Notification;
  announcement: Announcement;
  "announcement.delete": string;
  "announcement.reaction": Omit<AnnouncementReaction, "me"> & { announcement_id: string };
  /** One's filters are others now. */
  filters_changed: undefined;
}

export type StreamHandler = {
  [K in keyof StreamEvents]?: (value: StreamEvents[K]) => void;
} & {
  /** The stream is there again after a pause: what came meanwhile must be read. */
  resumed?: () => void;
};

interface Subscription {
  stream: string;
  params: Record<string, string>;
  handler: StreamHandler;
}

const subscriptions = new Set<Subscription>();
let socket: WebSocket | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let attempts = 0;
/** There was a time without a connection, be it before the first one: what came then must be read. */
let missed = false;

const nameOf = (one: Subscription) => [one.stream, ...Object.values(one.params)].join("\n");

/** Listens to a stream (`user`, `public`, `public:local`, `hashtag`, `list`); answers what ends it. */
export function subscribe(
  stream: string,
  handler: StreamHandler,
  params: Record<string, string> = {},
): () => void {
  const one: Subscription = { stream, params, handler };
  const first = ![...subscriptions].some((other) => nameOf(other) === nameOf(one));
  subscriptions.add(one);
  if (socket?.readyState === WebSocket.OPEN) {
    if (first) tell("subscribe", one);
  } else connect();
  return () => {
    subscriptions.delete(one);
    const last = ![...subscriptions].some((other) => nameOf(other) === nameOf(one));
    if (last && socket?.readyState === WebSocket.OPEN) tell("unsubscribe", one);
    if (subscriptions.size === 0) disconnect();
  };
}

function tell(type: "subscribe" | "unsubscribe", one: Subscription): void {
  socket?.send(JSON.stringify({ type, stream: one.stream, ...one.params }));
}

function connect(): void {
  const token = getToken();
  if (socket !== null || token === null || subscriptions.size === 0) return;
  clearTimeout(retry);
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  // The token goes as a sub-protocol, so that it stands in no address and in no log.
  const mine = new WebSocket(`${scheme}//${location.host}/api/v1/streaming`, token);
  socket = mine;
  mine.onopen = () => {
    if (socket !== mine) return;
    attempts = 0;
    const told = new Set<string>();
    for (const one of subscriptions) {
      if (!told.has(nameOf(one))) tell("subscribe", one);
      told.add(nameOf(one));
    }
    if (missed) for (const one of subscriptions) one.handler.resumed?.();
    missed = false;
  };
  mine.onmessage = (message) => {
    if (socket === mine) receive(String(message.data));
  };
  mine.onclose = () => {
    if (socket !== mine) return;
    socket = null;
    missed = true;
    if (subscriptions.size === 0) return;
    const pause = Math.min(30_000, 500 * 2 ** attempts++) * (0.75 + Math.random() / 2);
    retry = setTimeout(connect, pause);
  };
}

/** Ends the connection, at sign-out or when nobody listens any more. */
export function disconnect(): void {
  clearTimeout(retry);
  attempts = 0;
  const mine = socket;
  socket = null;
  missed = false;
  mine?.close();
}

/**
 * Connects anew at once, when the node was reached again. A connection from before may be dead without anybody having
 * said so; what it may have lost is read by those who listen.
 */
export function reconnect(): void {
  attempts = 0;
  missed = true;
  const old = socket;
  socket = null;
  old?.close();
  connect();
}

function receive(text: string): void {
  let message: { stream?: string[]; event?: string; payload?: string };
  try {
    message = JSON.parse(text) as typeof message;
  } catch {
    return;
  }
  const { event, payload } = message;
  if (event === undefined || (payload === undefined && event !== "filters_changed")) return;
  const name = (message.stream ?? []).join("\n");
  let value: unknown = payload;
  // An id is text, and too long to be read as a number.
  if (payload !== undefined && event !== "delete" && event !== "announcement.delete") {
    try {
      value = JSON.parse(payload);
    } catch {
      return;
    }
  }
  for (const one of subscriptions) {
    // `user:notification` events come on `user` as well; everything else names its stream.
    if (nameOf(one) !== name && !(name === "user:notification" && one.stream === "user")) continue;
    const handle = one.handler[event as keyof StreamEvents] as ((value: unknown) => void) | undefined;
    handle?.(value);
  }
}
