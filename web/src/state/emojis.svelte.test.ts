import { beforeEach, describe, expect, test, vi } from "vitest";
import type * as Api from "$/api/emojis";
import { post } from "../test/make";

const api = vi.hoisted(() => ({
  all: vi.fn<typeof Api.all>(),
  react: vi.fn<typeof Api.react>(),
  takeBack: vi.fn<typeof Api.takeBack>(),
}));
vi.mock("$/api/emojis", () => api);

import { ApiError } from "$/api/client";
import { answered, emojisNamed, forgetEmojis, loadEmojis, toggleReaction } from "./emojis.svelte";
import { putStatuses, status } from "./entities.svelte";

const said = (name: string, count: number, me: boolean) => ({
  name,
  count,
  me,
  url: null,
  static_url: null,
  account_ids: [],
});
const of = (id: string) =>
  (status(id)?.pleroma?.emoji_reactions ?? []).map(({ name, count, me }) => ({ name, count, me }));

describe("emoji that posts are answered with", () => {
  beforeEach(() => {
    vi.clearAllMocks();
    forgetEmojis();
  });

  test("are counted with one's own", () => {
    const before = post(1, { pleroma: { emoji_reactions: [said("🎉", 2, false)] } });
    const once = answered(before, "🎉", true);
    expect(once.pleroma?.emoji_reactions).toEqual([said("🎉", 3, true)]);
    expect(answered(once, "🎉", true)).toBe(once);
    expect(answered(once, "🎉", false).pleroma?.emoji_reactions).toEqual([said("🎉", 2, false)]);
    const two = answered(once, "👍", true);
    expect(two.pleroma?.emoji_reactions.map((one) => one.name)).toEqual(["🎉", "👍"]);
    expect(answered(two, "👍", false).pleroma?.emoji_reactions).toHaveLength(1);
    const old = post(2);
    delete old.pleroma;
    expect(answered(old, "👍", true).pleroma?.emoji_reactions).toEqual([said("👍", 1, true)]);
  });

  test("are shown at once, and as the node says", async () => {
    putStatuses([post(1)]);
    let answer: (found: ReturnType<typeof post>) => void = () => undefined;
    api.react.mockReturnValueOnce(new Promise((done) => (answer = done)));
    const sent = toggleReaction("1", "🎉");
    expect(of("1")).toEqual([{ name: "🎉", count: 1, me: true }]);
    // Pressed again meanwhile: the first press has not been answered yet.
    await toggleReaction("1", "🎉");
    answer(post(1, { pleroma: { emoji_reactions: [said("🎉", 5, true)] } }));
    await sent;
    expect(of("1")).toEqual([{ name: "🎉", count: 5, me: true }]);
    expect(api.react).toHaveBeenCalledTimes(1);
  });

  test("are undone when the node refuses", async () => {
    putStatuses([post(1, { pleroma: { emoji_reactions: [said("🎉", 2, true)] } })]);
    api.takeBack.mockRejectedValueOnce(new ApiError(422, "no"));
    await toggleReaction("1", "🎉");
    expect(of("1")).toEqual([{ name: "🎉", count: 2, me: true }]);
  });

  test("of this node are read once in a while", async () => {
    const blob = {
      shortcode: "blob",
      url: "https://n.test/1",
      static_url: "https://n.test/1",
      visible_in_picker: true,
    };
    api.all.mockResolvedValue([blob]);
    expect(await loadEmojis()).toEqual([blob]);
    await loadEmojis();
    expect(api.all).toHaveBeenCalledTimes(1);
    forgetEmojis();
    api.all.mockRejectedValueOnce(new Error("away"));
    expect(await loadEmojis()).toEqual([]);
    expect(await loadEmojis()).toEqual([blob]);
  });

  test("are looked through by name, and asked for once", async () => {
    const emoji = (shortcode: string, visible_in_picker = true) => {
      const url = `https://n.test/${shortcode}`;
      return { shortcode, url, static_url: url, visible_in_picker };
    };
    const names = ["my_party", "party2", "Party"];
    api.all.mockResolvedValue([...names.map((name) => emoji(name)), emoji("party_off", false)]);
    const found = await Promise.all([emojisNamed("pa"), emojisNamed("part")]);
    for (const all of found) expect(all.map((one) => one.shortcode)).toEqual(["Party", "party2", "my_party"]);
    expect(api.all).toHaveBeenCalledTimes(1);
  });

  test("that were forgotten while they were read are read anew", async () => {
    let answer: (found: []) => void = () => undefined;
    api.all.mockReturnValueOnce(new Promise((done) => (answer = done)));
    const before = loadEmojis();
    forgetEmojis();
    const url = "https://n.test/1";
    const blob = { shortcode: "blob", url, static_url: url, visible_in_picker: true };
    api.all.mockResolvedValueOnce([blob]);
    const after = loadEmojis();
    answer([]);
    await before;
    expect(await after).toEqual([blob]);
    expect(await loadEmojis()).toEqual([blob]);
  });
});
