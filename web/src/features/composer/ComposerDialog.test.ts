import * as completion from "$/api/completion";
import * as groupsApi from "$/api/groups";
import * as instance from "$/api/instance";
import type { Account, ConnectedPeer, CredentialAccount, Status } from "$/api/types";
import { setLang } from "$/i18n/index.svelte";
import { closeComposer, compose, openComposer } from "$/state/compose.svelte";
import { keepDraft, recallDraft } from "$/state/drafts";
import { forgetGroups } from "$/state/groups.svelte";
import * as outbox from "$/state/outbox";
import { setMe } from "$/state/session.svelte";
import { group, memberTie } from "$/test/groups";
import { fireEvent, render, screen, waitFor } from "@testing-library/svelte";
import { beforeEach, expect, test, vi } from "vitest";
import ComposerDialog from "./ComposerDialog.svelte";

const radio = (value: string) => document.querySelector<HTMLInputElement>(`input[value=${value}]`)!;
vi.setConfig({ testTimeout: 30_000 });
let soon: ReturnType<typeof vi.fn>;

beforeEach(async () => {
  localStorage.clear();
  await setLang("en");
  setMe({
    id: "1",
    acct: "ann",
    source: { privacy: "public", sensitive: false, language: "en" },
    role: { name: "member" },
  } as unknown as CredentialAccount);
  // jsdom has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  soon = vi.fn();
  forgetGroups();
  vi.spyOn(groupsApi, "mine").mockResolvedValue([]);
  vi.spyOn(outbox, "publishSoon").mockImplementation(soon as never);
  vi.spyOn(instance, "peers").mockResolvedValue([
    peer("Brume", "b.example", true),
    peer("Deaf", "d.example", false),
  ]);
});

/** A connected organisation that sees our posts, or does not. */
function peer(name: string, authority: string, sees: boolean): ConnectedPeer {
  return {
    name,
    authority,
    origin: `https://${authority}`,
    software: "entrenous",
    since: "2026-01-01T00:00:00.000Z",
    people_count: 3,
    posts_to_us: true,
    posts_from_us: sees,
  };
}

function open(request: Parameters<typeof openComposer>[0] = {}) {
  openComposer(request);
  render(ComposerDialog, { request });
  return screen.getByLabelText<HTMLTextAreaElement>("Text of the post");
}

test("a mention is completed from the keyboard, the focus staying in the text", async () => {
  const bob = { id: "2", acct: "bob@b.example", username: "bob", display_name: "Bob", avatar: "/a" };
  const organisation = { name: "Brume", authority: "b.example" };
  const people = [bob, { ...bob, id: "3", acct: "bo", entrenous: { organisation } }] as unknown as Account[];
  vi.spyOn(completion, "people").mockResolvedValue(people);
  const text = open();
  expect(document.activeElement).toBe(text);
  await fireEvent.input(text, { target: { value: "hi @bo" } });
  await waitFor(() => expect(document.querySelectorAll("[role=option]")).toHaveLength(2));
  expect(document.querySelector("[role=listbox]")?.textContent).toContain("Brume");
  const active = () => document.getElementById(text.getAttribute("aria-activedescendant") ?? "");
  expect(active()?.textContent).toContain("@bob@b.example");
  await fireEvent.keyDown(text, { key: "ArrowDown" });
  expect(active()?.textContent).toContain("@bo");
  await fireEvent.keyDown(text, { key: "ArrowUp" });
  await fireEvent.keyDown(text, { key: "Enter" });
  await waitFor(() => expect(text.value).toBe("hi @bob@b.example "));
  expect(document.querySelector("[role=listbox]")).toBeNull();
  expect(document.activeElement).toBe(text);
});

test("Ctrl+Enter publishes and closes; nothing is published that is empty", async () => {
  const text = open();
  await fireEvent.keyDown(text, { key: "Enter", ctrlKey: true });
  expect(soon).not.toHaveBeenCalled();
  expect(screen.getByText("Write something first.")).toBeTruthy();
  await fireEvent.input(text, { target: { value: "hello" } });
  await fireEvent.keyDown(text, { key: "Enter", metaKey: true });
  expect(soon.mock.calls[0]?.[0].post.status).toBe("hello");
  expect(compose.request).toBeNull();
});

test("closing keeps a draft, discarding asks first", async () => {
  const text = open();
  await fireEvent.input(text, { target: { value: "half a thought" } });
  await fireEvent.click(screen.getByTitle("Discard"));
  expect(screen.getByText("Discard what you wrote?")).toBeTruthy();
  await fireEvent.click(screen.getByText("Continue writing"));
  await fireEvent.click(screen.getByTitle("Close"));
  expect(compose.request).toBeNull();
});

