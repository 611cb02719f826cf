/** Posts that are published later: scheduled in the composer, listed, moved, taken back and deleted. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as fr } from "../src/i18n/fr";
import { api, axe, closeBrowser, open, shoot } from "./harness/stage";
import { seed } from "./harness/seed";

beforeAll(() => seed());
afterAll(closeBrowser);

interface Waiting {
  scheduled_at: string;
  params: { text: string };
}
const waiting = async (text: string) =>
  (await api<Waiting[]>("ann@a", "GET", "/api/v1/scheduled_statuses")).find(
    (one) => one.params.text === text,
  );
const dialog = (page: Page) => page.locator("dialog[open]");
const at = (days: number) => {
  const moment = new Date(Date.now() + days * 86_400_000);
  moment.setHours(9, 30, 0, 0);
  const two = (value: number) => String(value).padStart(2, "0");
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return { field: `${day}T09:30`, iso: moment.toISOString() };
};

test("a post is scheduled, moved, changed and deleted", async () => {
  const { context, page, witness } = await open("ann@a", "/home");
  const text = `Not before its time ${Date.now()}`;
  await page.keyboard.press("n");
  await dialog(page).locator("textarea").first().fill(text);
  await dialog(page).getByRole("button", { name: en.composer.later, exact: true }).click();
  const field = dialog(page).getByLabel(en.composer.laterAt);
  await field.fill("2020-01-01T09:30");
  await dialog(page).getByRole("button", { name: en.composer.schedule, exact: true }).click();
  await dialog(page).getByRole("alert").getByText(en.composer.laterSoon).waitFor();
  await field.fill(at(2).field);
  expect(await axe(page)).toEqual([]);
  await shoot(page, "scheduled-composer-desk-light");
  await dialog(page).getByRole("button", { name: en.composer.schedule, exact: true }).click();
  await page.getByRole("button", { name: en.composer.laterShow, exact: true }).click();
  await page.waitForURL((url) => url.pathname === "/scheduled");
  const row = page.locator("li", { hasText: text });
  await row.waitFor();
  expect((await waiting(text))?.scheduled_at).toBe(at(2).iso);
  expect(await axe(page)).toEqual([]);
  await shoot(page, "scheduled-list-desk-light");

  await row.getByRole("button", { name: /^Change the time/ }).click();
  await dialog(page).getByLabel(en.composer.laterAt).fill(at(3).field);
  expect(await axe(page)).toEqual([]);
  await dialog(page).getByRole("button", { name: en.common.save, exact: true }).click();
  await dialog(page).waitFor({ state: "detached" });
  expect((await waiting(text))?.scheduled_at).toBe(at(3).iso);

  await row.getByRole("button", { name: /^Edit/ }).click();
  await dialog(page).locator("textarea").first().waitFor();
  expect(await dialog(page).locator("textarea").first().inputValue()).toBe(text);
  expect(await dialog(page).getByLabel(en.composer.laterAt).inputValue()).toBe(at(3).field);
  expect(await waiting(text)).toBeUndefined();
  await dialog(page).getByRole("button", { name: en.composer.schedule, exact: true }).click();
  await row.waitFor();
  await row.getByRole("button", { name: /^Delete/ }).click();
  expect(await waiting(text)).toBeDefined();
  await dialog(page).getByRole("button", { name: en.scheduled.remove, exact: true }).click();
  await page.getByText(en.scheduled.none).waitFor();
  expect(await waiting(text)).toBeUndefined();
  await shoot(page, "scheduled-empty-desk-light");
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});

test("in French on a phone, in the dark", async () => {
  const look = { lang: "fr", phone: true, dark: true } as const;
  const { context, page, witness } = await open("owner@a", "/scheduled", look);
  await page.getByText("La revue est avancée à 9 h.").waitFor();
  expect(await axe(page)).toEqual([]);
  await shoot(page, "scheduled-list-phone-dark");
  await page.getByRole("button", { name: fr.nav.compose, exact: true }).click();
  await dialog(page).locator("textarea").first().fill("Bonjour à tous, demain matin.");
  await dialog(page).getByRole("button", { name: fr.composer.later, exact: true }).click();
  expect(await axe(page)).toEqual([]);
  await shoot(page, "scheduled-composer-phone-dark");
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});
