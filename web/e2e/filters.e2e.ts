/** Filters: made in the settings, from a post and from a hashtag; what they do is seen at once, in other windows as well. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as fr } from "../src/i18n/fr";
import { api, axe, closeBrowser, go, open, shoot, type Look } from "./harness/stage";
import { post, seed, upload } from "./harness/seed";

interface Filter {
  id: string;
  title: string;
  filter_action: string;
  context: string[];
  keywords: { keyword: string; whole_word: boolean }[];
  statuses: { status_id: string }[];
}

const ME = "ben@b";
/** Whom nobody on the other node follows: their home feeds stay as other tests know them. */
const AUTHOR = "dora@b";

const mine = () => api<Filter[]>(ME, "GET", "/api/v2/filters");
const dialog = (page: Page) => page.locator("dialog[open]");

/** Nobody else's tests are to find these. */
async function clean() {
  for (const one of await mine()) await api(ME, "DELETE", `/api/v2/filters/${one.id}`);
}

beforeAll(async () => {
  await seed();
  await clean();
});
afterAll(async () => {
  await clean();
  await closeBrowser();
});

test("a filter is made, holds back what comes, is changed and deleted, all seen at once", async () => {
  const { context, page, witness } = await open(ME, "/settings/filters");
  await page.getByRole("heading", { name: en.filters.none }).waitFor();
  expect(await axe(page)).toEqual([]);
  const before = `The zebrafish are fine ${Date.now()}`;
  await post(AUTHOR, before);

  await page.getByRole("button", { name: en.filters.make, exact: true }).click();
  await dialog(page).getByLabel("Word or phrase 1").fill("Zebrafish");
  await page.keyboard.press("Enter");
  await page.keyboard.type("zebrafishes");
  await dialog(page).getByLabel(en.filters.name).fill("No fish");
  expect(await axe(page)).toEqual([]);
  await dialog(page).getByRole("button", { name: en.common.save, exact: true }).click();
  await page.getByText("No fish").waitFor();
  expect(await axe(page)).toEqual([]);
  const [made] = await mine();
  expect(made).toMatchObject({ title: "No fish", filter_action: "warn" });
  expect(made?.keywords.map((one) => one.keyword)).toEqual(["Zebrafish", "zebrafishes"]);

  await go(page, "/local");
  const line = page.getByRole("article", { name: "Filtered: No fish" }).first();
  await line.waitFor();
  expect(await page.getByText(before).count()).toBe(0);
  expect(await axe(page)).toEqual([]);
  // With the keyboard alone.
  await line.focus();
  await page.keyboard.press("Enter");
  await page.getByText(before).waitFor();
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("ARTICLE");
  expect(await axe(page)).toEqual([]);
  await page.getByRole("button", { name: en.filters.hideAgain }).click();
  await line.waitFor();

  // What comes by the stream is filtered for this person.
  await post(AUTHOR, "More zebrafish!");
  await page.getByRole("button", { name: /new post/ }).click();
  await page.getByRole("article", { name: "Filtered: No fish" }).nth(1).waitFor();

  // Another client changes it: this page follows by itself.
  const id = made?.id ?? "";
  await api(ME, "PUT", `/api/v2/filters/${id}`, { filter_action: "hide" });
  await page.getByRole("article", { name: "Filtered: No fish" }).first().waitFor({ state: "detached" });
  expect(await page.getByText(before).count()).toBe(0);

  await go(page, "/settings/filters");
  await page.getByRole("button", { name: en.filters.editLabel.replace("{title}", "No fish") }).click();
  await dialog(page).getByRole("button", { name: en.filters.remove }).click();
  await dialog(page).getByRole("button", { name: en.filters.remove }).click();
  await page.getByRole("heading", { name: en.filters.none }).waitFor();
  await go(page, "/local");
  await page.reload();
  await page.getByText(before).waitFor();
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});

