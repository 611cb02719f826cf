/** Everything by keyboard. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { messages as en } from "../src/i18n/en";
import { eventually } from "./harness/node";
import { closeBrowser, open, settled } from "./harness/stage";
import { seed } from "./harness/seed";

beforeAll(() => seed());
afterAll(closeBrowser);

const focused = () =>
  document.activeElement?.closest("article[data-post]")?.getAttribute("data-post") ?? null;

test("j and k move, f favourites, r answers, n writes, / searches, ? explains, Enter opens", async () => {
  const { context, page, witness } = await open("cleo@a", "/local");
  await page.waitForSelector("article[data-post]");
  await page.keyboard.press("j");
  const first = await page.evaluate(focused);
  expect(first).not.toBeNull();
  await page.keyboard.press("j");
  const second = await page.evaluate(focused);
  expect(second).not.toBe(first);
  await page.keyboard.press("k");
  expect(await page.evaluate(focused)).toBe(first);

  const post = page.locator(`article[data-post="${first}"]`);
  const star = post.getByRole("button", { name: /favourite/i });
  const before = await star.getAttribute("aria-pressed");
  await page.keyboard.press("f");
  await eventually("the star to change", async () => (await star.getAttribute("aria-pressed")) !== before);
  expect(await page.evaluate(focused)).toBe(first);
  await page.keyboard.press("f");

  await page.keyboard.press("r");
  await page.waitForFunction(() => document.activeElement?.matches("dialog[open] textarea"));
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" });
  // One is where one was.
  await page.waitForFunction(
    (id) => document.activeElement?.closest("article[data-post]")?.getAttribute("data-post") === id,
    first,
  );
  await page.keyboard.press("n");
  await page.waitForFunction(() => document.activeElement?.matches("dialog[open] textarea"));
  // What is typed into a field is text, not a command.
  await page.keyboard.type("?j/");
  expect(await page.inputValue("dialog[open] textarea")).toBe("?j/");
  await page.fill("dialog[open] textarea", "");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" });

  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open] kbd");
  await page.keyboard.press("Escape");
  await page.waitForSelector("dialog[open]", { state: "detached" });

  await page.keyboard.press("j");
  const opened = await page.evaluate(focused);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname.endsWith(`/${opened}`));
  await settled(page);
  await page.keyboard.press("/");
  await page.waitForURL("**/search");
  await page.waitForFunction(() => document.activeElement?.matches("input[type=search]"));
  expect(await witness.troubles()).toEqual([]);
  await context.close();
});

test("letters do nothing once they are switched off, and menus are gone through by them", async () => {
  const { context, page } = await open("cleo@a", "/settings/preferences");
  await page.getByRole("switch", { name: en.settings.letters }).click();
  await page.goto(new URL("/local", page.url()).href);
  await page.waitForSelector("article[data-post]");
  await page.keyboard.press("j");
  expect(await page.evaluate(focused)).toBeNull();
  const menu = page.locator("article[data-post]").first().getByRole("button", { name: en.post.menu });
  await menu.focus();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement?.role === "menuitem");
  const first = await page.evaluate(() => document.activeElement?.textContent);
  await page.keyboard.press("End");
  expect(await page.evaluate(() => document.activeElement?.textContent)).not.toBe(first);
  await page.keyboard.press("Tab");
  await page.getByRole("menu").waitFor({ state: "detached" });
  // Where Tab leads from the button, and not to the top of the page.
  expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe("BODY");
  await context.close();
});

test("the first stop leads to the content, and every stop can be seen", async () => {
  const { context, page } = await open("cleo@a", "/people");
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.getAttribute("href"))).toBe("#content");
  const hidden: string[] = [];
  for (let stop = 0; stop < 30; stop++) {
    await page.keyboard.press("Tab");
    const bad = await page.evaluate(() => {
      const one = document.activeElement;
      if (!one || one === document.body) return null;
      const style = getComputedStyle(one);
      const seen = style.outlineStyle !== "none" || one.closest("form")?.matches(":focus-within");
      return seen && one.getClientRects().length > 0 ? null : one.outerHTML.slice(0, 120);
    });
    if (bad) hidden.push(bad);
  }
  expect(hidden).toEqual([]);
  await context.close();
});
