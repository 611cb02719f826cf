/**
 * A post is reported, kept when it is deleted, looked at by who moderates, and told to another organisation; and posts are
 * removed by who moderates.
 */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as more } from "../src/i18n/en/peers";
import { messages as fr } from "../src/i18n/fr";
import { messages as moreFr } from "../src/i18n/fr/peers";
import { fill } from "./harness/admin";
import { eventually } from "./harness/node";
import { api, axe, b, closeBrowser, open, shoot, type Look } from "./harness/stage";
import { find, post, seed } from "./harness/seed";

interface Report {
  id: string;
  comment: string;
  forwarded: boolean;
  account: { domain: string | null; account: { display_name: string } };
}
const PATH = "/api/v1/admin/reports";
const openOnes = (who: "owner@a" | "owner@b") => api<Report[]>(who, "GET", PATH);
const clear = async () => {
  for (const who of ["owner@a", "owner@b"] as const)
    for (const one of await openOnes(who)) await api(who, "POST", `${PATH}/${one.id}/resolve`);
};
beforeAll(() => seed());
// Other tests look at the menus as they are without.
afterAll(async () => {
  await clear();
  await closeBrowser();
});

const dialog = (page: Page) => page.locator("dialog[open]");
const press = (page: Page, name: string) => dialog(page).getByRole("button", { name, exact: true }).click();

test("a post is reported, judged as it was, and settled", async () => {
  await clear();
  const text = `Nobody here can measure anything ${Date.now()}`;
  const { id } = await post("cleo@a", text);
  const ann = await open("ann@a", `/@cleo/${id}`);
  const card = ann.page.getByRole("article").filter({ hasText: text });
  await card.getByRole("button", { name: en.post.menu }).click();
  await ann.page.getByRole("menuitem", { name: /^Report / }).click();
  await dialog(ann.page).getByRole("heading", { name: en.report.what }).waitFor();
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "report-what-desk-light");
  await press(ann.page, en.report.next);
  const chosen = dialog(ann.page).getByRole("checkbox", { name: new RegExp(text) });
  expect(await chosen.isChecked()).toBe(true);
  expect(await axe(ann.page)).toEqual([]);
  await press(ann.page, en.report.next);
  await dialog(ann.page).getByLabel(en.report.comment).fill("This is <b>rude</b>.");
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "report-words-desk-light");
  await press(ann.page, en.report.send);
  await dialog(ann.page).getByRole("heading", { name: en.report.sent }).waitFor();
  expect(await axe(ann.page)).toEqual([]);
  await dialog(ann.page).locator("footer").getByRole("button", { name: en.common.close }).click();

  // Gone for everyone else, there for whoever judges it.
  await api("cleo@a", "DELETE", `/api/v1/statuses/${id}`);
  const boss = await open("owner@a", "/notifications");
  await boss.page
    .getByText(/ has reported /)
    .first()
    .waitFor();
  await boss.page.goto(new URL("/admin/reports", boss.page.url()).href);
  const row = boss.page.getByRole("listitem").filter({ hasText: "This is <b>rude</b>." });
  await row.waitFor();
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "reports-list-desk-light");
  await row.getByRole("link").first().click();
  await boss.page.getByText(text).waitFor();
  // No link leads to where nothing is.
  await boss.page.getByText(more.reports.gone).waitFor();
  expect(await boss.page.getByRole("link", { name: more.reports.openPost }).count()).toBe(0);
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "reports-one-desk-light");
  const button = (name: string) => boss.page.getByRole("button", { name, exact: true });
  // What it is about, as whoever judges it sees it.
  await button(more.reports.change).click();
  await dialog(boss.page).getByRole("radio", { name: en.report.legal }).check();
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "reports-change-desk-light");
  await press(boss.page, en.common.save);
  await boss.page.locator(".badge").getByText(en.report.legal, { exact: true }).waitFor();
  await button(more.admin.disableName.replace("{name}", "Cléo Durand")).waitFor();
  await button(more.reports.assign).click();
  await button(more.reports.unassign).waitFor();
  // The button is another one: the focus is at what one can do, not at the top of the page.
  await boss.page.waitForFunction(() => document.activeElement?.id === "report-do");
  await button(more.reports.resolve).click();
  await button(more.reports.reopen).waitFor();
  expect(await openOnes("owner@a")).toEqual([]);
  await button(more.reports.reopen).click();
  await button(more.reports.resolve).click();
  await button(more.reports.reopen).waitFor();
  await boss.page.goto(new URL("/admin/reports", boss.page.url()).href);
  await boss.page.getByText(more.reports.noneOpen).waitFor();
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "reports-empty-desk-light");
  await boss.page.getByRole("tab", { name: more.reports.resolved }).click();
  await row.waitFor();
  // For others there is no such page.
  await ann.page.goto(new URL("/admin/reports", ann.page.url()).href);
  await ann.page.getByRole("heading", { name: en.common.missingTitle }).first().waitFor();
  expect(await boss.witness.troubles()).toEqual([]);
  expect(await ann.witness.troubles()).toEqual([]);
  await Promise.all([ann.context.close(), boss.context.close()]);
});