test("a filter begins with a post, or with a hashtag", async () => {
  const text = `Heron seen again ${Date.now()}`;
  const made = await post(AUTHOR, `${text} #heron`);
  const { context, page, witness } = await open(ME, "/local");
  const article = page.locator("article", { hasText: text });
  await article.getByRole("button", { name: en.post.menu }).click();
  await page.getByRole("menuitem", { name: en.filters.fromPost }).click();
  await dialog(page).getByRole("button", { name: "Add #heron" }).waitFor();
  await dialog(page).getByLabel(en.filters.name).fill("This one");
  expect(await axe(page)).toEqual([]);
  await dialog(page).getByRole("button", { name: en.common.save, exact: true }).click();
  await page.getByRole("article", { name: "Filtered: This one" }).waitFor();
  expect((await mine()).map((one) => one.statuses.map((row) => row.status_id))).toEqual([[made.id]]);

  await go(page, "/tags/heron");
  await page.getByRole("button", { name: en.filters.tagMenu.replace("{tag}", "heron") }).click();
  await page.getByRole("menuitem", { name: en.filters.fromTag.replace("{tag}", "heron") }).click();
  expect(await dialog(page).getByLabel("Word or phrase 1").inputValue()).toBe("#heron");
  await dialog(page).getByRole("radio", { name: en.filters.hide, exact: true }).check();
  await dialog(page).getByRole("button", { name: en.common.save, exact: true }).click();
  await page.getByRole("article", { name: /Filtered/ }).waitFor({ state: "detached" });
  expect((await mine()).map((one) => one.title)).toEqual(["This one", "#heron"]);
  expect(await witness.troubles()).toEqual([]);
  await context.close();
  await clean();
});

test.for<Look>([
  { lang: "en", phone: false, dark: false },
  { lang: "fr", phone: false, dark: true },
  { lang: "fr", phone: true, dark: false },
  { lang: "en", phone: true, dark: true },
])("the look of it: $lang phone=$phone dark=$dark", async (look) => {
  const words = look.lang === "fr" ? fr : en;
  const shot = (page: Page, what: string) =>
    shoot(
      page,
      `filters-${look.lang}-${look.phone ? "phone" : "desk"}-${look.dark ? "dark" : "light"}-${what}`,
    );
  await clean();
  const everywhere = ["home", "notifications", "public", "thread", "account"];
  const make = (title: string, filter_action: string, keyword: string, more: object = {}) =>
    api<Filter>(ME, "POST", "/api/v2/filters", {
      title,
      filter_action,
      context: everywhere,
      keywords_attributes: [{ keyword }],
      ...more,
    });
  await make(look.lang === "fr" ? "Fin de saison" : "Season finale", "warn", "finale", {
    expires_in: 604_800,
  });
  await make(look.lang === "fr" ? "Araignées" : "Spiders", "blur", "spider");
  await make(look.lang === "fr" ? "Réorganisation" : "Reorganisation", "hide", "reorg", {
    context: ["home", "public"],
  });
  await post(AUTHOR, "In the finale the lighthouse keeper leaves.");
  const picture = await upload(AUTHOR, "Something with eight legs");
  await post(AUTHOR, "A spider at the window of the lab this morning.", { media_ids: [picture] });
  await post(AUTHOR, "Lunch is at noon today.");

  const { context, page, witness } = await open(ME, "/settings/filters", look);
  expect(await axe(page)).toEqual([]);
  await shot(page, "settings");
  await page.getByRole("button", { name: words.filters.make, exact: true }).click();
  await dialog(page).locator("input[type=text]").first().fill("finale");
  expect(await axe(page)).toEqual([]);
  await shot(page, "dialog");
  await page.keyboard.press("Escape");
  await go(page, "/local");
  const title = look.lang === "fr" ? "Fin de saison" : "Season finale";
  const name = words.filters.filtered.replace("{titles}", title);
  await page.getByRole("article", { name }).first().waitFor();
  expect(await axe(page)).toEqual([]);
  await shot(page, "feed");
  await page.getByRole("article", { name }).first().getByRole("button").click();
  await page.getByText("lighthouse keeper").first().waitFor();
  expect(await axe(page)).toEqual([]);
  await shot(page, "feed-shown");
  await clean();
  await go(page, "/settings/filters");
  await page.getByRole("heading", { name: words.filters.none }).waitFor();
  await shot(page, "none");
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});
