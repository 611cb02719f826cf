import { ApiError } from "$/api/client";
import { loadTexts, setLang } from "$/i18n/index.svelte";
import { group } from "$/test/groups";
import { beforeEach, expect, test, vi } from "vitest";
import { setMe } from "$/state/session.svelte";
import { person } from "$/test/make";
import { dropForm, GroupForm, groupForm, rightOf } from "./form.svelte";

const api = vi.hoisted(() => ({ create: vi.fn(), change: vi.fn(), changePictures: vi.fn() }));
vi.mock("$/api/groups", () => api);

beforeEach(async () => {
  await setLang("en");
  await loadTexts("groups");
  api.create.mockReset();
  api.change.mockReset();
  api.changePictures.mockReset();
});

test("a group needs a name, and is sent as it was chosen", async () => {
  const form = new GroupForm();
  expect([form.dirty, form.nameError]).toEqual([false, undefined]);
  expect(await form.save()).toBeNull();
  expect(form.nameError).toBe("Give the group a name.");
  form.name = " Project Bora ";
  form.rules = "Be kind.";
  form.setKind("closed");
  form.setKind("something else");
  form.invites = rightOf("moderators");
  api.create.mockResolvedValue(group("7", { kind: "closed" }));
  expect((await form.save())?.id).toBe("7");
  const sent = {
    display_name: "Project Bora",
    note: "",
    rules: "Be kind.",
    kind: "closed",
    posting: "members",
    invites: "moderators",
  };
  expect(api.create).toHaveBeenCalledWith(sent, {});
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
  // Nothing else is said, since another owner may have changed it.
  expect(api.change).toHaveBeenCalledWith("7", { note: "Another" });
});

test("a picture that is chosen is sent first; one that is refused changes nothing", async () => {
  const form = new GroupForm(group("7"));
  const file = new File(["x"], "lid.png", { type: "image/png" });
  form.choose("avatar", file);
  form.choose("header", file);
  form.choose("header", null);
  expect([form.dirty, form.pictures]).toEqual([true, { avatar: file }]);
  api.changePictures.mockRejectedValueOnce(new ApiError(422, "the picture cannot be read"));
  expect(await form.save()).toBeNull();
  expect([form.error, api.change.mock.calls.length]).toEqual(["the picture cannot be read", 0]);
  // One that was taken is not sent again when the rest is refused.
  const drawn = group("7", { avatar: "/media/lid.png" });
  api.changePictures.mockResolvedValue(drawn);
  api.change.mockRejectedValueOnce(new ApiError(422, "no"));
  expect(await form.save()).toBeNull();
  expect(api.changePictures).toHaveBeenLastCalledWith("7", { avatar: file });
  expect([form.error, form.pictures, form.shown.avatar]).toEqual(["no", {}, "/media/lid.png"]);
  api.change.mockResolvedValue(drawn);
  await form.save();
  expect([form.dirty, api.changePictures.mock.calls.length]).toEqual([false, 2]);
});

test("what was not saved is there again after the back button, for who typed it and where", () => {
  const me = (id: string) => setMe({ ...person(id), source: {}, role: { name: "member" } } as never);
  me("1");
  const { form, resumed } = groupForm();
  expect(resumed).toBe(false);
  expect(groupForm().form).not.toBe(form);
  const typed = groupForm().form;
  typed.note = "half a tho";
  expect(groupForm()).toEqual({ form: typed, resumed: true });
  me("2");
  expect(groupForm().form.note).toBe("");
  me("1");
  const changed = groupForm(group("7")).form;
  changed.note = "Another";
  expect(groupForm(group("7")).form).toBe(changed);
  dropForm();
  expect(groupForm(group("7")).form.note).toBe("For the project.");
});