test("somebody of another organisation: it is told, and not by whom", async () => {
  await clear();
  await find("ann@a", `@ben@${b.authority}`);
  const ann = await open("ann@a", `/@ben@${b.authority}`, { lang: "fr", phone: true, dark: true });
  await ann.page
    .getByRole("button", { name: /^Autres actions pour/ })
    .first()
    .click();
  await ann.page.getByRole("menuitem", { name: fr.report.action, exact: true }).click();
  await dialog(ann.page).getByRole("heading", { name: fr.report.what }).waitFor();
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "report-what-phone-dark");
  await press(ann.page, fr.report.next);
  await press(ann.page, fr.report.next);
  const words = `Il crie ${Date.now()}`;
  await dialog(ann.page).getByLabel(fr.report.comment).fill(words);
  await dialog(ann.page).getByRole("checkbox").check();
  expect(await axe(ann.page)).toEqual([]);
  await shoot(ann.page, "report-words-phone-dark");
  await press(ann.page, fr.report.send);
  await dialog(ann.page).getByRole("heading", { name: fr.report.sent }).waitFor();
  await eventually("the other organisation to know", async () =>
    (await openOnes("owner@b")).some((one) => one.comment === words && one.account.domain !== null),
  );
  const [told] = await openOnes("owner@b");
  expect(JSON.stringify(told)).not.toMatch(/"ann"/);
  const [mine] = await openOnes("owner@a");
  expect(mine?.forwarded).toBe(true);
  // Who looks after their own node goes on to the connection with the other one.
  const boss = await open("owner@a", `/admin/reports/${mine?.id}`, { lang: "fr", phone: true, dark: true });
  await boss.page.getByText(words).waitFor();
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "reports-one-elsewhere-phone-dark");
  await boss.page.getByRole("link", { name: /^Liaison avec / }).click();
  await boss.page.waitForURL(/\/admin\/peers\/\d+$/);
  expect(await ann.witness.troubles()).toEqual([]);
  await Promise.all([ann.context.close(), boss.context.close()]);
});

test("a post of another organisation is removed here from its menu, for everyone, and stays there", async () => {
  const text = `Field notes that nobody wants ${Date.now()}`;
  const theirs = await post("ben@b", text);
  await eventually("the post to come here", async () =>
    (await api<{ content: string }[]>("ann@a", "GET", "/api/v1/timelines/home")).some((one) =>
      one.content.includes(text),
    ),
  );
  const card = (page: Page) => page.locator("article[data-post]", { hasText: text });
  const ann = await open("ann@a", "/home");
  await card(ann.page).waitFor();
  // For others there is no such thing.
  await card(ann.page).getByRole("button", { name: en.post.menu, exact: true }).click();
  await ann.page.getByRole("menuitem", { name: en.post.copyLink, exact: true }).waitFor();
  expect(await ann.page.getByRole("menuitem", { name: en.post.takeDown, exact: true }).count()).toBe(0);
  await ann.page.keyboard.press("Escape");

  const boss = await open("owner@a", "/known");
  await card(boss.page).getByRole("button", { name: en.post.menu, exact: true }).click();
  await boss.page.getByRole("menuitem", { name: en.post.takeDown, exact: true }).click();
  const name = fill(more.reports.removeAsk, { name: "Ben Okafor" });
  await dialog(boss.page).getByRole("heading", { name, exact: true }).waitFor();
  const organisation = "Northwind";
  await dialog(boss.page).getByText(fill(more.reports.removeElsewhere, { organisation })).waitFor();
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "remove-post-desk-light");
  // Closed without an answer, nothing has happened, and the focus is where it was.
  await dialog(boss.page).locator("footer").getByRole("button", { name: en.common.cancel }).click();
  await boss.page.waitForFunction(() => document.activeElement?.getAttribute("aria-haspopup") === "menu");
  await card(boss.page).getByRole("button", { name: en.post.menu, exact: true }).click();
  await boss.page.getByRole("menuitem", { name: en.post.takeDown, exact: true }).click();
  const why = `They sell ladders ${Date.now()}`;
  const reason = dialog(boss.page).getByLabel(more.reports.removeReason, { exact: true });
  await reason.fill(why);
  const refused = "A post of somebody with a higher role is removed by somebody with that role";
  const path = "**/api/entrenous/v1/admin/statuses/*";
  await boss.page.route(path, (route) => route.fulfill({ status: 403, json: { error: refused } }));
  await press(boss.page, more.reports.removeDo);
  await dialog(boss.page).getByRole("alert").getByText(refused).waitFor();
  expect(await reason.inputValue()).toBe(why);
  expect(await axe(boss.page)).toEqual([]);
  await boss.page.unroute(path);
  await press(boss.page, more.reports.removeDo);
  await card(boss.page).waitFor({ state: "detached" });
  // The focus is at the post beside it.
  await boss.page.waitForFunction(() => document.activeElement?.matches("article[data-post]") ?? false);
  expect(await axe(boss.page)).toEqual([]);
  // Live for everyone else, and at its home nothing has changed.
  await card(ann.page).waitFor({ state: "detached" });
  await api("ben@b", "GET", `/api/v1/statuses/${theirs.id}`);
  const trail = await api<{ action: string; detail: string }[]>(
    "owner@a",
    "GET",
    "/api/entrenous/v1/admin/audit",
  );
  expect(trail.some((one) => one.action === "post.removed" && one.detail.includes(why))).toBe(true);
  expect(await boss.witness.troubles(/403/)).toEqual([]);
  expect(await ann.witness.troubles()).toEqual([]);
  await Promise.all([ann.context.close(), boss.context.close()]);
});

