import { ApiError, Unreachable } from "$/api/client";
import type { Status } from "$/api/types";
import { guest, person, post, settled } from "$/test/make";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { announcePublished } from "./compose.svelte";
import { noteReach } from "./connection.svelte";
import { dropStatus, forgetEntities, putStatus, status } from "./entities.svelte";
import { count } from "./participants";
import type { StreamHandler } from "./stream";
import { closeThreads, thread } from "./thread.svelte";

const api = vi.hoisted(() => ({ get: vi.fn(), context: vi.fn(), participants: vi.fn(), refresh: vi.fn() }));
vi.mock("$/api/statuses", () => api);
const handlers = new Set<StreamHandler>();
vi.mock("./stream", () => ({
  subscribe: (_stream: string, handler: StreamHandler) => {
    handlers.add(handler);
    return () => handlers.delete(handler);
  },
}));
const streamed = (one: Status) => handlers.forEach((handler) => handler.update?.(one));

const answer = (id: string, to: string, more = {}) => post(id, { in_reply_to_id: to, ...more });
const told = (descendants: Status[], refresh: string | null = null) => ({
  value: { ancestors: [post(1)], descendants },
  refresh,
});
const ids = (one: ReturnType<typeof thread>) => one.descendants.map((row) => row.id);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  noteReach(true);
  api.get.mockReset().mockResolvedValue(post(10));
  api.context.mockReset().mockResolvedValue(told([answer("11", "10"), answer("12", "11")]));
  api.participants.mockReset().mockResolvedValue({ people: [], organisations: [] });
});
afterEach(() => {
  closeThreads();
  forgetEntities();
  handlers.clear();
  vi.useRealTimers();
});

async function opened() {
  const one = thread("10");
  one.open();
  await settled();
  return one;
}

test("what was before, the post, and the answers", async () => {
  const one = await opened();
  expect([one.phase, one.whole, one.ancestors, ids(one)]).toEqual(["ready", true, ["1"], ["11", "12"]]);
  expect(thread("10")).toBe(one);
});

test("answers that other nodes tell are there when they have come", async () => {
  const first = answer("11", "10");
  api.context
    .mockResolvedValueOnce(told([first], "abc"))
    .mockResolvedValue(told([first, answer("13", "10")]));
  const refreshed = (status: string, result_count: number) => ({ async_refresh: { status, result_count } });
  api.refresh.mockResolvedValueOnce(refreshed("running", 0)).mockResolvedValue(refreshed("finished", 1));
  const one = await opened();
  expect([ids(one), one.looking]).toEqual([["11"], true]);
  for (const still of [true, false]) {
    await vi.advanceTimersByTimeAsync(1_500);
    await settled();
    expect(one.looking).toBe(still);
  }
  expect(ids(one)).toEqual(["11", "13"]);
  expect(api.refresh.mock.calls.map(([id]) => id)).toEqual(["abc", "abc"]);
});

test("a post that is known is there at once", () => {
  putStatus(post(10));
  expect([thread("10").phase, thread("10").whole]).toEqual(["ready", false]);
});

describe("while it is open", () => {
  test("answers appear where they belong, others do not", async () => {
    const one = await opened();
    streamed(answer("20", "11"));
    streamed(answer("21", "20"));
    streamed(answer("21", "20"));
    streamed(answer("22", "1"));
    streamed(post(23));
    streamed(post(24, { reblog: answer("25", "10") }));
    expect(ids(one)).toEqual(["11", "12", "20", "21"]);
  });

  test("one's own answer is there when it is published", async () => {
    const one = await opened();
    announcePublished(answer("30", "10"));
    streamed(answer("30", "10"));
    expect(ids(one)).toEqual(["11", "12", "30"]);
  });

  test("what came while it was read anew is not lost", async () => {
    const one = await opened();
    const reading = one.read();
    streamed(answer("30", "10"));
    await reading;
    expect(ids(one)).toEqual(["11", "12", "30"]);
  });

  test("deleted answers go, and what answered them stays", async () => {
    const one = await opened();
    dropStatus("11");
    expect(one.descendants).toEqual([{ id: "12", depth: 0 }]);
    dropStatus("10");
    expect(one.phase).toBe("missing");
  });

  test("who takes part is counted anew when someone answers", async () => {
    await opened();
    streamed(answer("30", "10", { account: guest("9") }));
    streamed(answer("31", "10", { account: guest("9") }));
    vi.advanceTimersByTime(2_000);
    await settled();
    expect(api.participants).toHaveBeenCalledTimes(2);
  });

  test("edits show", async () => {
    await opened();
    handlers.forEach((handler) => handler["status.update"]?.(answer("11", "10", { content: "edited" })));
    handlers.forEach((handler) => handler["status.update"]?.(post(77)));
    expect(status("11")?.content).toBe("edited");
    expect(status("77")).toBeUndefined();
  });
});

describe("when it cannot be read", () => {
  test("a post that is gone says so, and goes from everywhere", async () => {
    putStatus(post(10));
    api.get.mockRejectedValue(new ApiError(404, ""));
    const one = await opened();
    expect([one.phase, status("10")]).toEqual(["missing", undefined]);
  });

  test("without the node what is known is shown as last seen, and read when the node is back", async () => {
    putStatus(post(10));
    api.get.mockRejectedValueOnce(new Unreachable());
    noteReach(false);
    const one = await opened();
    expect([one.phase, one.stale]).toEqual(["ready", true]);
    noteReach(true);
    await settled();
    expect([one.stale, ids(one)]).toEqual([false, ["11", "12"]]);
  });

  test("nothing known is a failure that one can try again", async () => {
    api.context.mockRejectedValueOnce(new ApiError(500, ""));
    const one = await opened();
    expect(one.phase).toBe("failed");
    await one.read();
    expect(one.phase).toBe("ready");
  });
});

describe("who takes part", () => {
  const home = { name: "Rhône", domain: "node.test" };

  test("is what the node says", async () => {
    const told = { people: [{ account: guest("9"), posts_count: 2 }], organisations: [] };
    api.participants.mockResolvedValue(told);
    expect((await opened()).participants).toEqual(told);
  });

  test("is counted here when the node does not know", async () => {
    api.participants.mockRejectedValue(new ApiError(404, ""));
    api.get.mockResolvedValue(post(10, { account: guest("9") }));
    const one = await opened();
    expect(one.participants?.people.map((each) => [each.account.id, each.posts_count])).toEqual([
      ["1", 3],
      ["9", 1],
    ]);
  });

  test("organisations with most people come first, one's own is told apart", () => {
    const all = [
      post(1, { account: person("1") }),
      post(2, { account: guest("2") }),
      post(3, { account: guest("3") }),
      post(4, { account: guest("3") }),
      post(5, { account: guest("4", "Oslo") }),
    ];
    expect(count(all, home).organisations).toEqual([
      { name: "Lyon", authority: "lyon.example", people_count: 2, local: false },
      { name: "Rhône", authority: "node.test", people_count: 1, local: true },
      { name: "Oslo", authority: "oslo.example", people_count: 1, local: false },
    ]);
  });
});
