import { ApiError } from "$/api/client";
import type { Account, CredentialAccount } from "$/api/types";
import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { setMe } from "$/state/session.svelte";
import { guest, person, post } from "$/test/make";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import ReportPage from "./ReportPage.svelte";

const api = vi.hoisted(() => ({
  get: vi.fn(),
  act: vi.fn(),
  change: vi.fn(),
  list: vi.fn(),
  open: vi.fn(),
  removePost: vi.fn(),
}));
const statuses = vi.hoisted(() => ({ many: vi.fn() }));
const admin = vi.hoisted(() => ({ disable: vi.fn() }));
const peers = vi.hoisted(() => ({ peers: vi.fn() }));
vi.mock("$/api/reports", () => api);
vi.mock("$/api/admin", () => admin);
vi.mock("$/api/peers", () => peers);
vi.mock("$/api/statuses", () => statuses);

const party = (account: Account, domain: string | null = null) => ({
  id: account.id,
  username: account.username,
  domain,
  disabled: false,
  account,
});
const ben = person("7", { display_name: "Ben" });
const report = (more = {}) => ({
  id: "5",
  action_taken: false,
  action_taken_at: null,
  category: "other",
  comment: "rude",
  forwarded: false,
  created_at: "2026-03-01T10:00:00Z",
  updated_at: "2026-03-01T10:00:00Z",
  account: party(person("2")),
  target_account: party(ben),
  statuses: [post("9", { account: ben, content: "<p>mean</p>" })],
  deleted_status_ids: [],
  rules: [],
  statuses_count: 1,
  ...more,
});
const page = (items: unknown[] = []) => ({ items, next: null, prev: null });
const button = (name: string) => screen.getByRole("button", { name, hidden: true });

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  await setLang("en");
  await loadTexts("peers");
  setMe({ id: "1", acct: "boss", role: { name: "administrator" } } as unknown as CredentialAccount);
  for (const one of Object.values(api)) one.mockReset();
  api.get.mockResolvedValue(report());
  api.list.mockResolvedValue(page());
  api.open.mockResolvedValue({ count: 0 });
  admin.disable.mockReset();
  statuses.many.mockReset().mockResolvedValue([post("9", { account: ben })]);
  peers.peers.mockReset().mockResolvedValue([]);
});

test("the posts are there as they were, with a way into their conversation; once resolved, the focus stays", async () => {
  render(ReportPage, { params: { id: "5" } });
  expect(await screen.findByText("mean")).toBeTruthy();
  expect(screen.getByText(t("reports.openPost")).getAttribute("href")).toBe("/@p7/9");
  api.act.mockResolvedValue(report({ action_taken: true }));
  button(t("reports.resolve")).focus();
  await fireEvent.click(button(t("reports.resolve")));
  await waitFor(() => expect(button(t("reports.reopen"))).toBeTruthy());
  await waitFor(() => expect(document.activeElement?.id).toBe("report-do"));
  expect(api.act).toHaveBeenCalledWith("5", "resolve");
});

test("of a post that is not to be seen any more, what is kept is shown, and no link leads to nothing", async () => {
  statuses.many.mockResolvedValue([]);
  render(ReportPage, { params: { id: "5" } });
  expect(await screen.findByText(t("reports.unseen"))).toBeTruthy();
  expect(screen.getByText("mean")).toBeTruthy();
  expect(screen.queryByText(t("reports.openPost"))).toBeNull();
  expect(statuses.many).toHaveBeenCalledWith(["9"]);
});

test("of a post that was deleted, that is said without asking for it, and it cannot be removed again", async () => {
  api.get.mockResolvedValue(report({ deleted_status_ids: ["9"] }));
  render(ReportPage, { params: { id: "5" } });
  expect(await screen.findByText(t("reports.gone"))).toBeTruthy();
  expect(screen.getByText("mean")).toBeTruthy();
  expect(screen.queryByText(t("reports.openPost"))).toBeNull();
  expect(screen.queryByRole("button", { name: t("post.takeDown"), hidden: true })).toBeNull();
  expect(statuses.many).not.toHaveBeenCalled();
});

