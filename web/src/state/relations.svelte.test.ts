import { afterEach, expect, test, vi } from "vitest";
import * as api from "$/api/accounts";
import { ApiError, Unreachable } from "$/api/client";
import type { Account, Relationship } from "$/api/types";
import { noteReach } from "./connection.svelte";
import { putAccount } from "./entities.svelte";
import { loadRelations, putRelation, relate, relation, toggleFollow } from "./relations.svelte";
import { toasts } from "./toasts.svelte";

const rel = (id: string, more: Partial<Relationship> = {}) =>
  ({ id, following: false, requested: false, blocking: false, muting: false, ...more }) as Relationship;
const person = (id: string, acct: string, locked = false) =>
  putAccount({ id, acct, locked } as unknown as Account);

afterEach(() => noteReach(true));

test("relations are read in batches, and only those not known", async () => {
  const read = vi.spyOn(api, "relationships").mockImplementation(async (ids) => ids.map((id) => rel(id)));
  putRelation(rel("100"));
  await loadRelations(["100", ...Array.from({ length: 50 }, (_, at) => String(at))]);
  expect(read.mock.calls.map(([ids]) => ids.length)).toEqual([40, 10]);
  expect(read.mock.calls.flat(2)).not.toContain("100");
});

test("following shows at once: a colleague is followed, someone elsewhere is asked", async () => {
  person("a", "ann");
  person("b", "ben@elsewhere");
  putRelation(rel("a"));
  putRelation(rel("b"));
  let answer: (value: Relationship) => void = () => {};
  vi.spyOn(api, "act").mockImplementation(() => new Promise((resolve) => (answer = resolve)));
  const done = toggleFollow("a");
  expect(relation("a")).toMatchObject({ following: true, requested: false });
  answer(rel("a", { following: true, note: "as the node says" }));
  expect(await done).toBe(true);
  expect(relation("a")?.note).toBe("as the node says");
  void toggleFollow("b");
  expect(relation("b")).toMatchObject({ following: false, requested: true });
});

test("what the node refuses is taken back, and said", async () => {
  person("c", "cleo");
  putRelation(rel("c", { following: true }));
  vi.spyOn(api, "act").mockRejectedValue(new ApiError(422, "not possible"));
  expect(await relate("c", "block")).toBe(false);
  expect(relation("c")).toMatchObject({ following: true, blocking: false });
  expect(toasts.all.at(-1)).toMatchObject({ kind: "error", text: "not possible" });
});

test("what cannot be sent is sent when the node is back", async () => {
  person("d", "dan");
  putRelation(rel("d"));
  const act = vi.spyOn(api, "act").mockRejectedValueOnce(new Unreachable());
  act.mockResolvedValueOnce(rel("d", { muting: true }));
  noteReach(false);
  expect(await relate("d", "mute", { duration: 3600 })).toBe(true);
  expect(relation("d")?.muting).toBe(true);
  noteReach(true);
  expect(act).toHaveBeenCalledTimes(2);
  expect(act).toHaveBeenLastCalledWith("d", "mute", { duration: 3600 });
});