test("a post is removed from its report, which says so and keeps what it said", async () => {
  await clear();
  const text = `Personne ici ne sait mesurer ${Date.now()}`;
  const { id } = await post("cleo@a", text, { language: "fr" });
  const cleo = await find("ann@a", "cleo");
  const report = { account_id: cleo, status_ids: [id], comment: "C’est blessant." };
  await api("ann@a", "POST", "/api/v1/reports", report);
  const [made] = await openOnes("owner@a");
  const look: Look = { lang: "fr", phone: true, dark: true };
  const { page, witness, context } = await open("owner@a", `/admin/reports/${made?.id}`, look);
  await page.getByText(text).waitFor();
  await page.getByRole("link", { name: moreFr.reports.openPost }).waitFor();
  await page.getByRole("button", { name: fr.post.takeDown, exact: true }).click();
  await dialog(page).getByText(moreFr.reports.removeHere).waitFor();
  await dialog(page).getByLabel(moreFr.reports.removeReason, { exact: true }).fill("Contre la règle 2");
  expect(await axe(page)).toEqual([]);
  await shoot(page, "remove-post-phone-dark");
  await press(page, moreFr.reports.removeDo);
  await page.getByText(moreFr.reports.gone).waitFor();
  await dialog(page).waitFor({ state: "detached" });
  expect(await page.getByText(text).isVisible()).toBe(true);
  expect(await page.getByRole("link", { name: moreFr.reports.openPost }).count()).toBe(0);
  await page.waitForFunction(() => document.activeElement?.tagName === "ARTICLE");
  expect(await axe(page)).toEqual([]);
  await shoot(page, "reports-one-removed-phone-dark");
  await expect(api("ann@a", "GET", `/api/v1/statuses/${id}`)).rejects.toThrow("404");
  // Who comes later finds it said as well.
  await page.reload();
  await page.getByText(moreFr.reports.gone).waitFor();
  expect(await page.getByText(text).isVisible()).toBe(true);
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});

const LOOKS: Look[] = [
  { lang: "fr", phone: true, dark: true },
  { lang: "fr", phone: false, dark: true },
  { lang: "en", phone: true, dark: false },
];
for (const look of LOOKS)
  test(`the look of it: ${JSON.stringify(look)}`, async () => {
    await clear();
    const cleo = await find("ann@a", "cleo");
    const { id } = await post("cleo@a", "Une remarque de trop, un vendredi soir. #bora", { language: "fr" });
    const report = { account_id: cleo, status_ids: [id], comment: "C’est blessant pour toute l’équipe." };
    await api("ann@a", "POST", "/api/v1/reports", report);
    const [made] = await openOnes("owner@a");
    const name = `reports-${look.lang}-${look.phone ? "phone" : "desk"}-${look.dark ? "dark" : "light"}`;
    const list = await open("owner@a", "/admin/reports", look);
    await list.page.getByText(report.comment).waitFor();
    expect(await axe(list.page)).toEqual([]);
    await shoot(list.page, `${name}-list`);
    await list.page.goto(new URL(`/admin/reports/${made?.id}`, list.page.url()).href);
    await list.page.getByText("vendredi soir").first().waitFor();
    expect(await axe(list.page)).toEqual([]);
    await shoot(list.page, `${name}-one`);
    const house = look.lang === "fr" ? moreFr : more;
    await list.page.getByRole("button", { name: house.reports.change, exact: true }).click();
    await dialog(list.page).getByRole("radio").first().waitFor();
    expect(await axe(list.page)).toEqual([]);
    await shoot(list.page, `${name}-change`);
    await list.context.close();
  });
