/** Without the node: what was read can be read, and after signing out nothing of the person is left. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { makeToken } from "./harness/node";
import { a, api, closeBrowser, go, open, settled } from "./harness/stage";
import { post, seed } from "./harness/seed";

beforeAll(() => seed());
afterAll(closeBrowser);

/** The worker watches over the page, and has kept the shell. */
async function watched(page: Page) {
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: 30_000 });
}

/** Everything that is kept in the browser, as text. */
const kept = (page: Page) =>
  page.evaluate(async () => {
    const all: string[] = [JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage })];
    for (const name of await caches.keys()) {
      all.push(name);
      const cache = await caches.open(name);
      for (const request of await cache.keys()) {
        all.push(request.url);
        const answer = await cache.match(request);
        if (answer && !name.startsWith("shell-")) all.push(await answer.text());
      }
    }
    for (const { name } of await indexedDB.databases()) all.push(`database ${name}`);
    return all.join("\n");
  });

test("offline one reads what was last seen; back online it catches up; signed out, nothing is left", async () => {
  // Signing out ends the token, which the other tests still need.
  const token = await makeToken(a, "ann");
  const { context, page, witness } = await open("ann@a", "/home", { worker: true, token });
  const text = "Our two houses are connected";
  await page.getByText(text).first().waitFor();
  await watched(page);
  await page.reload();
  await page.getByText(text).first().waitFor();
  expect(await kept(page)).toContain(text);
  // Answers of the API are in no cache.
  const urls = await page.evaluate(async () => {
    const all: string[] = [];
    for (const name of await caches.keys())
      for (const request of await (await caches.open(name)).keys()) all.push(new URL(request.url).pathname);
    return all;
  });
  expect(urls.filter((path) => path.startsWith("/api/"))).toEqual([]);

  await context.setOffline(true);
  await page.getByText(en.common.offline).waitFor();
  await page.reload();
  await page.getByText(text).first().waitFor();
  // A document that was loaded offline may be told by an emulated network that it is online: then it says that the node
  // cannot be reached, which it finds out by itself.
  const away = page.getByText(en.common.offline).or(page.getByText(en.common.tryNow));
  await away.waitFor();
  await page.keyboard.press("?");
  await page.waitForSelector("dialog[open] kbd");
  await page.keyboard.press("Escape");

  await context.setOffline(false);
  await away.waitFor({ state: "detached" });
  const fresh = `While you were away ${Date.now()}`;
  await post("cleo@a", fresh);
  const pill = page.getByRole("button", { name: /\d+ new post|newest/i });
  const there = page.getByText(fresh);
  await pill.or(there).first().waitFor({ timeout: 40_000 });
  if (!(await there.isVisible())) await pill.first().click();
  await there.waitFor();
  await go(page, "/notifications");
  await page.getByText("Cléo Durand").first().waitFor();
  await witness.troubles();

  const more = page.getByRole("button", { name: en.nav.signOut });
  await Promise.all([page.waitForURL(`${a.url}/`), more.first().click()]);
  await page.getByRole("button", { name: en.auth.signIn, exact: true }).waitFor();
  const left = await kept(page);
  for (const secret of [
    text,
    fresh,
    "Cléo",
    "Ann Martin",
    "entrenous.session",
    "/media/",
    "last-seen",
    "database ",
  ])
    expect(left, secret).not.toContain(secret);
  await context.setOffline(true);
  await page.goto(`${a.url}/home`);
  await page.getByRole("button", { name: en.auth.signIn, exact: true }).waitFor();
  expect(await page.content()).not.toContain("Cléo");
  await context.close();
});

test("a node that does not answer is said, and what one did is sent when it is back", async () => {
  const { context, page } = await open("cleo@a", "/local");
  const article = page.locator("article[data-post]").first();
  await article.waitFor();
  const id = await article.getAttribute("data-post");
  const was = (await api<{ bookmarked: boolean }>("cleo@a", "GET", `/api/v1/statuses/${id}`)).bookmarked;
  await page.route("**/api/**", (route) => route.abort());
  await page.route("**/health", (route) => route.abort());
  await article.locator("button:has(svg.lucide-bookmark)").click();
  await page.getByText(en.common.tryNow).waitFor();
  await page.unroute("**/api/**");
  await page.unroute("**/health");
  await Promise.all([
    page.waitForResponse((answer) => /bookmark$/.test(answer.url()) && answer.ok()),
    page.getByText(en.common.tryNow).click(),
  ]);
  expect((await api<{ bookmarked: boolean }>("cleo@a", "GET", `/api/v1/statuses/${id}`)).bookmarked).toBe(
    !was,
  );
  await settled(page);
  await context.close();
});
