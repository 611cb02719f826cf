/** The house: an invitation, another language, and a look that changes before everyone's eyes. */

import { afterAll, expect, test } from "vitest";
import { messages as en } from "../src/i18n/en";
import { messages as more } from "../src/i18n/en/peers";
import { messages as fr } from "../src/i18n/fr";
import { command, eventually } from "./harness/node";
import { a, api, closeBrowser, context, go, has, open, settled, Witness } from "./harness/stage";

afterAll(closeBrowser);

test("an invitation is accepted, and leads straight into the house", async () => {
  const printed = await command(a, ["person", "invite"]);
  const link = /https?:\/\/\S+/.exec(printed)?.[0] ?? "";
  const made = await context(null);
  const page = await made.newPage();
  const witness = new Witness(page);
  await page.goto(link);
  await page.fill("input[name=username]", "gaston");
  const name = page.locator("input[name=display_name]");
  if (await name.count()) await name.fill("Gaston Leroy");
  for (const field of await page.locator("input[type=password]").all())
    await field.fill("a good long password");
  await page.locator("form button").last().click();
  const door = page.getByRole("button", { name: en.auth.signIn, exact: true });
  await page
    .getByRole("link", { name: en.nav.home, exact: true })
    .or(door)
    .first()
    .waitFor({ timeout: 20_000 });
  if (await door.isVisible()) await door.click();
  await page.waitForURL(`${a.url}/home`);
  await settled(page);
  await page.getByText("@gaston").first().waitFor();
  expect(await witness.troubles()).toEqual([]);
  await made.close();
});

test("another language is chosen, and stays", async () => {
  const { context: made, page, witness } = await open("cleo@a", "/settings/preferences", { lang: "en" });
  await page.getByLabel(en.settings.language, { exact: true }).first().selectOption("fr");
  await page.getByRole("link", { name: fr.nav.home, exact: true }).first().waitFor();
  expect(await page.getAttribute("html", "lang")).toBe("fr");
  await page.reload();
  await page.getByRole("link", { name: fr.nav.home, exact: true }).first().waitFor();
  await go(page, "/notifications");
  await page.getByRole("heading", { name: fr.notifications.title }).waitFor();
  expect(await witness.troubles()).toEqual([]);
  await made.close();
});

test("an administrator changes the look, and others see it", async () => {
  if (!(await has("/api/entrenous/v1/admin/look"))) return;
  const colour = (where: typeof page) =>
    where.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand").trim());
  const { context: made, page, witness } = await open("owner@a", "/admin");
  const shown = () =>
    page
      .locator(".mock")
      .first()
      .evaluate((mock) => getComputedStyle(mock).getPropertyValue("--p-brand"));
  await page.locator(".mock").first().waitFor();
  const [before, previewed] = [await colour(page), await shown()];
  await page.locator("input[type=color]").fill("#8a1c5c");
  await eventually("the preview to change", async () => (await shown()) !== previewed);
  // Nothing is anyone else's before it is saved.
  expect(await colour(page)).toBe(before);
  await page.getByRole("button", { name: en.common.save, exact: true }).first().click();
  await page.getByText(more.admin.lookSaved).waitFor();
  const other = await open("cleo@a", "/home");
  expect(await colour(other.page)).not.toBe(before);
  expect(await witness.troubles()).toEqual([]);
  await other.context.close();
  await made.close();
  expect(await api("owner@a", "GET", "/api/v2/instance")).toMatchObject({ domain: a.authority });
});