test("a kept draft is there again, and said to be one", async () => {
  const draft = {
    spoiler: "",
    warned: false,
    sensitive: false,
    language: "en",
    media: [],
    poll: null,
    at: Date.now(),
  };
  keepDraft("new", { ...draft, text: "kept", visibility: "private" });
  expect(open().value).toBe("kept");
  expect(screen.getByText("This is the draft you kept.")).toBeTruthy();
  await fireEvent.click(screen.getByTitle("Discard"));
  await fireEvent.click(screen.getByText("Discard"));
  expect(recallDraft("new")).toBeNull();
  expect(compose.request).toBeNull();
});

test("the audience is told in words, with the organisations that get it; an answer is not wider", async () => {
  const account = { acct: "bob@b.example", username: "bob", avatar: "/a" };
  const post = { id: "7", reblog: null, account, mentions: [], spoiler_text: "", content: "<p>x</p>" };
  open({ replyTo: { ...post, visibility: "private" } as unknown as Status });
  const network = radio("public");
  expect(network.disabled).toBe(true);
  const only = radio("direct");
  await fireEvent.click(only);
  expect(screen.getAllByText("Only @bob@b.example and you.").length).toBeGreaterThan(0);
  closeComposer();
});

test("organisations that do not get posts are not named", async () => {
  open();
  await waitFor(() =>
    expect(screen.getAllByText(/connected organisations: Brume\./).length).toBeGreaterThan(0),
  );
});

test("a post can be scheduled: the button says so, and the time is said with it", async () => {
  const text = open();
  await fireEvent.input(text, { target: { value: "tomorrow" } });
  await fireEvent.click(screen.getByTitle("Publish later"));
  const field = screen.getByLabelText<HTMLInputElement>("Publish on");
  expect(Date.parse(field.value)).toBeGreaterThan(Date.now());
  await fireEvent.input(field, { target: { value: "2020-01-01T09:00" } });
  await fireEvent.click(screen.getByText("Schedule"));
  expect(soon).not.toHaveBeenCalled();
  expect(field.getAttribute("aria-invalid")).toBe("true");
  await fireEvent.input(field, { target: { value: "2099-01-01T09:00" } });
  await fireEvent.click(screen.getByText("Schedule"));
  expect(soon.mock.calls[0]?.[0].post.scheduled_at).toBe(new Date(2099, 0, 1, 9).toISOString());
  expect(compose.request).toBeNull();
});

test("a post for a group says so, and nobody else is asked about", async () => {
  const closed = group("8", { display_name: "Readers" });
  vi.spyOn(groupsApi, "mine").mockResolvedValue([group("7", { display_name: "Bora" }), closed]);
  vi.spyOn(groupsApi, "relationships").mockResolvedValue([
    memberTie("7"),
    { ...memberTie("8"), can_post: false },
  ]);
  const text = open();
  const where = await screen.findByLabelText<HTMLSelectElement>("Where it goes");
  // Who may only answer in a group begins nothing there.
  const offered = () => [...where.options].map((one) => one.text);
  await waitFor(() => expect(offered()).toEqual(["Not in a group", "Group: Bora"]));
  await fireEvent.change(where, { target: { value: "7" } });
  expect(screen.getByText("Only the 3 members of Bora can read it.")).toBeTruthy();
  expect(screen.queryByText("Who can read it")).toBeNull();
  await fireEvent.input(text, { target: { value: "hello" } });
  await fireEvent.keyDown(text, { key: "Enter", ctrlKey: true });
  const { post } = soon.mock.calls[0]?.[0] as { post: Record<string, unknown> };
  expect(post["group_id"]).toBe("7");
  expect(post).not.toHaveProperty("visibility");
});

test("who is in no group is not asked for one", async () => {
  open();
  await waitFor(() => expect(groupsApi.mine).toHaveBeenCalled());
  expect(screen.queryByLabelText("Where it goes")).toBeNull();
});

test("from a group's page it is chosen already", () => {
  open({ group: { id: "7", name: "Bora" } });
  expect(screen.getByText("Only the members of Bora can read it.")).toBeTruthy();
  expect(screen.getByLabelText<HTMLSelectElement>("Where it goes").value).toBe("7");
});

test("a text that mentions one's group goes there, and says so", async () => {
  vi.spyOn(groupsApi, "mine").mockResolvedValue([group("7", { display_name: "Bora", slug: "bora" })]);
  vi.spyOn(groupsApi, "relationships").mockResolvedValue([memberTie("7")]);
  const text = open();
  await screen.findByLabelText("Where it goes");
  await fireEvent.input(text, { target: { value: "@Bora look at this" } });
  expect(screen.getByText(/You mention the group Bora/)).toBeTruthy();
  expect(screen.queryByText("Who can read it")).toBeNull();
});
