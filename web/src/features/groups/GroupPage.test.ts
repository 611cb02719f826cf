import { ApiError } from "$/api/client";
import { loadTexts, setLang } from "$/i18n/index.svelte";
import { closeComposer, compose } from "$/state/compose.svelte";
import { forgetEntities } from "$/state/entities.svelte";
import { closeFeeds } from "$/state/feeds.svelte";
import { forgetGroups } from "$/state/groups.svelte";
import { navigate, router } from "$/state/router.svelte";
import { setMe } from "$/state/session.svelte";
import { dismiss, toasts } from "$/state/toasts.svelte";
import { group, memberTie, tie } from "$/test/groups";
import { guest, person } from "$/test/make";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import GroupPage from "./GroupPage.svelte";

const api = vi.hoisted(() => ({
  get: vi.fn(),
  relationships: vi.fn(),
  join: vi.fn(),
  leave: vi.fn(),
  end: vi.fn(),
  members: vi.fn(),
  setRole: vi.fn(),
  transfer: vi.fn(),
  kick: vi.fn(),
  ban: vi.fn(),
  bans: vi.fn(),
  unban: vi.fn(),
  requests: vi.fn(),
  answer: vi.fn(),
  invitations: vi.fn(),
  invite: vi.fn(),
  withdraw: vi.fn(),
  change: vi.fn(),
}));
const accounts = vi.hoisted(() => ({ search: vi.fn(), get: vi.fn() }));
const statuses = vi.hoisted(() => ({ timeline: vi.fn() }));
vi.mock("$/api/groups", () => api);
vi.mock("$/api/accounts", () => accounts);
vi.mock("$/api/statuses", () => statuses);
vi.mock("$/state/stream", () => ({ subscribe: () => () => {} }));

const page = <T>(items: T[]) => ({ items, next: null, prev: null });
const button = (name: string) => screen.getByRole("button", { name, hidden: true });
const inDialog = (name: string) =>
  within(screen.getByRole("dialog", { hidden: true })).getByRole("button", { name, hidden: true });
const membership = (id: string, role: "owner" | "admin" | "user") => ({
  id: `m${id}`,
  account: person(id),
  role,
  entrenous: { guest: false },
});
/** Opens the menu of somebody and chooses from it. */
async function choose(menu: string, entry: string) {
  await fireEvent.click(button(menu));
  await fireEvent.click(screen.getByRole("menuitem", { name: entry, hidden: true }));
}

beforeEach(async () => {
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
  await setLang("en");
  await loadTexts("groups");
  forgetGroups();
  forgetEntities();
  closeFeeds();
  closeComposer();
  setMe({ ...person("1"), source: {}, role: { name: "member" } } as never);
  for (const one of toasts.all) dismiss(one.id);
  for (const one of [...Object.values(api), ...Object.values(accounts)]) one.mockReset();
  statuses.timeline.mockReset().mockResolvedValue(page([]));
  for (const list of [api.members, api.bans, api.requests, api.invitations]) list.mockResolvedValue(page([]));
  navigate("/g/7");
});

function show(section?: string, of = group("7", { display_name: "Bora" }), mine = memberTie("7")) {
  api.get.mockResolvedValue(of);
  api.relationships.mockResolvedValue([mine]);
  return render(GroupPage, { params: section === undefined ? { id: "7" } : { id: "7", section } });
}

test("what one may not see is not there", async () => {
  api.get.mockRejectedValue(new ApiError(404, "Record not found"));
  api.relationships.mockResolvedValue([]);
  render(GroupPage, { params: { id: "7" } });
  await screen.findByText("This group is not here");
});

test("an open group is joined with one press; before, one reads what it is for", async () => {
  show(undefined, group("7", { display_name: "Bora" }), tie("7"));
  await screen.findByText("Its posts are for its members");
  expect(screen.getByText("For the project.")).toBeTruthy();
  expect(statuses.timeline).not.toHaveBeenCalled();
  expect(screen.queryByRole("navigation")).toBeNull();
  api.join.mockResolvedValue(memberTie("7"));
  await fireEvent.click(button("Join Bora"));
  await screen.findByText("Nothing has been written here yet");
  expect(api.join).toHaveBeenCalledWith("7", undefined);
});

test("the focus stays where one acts when the button that was pressed has gone", async () => {
  show(undefined, group("7", { display_name: "Bora" }), tie("7"));
  const join = await screen.findByRole("button", { name: "Join Bora" });
  join.focus();
  api.join.mockResolvedValue(memberTie("7"));
  await fireEvent.click(join);
  await screen.findByText("Nothing has been written here yet");
  await waitFor(() => expect(document.activeElement).toBe(button("Invite people").closest(".actions")));
});

