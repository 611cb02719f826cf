import type { Status } from "$/api/types";
import { ApiError } from "$/api/client";
import { setLang } from "$/i18n/index.svelte";
import { dismiss, toasts } from "$/state/toasts.svelte";
import { person, post } from "$/test/make";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import ReportDialog from "./ReportDialog.svelte";

const api = vi.hoisted(() => ({ create: vi.fn() }));
const accounts = vi.hoisted(() => ({ statuses: vi.fn(), act: vi.fn() }));
vi.mock("$/api/reports", () => api);
vi.mock("$/api/accounts", () => accounts);

const button = (name: string | RegExp) => screen.getByRole("button", { name, hidden: true });
const box = (name: string | RegExp) => screen.getByRole<HTMLInputElement>("checkbox", { name, hidden: true });
const heading = (name: string) => screen.findByRole("heading", { name, hidden: true });

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  await setLang("en");
  api.create.mockReset().mockResolvedValue({ id: "1" });
  const others = [post("5"), post("6", { content: "<p>another</p>" })];
  accounts.statuses.mockReset().mockResolvedValue({ items: others, next: null, prev: null });
});

test("step by step, with the post it is made from chosen already", async () => {
  const from: Status = post("5", { content: "<p>mean</p>" });
  const onclose = vi.fn();
  render(ReportDialog, { person: from.account, post: from, onclose });
  await fireEvent.click(screen.getByRole("radio", { name: "It is unwanted", hidden: true }));
  await fireEvent.click(button("Next"));
  await heading("Which posts show it?");
  expect(box(/^mean/).checked).toBe(true);
  await waitFor(() => expect(box(/^another/).checked).toBe(false));
  await fireEvent.click(box(/^another/));
  await fireEvent.click(button("Next"));
  await heading("Do you want to say more?");
  await fireEvent.input(screen.getByLabelText("In your own words"), { target: { value: " rude " } });
  await fireEvent.click(button("Send the report"));
  await heading("Thank you");
  expect(api.create).toHaveBeenCalledWith({
    account_id: from.account.id,
    status_ids: ["5", "6"],
    comment: "rude",
    category: "spam",
    rule_ids: [],
    forward: false,
  });
});

test("what the node refuses is said, and what was written stays", async () => {
  api.create.mockRejectedValue(new Error("no"));
  render(ReportDialog, { person: person("7"), onclose: vi.fn() });
  await fireEvent.click(button("Next"));
  await fireEvent.click(button("Next"));
  const words = () => screen.getByLabelText<HTMLTextAreaElement>("In your own words");
  await waitFor(words);
  await fireEvent.input(words(), { target: { value: "rude" } });
  await fireEvent.click(button("Send the report"));
  await screen.findByRole("alert", { hidden: true });
  expect(words().value).toBe("rude");
});

test("that their posts cannot be read is told, and is no end", async () => {
  accounts.statuses.mockRejectedValueOnce(new Error("away"));
  render(ReportDialog, { person: person("7"), onclose: vi.fn() });
  await fireEvent.click(button("Next"));
  expect((await screen.findByRole("alert", { hidden: true })).textContent).toMatch(/could not be read/);
  expect(screen.queryByText(/no posts of theirs/)).toBeNull();
  await fireEvent.click(button("Try again"));
  await waitFor(() => expect(box(/^another/).checked).toBe(false));
  expect(screen.queryByRole("alert", { hidden: true })).toBeNull();
});

test("a mute that is refused is not told as done", async () => {
  accounts.act.mockRejectedValue(new ApiError(422, "no"));
  const onclose = vi.fn();
  for (const one of toasts.all) dismiss(one.id);
  render(ReportDialog, { person: person("7", { display_name: "Ben" }), onclose });
  for (const name of ["Next", "Next", "Send the report", "Mute Ben"]) {
    await waitFor(() => button(name));
    await fireEvent.click(button(name));
  }
  await waitFor(() => expect(toasts.all.map((one) => one.text)).toEqual(["no"]));
  expect(onclose).toHaveBeenCalled();
});
