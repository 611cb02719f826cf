import { setToken } from "$/api/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { disconnect, reconnect, subscribe } from "./stream";

class Socket {
  static OPEN = 1;
  static all: Socket[] = [];
  readyState = 0;
  sent: Record<string, string>[] = [];
  onopen?: () => void;
  onclose?: () => void;
  onmessage?: (message: { data: string }) => void;
  constructor(
    readonly url: string,
    readonly protocol: string,
  ) {
    Socket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text) as Record<string, string>);
  }
  close() {
    this.readyState = 3;
    this.onclose?.();
  }
  opens() {
    this.readyState = 1;
    this.onopen?.();
  }
  says(stream: string[], event: string, payload: unknown) {
    const text = typeof payload === "string" ? payload : JSON.stringify(payload);
    this.onmessage?.({ data: JSON.stringify({ stream, event, payload: text }) });
  }
}
const last = () => Socket.all.at(-1)!;
let ends: (() => void)[] = [];
const listen = (...all: Parameters<typeof subscribe>) => {
  const end = subscribe(...all);
  ends.push(end);
  return end;
};

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("WebSocket", Socket);
  setToken("secret");
});
afterEach(() => {
  ends.forEach((end) => end());
  ends = [];
  disconnect();
  Socket.all = [];
  setToken(null);
  vi.useRealTimers();
});

test("one connection for all, each stream told once, the token in no address", () => {
  listen("user", {});
  listen("user", {});
  const end = listen("hashtag", {}, { tag: "a" });
  expect(Socket.all).toHaveLength(1);
  expect(last().url).not.toContain("secret");
  expect(last().protocol).toBe("secret");
  last().opens();
  listen("public", {});
  expect(last().sent).toEqual([
    { type: "subscribe", stream: "user" },
    { type: "subscribe", stream: "hashtag", tag: "a" },
    { type: "subscribe", stream: "public" },
  ]);
  end();
  expect(last().sent.at(-1)).toEqual({ type: "unsubscribe", stream: "hashtag", tag: "a" });
});

test("what comes goes to those who listen to that stream", () => {
  const [mine, tag, other] = [vi.fn(), vi.fn(), vi.fn()];
  listen("user", { update: mine, notification: mine, delete: mine });
  listen("hashtag", { update: tag }, { tag: "a" });
  listen("hashtag", { update: other }, { tag: "b" });
  last().opens();
  last().says(["user"], "update", { id: "1" });
  last().says(["user:notification"], "notification", { id: "2" });
  last().says(["user"], "delete", "3");
  last().says(["hashtag", "a"], "update", { id: "4" });
  expect(mine.mock.calls).toEqual([[{ id: "1" }], [{ id: "2" }], ["3"]]);
  expect(tag.mock.calls).toEqual([[{ id: "4" }]]);
  expect(other).not.toHaveBeenCalled();
});

test("what is not understood is left aside", () => {
  const mine = vi.fn();
  listen("user", { update: mine });
  last().opens();
  last().onmessage?.({ data: "no json" });
  last().onmessage?.({ data: '{"error":"Unknown stream type","status":400}' });
  last().says(["user"], "update", "{");
  last().says(["user"], "filters_changed", "");
  expect(mine).not.toHaveBeenCalled();
});

test("after a pause it connects again, later each time, and says so to those who listen", () => {
  const resumed = vi.fn();
  listen("user", { resumed });
  last().opens();
  expect(resumed).not.toHaveBeenCalled();
  last().close();
  vi.advanceTimersByTime(700);
  expect(Socket.all).toHaveLength(2);
  last().close();
  vi.advanceTimersByTime(700);
  expect(Socket.all).toHaveLength(2);
  vi.advanceTimersByTime(700);
  expect(Socket.all).toHaveLength(3);
  last().opens();
  expect(resumed).toHaveBeenCalledTimes(1);
  expect(last().sent).toEqual([{ type: "subscribe", stream: "user" }]);
});

test("what came before the first connection was possible is read too", () => {
  const resumed = vi.fn();
  listen("user", { resumed });
  last().close();
  vi.advanceTimersByTime(700);
  last().opens();
  expect(resumed).toHaveBeenCalledTimes(1);
});

test("when the node was reached again, a connection that may be dead is replaced at once", () => {
  const [resumed, update] = [vi.fn(), vi.fn()];
  listen("user", { resumed, update });
  last().opens();
  const old = last();
  reconnect();
  expect(Socket.all).toHaveLength(2);
  old.says(["user"], "update", { id: "1" });
  expect(update).not.toHaveBeenCalled();
  last().opens();
  expect(resumed).toHaveBeenCalledTimes(1);
});

test("without listeners or without a token there is no connection", () => {
  const end = listen("user", {});
  last().opens();
  end();
  expect(last().readyState).toBe(3);
  vi.advanceTimersByTime(120_000);
  expect(Socket.all).toHaveLength(1);
  setToken(null);
  listen("user", {});
  expect(Socket.all).toHaveLength(1);
});

test("only an event that has nothing more to say comes without a payload", () => {
  const [filters_changed, update] = [vi.fn(), vi.fn()];
  listen("user", { filters_changed, update });
  last().opens();
  last().says(["user"], "update", undefined);
  last().says(["user"], "filters_changed", undefined);
  expect(filters_changed).toHaveBeenCalledTimes(1);
  expect(update).not.toHaveBeenCalled();
});
