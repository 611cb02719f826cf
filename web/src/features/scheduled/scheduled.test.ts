import { ApiError, Unreachable } from "$/api/client";
import * as api from "$/api/scheduled";
import * as statuses from "$/api/statuses";
import type { CredentialAccount, ScheduledStatus, Status } from "$/api/types";
import { setLang } from "$/i18n/index.svelte";
import { closeComposer, compose } from "$/state/compose.svelte";
import { keepDraft, recallDraft } from "$/state/drafts";
import { forgetGroups, putGroups } from "$/state/groups.svelte";
import { setMe } from "$/state/session.svelte";
import { dismiss, toasts } from "$/state/toasts.svelte";
import { toLocal } from "$/state/when";
import * as groupsApi from "$/api/groups";
import { group } from "$/test/groups";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { beginning, draftOf, rewrite } from "./scheduled";
import ScheduledPage from "./ScheduledPage.svelte";

const post = (id: string, more: Partial<ScheduledStatus> = {}, params = {}): ScheduledStatus =>
  ({
    id,
    scheduled_at: "2099-01-01T08:00:00.000Z",
    media_attachments: [],
    failure: null,
    params: {
      text: `Text ${id}`,
      spoiler_text: "",
      sensitive: false,
      visibility: "public",
      language: "en",
      in_reply_to_id: null,
      poll: null,
      ...params,
    },
    ...more,
  }) as unknown as ScheduledStatus;

beforeEach(async () => {
  localStorage.clear();
  closeComposer();
  for (const one of toasts.all) dismiss(one.id);
  await setLang("en");
  setMe({ id: "1", acct: "ann", source: {}, role: { name: "member" } } as unknown as CredentialAccount);
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
});

test("the list says when, what, for whom, and why one was not published", async () => {
  const gone = post("2", { failure: "reply_gone" }, { visibility: "direct", in_reply_to_id: "9" });
  vi.spyOn(api, "all").mockResolvedValue([post("1"), gone]);
  render(ScheduledPage, { params: {} });
  await waitFor(() => expect(screen.getByText("Text 1")).toBeTruthy());
  expect(screen.getByText(/^To be published on .*2099/)).toBeTruthy();
  expect(screen.getByText(/^Was to be published on/)).toBeTruthy();
  expect(screen.getByText(/the post that it answers is gone/)).toBeTruthy();
  expect(screen.getByText("Only the people you mention")).toBeTruthy();
  expect(screen.getByText("A reply")).toBeTruthy();
});

test("without any, it says how to make one", async () => {
  vi.spyOn(api, "all").mockResolvedValue([]);
  render(ScheduledPage, { params: {} });
  await waitFor(() => expect(screen.getByText("Nothing is scheduled")).toBeTruthy());
  await fireEvent.click(screen.getByText("Write one"));
  expect(compose.request).not.toBeNull();
});

test("a list that cannot be read can be asked for again", async () => {
  const all = vi
    .spyOn(api, "all")
    .mockRejectedValueOnce(new Error("no"))
    .mockResolvedValue([post("1")]);
  render(ScheduledPage, { params: {} });
  await waitFor(() => expect(screen.getByText("Try again")).toBeTruthy());
  await fireEvent.click(screen.getByText("Try again"));
  await waitFor(() => expect(screen.getByText("Text 1")).toBeTruthy());
  expect(all).toHaveBeenCalledTimes(2);
});

test("another time is sent, and one that is too near is not", async () => {
  vi.spyOn(api, "all").mockResolvedValue([post("1"), post("2")]);
  const move = vi
    .spyOn(api, "move")
    .mockImplementation((id, at) => Promise.resolve(post(id, { scheduled_at: at })));
  render(ScheduledPage, { params: {} });
  await waitFor(() => expect(screen.getByText("Text 1")).toBeTruthy());
  await fireEvent.click(screen.getByLabelText("Change the time of “Text 1”"));
  const field = screen.getByLabelText<HTMLInputElement>("Publish on");
  expect(field.value).toBe(toLocal(new Date("2099-01-01T08:00:00.000Z")));
  await fireEvent.input(field, { target: { value: "2020-01-01T08:00" } });
  await fireEvent.click(screen.getByText("Save"));
  expect(move).not.toHaveBeenCalled();
  await fireEvent.input(field, { target: { value: "2099-05-01T08:00" } });
  await fireEvent.click(screen.getByText("Save"));
  await waitFor(() => expect(screen.queryByLabelText("Publish on")).toBeNull());
  expect(move).toHaveBeenCalledWith("1", new Date(2099, 4, 1, 8).toISOString());
  const texts = [...document.querySelectorAll("li .text")].map((one) => one.textContent);
  expect(texts).toEqual(["Text 2", "Text 1"]);
});

