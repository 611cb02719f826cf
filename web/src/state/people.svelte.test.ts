import { expect, test, vi } from "vitest";
import type { Account } from "$/api/types";
import { People } from "./people.svelte";

vi.mock("./relations.svelte", () => ({ loadRelations: () => Promise.resolve() }));

const person = (id: string) => ({ id, acct: `p${id}`, display_name: "" }) as unknown as Account;

test("people are read page by page, nobody twice", async () => {
  const pages = [
    { items: [person("1"), person("2")], next: { max_id: "2" }, prev: null },
    { items: [person("2"), person("3")], next: null, prev: null },
  ];
  const fetch = vi.fn(async () => pages.shift()!);
  const people = new People(fetch);
  await people.start();
  expect(people.ids).toEqual(["1", "2"]);
  expect(people.complete).toBe(false);
  await people.more();
  expect(fetch).toHaveBeenLastCalledWith({ max_id: "2" }, expect.anything());
  expect(people.ids).toEqual(["1", "2", "3"]);
  expect(people.all.map((one) => one.acct)).toEqual(["p1", "p2", "p3"]);
  expect(people.complete).toBe(true);
  await people.more();
  expect(fetch).toHaveBeenCalledTimes(2);
});

test("a page that fails can be asked for again", async () => {
  const fetch = vi
    .fn()
    .mockResolvedValueOnce({ items: [person("1")], next: { offset: 1 }, prev: null })
    .mockRejectedValueOnce(new Error("no"))
    .mockResolvedValueOnce({ items: [person("2")], next: null, prev: null });
  const people = new People(fetch);
  await people.start();
  await people.more();
  expect(people.stuck).toBe(true);
  await people.more();
  expect(people.stuck).toBe(false);
  expect(people.ids).toEqual(["1", "2"]);
});

test("a first page that fails is said, and can be asked for again", async () => {
  const fetch = vi
    .fn()
    .mockRejectedValueOnce(new Error("no"))
    .mockResolvedValueOnce({ items: [], next: null, prev: null });
  const people = new People(fetch);
  await people.start();
  expect(people.phase).toBe("failed");
  await people.start();
  expect(people.phase).toBe("ready");
});
