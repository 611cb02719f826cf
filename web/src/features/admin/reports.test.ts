import type { Status } from "$/api/types";
import { loadTexts, setLang } from "$/i18n/index.svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { forgottenOf, gistOf, stillThere } from "./reports";

const api = vi.hoisted(() => ({ many: vi.fn() }));
vi.mock("$/api/statuses", () => api);

beforeEach(async () => {
  await setLang("en");
  await loadTexts("peers");
});

const post = (content: string, spoiler = "") => ({ content, spoiler_text: spoiler }) as Status;

test("a report is named by what was said, or by its first post", () => {
  expect(gistOf({ comment: " rude ", statuses: [post("<p>x</p>")] })).toBe("rude");
  expect(gistOf({ comment: "", statuses: [post("<p>a <b>b</b></p>")] })).toBe("a b");
  expect(gistOf({ comment: "", statuses: [post("<p>x</p>", "careful")] })).toBe("careful");
  expect(gistOf({ comment: "", statuses: [] })).toBe("Without words");
  expect(gistOf({ comment: "é".repeat(300), statuses: [] })).toHaveLength(240);
});

test("what is not kept any more is counted", () => {
  expect(forgottenOf({ statuses_count: 3, statuses: [post("")] })).toBe(2);
  expect(forgottenOf({ statuses_count: 0, statuses: [] })).toBe(0);
});

test("which posts are where they were written is asked for as many at once as the node takes", async () => {
  const ids = Array.from({ length: 100 }, (_, at) => String(at));
  api.many.mockImplementation((some: string[]) => Promise.resolve(some.slice(1).map((id) => ({ id }))));
  const found = await stillThere(ids);
  expect(ids.filter((id) => !found.has(id))).toEqual(["0", "40", "80"]);
  expect(await stillThere([])).toEqual(new Set());
  expect(api.many).toHaveBeenCalledTimes(3);
});