test("deleting asks first", async () => {
  vi.spyOn(api, "all").mockResolvedValue([post("1")]);
  const remove = vi.spyOn(api, "remove").mockResolvedValue({});
  render(ScheduledPage, { params: {} });
  await waitFor(() => expect(screen.getByText("Text 1")).toBeTruthy());
  await fireEvent.click(screen.getByLabelText("Delete “Text 1”"));
  expect(remove).not.toHaveBeenCalled();
  const [sure] = [...document.querySelectorAll("dialog button")].filter(
    (one) => one.textContent?.trim() === "Delete",
  );
  await fireEvent.click(sure!);
  await waitFor(() => expect(screen.getByText("Nothing is scheduled")).toBeTruthy());
  expect(remove).toHaveBeenCalledWith("1");
});

test("editing takes everything back into the composer, and writes over no other draft", async () => {
  const remove = vi.spyOn(api, "remove").mockResolvedValue({});
  remove.mockClear();
  const attachment = { id: "m", description: "a plan", meta: null };
  const poll = { options: ["a", "b"], expires_in: 600, multiple: true, hide_totals: false };
  const one = post("1", { media_attachments: [attachment] as never }, { poll, visibility: "private" });
  expect(await rewrite(one)).toBe(true);
  expect(remove).toHaveBeenCalledWith("1");
  const { draft } = compose.request!;
  expect(draft).toMatchObject({ text: "Text 1", visibility: "private", poll: { expiresIn: 600 } });
  expect(draft?.media[0]?.description).toBe("a plan");
  expect(draft?.later).toBe(toLocal(new Date(one.scheduled_at)));
  expect(recallDraft("new")?.text).toBe("Text 1");

  closeComposer();
  keepDraft("new", draftOf(post("7")));
  expect(await rewrite(post("2"))).toBe(false);
  expect(remove).toHaveBeenCalledTimes(1);
  expect(recallDraft("new")?.text).toBe("Text 7");
  // What it answers is gone: it becomes a post of its own, when there is room for it.
  vi.spyOn(statuses, "get").mockRejectedValue(new ApiError(404, "Record not found"));
  localStorage.clear();
  expect(await rewrite(post("3", {}, { in_reply_to_id: "9" }))).toBe(true);
  expect(compose.request?.replyTo).toBeUndefined();
});

test("a quote is still one when it is edited, and who may quote it stays chosen", async () => {
  vi.spyOn(api, "remove").mockResolvedValue({});
  const quoted = { id: "9", account: { id: "2" } } as Status;
  vi.spyOn(statuses, "get").mockResolvedValue(quoted);
  const one = post("4", {}, { quoted_status_id: "9", quote_approval_policy: "followers" });
  expect(await rewrite(one)).toBe(true);
  expect(compose.request?.quote).toBe(quoted);
  expect(recallDraft("quote.9")?.quotes).toBe("followers");
});

test("what it answers cannot be asked for: it stays scheduled", async () => {
  const remove = vi.spyOn(api, "remove").mockResolvedValue({});
  remove.mockClear();
  vi.spyOn(statuses, "get").mockRejectedValue(new Unreachable());
  await expect(rewrite(post("5", {}, { in_reply_to_id: "9" }))).rejects.toThrow();
  expect(remove).not.toHaveBeenCalled();
  expect(compose.request).toBeNull();
});

test("a post is named by its beginning", () => {
  expect(beginning(post("1", {}, { text: ` a\n b ${"x".repeat(80)}` }))).toMatch(/^a b x+…$/);
  expect(beginning(post("1", {}, { spoiler_text: "careful" }))).toBe("careful");
  expect(beginning(post("1", {}, { text: "" }))).toBe("No text");
});

test("what is for a group says so, and stays for it when it is taken back", async () => {
  forgetGroups();
  const mine = vi.spyOn(groupsApi, "mine").mockResolvedValue([group("7", { display_name: "Bora" })]);
  const inside = post("3", {}, { visibility: "private", group_id: "7" });
  vi.spyOn(api, "all").mockResolvedValue([inside]);
  render(ScheduledPage, { params: {} });
  await waitFor(() => expect(screen.getByText("Group: Bora")).toBeTruthy());
  expect(mine).toHaveBeenCalled();
  vi.spyOn(api, "remove").mockResolvedValue({});
  expect(await rewrite(inside)).toBe(true);
  expect(compose.request?.draft?.group).toEqual({ id: "7", name: "Bora" });
  putGroups([group("7", { display_name: "Bora II" })]);
  expect(draftOf(inside).group?.name).toBe("Bora II");
});
