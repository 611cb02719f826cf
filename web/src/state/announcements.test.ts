import * as api from "$/api/announcements";
import type { Announcement } from "$/api/announcements";
import * as custom from "$/api/emojis";
import { beforeEach, expect, test, vi } from "vitest";
import { announcements, dismiss, toggleReaction, watchAnnouncements } from "./announcements.svelte";
import { forgetEmojis, loadEmojis } from "./emojis.svelte";
import * as stream from "./stream";

const make = (id: string, more: Partial<Announcement> = {}): Announcement => ({
  id,
  content: `<p>${id}</p>`,
  starts_at: null,
  ends_at: null,
  all_day: false,
  published: true,
  published_at: `2026-01-0${id}T00:00:00.000Z`,
  updated_at: `2026-01-0${id}T00:00:00.000Z`,
  read: false,
  mentions: [] as never,
  statuses: [] as never,
  tags: [],
  emojis: [],
  reactions: [],
  ...more,
});

let said: stream.StreamHandler;
beforeEach(() => {
  vi.restoreAllMocks();
  vi.spyOn(stream, "subscribe").mockImplementation((_, handler) => {
    said = handler;
    return () => {};
  });
});
const ids = () => announcements.all.map((one) => one.id);
const reactions = () => announcements.all[0]?.reactions.map(({ name, count, me }) => [name, count, me]);

async function watched(...list: Announcement[]) {
  vi.spyOn(api, "current").mockResolvedValue(list);
  watchAnnouncements();
  await vi.waitFor(() => expect(announcements.all).toHaveLength(list.length));
}

test("shows the newest first, and what comes, changes and goes", async () => {
  await watched(make("1"), make("2"));
  expect(ids()).toEqual(["2", "1"]);
  said.announcement?.(make("3"));
  said.announcement?.(make("4", { read: true }));
  said.announcement?.(make("1", { content: "<p>new</p>" }));
  expect(ids()).toEqual(["3", "2", "1"]);
  expect(announcements.all[2]?.content).toBe("<p>new</p>");
  said["announcement.delete"]?.("2");
  expect(ids()).toEqual(["3", "1"]);
});

test("what is dismissed goes at once, and is back if the node did not hear of it", async () => {
  await watched(make("1"));
  const call = vi.spyOn(api, "dismiss").mockRejectedValueOnce(new Error("x")).mockResolvedValue({});
  const [one] = announcements.all as [Announcement];
  const first = dismiss(one);
  expect(ids()).toEqual([]);
  await first;
  expect(ids()).toEqual(["1"]);
  await dismiss(one);
  expect(ids()).toEqual([]);
  expect(call).toHaveBeenCalledTimes(2);
});

test("answers are counted, mine and those of others", async () => {
  await watched(make("1", { reactions: [{ name: "👍", count: 2, me: false }] }));
  const react = vi.spyOn(api, "react").mockResolvedValue({});
  const takeBack = vi.spyOn(api, "takeBack").mockResolvedValue({});
  await toggleReaction(announcements.all[0]!, "👍");
  expect(reactions()).toEqual([["👍", 3, true]]);
  said["announcement.reaction"]?.({ announcement_id: "1", name: "👍", count: 4 });
  said["announcement.reaction"]?.({ announcement_id: "1", name: "🎉", count: 1 });
  expect(reactions()).toEqual([
    ["👍", 4, true],
    ["🎉", 1, false],
  ]);
  said["announcement.reaction"]?.({ announcement_id: "1", name: "🎉", count: 0 });
  await toggleReaction(announcements.all[0]!, "👍");
  expect(reactions()).toEqual([["👍", 3, false]]);
  expect([react.mock.calls.length, takeBack.mock.calls.length]).toEqual([1, 1]);
  react.mockRejectedValue(new Error("x"));
  await toggleReaction(announcements.all[0]!, "❤️");
  expect(reactions()).toEqual([["👍", 3, false]]);
});

test("custom emoji have a picture, also where only their number is told, or they were just chosen", async () => {
  const blob = { url: "http://node.test/blob", static_url: "http://node.test/still" };
  const fox = { url: "http://node.test/fox", static_url: "http://node.test/fox" };
  forgetEmojis();
  vi.spyOn(custom, "all").mockResolvedValue([{ shortcode: "fox", visible_in_picker: true, ...fox }]);
  await loadEmojis();
  await watched(make("1", { reactions: [{ name: "blob", count: 1, me: true, ...blob }] }));
  await vi.waitFor(() => expect(reactions()).toEqual([["blob", 1, true]]));
  const react = vi.spyOn(api, "react").mockResolvedValue({});
  said["announcement.reaction"]?.({ announcement_id: "1", name: "blob", count: 2 });
  await toggleReaction(announcements.all[0]!, "fox");
  said["announcement.reaction"]?.({ announcement_id: "1", name: "owl", count: 1, ...fox });
  expect(react).toHaveBeenCalledWith("1", "fox");
  expect(announcements.all[0]?.reactions).toEqual([
    { name: "blob", count: 2, me: true, ...blob },
    { name: "fox", count: 1, me: true, ...fox },
    { name: "owl", count: 1, me: false, ...fox },
  ]);
});
