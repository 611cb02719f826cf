import { expect, test, vi } from "vitest";
import { byOffset, Rows } from "./rows.svelte";

const page = (ids: string[], next: number | null) => ({
  items: ids.map((id) => ({ id })),
  next: next === null ? null : { max_id: next },
  prev: null,
});
const ids = (rows: Rows<{ id: string }>) => rows.items.map((one) => one.id);

test("read page by page, each row once, and changed in place", async () => {
  const fetch = vi
    .fn()
    .mockRejectedValueOnce(new Error("no"))
    .mockResolvedValueOnce(page(["3", "2"], 2))
    .mockRejectedValueOnce(new Error("no"))
    .mockResolvedValueOnce(page(["2", "1"], null));
  const rows = new Rows<{ id: string; name?: string }>(fetch);
  await rows.start();
  expect(rows.phase).toBe("failed");
  await rows.start();
  expect([rows.phase, rows.complete, ids(rows)]).toEqual(["ready", false, ["3", "2"]]);
  await rows.more();
  expect(rows.stuck).toBe(true);
  await rows.more();
  expect([rows.stuck, rows.complete, ids(rows)]).toEqual([false, true, ["3", "2", "1"]]);
  expect(fetch.mock.lastCall?.[0]).toEqual({ max_id: 2 });
  rows.put({ id: "2", name: "b" });
  rows.put({ id: "4" });
  rows.drop("3");
  expect(rows.items).toEqual([{ id: "4" }, { id: "2", name: "b" }, { id: "1" }]);
});

test("read anew, what is shown stays until then, also when it fails", async () => {
  const fetch = vi
    .fn()
    .mockResolvedValueOnce(page(["1"], null))
    .mockRejectedValueOnce(new Error("no"))
    .mockResolvedValueOnce(page(["2", "1"], null));
  const rows = new Rows<{ id: string }>(fetch);
  await rows.start();
  await rows.again();
  expect([rows.phase, ids(rows)]).toEqual(["ready", ["1"]]);
  await rows.again();
  expect(ids(rows)).toEqual(["2", "1"]);
});

test("pages by number", async () => {
  const fetch = vi
    .fn()
    .mockResolvedValueOnce([{ id: "a" }, { id: "b" }])
    .mockResolvedValueOnce([{ id: "c" }]);
  const rows = new Rows<{ id: string }>(byOffset(2, fetch));
  await rows.start();
  await rows.more();
  expect([ids(rows), rows.complete]).toEqual([["a", "b", "c"], true]);
  expect(fetch.mock.calls.map(([query]) => query as unknown)).toEqual([
    { limit: 2, offset: null },
    { limit: 2, offset: 2 },
  ]);
});
