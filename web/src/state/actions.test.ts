import { ApiError, Unreachable } from "$/api/client";
import type { Status } from "$/api/types";
import { setLang } from "$/i18n/index.svelte";
import { post, settled } from "$/test/make";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { forgetActions, toggle, vote } from "./actions";
import { noteReach } from "./connection.svelte";
import { forgetEntities, putStatus, status } from "./entities.svelte";
import { dismiss, toasts } from "./toasts.svelte";

const api = vi.hoisted(() => ({ act: vi.fn(), vote: vi.fn() }));
vi.mock("$/api/statuses", () => api);

/** A request that the test answers when it wants to. */
function held() {
  const calls: { action: string; answer: (post: Status) => void; fail: (error: unknown) => void }[] = [];
  api.act.mockImplementation(
    (_id: string, action: string) =>
      new Promise<Status>((answer, fail) => calls.push({ action, answer, fail })),
  );
  return calls;
}

beforeEach(async () => {
  await setLang("en");
  api.act.mockReset();
  api.vote.mockReset();
  noteReach(true);
  putStatus(post(1, { favourites_count: 3, reblogs_count: 1 }));
});
afterEach(() => {
  forgetActions();
  forgetEntities();
  for (const one of toasts.all) dismiss(one.id);
});

describe("a toggle", () => {
  test("shows at once, and then what the node says", async () => {
    const calls = held();
    const done = toggle("1", "favourite");
    expect(status("1")).toMatchObject({ favourited: true, favourites_count: 4 });
    calls[0]!.answer(post(1, { favourited: true, favourites_count: 9 }));
    await done;
    expect(status("1")).toMatchObject({ favourited: true, favourites_count: 9 });
  });

  test("is taken back when the node refuses, and people are told", async () => {
    const calls = held();
    const done = toggle("1", "reblog");
    expect(status("1")).toMatchObject({ reblogged: true, reblogs_count: 2 });
    calls[0]!.fail(new ApiError(422, "This post may not be boosted"));
    await done;
    expect(status("1")).toMatchObject({ reblogged: false, reblogs_count: 1 });
    expect(toasts.all.at(-1)).toMatchObject({ kind: "error", text: "This post may not be boosted" });
  });

  test("many in a row never overtake one another, and only the last one counts", async () => {
    const calls = held();
    void toggle("1", "favourite");
    void toggle("1", "favourite");
    void toggle("1", "favourite");
    void toggle("1", "favourite");
    expect(status("1")).toMatchObject({ favourited: false, favourites_count: 3 });
    expect(calls.map((one) => one.action)).toEqual(["favourite"]);
    calls[0]!.answer(post(1, { favourited: true, favourites_count: 4 }));
    await settled();
    expect(status("1")).toMatchObject({ favourited: false, favourites_count: 3 });
    expect(calls.map((one) => one.action)).toEqual(["favourite", "unfavourite"]);
    calls[1]!.answer(post(1, { favourites_count: 3 }));
    await settled();
    expect(status("1")).toMatchObject({ favourited: false, favourites_count: 3 });
  });

  test("on and off before the first answer ends with one more request, on-off-on with none", async () => {
    const calls = held();
    for (let turn = 0; turn < 3; turn++) void toggle("1", "bookmark");
    calls[0]!.answer(post(1, { bookmarked: true }));
    await settled();
    expect(calls).toHaveLength(1);
    expect(status("1")?.bookmarked).toBe(true);
  });

  test("of another kind that is under way stays visible in every answer", async () => {
    const calls = held();
    void toggle("1", "favourite");
    void toggle("1", "bookmark");
    calls[0]!.answer(post(1, { favourited: true, favourites_count: 4 }));
    await settled();
    expect(status("1")).toMatchObject({ favourited: true, bookmarked: true });
    putStatus(post(1, { content: "edited" }));
    expect(status("1")).toMatchObject({ content: "edited", bookmarked: true });
    calls[1]!.fail(new ApiError(500, ""));
    await settled();
    expect(status("1")).toMatchObject({ bookmarked: false });
  });

  test("a boost answers with the boost; the post in it counts, and boosts in lists show it", async () => {
    const calls = held();
    putStatus(post(5, { reblog: post(1, { reblogs_count: 1 }) }));
    const done = toggle("1", "reblog");
    expect(status("5")?.reblog).toMatchObject({ reblogged: true, reblogs_count: 2 });
    calls[0]!.answer(post(99, { reblog: post(1, { reblogged: true, reblogs_count: 6 }) }));
    await done;
    expect(status("1")).toMatchObject({ reblogged: true, reblogs_count: 6 });
    expect(status("5")?.reblog?.reblogs_count).toBe(6);
    expect(status("99")).toBeUndefined();
  });

  test("a count never goes below nothing", async () => {
    held();
    putStatus(post(2, { favourited: true, favourites_count: 0 }));
    void toggle("2", "favourite");
    expect(status("2")?.favourites_count).toBe(0);
  });

  test("of an unknown post does nothing", async () => {
    await toggle("nope", "favourite");
    expect(api.act).not.toHaveBeenCalled();
  });
});