test("a post is removed from here: it is said to be gone, what it said stays, and the focus with it", async () => {
  render(ReportPage, { params: { id: "5" } });
  await screen.findByText("mean");
  button(t("post.takeDown")).focus();
  await fireEvent.click(button(t("post.takeDown")));
  await fireEvent.input(screen.getByLabelText(t("reports.removeReason")), { target: { value: "rude" } });
  api.removePost.mockResolvedValue({});
  await fireEvent.click(button(t("reports.removeDo")));
  expect(await screen.findByText(t("reports.gone"))).toBeTruthy();
  expect(api.removePost).toHaveBeenCalledWith("9", "rude");
  await waitFor(() => expect(screen.queryByRole("dialog", { hidden: true })).toBeNull());
  expect(api.get).toHaveBeenCalledTimes(2);
  expect(screen.getByText("mean")).toBeTruthy();
  expect(screen.queryByText(t("reports.openPost"))).toBeNull();
  expect(screen.queryByRole("button", { name: t("post.takeDown"), hidden: true })).toBeNull();
  await waitFor(() => expect(document.activeElement?.tagName).toBe("ARTICLE"));
});

test("other reports about the same person are named, open ones and others", async () => {
  api.list.mockImplementation(({ resolved }: { resolved?: boolean }) => {
    const other = resolved ? report({ id: "3", comment: "old" }) : report({ id: "4", comment: "new" });
    return Promise.resolve(page([report(), other]));
  });
  render(ReportPage, { params: { id: "5" } });
  expect((await screen.findByText("new")).getAttribute("href")).toBe("/admin/reports/4");
  expect(screen.getByText("old").getAttribute("href")).toBe("/admin/reports/3");
  expect(api.list.mock.calls.map(([query]) => query)).toEqual([
    { target_account_id: "7", limit: 10 },
    { target_account_id: "7", limit: 10, resolved: true },
  ]);
});

test("what it is about can be changed", async () => {
  api.change.mockResolvedValue(report({ category: "spam" }));
  render(ReportPage, { params: { id: "5" } });
  await screen.findByText("mean");
  await fireEvent.click(button(t("reports.change")));
  await fireEvent.click(screen.getByRole("radio", { name: t("report.spam"), hidden: true }));
  await fireEvent.click(button("Save"));
  await waitFor(() => expect(screen.queryByRole("radio", { hidden: true })).toBeNull());
  expect(api.change).toHaveBeenCalledWith("5", { category: "spam", rule_ids: [] });
  expect(screen.getByText(t("report.spam"))).toBeTruthy();
});

test("a login here can be disabled; that the node refuses is told where it was asked", async () => {
  admin.disable.mockRejectedValue(new ApiError(422, "They are an owner"));
  render(ReportPage, { params: { id: "5" } });
  await screen.findByText("mean");
  await fireEvent.click(button(t("admin.disableName", { name: "Ben" })));
  await fireEvent.click(button(t("admin.disable")));
  expect((await screen.findByRole("alert", { hidden: true })).textContent).toBe("They are an owner");
  expect(admin.disable).toHaveBeenCalledWith("7");
});

test("of somebody elsewhere it leads to the connection", async () => {
  peers.peers.mockResolvedValue([{ id: "3", authority: "lyon.example" }]);
  api.get.mockResolvedValue(report({ target_account: party(guest("8"), "lyon.example") }));
  render(ReportPage, { params: { id: "5" } });
  const link = await screen.findByRole("link", { name: t("reports.connection", { name: "Lyon" }) });
  expect(link.getAttribute("href")).toBe("/admin/peers/3");
  expect(screen.queryByRole("button", { name: /^Disable/ })).toBeNull();
});

test("for whom there is no report there is no page", async () => {
  api.get.mockRejectedValue(new ApiError(404, "Record not found"));
  render(ReportPage, { params: { id: "5" } });
  expect(await screen.findByText(t("common.missingText"))).toBeTruthy();
});
