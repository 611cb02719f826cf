/**
 * Groups on one node: made, found, asked for, joined, invited to, written into, looked after and ended; and nobody who is
 * not in one sees what is written there.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as more } from "../src/i18n/en/groups";
import { messages as fr } from "../src/i18n/fr";
import { messages as moreFr } from "../src/i18n/fr/groups";
import { fill } from "./harness/admin";
import { eventually } from "./harness/node";
import { a, api, axe, closeBrowser, go, open, shoot, tokenOf, type Look, type Who } from "./harness/stage";
import { find, picture, post, seed } from "./harness/seed";

interface Group {
  id: string;
  display_name: string;
  members_count: number;
  avatar: string;
}
interface Tie {
  member: boolean;
  role: string | null;
}

const ASKING: Who[] = ["cleo@a", "eve@a"];
const made = new Set<string>();

const make = async (who: Who, display_name: string, kind: "open" | "closed" | "secret", rest = {}) => {
  const group = await api<Group>(who, "POST", "/api/v1/groups", { display_name, kind, ...rest });
  made.add(group.id);
  return group;
};
const join = (who: Who, id: string) => api<Tie>(who, "POST", `/api/v1/groups/${id}/join`, {});
const tie = async (who: Who, id: string) =>
  (await api<Tie[]>(who, "GET", `/api/v1/groups/relationships?id[]=${id}`))[0];
/** What somebody is answered who asks for something that may not be there for them. */
const asked = async (who: Who, path: string) =>
  (await fetch(a.url + path, { headers: { authorization: `Bearer ${tokenOf(who)}` } })).status;

const dialog = (page: Page) => page.locator("dialog[open]");
const article = (page: Page, text: string) => page.locator("article", { hasText: text });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const press = (page: Page, name: string) => button(page, name).click();
const choose = async (page: Page, menu: string, entry: string) => {
  await press(page, menu);
  await page.getByRole("menuitem", { name: entry, exact: true }).click();
};

beforeAll(() => seed());
// Other tests look at the composer as it is for people who are in no group.
afterAll(async () => {
  for (const id of made) await api("owner@a", "DELETE", `/api/v1/groups/${id}`).catch(() => null);
  await closeBrowser();
});

/** The node says 404 of what is not there for somebody, which is what was asked for. */
const EXPECTED = /status of 404/;

