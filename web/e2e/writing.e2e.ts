/** The composer: pictures, polls, drafts that survive a reload, and a moment to take a post back. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { api, axe, can, closeBrowser, open } from "./harness/stage";
import { picture, seed } from "./harness/seed";

beforeAll(() => seed());
afterAll(closeBrowser);

const published = async (text: string) =>
  (
    await api<{ content: string; media_attachments: { description: string }[]; poll: object | null }[]>(
      "ann@a",
      "GET",
      "/api/v1/timelines/home?limit=5",
    )
  ).find((one) => one.content.includes(text));

const box = (page: Page) => page.locator("dialog[open] textarea").first();
const publish = (page: Page) =>
  page.locator("dialog[open]").getByRole("button", { name: en.composer.publish, exact: true });

async function write(page: Page, text: string) {
  await page.keyboard.press("n");
  await box(page).fill(text);
}

test("a draft survives a reload, and is gone once it is published", async () => {
  const { context, page, witness } = await open("ann@a", "/home");
  const text = `A thought that must not be lost ${Date.now()}`;
  await write(page, text);
  await page.waitForFunction((wanted) => JSON.stringify({ ...localStorage }).includes(wanted), text);
  await page.reload();
  await page.waitForSelector("h1");
  if (!(await box(page).isVisible())) await page.keyboard.press("n");
  await box(page).waitFor();
  expect(await box(page).inputValue()).toBe(text);
  await publish(page).click();
  await page.locator("article", { hasText: text }).waitFor();
  expect(await published(text)).toBeDefined();
  await page.keyboard.press("n");
  expect(await box(page).inputValue()).toBe("");
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});

test("for some seconds a post can be taken back, and its text is there again", async () => {
  const { context, page } = await open("ann@a", "/home");
  const text = `Too quick ${Date.now()}`;
  await write(page, text);
  await publish(page).click();
  await page.getByRole("button", { name: en.composer.undo, exact: true }).first().click();
  await box(page).waitFor();
  expect(await box(page).inputValue()).toBe(text);
  expect(await published(text)).toBeUndefined();
  await context.close();
});

test("a picture is uploaded with its description, and shown to others", async () => {
  if (!(await can("files"))) return;
  const { context, page, witness } = await open("ann@a", "/home");
  const text = `With a picture ${Date.now()}`;
  await write(page, text);
  const buffer = Buffer.from(await picture().arrayBuffer());
  await page
    .locator("dialog[open] input[type=file]")
    .first()
    .setInputFiles({ name: "plan.png", mimeType: "image/png", buffer });
  const description = page
    .locator("dialog[open]")
    .getByLabel(/^Description of/)
    .first();
  await description.fill("The plan, seen from above");
  expect(await axe(page)).toEqual([]);
  await publish(page).click({ timeout: 30_000 });
  const article = page.locator("article", { hasText: text });
  await article.waitFor();
  await article.getByRole("button", { name: /The plan, seen from above/ }).waitFor();
  await article.locator("img.loaded").waitFor();
  const sent = await published(text);
  expect(sent?.media_attachments.map((one) => one.description)).toEqual(["The plan, seen from above"]);
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});

test("a poll is written, and voted in", async () => {
  if (!(await can("polls"))) return;
  const { context, page, witness } = await open("ann@a", "/home");
  const text = `When shall we meet? ${Date.now()}`;
  await write(page, text);
  await page.locator("dialog[open]").getByRole("button", { name: en.composer.poll, exact: true }).click();
  const options = page.locator("dialog[open]").getByLabel(/^Option \d/);
  await options.nth(0).fill("Monday");
  await options.nth(1).fill("Tuesday");
  expect(await axe(page)).toEqual([]);
  await publish(page).click();
  await page.locator("article", { hasText: text }).waitFor();
  expect((await published(text))?.poll).toBeTruthy();
  expect(await witness.troubles()).toEqual([]);
  await context.close();

  const other = await open("cleo@a", "/local");
  const article = other.page.locator("article", { hasText: text });
  await article.getByText("Monday").click();
  await article.getByRole("button", { name: en.post.vote, exact: true }).click();
  await article.getByText(/1 person voted|1 vote/).waitFor();
  expect(await other.witness.troubles()).toEqual([]);
  await other.context.close();
});
