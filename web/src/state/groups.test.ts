import { setToken } from "$/api/client";
import { feed } from "./feeds.svelte";
import { putStatuses } from "./entities.svelte";
import { group as make, memberTie, tie as tieOf } from "$/test/groups";
import { post, settled } from "$/test/make";
import { setLang } from "$/i18n/index.svelte";
import { beforeEach, expect, test, vi } from "vitest";
import {
  dropGroup,
  forgetGroups,
  group,
  joinGroup,
  leaveGroup,
  loadGroup,
  loadMine,
  loadTies,
  myGroups,
  tie,
} from "./groups.svelte";
import { ownLists } from "./lists";
import * as offline from "./offline";

const api = vi.hoisted(() => ({
  mine: vi.fn(),
  get: vi.fn(),
  relationships: vi.fn(),
  join: vi.fn(),
  leave: vi.fn(),
}));
const statuses = vi.hoisted(() => ({ timeline: vi.fn() }));
const lists = vi.hoisted(() => ({ all: vi.fn() }));
vi.mock("$/api/groups", () => api);
vi.mock("$/api/lists", () => lists);
vi.mock("$/api/statuses", () => statuses);
vi.mock("./stream", () => ({ subscribe: () => () => {} }));

beforeEach(async () => {
  await setLang("en");
  forgetGroups();
  for (const one of Object.values(api)) one.mockReset();
});

test("one's own groups, by name, asked for once", async () => {
  api.mine.mockResolvedValue([make("1", { display_name: "Team 10" }), make("2", { display_name: "Team 9" })]);
  expect(myGroups.all).toBeNull();
  await Promise.all([loadMine(), loadMine()]);
  expect(api.mine).toHaveBeenCalledTimes(1);
  expect(myGroups.all?.map((one) => one.id)).toEqual(["2", "1"]);
});

test("what comes after one has signed out is nobody's", async () => {
  setToken("ann");
  api.mine.mockResolvedValueOnce([make("1")]).mockResolvedValueOnce([make("2")]);
  const asked = loadMine();
  forgetGroups();
  setToken("bea");
  await asked;
  expect(myGroups.all).toBeNull();
  await loadMine();
  expect(myGroups.all?.map((one) => one.id)).toEqual(["2"]);
  setToken(null);
});

test("a group is not kept in the place of its posts", async () => {
  const kept = vi.spyOn(offline, "readThrough");
  api.get.mockResolvedValue(make("1"));
  api.relationships.mockResolvedValue([memberTie("1")]);
  await loadGroup("1");
  expect(kept.mock.calls.map(([name]) => name)).toEqual(["group-page/1", "group-tie/1"]);
  kept.mockRestore();
});

test("a group is read with what one is to it", async () => {
  api.get.mockResolvedValue(make("1"));
  api.relationships.mockResolvedValue([tieOf("1", { requested: true })]);
  await loadGroup("1");
  expect([group("1")?.display_name, tie("1")?.requested]).toEqual(["Group 1", true]);
  await loadTies(["1"]);
  expect(api.relationships).toHaveBeenCalledTimes(1);
});

test("who joins has one group more, and its number is the node's", async () => {
  api.mine.mockResolvedValue([]);
  await loadMine();
  api.join.mockResolvedValue(memberTie("1"));
  api.get.mockResolvedValue(make("1", { members_count: 4 }));
  await joinGroup("1", "hello");
  await settled();
  expect(api.join).toHaveBeenCalledWith("1", "hello");
  expect([tie("1")?.member, myGroups.all?.map((one) => one.members_count)]).toEqual([true, [4]]);
});

test("a request makes one no member", async () => {
  api.mine.mockResolvedValue([]);
  await loadMine();
  api.join.mockResolvedValue(tieOf("1", { requested: true }));
  await joinGroup("1");
  expect([myGroups.all, api.get.mock.calls.length]).toEqual([[], 0]);
});

test("who leaves sees its posts no more", async () => {
  const inside = post("2", { group: make("1"), visibility: "private" });
  statuses.timeline.mockResolvedValue({ items: [post("3"), inside], next: null, prev: null });
  const [home, own] = [feed("home"), feed("group/1")];
  await Promise.all([home.start(), own.start()]);
  putStatuses([inside]);
  api.mine.mockResolvedValue([make("1")]);
  await loadMine();
  api.relationships.mockResolvedValue([memberTie("1")]);
  await loadTies(["1"]);
  api.leave.mockResolvedValue(tieOf("1"));
  api.get.mockRejectedValue(new Error("gone"));
  await leaveGroup("1");
  await settled();
  expect([home.ids, myGroups.all, tie("1")?.member]).toEqual([["3"], [], false]);
  // Nor on the page of the group, should one join again.
  expect(own.ids).toEqual(["3"]);
});

test("a group that has ended is nowhere", async () => {
  api.mine.mockResolvedValue([make("1"), make("2")]);
  await loadMine();
  dropGroup("1");
  expect([group("1"), myGroups.all?.map((one) => one.id)]).toEqual([undefined, ["2"]]);
});

test("one's groups are not among one's lists, as they are for clients that know no groups", async () => {
  api.mine.mockResolvedValue([make("7")]);
  lists.all.mockResolvedValue([{ id: "1" }, { id: "7" }]);
  expect((await ownLists()).map((one) => one.id)).toEqual(["1"]);
});
