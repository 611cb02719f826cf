import type { Announcement } from "$/api/announcements";
import { setLang, t } from "$/i18n/index.svelte";
import { forgetEmojis } from "$/state/emojis.svelte";
import { fireEvent, render, screen } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import Announcements from "./Announcements.svelte";

const api = vi.hoisted(() => ({ current: vi.fn(), react: vi.fn(), takeBack: vi.fn() }));
const custom = vi.hoisted(() => ({ all: vi.fn() }));
vi.mock("$/api/announcements", () => api);
vi.mock("$/api/emojis", () => custom);
vi.mock("$/state/stream", () => ({ subscribe: () => () => {} }));

const emoji = (name: string) => ({ url: `http://node.test/${name}`, static_url: `http://node.test/${name}` });
const told = {
  id: "1",
  content: "<p>Cake</p>",
  published_at: "2026-01-01T00:00:00.000Z",
  tags: [],
  emojis: [],
  reactions: [
    { name: "🎉", count: 2, me: false },
    { name: "blob", count: 1, me: true, ...emoji("blob") },
  ],
} as unknown as Announcement;

beforeEach(async () => {
  await setLang("en");
  forgetEmojis();
  api.current.mockResolvedValue([told]);
  api.react.mockResolvedValue({});
  custom.all.mockResolvedValue([{ shortcode: "fox", visible_in_picker: true, ...emoji("fox") }]);
});

test("answers with custom emoji are pictures with a name, and those of this node can be chosen", async () => {
  render(Announcements);
  expect(await screen.findByRole("button", { name: "🎉, 2 people" })).toBeTruthy();
  const blob = screen.getByRole("button", { name: ":blob:, 1 person" });
  const picture = blob.querySelector("img");
  expect([picture?.alt, picture?.src]).toEqual([":blob:", "http://node.test/blob"]);
  await fireEvent.click(screen.getByRole("button", { name: t("feed.answer") }));
  await fireEvent.click(await screen.findByRole("menuitem", { name: ":fox:", hidden: true }));
  expect(api.react).toHaveBeenCalledWith("1", "fox");
  const fox = await screen.findByRole("button", { name: ":fox:, 1 person" });
  expect(fox.querySelector("img")?.src).toBe("http://node.test/fox");
});
