import { expect, test, vi } from "vitest";
import { startOf } from "./announcements";
import { Loaded } from "./loaded.svelte";

const one = (id: string, name = id) => ({ id, name });

test("a list is read, fails, is read again, and is changed in place", async () => {
  const fetch = vi
    .fn<() => Promise<{ id: string; name: string }[]>>()
    .mockRejectedValueOnce(new Error("no"))
    .mockResolvedValue([one("1"), one("2")]);
  const list = new Loaded(fetch);
  await list.read();
  expect(list.phase).toBe("failed");
  await list.read();
  expect(list.phase).toBe("ready");
  list.put(one("2", "b"));
  list.put(one("3"));
  list.drop("1");
  expect(list.items).toEqual([one("3"), one("2", "b")]);
});

test("what has an order keeps it", async () => {
  const list = new Loaded(
    async () => [one("1", "b")],
    (a, b) => a.name.localeCompare(b.name),
  );
  await list.read();
  list.put(one("2", "c"));
  list.put(one("3", "a"));
  expect(list.items.map(({ name }) => name)).toEqual(["a", "b", "c"]);
});

test("an announcement is named by its beginning", () => {
  expect(startOf({ text: " a\n b " })).toBe("a b");
  expect(startOf({ text: "x".repeat(80) })).toHaveLength(60);
});
