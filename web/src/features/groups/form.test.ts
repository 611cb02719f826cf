import { ApiError } from "$/api/client";
import { loadTexts, setLang } from "$/i18n/index.svelte";
import { group } from "$/test/groups";
import { beforeEach, expect, test, vi } from "vitest";
import { GroupForm, rightOf } from "./form.svelte";

const api = vi.hoisted(() => ({ create: vi.fn(), change: vi.fn() }));
vi.mock("$/api/groups", () => api);

beforeEach(async () => {
  await setLang("en");
  await loadTexts("groups");
  api.create.mockReset();
  api.change.mockReset();
});

test("a group needs a name, and is sent as it was chosen", async () => {
  const form = new GroupForm();
  expect([form.dirty, form.nameError]).toEqual([false, undefined]);
  expect(await form.save()).toBeNull();
  expect(form.nameError).toBe("Give the group a name.");
  form.name = " Project Bora ";
  form.rules = "Be kind.";
  form.choose("closed");
  form.choose("something else");
  form.invites = rightOf("moderators");
  api.create.mockResolvedValue(group("7", { kind: "closed" }));
  expect((await form.save())?.id).toBe("7");
  expect(api.create).toHaveBeenCalledWith({
    display_name: "Project Bora",
    note: "",
    rules: "Be kind.",
    kind: "closed",
    posting: "members",
    invites: "moderators",
  });
  expect([form.dirty, form.name]).toEqual([false, "Group 7"]);
});

test("what the node refuses is told, and what was typed stays", async () => {
  const form = new GroupForm(group("7"));
  expect(form.dirty).toBe(false);
  form.note = "Another";
  expect(form.dirty).toBe(true);
  api.change.mockRejectedValue(new ApiError(422, "no"));
  expect(await form.save()).toBeNull();
  expect([form.error, form.note, form.dirty]).toEqual(["no", "Another", true]);
  expect(api.change.mock.calls[0]?.[0]).toBe("7");
});
