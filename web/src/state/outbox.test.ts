import { ApiError, Unreachable } from "$/api/client";
import * as later from "$/api/scheduled";
import * as api from "$/api/statuses";
import type { Status } from "$/api/types";
import { setLang } from "$/i18n/index.svelte";
import { afterEach, beforeEach, expect, test, vi, type MockInstance } from "vitest";
import { closeComposer, compose, onPublished, onScheduled, openComposer } from "./compose.svelte";
import { noteReach } from "./connection.svelte";
import { recallDraft, type Draft } from "./drafts";
import { flushOutbox, publishSoon, undo, watchOutbox, type Entry } from "./outbox";
import { recall, remember } from "./storage";
import { dismiss, toasts } from "./toasts.svelte";

const draft: Draft = {
  text: "hello",
  spoiler: "",
  warned: false,
  sensitive: false,
  visibility: "direct",
  language: "fr",
  media: [],
  poll: { options: ["a", "b"], expiresIn: 300, multiple: false, hideTotals: false },
  at: 1,
};
const published = (id = "1") => ({ id, reblog: null, account: { id: "9" } }) as unknown as Status;
const entries = () => recall<Entry[]>("outbox") ?? [];
const give = () => publishSoon({ post: { status: "hello" }, request: {}, draft });

let publish: MockInstance<typeof api.publish>;
let end = () => {};

beforeEach(async () => {
  localStorage.clear();
  closeComposer();
  for (const one of toasts.all) dismiss(one.id);
  await setLang("en");
  vi.useFakeTimers();
  publish = vi.spyOn(api, "publish").mockResolvedValue(published());
});
afterEach(() => {
  end();
  end = () => {};
  noteReach(true);
  vi.useRealTimers();
});

test("is held for five seconds, then sent once, and said", async () => {
  const heard = vi.fn();
  const stop = onPublished(heard);
  give();
  expect(entries()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(4_900);
  expect(publish).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(200);
  expect(publish).toHaveBeenCalledTimes(1);
  expect(heard).toHaveBeenCalledTimes(1);
  expect(entries()).toEqual([]);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(publish).toHaveBeenCalledTimes(1);
  stop();
});

test("a scheduled post is sent at once, with its key, and its time is said", async () => {
  const at = "2099-01-01T08:00:00.000Z";
  const schedule = vi.spyOn(later, "schedule").mockResolvedValue({ id: "5", scheduled_at: at } as never);
  const heard = vi.fn();
  const stop = onScheduled(heard);
  publishSoon({ post: { status: "hello", scheduled_at: at }, request: {}, draft });
  await vi.advanceTimersByTimeAsync(100);
  expect(publish).not.toHaveBeenCalled();
  expect(schedule.mock.calls[0]?.[1]).toMatch(/^\d+-\d+/);
  expect(heard).toHaveBeenCalledTimes(1);
  expect(toasts.all.at(-1)?.text).toMatch(/^Scheduled for .*2099/);
  expect(entries()).toEqual([]);
  schedule.mockRejectedValueOnce(new ApiError(422, "Validation failed: too near"));
  publishSoon({ post: { status: "hello", scheduled_at: at }, request: {}, draft });
  await vi.advanceTimersByTimeAsync(100);
  expect(compose.request?.draft).toEqual(draft);
  expect(entries()).toEqual([]);
  stop();
});

test("undo sends nothing and opens the composer with everything", async () => {
  give();
  toasts.all[0]?.action?.run();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(publish).not.toHaveBeenCalled();
  expect(compose.request?.draft).toEqual(draft);
  expect(recallDraft("new")).toEqual(draft);
  expect(entries()).toEqual([]);
  undo("of nothing");
});

test("undo while something else is written keeps both", async () => {
  give();
  openComposer({ text: "@ann" });
  toasts.all[0]?.action?.run();
  expect(compose.request?.text).toBe("@ann");
  expect(recallDraft("new")).toEqual(draft);
});

test("a refusal keeps everything and says why", async () => {
  publish.mockRejectedValue(new ApiError(422, "Text character limit of 10 exceeded"));
  give();
  await vi.advanceTimersByTimeAsync(5_100);
  expect(compose.request?.error).toBe("Text character limit of 10 exceeded");
  expect(compose.request?.draft).toEqual(draft);
  expect(entries()).toEqual([]);
});

test("without the node it is kept, and sent with the same key when it is back", async () => {
  publish.mockImplementationOnce(async () => {
    noteReach(false);
    throw new Unreachable();
  });
  give();
  await vi.advanceTimersByTimeAsync(5_100);
  expect(entries()).toHaveLength(1);
  noteReach(true);
  await vi.advanceTimersByTimeAsync(0);
  expect(publish).toHaveBeenCalledTimes(2);
  expect(publish.mock.calls[1]?.[1]).toBe(publish.mock.calls[0]?.[1]);
  expect(entries()).toEqual([]);
});

test("closing the tab hands it over at once, with its key; the next start asks again with the same", async () => {
  end = watchOutbox();
  const carried = vi.fn(async (_: string, _init: RequestInit) => Response.json({}));
  vi.stubGlobal("fetch", carried);
  give();
  window.dispatchEvent(new Event("pagehide"));
  const [, init] = carried.mock.calls[0]!;
  expect(init.keepalive).toBe(true);
  const key = (init.headers as Record<string, string>)["idempotency-key"];
  expect(entries()[0]).toMatchObject({ key, post: { status: "hello" } });
  // The undo is over: it may be there already.
  undo(key!);
  expect(entries()).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5_100);
  expect(publish.mock.calls[0]?.[1]).toBe(key);
  expect(entries()).toEqual([]);
});

test("what an earlier visit left is sent at the start", async () => {
  const entry = { key: "k", by: undefined, post: { status: "x" }, request: {}, draft, due: 0, tried: null };
  remember("outbox", [entry, { ...entry, key: "other", by: "somebody else" }]);
  end = watchOutbox();
  await vi.advanceTimersByTimeAsync(10);
  expect(publish.mock.calls.map(([, key]) => key)).toEqual(["k"]);
  expect(entries().map((one) => one.key)).toEqual(["other"]);
});

test("what may have arrived longer ago than the node remembers keys is not sent again", async () => {
  const tried = Date.now() - 21 * 3_600_000;
  remember("outbox", [{ key: "k", by: undefined, post: {}, request: {}, draft, due: 0, tried }]);
  end = watchOutbox();
  await vi.advanceTimersByTimeAsync(10);
  expect(publish).not.toHaveBeenCalled();
  expect(recallDraft("new")).toEqual(draft);
  expect(entries()).toEqual([]);
});

test("another tab has taken it back: nothing is sent", async () => {
  give();
  remember("outbox", []);
  await vi.advanceTimersByTimeAsync(6_000);
  expect(publish).not.toHaveBeenCalled();
});

test("signing out sends what is held first", async () => {
  give();
  remember(
    "outbox",
    entries().map((one) => ({ ...one, by: undefined })),
  );
  await flushOutbox();
  expect(publish).toHaveBeenCalledTimes(1);
});

test("a change is sent at once", async () => {
  const edit = vi.spyOn(api, "edit").mockResolvedValue(published("4"));
  publishSoon({ post: { status: "new text" }, edit: "4", request: {}, draft });
  await vi.advanceTimersByTimeAsync(1);
  expect(edit).toHaveBeenCalledWith("4", { status: "new text" });
  expect(publish).not.toHaveBeenCalled();
});
