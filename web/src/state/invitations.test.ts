import { group, memberTie } from "$/test/groups";
import { settled } from "$/test/make";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { forgetGroups, group as known } from "./groups.svelte";
import {
  answerInvitation,
  dropInvitation,
  invitations,
  readInvitations,
  watchInvitations,
} from "./invitations.svelte";

const api = vi.hoisted(() => ({ ownInvitations: vi.fn(), join: vi.fn(), leave: vi.fn(), get: vi.fn() }));
vi.mock("$/api/groups", () => api);

const to = (id: string) => ({ id: `i${id}`, group: group(id), invited_by: null, created_at: "" });
const ids = () => invitations.all.map((one) => one.group.id);

beforeEach(() => {
  forgetGroups();
  for (const one of Object.values(api)) one.mockReset();
  api.ownInvitations.mockResolvedValue([to("7"), to("8")]);
  api.get.mockResolvedValue(group("7"));
});
afterEach(() => vi.useRealTimers());

test("they are read after a while, and gone when one goes", async () => {
  vi.useFakeTimers();
  const end = watchInvitations();
  expect(api.ownInvitations).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(6_000);
  expect([ids(), known("7")?.id]).toEqual([["7", "8"], "7"]);
  end();
  expect(ids()).toEqual([]);
});

test("what was known stays when they cannot be read", async () => {
  await readInvitations();
  api.ownInvitations.mockRejectedValue(new Error("away"));
  await readInvitations();
  expect(ids()).toEqual(["7", "8"]);
});

test("one that is answered waits no more, unless the node refuses", async () => {
  await readInvitations();
  const [first] = invitations.all;
  api.join.mockRejectedValueOnce(new Error("full")).mockResolvedValue(memberTie("7"));
  await expect(answerInvitation(first!, true)).rejects.toThrow("full");
  expect(ids()).toEqual(["7", "8"]);
  await answerInvitation(first!, true);
  await settled();
  expect(ids()).toEqual(["8"]);
  dropInvitation("8");
  expect(ids()).toEqual([]);
});