describe("without the node", () => {
  test("it stays shown, and is sent once when the node is back", async () => {
    api.act.mockRejectedValueOnce(new Unreachable()).mockResolvedValue(post(1, { favourited: true }));
    noteReach(false);
    await toggle("1", "favourite");
    expect(status("1")?.favourited).toBe(true);
    expect(toasts.all).toEqual([]);
    noteReach(true);
    await settled();
    expect(api.act.mock.calls.map((call) => call[1])).toEqual(["favourite", "favourite"]);
    noteReach(false);
    noteReach(true);
    await settled();
    expect(api.act).toHaveBeenCalledTimes(2);
  });

  test("what was taken back meanwhile is never sent", async () => {
    api.act.mockRejectedValue(new Unreachable());
    noteReach(false);
    await toggle("1", "favourite");
    await toggle("1", "favourite");
    expect(status("1")).toMatchObject({ favourited: false, favourites_count: 3 });
    api.act.mockClear();
    noteReach(true);
    await settled();
    expect(api.act).not.toHaveBeenCalled();
  });

  test("a refusal after the return takes it back", async () => {
    api.act.mockRejectedValueOnce(new Unreachable()).mockRejectedValueOnce(new ApiError(404, ""));
    noteReach(false);
    await toggle("1", "favourite");
    noteReach(true);
    await settled();
    expect(status("1")).toMatchObject({ favourited: false, favourites_count: 3 });
    expect(toasts.all).toHaveLength(1);
  });

  test("nothing is sent after signing out", async () => {
    api.act.mockRejectedValue(new Unreachable());
    noteReach(false);
    await toggle("1", "favourite");
    forgetActions();
    api.act.mockClear();
    noteReach(true);
    await settled();
    expect(api.act).not.toHaveBeenCalled();
  });
});

describe("a vote", () => {
  const poll = {
    id: "9",
    expires_at: null,
    expired: false,
    multiple: true,
    votes_count: 2,
    voters_count: 2,
    voted: false,
    own_votes: [],
    options: [
      { title: "a", votes_count: 1 },
      { title: "b", votes_count: 1 },
      { title: "c", votes_count: null },
    ],
  };
  beforeEach(() => putStatus(post(3, { poll })));

  test("shows at once, only once, and then what the node says", async () => {
    api.vote.mockResolvedValue({ ...poll, voted: true, votes_count: 10 });
    const first = vote("3", [0, 2]);
    expect(status("3")?.poll).toMatchObject({ voted: true, votes_count: 4, voters_count: 3 });
    expect(status("3")?.poll?.options.map((option) => option.votes_count)).toEqual([2, 1, null]);
    await Promise.all([first, vote("3", [1])]);
    expect(api.vote).toHaveBeenCalledTimes(1);
    expect(status("3")?.poll?.votes_count).toBe(10);
  });

  test.each([new ApiError(422, "The poll has ended"), new Unreachable()])(
    "is taken back: %s",
    async (error) => {
      api.vote.mockRejectedValue(error);
      await vote("3", [0]);
      expect(status("3")?.poll).toEqual(poll);
      expect(toasts.all).toHaveLength(1);
    },
  );
});