test("a closed one is asked, with a few words, and the request taken back", async () => {
  show(undefined, group("7", { display_name: "Bora", kind: "closed" }), tie("7"));
  await fireEvent.click(await screen.findByRole("button", { name: "Ask to join Bora" }));
  await fireEvent.input(screen.getByLabelText("Why you want to join"), { target: { value: " me too " } });
  api.join.mockResolvedValue(tie("7", { requested: true }));
  await fireEvent.click(inDialog("Send the request"));
  await screen.findByText(/A moderator of the group answers/);
  expect(api.join).toHaveBeenCalledWith("7", "me too");
  api.leave.mockResolvedValue(tie("7"));
  await fireEvent.click(button("Withdraw the request"));
  await screen.findByRole("button", { name: "Ask to join Bora" });
});

test("who is banned is told in plain words, and can do nothing", async () => {
  show(undefined, group("7", { display_name: "Bora" }), tie("7", { blocked_by: true }));
  await screen.findByText(/have decided that you cannot be in it/);
  expect(screen.queryByRole("button", { name: /Join/ })).toBeNull();
});

test("who is invited sees by whom, and answers", async () => {
  const asked = tie("7");
  accounts.get.mockResolvedValue(person("2"));
  show(undefined, group("7", { display_name: "Bora", kind: "secret" }), {
    ...asked,
    entrenous: { ...asked.entrenous, invited: true, invited_by: "2" },
  });
  await screen.findByText("Person 2 invites you to this group.");
  api.leave.mockResolvedValue(asked);
  await fireEvent.click(button("Decline the invitation to Bora"));
  await waitFor(() => expect(router.path).toBe("/groups"));
});

test("a member writes into it; parts that are not theirs are not there", async () => {
  show();
  await screen.findByText("Nothing has been written here yet");
  await fireEvent.click(button("Write to Bora…"));
  expect(compose.request?.group).toEqual({ id: "7", name: "Bora" });
  const parts = within(screen.getByRole("navigation", { name: "Parts of the group" })).getAllByRole("link");
  expect(parts.map((one) => one.textContent)).toEqual(["Posts", "Members", "Invitations", "About"]);
});

test("where moderators alone begin, a member is told", async () => {
  show(undefined, undefined, { ...memberTie("7"), can_post: false });
  await screen.findByText(/You can answer/);
  expect(screen.queryByRole("button", { name: /Write to/ })).toBeNull();
});

test("somebody else's settings are not shown", async () => {
  show("settings");
  await screen.findByText("There is nothing here");
});

test("leaving asks, and tells why it cannot be", async () => {
  show(undefined, undefined, memberTie("7", "owner"));
  await screen.findByText("Nothing has been written here yet");
  await choose("More for Bora", "Leave the group");
  api.leave.mockRejectedValueOnce(new ApiError(422, "the last owner names another first"));
  await fireEvent.click(inDialog("Leave the group"));
  await screen.findByText("the last owner names another first");
  api.leave.mockResolvedValue(tie("7"));
  await fireEvent.click(inDialog("Leave the group"));
  await waitFor(() => expect(router.path).toBe("/groups"));
});

test("who leaves as the last one is told that the group ends with it", async () => {
  show(undefined, group("7", { display_name: "Bora", members_count: 1 }), memberTie("7", "owner"));
  await screen.findByText("Nothing has been written here yet");
  await choose("More for Bora", "Leave the group");
  expect(screen.getByText(/the group ends/)).toBeTruthy();
});

test("members, with role and organisation; roles are given and taken", async () => {
  const away = { ...membership("3", "admin"), account: guest("3") };
  api.members.mockResolvedValue(page([membership("1", "owner"), membership("2", "user"), away]));
  show("members", undefined, memberTie("7", "owner"));
  await screen.findByText("Person 2");
  expect(screen.getByText("Lyon")).toBeTruthy();
  api.setRole.mockResolvedValue({});
  await choose("More for Person 2", "Make a moderator");
  await waitFor(() => expect(toasts.all.at(-1)?.text).toBe("Person 2 is a moderator now"));
  expect(api.setRole).toHaveBeenCalledWith("7", "2", "admin");
  await choose("More for Person 3", "Make an ordinary member");
  await waitFor(() => expect(api.setRole).toHaveBeenLastCalledWith("7", "3", "user"));
  // Shown at once: of three members, now the one moderator is another.
  await waitFor(() => expect(screen.getAllByText("Moderator")).toHaveLength(1));
});

test("somebody is banned with a reason, and goes from the list", async () => {
  api.members.mockResolvedValue(page([membership("1", "admin"), membership("2", "user")]));
  show("members", undefined, memberTie("7", "admin"));
  await screen.findByText("Person 2");
  await choose("More for Person 2", "Ban from the group");
  await fireEvent.input(screen.getByLabelText("Reason"), { target: { value: " rude " } });
  api.ban.mockResolvedValue({});
  await fireEvent.click(inDialog("Ban from the group"));
  await waitFor(() => expect(screen.queryByText("Person 2")).toBeNull());
  expect(api.ban).toHaveBeenCalledWith("7", "2", "rude");
});

