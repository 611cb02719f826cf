import { ApiError } from "$/api/client";
import * as api from "$/api/settings";
import type { Account, CredentialAccount } from "$/api/types";
import { i18n, setLang } from "$/i18n/index.svelte";
import { session, setMe } from "$/state/session.svelte";
import { recall } from "$/state/storage";
import { dismiss, toasts } from "$/state/toasts.svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { agent } from "./agent";
import { Group } from "./group.svelte";
import { save, speak } from "./preferences";
import { ProfileForm, profileForm } from "./profile.svelte";
import { SignedIn } from "./signed-in.svelte";

const me = (more: Partial<CredentialAccount> = {}) =>
  ({
    id: "1",
    display_name: "Ann",
    locked: false,
    role: { name: "member" },
    source: {
      note: "Hello",
      privacy: "public",
      language: "",
      sensitive: false,
      discoverable: true,
      follow_requests_count: 0,
      fields: [{ name: "Office", value: "B" }],
    },
    ...more,
  }) as unknown as CredentialAccount;
const person = (id: string) => ({ id, acct: id }) as Account;

beforeEach(async () => {
  localStorage.clear();
  for (const one of toasts.all) dismiss(one.id);
  await setLang("en");
  setMe(me());
});

test("the profile knows what has changed, and saves all of it", async () => {
  const form = new ProfileForm(me());
  expect(form.dirty).toBe(false);
  form.addRow();
  expect(form.dirty, "an empty row is no change").toBe(false);
  form.name = " Anna ";
  form.fields[1]!.name = "Team";
  form.choose("avatar", new File(["x"], "a.png", { type: "image/png" }));
  form.choose("header", null);
  expect(form.dirty).toBe(true);
  const pictures = vi.spyOn(api, "updatePictures").mockResolvedValue(me());
  const removed = vi.spyOn(api, "removePicture").mockResolvedValue(me());
  const update = vi.spyOn(api, "update").mockResolvedValue(me({ display_name: "Anna" }));
  expect(await form.save()).toBe(true);
  expect(pictures.mock.calls[0]?.[0].avatar?.name).toBe("a.png");
  expect(removed.mock.calls).toEqual([["header"]]);
  expect(update.mock.calls[0]?.[0]).toMatchObject({
    display_name: "Anna",
    fields_attributes: [
      { name: "Office", value: "B" },
      { name: "Team", value: "" },
    ],
  });
  expect(form.dirty).toBe(false);
  expect(session.me?.display_name).toBe("Anna");
});

test("a refusal keeps what was typed, also when one leaves and comes back", async () => {
  vi.spyOn(api, "update").mockRejectedValue(new ApiError(422, "Name is too long"));
  const { form } = profileForm(me());
  form.name = "x".repeat(99);
  expect(await form.save()).toBe(false);
  expect(form.error).toBe("Name is too long");
  const back = profileForm(me());
  expect(back.resumed).toBe(true);
  expect(back.form.name).toHaveLength(99);
  back.form.reset(me());
  expect(profileForm(me()).resumed).toBe(false);
});

test("a preference is shown at once and taken back when it is refused", async () => {
  let refuse: (error: Error) => void = () => {};
  vi.spyOn(api, "update").mockReturnValue(new Promise((_, no) => (refuse = no)));
  const saving = save({ source: { privacy: "direct" } });
  expect(session.me?.source.privacy).toBe("direct");
  refuse(new ApiError(422, "No"));
  expect(await saving).toBe(false);
  expect(session.me?.source.privacy).toBe("public");
  expect(toasts.all.at(-1)?.kind).toBe("error");
});

test("the language is the device's and the node's", async () => {
  const update = vi.spyOn(api, "update").mockResolvedValue(me());
  await speak("fr");
  expect(i18n.lang).toBe("fr");
  expect(recall("lang")).toBe("fr");
  expect(update).toHaveBeenCalledWith({ locale: "fr" });
});

test("someone is let go at once, back by undo, and back when it fails", async () => {
  const group = new Group(async () => ({ items: ["a", "b", "c"].map(person), next: null, prev: null }));
  await group.read();
  const undo = vi.fn(async () => {});
  const names = () => group.people.map((one) => one.id).join("");
  expect(await group.take(person("b"), async () => {}, { text: "gone", undo })).toBe(true);
  expect(names()).toBe("ac");
  toasts.all.at(-1)?.action?.run();
  await vi.waitFor(() => expect(names()).toBe("abc"));
  expect(undo).toHaveBeenCalled();
  const fails = async () => Promise.reject(new ApiError(500, "no"));
  expect(await group.take(person("a"), fails, { text: "gone" })).toBe(false);
  expect(names()).toBe("abc");
});

test("signing out elsewhere leaves what could not be ended", async () => {
  const at = "2026-01-01T00:00:00.000Z";
  vi.spyOn(api, "tokens").mockResolvedValue([
    { id: "1", client: "Web", scopes: "", created_at: at, current: true },
    { id: "2", client: null, scopes: "", created_at: at, current: false },
  ]);
  vi.spyOn(api, "sessions").mockResolvedValue([{ id: "2", user_agent: "x", created_at: at, expires_at: at }]);
  const places = new SignedIn();
  await places.read();
  expect(places.all.map((one) => one.key)).toEqual(["t1", "t2", "s2"]);
  vi.spyOn(api, "endToken").mockResolvedValue({});
  vi.spyOn(api, "endSession").mockRejectedValue(new ApiError(500, "no"));
  await places.end(places.all.filter((one) => !one.current));
  expect(places.all.map((one) => one.key)).toEqual(["t1", "s2"]);
  expect(places.error).not.toBeNull();
});

test("browsers are named as people know them", () => {
  const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1";
  const edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0";
  expect(agent(firefox)).toEqual({ browser: "Firefox", system: "Linux" });
  expect(agent(phone)).toEqual({ browser: "Safari", system: "iPhone" });
  expect(agent(edge)).toEqual({ browser: "Edge", system: "Windows" });
  expect(agent("curl/8")).toEqual({ browser: null, system: null });
});
