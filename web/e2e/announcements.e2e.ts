/** What an administrator tells everyone: written, seen at once, answered, read, changed and taken back. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as more } from "../src/i18n/en/peers";
import { messages as fr } from "../src/i18n/fr";
import { api, axe, closeBrowser, open, shoot, type Look } from "./harness/stage";
import { seed } from "./harness/seed";

interface Told {
  id: string;
  text: string;
}
const PATH = "/api/entrenous/v1/admin/announcements";
const clear = async () => {
  for (const one of await api<Told[]>("owner@a", "GET", PATH))
    await api("owner@a", "DELETE", `${PATH}/${one.id}`);
};
beforeAll(() => seed());
// Other tests look at the home feed as it is without.
afterAll(async () => {
  await clear();
  await closeBrowser();
});

const card = (page: Page, text: string) => page.getByRole("article").filter({ hasText: text });
const row = (page: Page, text: string) => page.locator("li", { hasText: text });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

test("it is told, seen at once, answered, read, changed and taken back", async () => {
  const text = `The lift is out until noon ${Date.now()} #lift`;
  const boss = await open("owner@a", "/admin/announcements");
  const ann = await open("ann@a", "/home");
  await boss.page.getByText(more.admin.nothingTold).waitFor();
  expect(await axe(boss.page)).toEqual([]);
  await boss.page.getByLabel(more.admin.announcementText).fill(text);
  await boss.page.getByLabel(more.admin.announcementEnds).fill("2020-01-01T09:30");
  await press(boss.page, more.admin.tellEveryone);
  await boss.page.getByRole("alert").waitFor();
  expect(await boss.page.getByLabel(more.admin.announcementText).inputValue()).toBe(text);
  await boss.page.getByLabel(more.admin.announcementEnds).fill("");
  await press(boss.page, more.admin.tellEveryone);
  await row(boss.page, text).waitFor();

  // There without a reload, with its hashtag as a link of this client.
  await card(ann.page, text).waitFor();
  await card(ann.page, text).getByRole("link", { name: "#lift" }).waitFor();
  await card(ann.page, text).getByRole("button", { name: en.feed.answer }).click();
  await ann.page.getByRole("menuitem", { name: "🎉" }).click();
  const mine = card(ann.page, text).getByRole("button", { pressed: true });
  await mine.waitFor();
  expect(await mine.getAttribute("aria-label")).toBe("🎉, 1 person");
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "announcement-home-desk-light");
  await mine.click();
  await card(ann.page, text).getByRole("button", { pressed: true }).waitFor({ state: "detached" });

  await row(boss.page, text).getByRole("button", { name: more.admin.announcementEdit }).click();
  await boss.page.getByLabel(more.admin.announcementText).fill(`${text} after all`);
  await press(boss.page, en.common.save);
  await card(ann.page, "after all").waitFor();
  await press(ann.page, en.feed.dismiss);
  await card(ann.page, text).waitFor({ state: "detached" });
  await ann.page.reload();
  await ann.page.getByRole("heading", { level: 1 }).waitFor();
  expect(await card(ann.page, text).count()).toBe(0);

  await boss.page.reload();
  await row(boss.page, text).getByText("1 person has read it").waitFor();
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "announcements-admin-desk-light");
  await row(boss.page, text).getByRole("button", { name: more.admin.takeBack }).click();
  await boss.page.getByRole("dialog").getByRole("button", { name: more.admin.takeBack, exact: true }).click();
  await boss.page.getByText(more.admin.nothingTold).waitFor();
  expect(await ann.witness.troubles()).toEqual([]);
  await Promise.all([boss.context.close(), ann.context.close()]);
});

const LOOKS: Look[] = [
  { lang: "fr", phone: true, dark: true },
  { lang: "fr", phone: false, dark: false },
  { lang: "en", phone: true, dark: false },
];
for (const look of LOOKS)
  test(`the look of it: ${JSON.stringify(look)}`, async () => {
    await clear();
    const long =
      "Réunion de sécurité jeudi à 9 h dans le grand atelier : casque et badge pour tout le monde. #chantier";
    await api("owner@a", "POST", PATH, { text: long, ends_at: "2101-01-01T00:00:00Z" });
    const words = look.lang === "fr" ? fr : en;
    const name = `announcement-${look.lang}-${look.phone ? "phone" : "desk"}-${look.dark ? "dark" : "light"}`;
    const home = await open("cleo@a", "/home", look);
    await home.page.getByRole("button", { name: words.feed.dismiss, exact: true }).waitFor();
    expect(await axe(home.page)).toEqual([]);
    await shoot(home.page, `${name}-home`);
    const admin = await open("owner@a", "/admin/announcements", look);
    await row(admin.page, "atelier").waitFor();
    expect(await axe(admin.page)).toEqual([]);
    await shoot(admin.page, `${name}-admin`);
    await Promise.all([home.context.close(), admin.context.close()]);
  });
