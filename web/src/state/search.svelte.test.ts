import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as api from "$/api/search";
import type { Account, SearchResults } from "$/api/types";
import { isAddress, recentSearches, Search } from "./search.svelte";

vi.mock("./relations.svelte", () => ({ loadRelations: () => Promise.resolve() }));

const found = (...ids: string[]): SearchResults => ({
  accounts: ids.map((id) => ({ id, acct: id }) as unknown as Account),
  statuses: [],
  hashtags: [],
});

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("it waits for a pause in typing", async () => {
  const ask = vi.spyOn(api, "search").mockResolvedValue(found("1"));
  const search = new Search();
  search.later("a", "all");
  await vi.advanceTimersByTimeAsync(100);
  search.later("an", "all");
  await vi.advanceTimersByTimeAsync(300);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(ask.mock.calls[0]?.[0]).toBe("an");
  expect(search.people).toEqual(["1"]);
  search.close();
});

test("an answer that is out of date is never shown, and its request ends", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const answers: ((value: SearchResults) => void)[] = [];
  vi.spyOn(api, "search").mockImplementation((_q, _options, signal) => {
    signals.push(signal);
    return new Promise((resolve) => answers.push(resolve));
  });
  const search = new Search();
  const first = search.run("old", "all");
  const second = search.run("new", "all");
  expect(signals[0]?.aborted).toBe(true);
  answers[1]?.(found("new"));
  await second;
  answers[0]?.(found("old"));
  await first;
  expect(search.people).toEqual(["new"]);
  expect(search.shown).toBe("new");
});

test("only addresses are asked for elsewhere", async () => {
  const ask = vi.spyOn(api, "search").mockResolvedValue(found());
  const search = new Search();
  await search.run("words in posts", "all");
  expect(ask.mock.calls[0]?.[1]).toMatchObject({ resolve: null });
  await search.run("@ben@other.example", "accounts");
  expect(ask.mock.calls[1]?.[1]).toMatchObject({ resolve: true, type: "accounts" });
});

test("addresses are known when one sees them", () => {
  for (const text of ["@a@b.example", "a@b.example:8080", "https://b.example/@a/1"])
    expect(isAddress(text), text).toBe(true);
  for (const text of ["a", "@a", "#tag", "two words@x y", "https://"])
    expect(isAddress(text), text).toBe(false);
});

test("one kind is read on page by page", async () => {
  const ids = Array.from({ length: 20 }, (_, at) => `p${at}`);
  const ask = vi.spyOn(api, "search").mockResolvedValueOnce(found(...ids));
  ask.mockResolvedValueOnce(found("p19", "p20")).mockResolvedValueOnce(found());
  const search = new Search();
  await search.run("p", "accounts");
  expect(search.complete).toBe(false);
  await search.more();
  expect(ask.mock.calls[1]?.[1]).toMatchObject({ offset: 20 });
  expect(search.people).toHaveLength(21);
  await search.more();
  expect(search.complete).toBe(true);
});

test("recent searches are kept on the device, the newest first, and forgotten", () => {
  recentSearches.clear();
  for (const text of ["an", "ann", "ben", "x"]) recentSearches.add(text);
  expect(recentSearches.all).toEqual(["ben", "ann"]);
  expect(JSON.parse(localStorage.getItem("entrenous.recent-searches") ?? "null")).toEqual(["ben", "ann"]);
  recentSearches.remove("ben");
  expect(recentSearches.all).toEqual(["ann"]);
});
