import { guest, person, post, posts } from "$/test/make";
import { afterEach, expect, test } from "vitest";
import {
  account,
  dropStatus,
  forgetEntities,
  hold,
  known,
  onGone,
  patchStatus,
  putAccounts,
  putStatus,
  putStatuses,
  putStreamed,
  status,
} from "./entities.svelte";

afterEach(forgetEntities);

test("a boost and the post it boosts are one copy", () => {
  putStatuses([post(2, { reblog: post(1) }), post(3, { reblog: post(1) })]);
  patchStatus("1", (one) => ({ ...one, favourited: true, favourites_count: 4 }));
  expect(status("2")?.reblog?.favourites_count).toBe(4);
  expect(status("3")?.reblog).toBe(status("1"));
  putStatus(post(1, { content: "anew" }));
  expect(status("2")?.reblog?.content).toBe("anew");
});

test("people come with their posts, the boosted ones' too", () => {
  putStatus(post(2, { account: person("7"), reblog: post(1, { account: guest("8") }) }));
  expect([account("7")?.id, account("8")?.acct]).toEqual(["7", "p8@lyon.example"]);
});

test("a stream says nothing of the reader", () => {
  const mine = { favourited: true, bookmarked: true, reblogged: true, muted: true, pinned: true };
  const poll = { id: "9", voted: true, own_votes: [1], options: [], votes_count: 1 } as never;
  putStatus(post(1, { ...mine, poll }));
  putStreamed(
    post(1, { content: "edited", poll: { id: "9", voted: false, options: [], votes_count: 5 } as never }),
  );
  expect(status("1")).toMatchObject({ ...mine, content: "edited" });
  expect(status("1")?.poll).toMatchObject({ voted: true, own_votes: [1], votes_count: 5 });
  putStreamed(post(2, { reblog: post(1, { content: "again" }) }));
  expect(status("1")).toMatchObject({ ...mine, content: "again" });
});

test("what is gone is gone with its boosts, and lists hear of it first", () => {
  putStatuses([post(2, { reblog: post(1) }), post(3)]);
  const heard: string[][] = [];
  const end = onGone((ids) => heard.push([...ids, status("1") ? "still there" : "gone"]));
  expect(dropStatus("1")).toEqual(["1", "2"]);
  end();
  dropStatus("3");
  expect(heard).toEqual([["1", "2", "still there"]]);
  expect([status("1"), status("2"), status("3")]).toEqual([undefined, undefined, undefined]);
});

test("memory is bounded, and what a list shows stays", () => {
  const end = hold(() => ["10000"]);
  putStatus(post(10_000, { reblog: post(9_999) }));
  for (let page = 0; page < 400; page++) putStatuses(posts(20_000 + page * 20, 20_000 + page * 20 - 19));
  expect(known.posts).toBeLessThanOrEqual(3_000);
  expect(status("10000")?.reblog?.id).toBe("9999");
  expect(status("9999")).toBeDefined();
  expect(status("20000")).toBeUndefined();
  end();
});

test("so is the number of people", () => {
  putStatus(post(1, { account: person("author") }));
  for (let at = 0; at < 50; at++)
    putAccounts(Array.from({ length: 100 }, (_, n) => person(`x${at * 100 + n}`)));
  putStatus(post(2));
  expect(known.people).toBeLessThanOrEqual(3_000);
  expect(account("author")).toBeDefined();
  expect(account("x4999")).toBeDefined();
});
