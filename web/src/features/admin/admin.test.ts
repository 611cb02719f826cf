import * as api from "$/api/admin";
import { ApiError } from "$/api/client";
import { setLang } from "$/i18n/index.svelte";
import * as shown from "$/state/look";
import { beforeEach, expect, test, vi } from "vitest";
import { rolesUpTo, stateOf } from "./invites";
import { colour, LookForm } from "./look.svelte";

const texts = { name: "Node", description: "", accent: "#2f6f5e", rules: ["Be kind"], contact_email: "" };
const look: api.Look = { ...texts, logo_url: "/l", header_url: null, languages: ["en"], defaults: texts };
const palette = (least: number) =>
  ({ contrast: { on_brand: 7, brand_text_on_card: least } }) as unknown as api.Palette;
const preview = { accent: "#2f6f5e", light: palette(5.2), dark: palette(4.6) };

let previews: ReturnType<typeof vi.fn>;
beforeEach(async () => {
  await setLang("en");
  vi.spyOn(api, "look").mockResolvedValue(look);
  previews = vi.fn(async () => preview);
  vi.spyOn(api, "previewLook").mockImplementation(previews as never);
});

test("colours are taken as people write them", () => {
  expect(colour("2F6F5E")).toBe("#2f6f5e");
  expect(colour(" #abc ")).toBe("#aabbcc");
  for (const no of ["", "#12345", "red", "#12345g", "url(x)"]) expect(colour(no), no).toBeNull();
});

test("asks for the colours of the last accent only, and none for what is no colour", async () => {
  const form = new LookForm();
  await form.read();
  vi.useFakeTimers();
  form.paint("#111111");
  form.paint("#2222");
  form.paint("#222222");
  await vi.advanceTimersByTimeAsync(300);
  vi.useRealTimers();
  expect(previews.mock.calls.at(-1)?.[0]).toBe("#222222");
  expect(previews.mock.calls.map(([accent]) => accent)).not.toContain("#111111");
  expect(form.contrast).toBe(4.6);
});

test("saves texts and pictures, and the client shows them", async () => {
  const show = vi.spyOn(shown, "showLook").mockResolvedValue();
  const change = vi.spyOn(api, "changeLook").mockResolvedValue({ ...look, name: "New" });
  const pictures = vi.spyOn(api, "changeLookPictures").mockResolvedValue(look);
  const form = new LookForm();
  await form.read();
  expect(form.dirty).toBe(false);
  form.addRule();
  expect(form.dirty, "an empty rule is none").toBe(false);
  form.name = "New";
  form.choose("logo", null);
  form.choose("header", new File(["x"], "h.png"));
  expect(await form.save()).toBe(true);
  expect(change.mock.calls[0]?.[0]).toEqual({ ...texts, name: "New", logo: "" });
  expect(pictures.mock.calls[0]?.[0].header?.name).toBe("h.png");
  expect(show).toHaveBeenCalledTimes(1);
  expect(form.dirty).toBe(false);
});

test("a refusal says why and keeps everything", async () => {
  vi.spyOn(api, "changeLook").mockRejectedValue(new ApiError(422, "The name is too long"));
  const form = new LookForm();
  await form.read();
  form.name = "x";
  expect(await form.save()).toBe(false);
  expect([form.error, form.name, form.dirty]).toEqual(["The name is too long", "x", true]);
  form.paint("nothing");
  expect(await form.save()).toBe(false);
});

test("nobody gives a role above their own", () => {
  expect(rolesUpTo("administrator")).toEqual(["guest", "member", "moderator", "administrator"]);
  expect(rolesUpTo("owner").at(-1)).toBe("owner");
  expect(rolesUpTo(undefined)).toEqual([]);
});

test("an invitation is valid, used, withdrawn or expired", () => {
  const later = new Date(Date.now() + 1e6).toISOString();
  const one = {
    id: "1",
    role: "member",
    created_at: later,
    expires_at: later,
    max_uses: 2,
    uses: 1,
    usable: true,
  };
  expect(stateOf(one)).toBe("usable");
  expect(stateOf({ ...one, uses: 2 })).toBe("usedUp");
  expect(stateOf({ ...one, revoked_at: later })).toBe("withdrawn");
  expect(stateOf({ ...one, expires_at: "2020-01-01T00:00:00.000Z" })).toBe("expired");
});