test("a closed group is made, found, asked for and written into, and nobody else sees it", async () => {
  const stamp = Date.now();
  const name = `Metrology ${stamp}`;
  const ann = await open("ann@a", "/groups");
  await ann.page.getByText(more.groups.none).waitFor();
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "groups-none-desk-light");
  await ann.page.getByRole("link", { name: more.groups.make, exact: true }).first().click();
  await ann.page.getByRole("heading", { name: more.groups.newTitle }).waitFor();

  // Without a name it is not made, and one is led to what is missing.
  await press(ann.page, more.groups.create);
  await ann.page.getByText(more.groups.nameMissing).waitFor();
  expect(await ann.page.evaluate(() => document.activeElement?.getAttribute("aria-invalid"))).toBe("true");
  await ann.page.keyboard.type(name);
  await ann.page.getByLabel(more.groups.note, { exact: true }).fill("Gauges, lids and microns.");
  await ann.page.getByLabel(more.groups.rules, { exact: true }).fill("A micron is a micron.");
  // With the keyboard alone.
  await ann.page.getByRole("radio", { name: more.groups.open, exact: true }).focus();
  await ann.page.keyboard.press("ArrowDown");
  expect(await ann.page.getByRole("radio", { name: more.groups.closed, exact: true }).isChecked()).toBe(true);
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "group-new-desk-light");
  await press(ann.page, more.groups.create);
  await ann.page.waitForURL((url) => /^\/g\/\d+$/.test(url.pathname));
  const id = new URL(ann.page.url()).pathname.split("/")[2] ?? "";
  made.add(id);
  await ann.page.getByText(more.groups.emptyOwner).waitFor();
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "group-empty-desk-light");

  // What is written says for whom it is.
  const text = `The lid is within two microns ${stamp}`;
  await press(ann.page, fill(more.groups.write, { name }));
  await dialog(ann.page).getByText(fill(en.composer.groupOnly.one, { name, count: "1" })).waitFor();
  expect(await dialog(ann.page).getByText(en.composer.publicText).count()).toBe(0);
  await dialog(ann.page).locator("textarea").first().fill(text);
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "group-composer-desk-light");
  await dialog(ann.page).getByRole("button", { name: en.composer.publish, exact: true }).click();
  await article(ann.page, text).waitFor();
  const written = await article(ann.page, text).getAttribute("data-post");
  expect(await axe(ann.page)).toEqual([]);

  // Cléo finds it, and asks.
  const cleo = await open("cleo@a", "/groups?show=find");
  await cleo.page.getByRole("searchbox", { name: more.groups.search }).fill(name);
  const link = cleo.page.getByRole("link", { name, exact: true });
  await link.waitFor();
  await cleo.page.waitForURL((url) => url.searchParams.get("q") === name);
  expect(await axe(cleo.page)).toEqual([]);
  await shoot(cleo.page, "groups-found-desk-light");
  await link.click();
  await cleo.page.getByText(more.groups.outside).waitFor();
  await cleo.page.getByText("A micron is a micron.").waitFor();
  expect(await article(cleo.page, text).count()).toBe(0);
  expect(await axe(cleo.page)).toEqual([]);
  await shoot(cleo.page, "group-outside-desk-light");
  await press(cleo.page, fill(more.groups.askName, { name }));
  await dialog(cleo.page).getByLabel(more.groups.askNote).fill("I look after the gauges.");
  expect(await axe(cleo.page)).toEqual([]);
  await dialog(cleo.page).getByRole("button", { name: more.groups.askSend, exact: true }).click();
  await cleo.page.getByText(more.groups.waiting).waitFor();
  expect(await axe(cleo.page)).toEqual([]);

  // Ann lets her in.
  await go(ann.page, `/g/${id}/requests`);
  await ann.page.getByText("I look after the gauges.").waitFor();
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "group-requests-desk-light");
  await press(ann.page, fill(more.members.acceptName, { name: "Cléo Durand" }));
  await ann.page.getByText(more.members.noRequests).waitFor();
  await eventually("Cléo to be a member", async () => (await tie("cleo@a", id))?.member);

  // She reads what was written before, and answers.
  await cleo.page.reload();
  await article(cleo.page, text).waitFor();
  await article(cleo.page, text).getByRole("button", { name: en.post.answer, exact: true }).click();
  await dialog(cleo.page).getByText(fill(en.composer.groupAnswer, { name })).waitFor();
  expect(await axe(cleo.page)).toEqual([]);
  await shoot(cleo.page, "group-answer-desk-light");
  const answer = `Measured again: it is ${stamp}`;
  await dialog(cleo.page).locator("textarea").first().fill(answer);
  await dialog(cleo.page).getByRole("button", { name: en.composer.publish, exact: true }).click();
  await article(cleo.page, answer).waitFor();
  await go(ann.page, `/g/${id}`);
  await press(ann.page, more.groups.refresh);
  await article(ann.page, answer).waitFor();

  // On a page of its own it says in which group it is, and leads there; it cannot be boosted out of it.
  await go(ann.page, `/@ann/${written}`);
  const badge = article(ann.page, text).getByRole("link", { name: fill(en.post.inGroup, { name }) });
  await badge.first().waitFor();
  expect(await badge.first().getAttribute("href")).toBe(`/g/${id}`);
  expect(await button(ann.page, en.post.boostOffGroup).first().isDisabled()).toBe(true);
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "group-thread-desk-light");

  // Whoever is not in it finds nothing of what is written.
  expect(await asked("mallory@a", `/api/v1/statuses/${written}`)).toBe(404);
  expect(await asked("mallory@a", `/api/v1/timelines/group/${id}`)).toBe(404);
  const mallory = await open("mallory@a", `/@ann/${written}`);
  await mallory.page.getByText(en.thread.missing).waitFor();
  await go(mallory.page, `/g/${id}`);
  await mallory.page.getByText(more.groups.outside).waitFor();
  await go(mallory.page, `/g/${id}/members`);
  expect(await mallory.page.getByText("Cléo Durand").count()).toBe(0);
  await go(mallory.page, "/local");
  expect(await article(mallory.page, text).count()).toBe(0);
  expect(await mallory.witness.troubles(EXPECTED)).toEqual([]);
  expect(await ann.witness.troubles()).toEqual([]);
  expect(await cleo.witness.troubles()).toEqual([]);
  await Promise.all([ann, cleo, mallory].map((one) => one.context.close()));
});

