import { loadTexts, setLang } from "$/i18n/index.svelte";
import { forgetGroups } from "$/state/groups.svelte";
import { navigate, router } from "$/state/router.svelte";
import { setMe } from "$/state/session.svelte";
import { dismiss, toasts } from "$/state/toasts.svelte";
import { group, memberTie, tie } from "$/test/groups";
import { person } from "$/test/make";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import GroupsPage from "./GroupsPage.svelte";

const api = vi.hoisted(() => ({
  mine: vi.fn(),
  browse: vi.fn(),
  search: vi.fn(),
  relationships: vi.fn(),
  ownInvitations: vi.fn(),
  get: vi.fn(),
  join: vi.fn(),
  leave: vi.fn(),
}));
vi.mock("$/api/groups", () => api);
vi.mock("$/state/stream", () => ({ subscribe: () => () => {} }));

const me = (role: string) => setMe({ ...person("1"), source: {}, role: { name: role } } as never);

beforeEach(async () => {
  await setLang("en");
  await loadTexts("groups");
  forgetGroups();
  me("member");
  for (const one of toasts.all) dismiss(one.id);
  // The end of a list waits to come into sight.
  vi.stubGlobal(
    "IntersectionObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
  for (const one of Object.values(api)) one.mockReset().mockResolvedValue([]);
  navigate("/groups");
});

const show = () => render(GroupsPage, { params: {} });

test("who is in none is told what they are for, and where to go", async () => {
  show();
  await screen.findByText("You are in no group yet");
  expect(screen.getByRole("link", { name: "Find groups" }).getAttribute("href")).toBe("/groups?show=find");
  expect(screen.getAllByRole("link", { name: "New group" })).toHaveLength(2);
});

test("a guest makes none", async () => {
  me("guest");
  show();
  await screen.findByText("You are in no group yet");
  expect(screen.queryByRole("link", { name: "New group" })).toBeNull();
});

test("one's own, with kind, number and role", async () => {
  api.mine.mockResolvedValue([group("7", { display_name: "Bora", kind: "closed" })]);
  api.relationships.mockResolvedValue([{ ...memberTie("7", "admin"), pending_requests: true }]);
  show();
  const link = await screen.findByRole("link", { name: "Bora" });
  expect(link.getAttribute("href")).toBe("/g/7");
  for (const text of ["Closed", "3 members", "For the project."]) expect(screen.getByText(text)).toBeTruthy();
  await screen.findByText("Moderator");
  expect(screen.getByText("Requests waiting")).toBeTruthy();
});

test("others are found, by kind and by name; what is looked for stands in the address", async () => {
  api.browse.mockResolvedValue([group("7", { display_name: "Bora" })]);
  show();
  await fireEvent.click(screen.getByRole("tab", { name: "Find groups" }));
  await screen.findByRole("link", { name: "Bora" });
  expect(api.browse.mock.calls[0]?.[0]).toMatchObject({ q: null, kind: null, limit: 40 });
  await fireEvent.change(screen.getByLabelText("Kind of group"), { target: { value: "closed" } });
  await waitFor(() => expect(api.browse.mock.lastCall?.[0]).toMatchObject({ kind: "closed" }));
  await fireEvent.change(screen.getByLabelText("Kind of group"), { target: { value: "" } });
  const field = screen.getByRole("searchbox", { name: "Search groups by name" });
  await fireEvent.input(field, { target: { value: " nobody " } });
  await screen.findByText("No group found for “nobody”");
  expect(api.search.mock.lastCall?.[0]).toBe("nobody");
  expect(router.query.get("q")).toBe("nobody");
});

test("an invitation is accepted in place, or stays when the node refuses", async () => {
  const invited = group("7", { display_name: "Bora", kind: "secret" });
  api.ownInvitations.mockResolvedValue([
    { id: "1", group: invited, invited_by: person("2"), created_at: "2026-03-01T10:00:00Z" },
  ]);
  show();
  await screen.findByText("Person 2 invites you");
  api.leave.mockRejectedValue(new Error("no"));
  await fireEvent.click(screen.getByRole("button", { name: "Decline the invitation to Bora" }));
  await waitFor(() => expect(toasts.all).toHaveLength(1));
  expect(screen.getByText("Person 2 invites you")).toBeTruthy();
  api.join.mockResolvedValue(memberTie("7"));
  api.get.mockResolvedValue(invited);
  await fireEvent.click(screen.getByRole("button", { name: "Accept the invitation to Bora" }));
  await waitFor(() => expect(screen.queryByText("Person 2 invites you")).toBeNull());
  await waitFor(() => expect(toasts.all.at(-1)?.text).toBe("You are a member of Bora now"));
});

test("what one is to a group that is found is said", async () => {
  navigate("/groups?show=find");
  api.browse.mockResolvedValue([group("7"), group("8")]);
  api.relationships.mockResolvedValue([tie("7", { requested: true }), tie("8")]);
  show();
  await screen.findByText("You asked to join");
  expect(screen.queryByText("Member")).toBeNull();
});