test("the group is handed over", async () => {
  api.members.mockResolvedValue(page([membership("1", "owner"), membership("2", "user")]));
  show("members", undefined, memberTie("7", "owner"));
  await screen.findByText("Person 2");
  await choose("More for Person 2", "Hand the group over");
  api.transfer.mockResolvedValue(memberTie("7"));
  await fireEvent.click(inDialog("Hand over"));
  await waitFor(() => expect(screen.queryByRole("button", { name: "More for Person 2" })).toBeNull());
  expect(api.transfer).toHaveBeenCalledWith("7", "2");
  expect(api.members).toHaveBeenCalledTimes(2);
});

test("who stops being an owner is told so, even if the group cannot be read again", async () => {
  api.members.mockResolvedValue(page([membership("1", "owner"), membership("2", "owner")]));
  show("members", undefined, memberTie("7", "owner"));
  await screen.findByText("Person 2");
  await choose("More for Person 1", "Stop being an owner");
  api.setRole.mockResolvedValue({});
  api.get.mockRejectedValue(new ApiError(500, "Something is broken"));
  await fireEvent.click(inDialog("Stop being an owner"));
  await waitFor(() => expect(screen.queryByRole("dialog", { hidden: true })).toBeNull());
  expect(api.setRole).toHaveBeenCalledWith("7", "1", "user");
  expect(toasts.all.at(-1)?.text).toBe("You are an ordinary member now");
});

test("requests are answered, with what was written", async () => {
  const asks = (id: string, note: string) => ({
    id: `r${id}`,
    account: person(id),
    note,
    created_at: "2026-03-01T10:00:00Z",
  });
  api.requests.mockResolvedValue(page([asks("2", "me too"), asks("3", "")]));
  show("requests", undefined, memberTie("7", "admin"));
  await screen.findByText("me too");
  api.answer.mockResolvedValue({});
  await fireEvent.click(button("Let in Person 2"));
  await waitFor(() => expect(api.answer).toHaveBeenCalledWith("7", "2", "authorize"));
  // Somebody else was faster.
  api.answer.mockRejectedValue(new ApiError(404, "Record not found"));
  await fireEvent.click(button("Refuse the request of Person 3"));
  await screen.findByText("Nobody asks to join");
});

test("people are invited one by one; what is refused is told in the dialog", async () => {
  show("invitations");
  await screen.findByText("No invitation waits for an answer");
  await fireEvent.click(button("Invite people"));
  accounts.search.mockResolvedValue([
    person("1"),
    person("2"),
    person("3"),
    guest("4"),
    person("5", { group: true }),
  ]);
  const field = screen.getByRole("searchbox", { name: "Search people by name", hidden: true });
  await fireEvent.input(field, { target: { value: "person" } });
  await screen.findByText("Person 2");
  for (const name of ["Person 1", "Person 4", "Person 5"]) expect(screen.queryByText(name)).toBeNull();
  api.invite.mockResolvedValueOnce({});
  await fireEvent.click(inDialog("Invite Person 2"));
  await waitFor(() => inDialog("Person 2 is invited"));
  api.invite.mockRejectedValue(new ApiError(422, "already a member"));
  await fireEvent.click(inDialog("Invite Person 3"));
  await screen.findByText("already a member");
  expect(api.invite.mock.calls).toEqual([
    ["7", "2"],
    ["7", "3"],
  ]);
});

test("a ban is lifted", async () => {
  const ban = {
    id: "b2",
    account: person("2"),
    by: person("3"),
    reason: "rude",
    created_at: "2026-03-01T10:00:00Z",
  };
  api.bans.mockResolvedValue(page([ban]));
  show("moderation", undefined, memberTie("7", "owner"));
  await screen.findByText("rude");
  expect(screen.getByText(/^Banned by Person 3/)).toBeTruthy();
  api.unban.mockResolvedValue({});
  await fireEvent.click(button("Lift the ban of Person 2"));
  await screen.findByText("Nobody is banned");
});

test("a group is changed, and ended after a question", async () => {
  show("settings", undefined, memberTie("7", "owner"));
  const name = await screen.findByLabelText("Name");
  await fireEvent.input(name, { target: { value: "" } });
  await fireEvent.click(button("Save"));
  await screen.findByText("Give the group a name.");
  await fireEvent.input(name, { target: { value: "Bora II" } });
  await fireEvent.click(screen.getByRole("radio", { name: "Secret" }));
  expect(screen.getByText(/It keeps its name/)).toBeTruthy();
  api.change.mockResolvedValue(group("7", { display_name: "Bora II", kind: "secret" }));
  await fireEvent.click(button("Save"));
  await waitFor(() => expect(api.change.mock.lastCall?.[1]).toMatchObject({ kind: "secret" }));
  await fireEvent.click(await screen.findByRole("button", { name: "End the group" }));
  api.end.mockResolvedValue({});
  await fireEvent.click(inDialog("End the group for everyone"));
  await waitFor(() => expect(router.path).toBe("/groups"));
  expect(api.end).toHaveBeenCalledWith("7");
});