test("people are invited to a secret group, get roles, are banned, and it ends", async () => {
  const stamp = Date.now();
  const name = `Takeover ${stamp}`;
  const { id } = await make("eve@a", name, "secret", { note: "Not a word." });
  // Who does not know of it finds nothing.
  expect(await asked("cleo@a", `/api/v1/groups/${id}`)).toBe(404);
  const cleo = await open("cleo@a", `/g/${id}`);
  await cleo.page.getByText(more.groups.missing).waitFor();
  expect(await axe(cleo.page)).toEqual([]);

  const eve = await open("eve@a", `/g/${id}/invitations`);
  await eve.page.getByText(more.members.noInvitations).waitFor();
  await press(eve.page, more.members.invite);
  for (const [who, called] of [
    ["cleo", "Cléo Durand"],
    ["ann", "Ann Martin"],
  ] as const) {
    await dialog(eve.page).getByRole("searchbox").fill(who);
    await dialog(eve.page)
      .getByRole("button", { name: fill(more.members.inviteName, { name: called }), exact: true })
      .click();
    await dialog(eve.page)
      .getByRole("button", { name: fill(more.members.inviteDoneName, { name: called }), exact: true })
      .waitFor();
  }
  expect(await axe(eve.page)).toEqual([]);
  await shoot(eve.page, "group-invite-desk-light");
  await dialog(eve.page).getByRole("button", { name: en.common.done, exact: true }).click();
  await eve.page.getByText("Cléo Durand").waitFor();
  expect(await axe(eve.page)).toEqual([]);

  // One accepts where all invitations stand, the other on the group's page.
  await go(cleo.page, "/groups");
  await cleo.page.getByText(fill(more.groups.invitesYou, { name: "Eve" })).waitFor();
  expect(await axe(cleo.page)).toEqual([]);
  await shoot(cleo.page, "groups-invited-desk-light");
  await press(cleo.page, fill(more.groups.acceptName, { name }));
  await eventually("Cléo to be a member", async () => (await tie("cleo@a", id))?.member);
  const ann = await open("ann@a", `/g/${id}`);
  await ann.page.getByText(fill(more.groups.invitedBy, { name: "Eve" })).waitFor();
  expect(await axe(ann.page)).toEqual([]);
  await press(ann.page, fill(more.groups.acceptName, { name }));
  await ann.page.getByText(more.groups.emptyMember).waitFor();

  // Roles, with the keyboard alone.
  await go(eve.page, `/g/${id}/members`);
  await eve.page.getByText("Cléo Durand").waitFor();
  await button(eve.page, fill(more.members.actions, { name: "Cléo Durand" })).focus();
  await eve.page.keyboard.press("Enter");
  const entry = eve.page.getByRole("menuitem", { name: more.members.makeModerator, exact: true });
  await entry.waitFor();
  expect(await entry.evaluate((one) => document.activeElement === one)).toBe(true);
  expect(await axe(eve.page)).toEqual([]);
  await shoot(eve.page, "group-members-desk-light");
  await eve.page.keyboard.press("Enter");
  await eve.page.getByText(fill(more.members.madeModerator, { name: "Cléo Durand" })).waitFor();
  expect((await tie("cleo@a", id))?.role).toBe("admin");
  expect(
    await button(eve.page, fill(more.members.actions, { name: "Cléo Durand" })).evaluate(
      (one) => document.activeElement === one,
    ),
  ).toBe(true);

  // The moderator bans Ann, who is told nothing of it but that the group is not there.
  await go(cleo.page, `/g/${id}/members`);
  await choose(cleo.page, fill(more.members.actions, { name: "Ann Martin" }), more.members.ban);
  await dialog(cleo.page).getByLabel(more.members.banReason).fill("She told.");
  expect(await axe(cleo.page)).toEqual([]);
  await dialog(cleo.page).getByRole("button", { name: more.members.ban, exact: true }).click();
  await dialog(cleo.page).waitFor({ state: "detached" });
  expect(await cleo.page.getByText("Ann Martin", { exact: true }).count()).toBe(0);
  await go(cleo.page, `/g/${id}/moderation`);
  await cleo.page.getByText("She told.").waitFor();
  expect(await axe(cleo.page)).toEqual([]);
  await shoot(cleo.page, "group-bans-desk-light");
  expect(await asked("ann@a", `/api/v1/timelines/group/${id}`)).toBe(404);
  await press(cleo.page, fill(more.members.unbanName, { name: "Ann Martin" }));
  await cleo.page.getByText(more.members.noBans).waitFor();

  // The owner changes it, and ends it after a question.
  await go(eve.page, `/g/${id}/settings`);
  await eve.page.getByLabel(more.groups.name, { exact: true }).fill(`${name} II`);
  const buffer = Buffer.from(await picture().arrayBuffer());
  await eve.page
    .getByRole("group", { name: more.groups.avatar, exact: true })
    .locator("input[type=file]")
    .setInputFiles({ name: "sign.png", mimeType: "image/png", buffer });
  await press(eve.page, en.common.save);
  await eve.page.getByRole("heading", { level: 1, name: `${name} II` }).waitFor();
  const { avatar } = await api<Group>("eve@a", "GET", `/api/v1/groups/${id}`);
  expect(new URL(avatar).pathname).toMatch(/^\/media\//);
  expect(await axe(eve.page)).toEqual([]);
  await shoot(eve.page, "group-settings-desk-light");
  await press(eve.page, more.groups.endGroup);
  await dialog(eve.page).getByText(more.groups.endAsk).waitFor();
  expect(await axe(eve.page)).toEqual([]);
  await shoot(eve.page, "group-end-desk-light");
  await press(eve.page, more.groups.endDo);
  await eve.page.waitForURL((url) => url.pathname === "/groups");
  expect(await asked("cleo@a", `/api/v1/groups/${id}`)).toBe(404);
  expect(await eve.witness.troubles()).toEqual([]);
  expect(await cleo.witness.troubles(EXPECTED)).toEqual([]);
  await Promise.all([ann, cleo, eve].map((one) => one.context.close()));
});

test("from anywhere one writes into a group that is chosen, and leaves it after a question", async () => {
  const stamp = Date.now();
  const name = `Canteen ${stamp}`;
  const { id } = await make("ann@a", name, "open");
  const { context, page, witness } = await open("eve@a", `/g/${id}`);
  await press(page, fill(more.groups.joinName, { name }));
  await page.getByText(more.groups.emptyMember).waitFor();
  await go(page, "/home");
  await page.keyboard.press("n");
  await dialog(page).getByText(en.composer.public).first().waitFor();
  const where = dialog(page).getByLabel(en.composer.where);
  await where.selectOption(id);
  await dialog(page).getByText(fill(en.composer.groupOnly.other, { name, count: "2" })).waitFor();
  expect(await axe(page)).toEqual([]);
  const text = `Soup on Friday ${stamp}`;
  await dialog(page).locator("textarea").first().fill(text);
  await dialog(page).getByRole("button", { name: en.composer.publish, exact: true }).click();
  await page.getByText(fill(en.composer.groupDone, { name })).waitFor();
  await button(page, en.composer.laterShow).last().click();
  await page.waitForURL((url) => url.pathname === `/g/${id}`);
  await article(page, text).waitFor();
  await choose(page, fill(more.groups.actions, { name }), more.groups.leave);
  await dialog(page).getByText(more.groups.leaveGroupText).waitFor();
  expect(await axe(page)).toEqual([]);
  await dialog(page).getByRole("button", { name: more.groups.leave, exact: true }).click();
  await page.waitForURL((url) => url.pathname === "/groups");
  expect((await tie("eve@a", id))?.member).toBe(false);
  await go(page, `/g/${id}`);
  await page.getByText(more.groups.outside).waitFor();
  expect(await article(page, text).count()).toBe(0);
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});

const LOOKS: Look[] = [
  { lang: "fr", phone: true, dark: true },
  { lang: "fr", phone: false, dark: false },
  { lang: "en", phone: true, dark: false },
];
for (const look of LOOKS)
  test(`the look of it: ${JSON.stringify(look)}`, async () => {
    const stamp = Date.now();
    const words = look.lang === "fr" ? { ...fr, ...moreFr } : { ...en, ...more };
    const name = `Sécurité au grand atelier ${stamp}`;
    const { id } = await make("ann@a", name, "closed", {
      note: "Casques, badges et bonnes idées pour le grand atelier.",
      rules: "Une idée par message.\n\nOn reste courtois.",
    });
    for (const who of ASKING) await join(who, id);
    const asks = `/api/v1/groups/${id}/membership_requests`;
    await api("ann@a", "POST", `${asks}/${await find("ann@a", "cleo")}/authorize`);
    await post("ann@a", `Réunion jeudi à 9 h ${stamp}`, { group_id: id, language: "fr" });
    await post("cleo@a", `J’apporte les casques ${stamp}`, { group_id: id, language: "fr" });
    const { context, page, witness } = await open("ann@a", "/groups", look);
    const called = `groups-${look.lang}-${look.phone ? "phone" : "desk"}-${look.dark ? "dark" : "light"}`;
    await page.getByRole("link", { name, exact: true }).waitFor();
    const troubles: string[] = [];
    for (const [part, path, there] of [
      ["mine", "/groups", words.groups.mine],
      ["find", "/groups?show=find", words.groups.everyKind],
      ["new", "/g/new", words.groups.create],
      ["posts", `/g/${id}`, `casques ${stamp}`],
      ["members", `/g/${id}/members`, "Cléo Durand"],
      ["requests", `/g/${id}/requests`, "Eve"],
      ["invitations", `/g/${id}/invitations`, words.members.noInvitations],
      ["about", `/g/${id}/about`, words.groups.whoReads],
      ["moderation", `/g/${id}/moderation`, words.members.noBans],
      ["settings", `/g/${id}/settings`, words.groups.endGroup],
    ] as const) {
      await go(page, path);
      await page.getByText(there).first().waitFor({ state: "attached" });
      for (const one of await axe(page)) troubles.push(`${part}: ${one}`);
      // Nothing is wider than the screen.
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) troubles.push(`${part}: ${wide} px wider than the screen`);
      await shoot(page, `${called}-${part}`);
    }
    expect(troubles).toEqual([]);
    expect(await witness.troubles()).toEqual([]);
    await context.close();
    await api("ann@a", "DELETE", `/api/v1/groups/${id}`);
    made.delete(id);
  });
