import { expect, test, vi } from "vitest";
import * as api from "$/api/notifications";
import type { GroupedNotifications, Notification } from "$/api/types";
import { append, arrive, Notifications, type Group } from "./notifications.svelte";

const group = (key: string, latest: string, more: Partial<Group> = {}): Group => ({
  key,
  type: "favourite",
  count: 1,
  latest,
  at: "2026-01-01T00:00:00Z",
  people: ["p1"],
  status: "s",
  ...more,
});
const one = (id: string, key: string, person: string, type = "favourite") =>
  ({ id, type, group_key: key, created_at: "2026-01-02T00:00:00Z", account: { id: person } }) as Notification;
const page = (groups: Group[], next: Record<string, string> | null) => ({
  value: {
    accounts: [],
    statuses: [],
    notification_groups: groups.map((each) => ({
      group_key: each.key,
      type: each.type,
      notifications_count: each.count,
      most_recent_notification_id: each.latest,
      latest_page_notification_at: each.at,
      sample_account_ids: each.people,
      status_id: each.status,
    })),
  } as unknown as GroupedNotifications,
  next,
  prev: null,
});

test("a group that goes on on the next page stays one", () => {
  const all = append(
    [group("a", "9", { count: 2, people: ["p1", "p2"] }), group("b", "8")],
    [group("a", "3", { count: 3, people: ["p2", "p3"] }), group("c", "2")],
  );
  expect(all.map(({ key, count }) => [key, count])).toEqual([
    ["a", 5],
    ["b", 1],
    ["c", 1],
  ]);
  expect(all[0]?.people).toEqual(["p1", "p2", "p3"]);
});

test("what comes moves its group to the top, once", () => {
  const before = [group("b", "10"), group("a", "9")];
  const after = arrive(before, one("11", "a", "p2"));
  expect(after.map((each) => each.key)).toEqual(["a", "b"]);
  expect(after[0]).toMatchObject({ count: 2, latest: "11", people: ["p2", "p1"] });
  expect(arrive(after, one("11", "a", "p2"))).toEqual(after);
});

test("new ones wait until they are asked for, and pages are read by where the last one ended", async () => {
  const read = vi.spyOn(api, "groups");
  read.mockResolvedValueOnce(page([group("a", "9")], { max_id: "9" }));
  read.mockResolvedValueOnce(page([group("b", "5")], null));
  const list = new Notifications("all");
  await list.start();
  list.receive(one("12", "c", "p4", "follow"));
  expect(list.groups.map((each) => each.key)).toEqual(["a"]);
  expect(list.waiting).toHaveLength(1);
  list.reveal();
  expect(list.groups.map((each) => each.key)).toEqual(["c", "a"]);
  expect(list.latest).toBe("12");
  await list.more();
  expect(read).toHaveBeenLastCalledWith(expect.objectContaining({ max_id: "9" }));
  expect(list.groups.map((each) => each.key)).toEqual(["c", "a", "b"]);
  expect(list.complete).toBe(true);
});

test("mentions show only mentions, also live ones", async () => {
  const read = vi.spyOn(api, "groups").mockResolvedValue(page([], null));
  const list = new Notifications("mentions");
  await list.start();
  expect(read).toHaveBeenCalledWith({ types: ["mention"] });
  list.receive(one("1", "x", "p1"));
  expect(list.waiting).toEqual([]);
  list.receive(one("2", "y", "p1", "mention"));
  expect(list.waiting).toHaveLength(1);
});
