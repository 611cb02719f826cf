import type { Filter } from "$/api/types";
import { setLang } from "$/i18n/index.svelte";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import FilterDialog from "./FilterDialog.svelte";

const api = vi.hoisted(() => ({
  create: vi.fn(),
  change: vi.fn(),
  remove: vi.fn(),
  addPost: vi.fn(),
  removePost: vi.fn(),
}));
vi.mock("$/api/filters", () => api);

const filter = {
  id: "7",
  title: "Football",
  context: ["home"],
  filter_action: "warn",
  expires_at: null,
  keywords: [{ id: "1", keyword: "goal", whole_word: true }],
  statuses: [{ id: "4", status_id: "9" }],
} satisfies Filter as Filter;

const button = (name: string | RegExp) => screen.getByRole("button", { name, hidden: true });
const word = (at: number) => screen.getByLabelText<HTMLInputElement>(`Word or phrase ${at}`);
const box = (name: string) => screen.getByRole<HTMLInputElement>("checkbox", { name, hidden: true });

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  await setLang("en");
  for (const one of Object.values(api)) one.mockReset().mockResolvedValue({ id: "7" });
});

test("a filter is made from words", async () => {
  const onclose = vi.fn();
  render(FilterDialog, { filter: null, words: ["#bora"], onclose });
  expect(word(1).value).toBe("#bora");
  await fireEvent.keyDown(word(1), { key: "Enter" });
  await fireEvent.input(word(2), { target: { value: "mistral" } });
  await fireEvent.click(box("Only as a whole word: mistral"));
  await fireEvent.click(screen.getByRole("radio", { name: "Not shown", hidden: true }));
  await fireEvent.click(box("Profiles"));
  await fireEvent.change(screen.getByLabelText("How long"), { target: { value: "604800" } });
  await fireEvent.click(button("Save"));
  await waitFor(() => expect(onclose).toHaveBeenCalled());
  expect(api.create).toHaveBeenCalledWith({
    title: "#bora",
    context: ["home", "notifications", "public", "thread"],
    filter_action: "hide",
    expires_in: 604_800,
    keywords_attributes: [
      { keyword: "#bora", whole_word: true },
      { keyword: "mistral", whole_word: false },
    ],
  });
});

test("a post alone makes a filter too; its hashtags are offered", async () => {
  const onclose = vi.fn();
  render(FilterDialog, { filter: null, post: "9", tags: ["#Bora"], onclose });
  await fireEvent.click(box("This post itself"));
  await fireEvent.click(button("Save"));
  expect(screen.getByRole("alert", { hidden: true }).textContent).toContain("Add a word");
  expect(api.create).not.toHaveBeenCalled();
  await fireEvent.click(box("This post itself"));
  await fireEvent.click(button("Add #Bora"));
  expect(word(1).value).toBe("#Bora");
  expect(screen.queryByRole("button", { name: "Add #Bora", hidden: true })).toBeNull();
  await fireEvent.click(button("Save"));
  await waitFor(() => expect(onclose).toHaveBeenCalled());
  expect(api.addPost).toHaveBeenCalledWith("7", "9");
});

test("what the node refuses is said, and nothing typed is lost", async () => {
  api.change.mockRejectedValue(new Error("no"));
  const onclose = vi.fn();
  render(FilterDialog, { filter, onclose });
  await fireEvent.input(word(1), { target: { value: "own goal" } });
  await fireEvent.click(button("Take them out"));
  await fireEvent.click(button("Save"));
  await waitFor(() => expect(screen.getByRole("alert", { hidden: true })).toBeTruthy());
  expect(word(1).value).toBe("own goal");
  expect(onclose).not.toHaveBeenCalled();
  api.change.mockResolvedValue({ id: "7" });
  await fireEvent.click(button("Save"));
  await waitFor(() => expect(onclose).toHaveBeenCalled());
  expect(api.change.mock.lastCall?.[1]).toMatchObject({
    keywords_attributes: [{ id: "1", keyword: "own goal", whole_word: true }],
  });
  expect(api.removePost).toHaveBeenCalledWith("4");
});

test("deleting asks first", async () => {
  const onclose = vi.fn();
  render(FilterDialog, { filter, onclose });
  await fireEvent.click(button("Delete the filter"));
  expect(api.remove).not.toHaveBeenCalled();
  await fireEvent.click(button("Delete the filter"));
  await waitFor(() => expect(onclose).toHaveBeenCalled());
  expect(api.remove).toHaveBeenCalledWith("7");
});

test("what was done before something failed is not done twice", async () => {
  const onclose = vi.fn();
  api.create.mockResolvedValue({ ...filter, keywords: [{ id: "3", keyword: "goal", whole_word: true }] });
  api.addPost.mockRejectedValueOnce(new Error("no"));
  render(FilterDialog, { filter: null, words: ["goal"], post: "9", onclose });
  await fireEvent.click(button("Save"));
  await screen.findByRole("alert", { hidden: true });
  await fireEvent.click(button("Save"));
  await waitFor(() => expect(onclose).toHaveBeenCalled());
  expect([api.create, api.change, api.addPost].map((one) => one.mock.calls.length)).toEqual([1, 1, 2]);
  expect(api.change.mock.lastCall?.[0]).toBe("7");
});

test("a deletion that is refused is told where it was asked", async () => {
  const onclose = vi.fn();
  api.remove.mockRejectedValue(new Error("no"));
  render(FilterDialog, { filter, onclose });
  await fireEvent.click(button("Delete the filter"));
  await fireEvent.click(button("Delete the filter"));
  await screen.findByRole("alert", { hidden: true });
  expect(onclose).not.toHaveBeenCalled();
  await fireEvent.click(screen.getAllByRole("button", { name: "Cancel", hidden: true })[0]!);
  expect(word(1).value).toBe("goal");
});
