/** Two people on two nodes in two browsers. */

import { afterAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { eventually, PASSWORD, type Address } from "./harness/node";
import { a, api, b, closeBrowser, context, settled, Witness } from "./harness/stage";

afterAll(closeBrowser);

/** Signs in as a person does: from the door, by the node's page. */
async function signIn(page: Page, node: Address, username: string) {
  await page.goto(node.url);
  await page.getByRole("button", { name: en.auth.signIn, exact: true }).click();
  await page.waitForSelector("input[type=password]");
  await page.fill("input[name=username]", username);
  await page.fill("input[type=password]", PASSWORD);
  await page.locator("form button[type=submit], form button:not([type])").first().click();
  await page.waitForURL(`${node.url}/home`);
  await settled(page);
}

test("sign in on both, write on A, and it appears on B without reloading", async () => {
  const { id } = (
    await api<{ accounts: { id: string }[] }>(
      "ben@b",
      "GET",
      `/api/v2/search?resolve=true&q=${encodeURIComponent(`@ann@${a.authority}`)}`,
    )
  ).accounts[0]!;
  await api("ben@b", "POST", `/api/v1/accounts/${id}/follow`);
  await eventually("the follow to be accepted", async () =>
    (await api<{ following: boolean }[]>("ben@b", "GET", `/api/v1/accounts/relationships?id[]=${id}`)).some(
      (one) => one.following,
    ),
  );
  const [here, there] = [await context(null), await context(null)];
  const [ann, ben] = [await here.newPage(), await there.newPage()];
  const witnesses = [new Witness(ann), new Witness(ben)];
  await signIn(ann, a, "ann");
  await signIn(ben, b, "ben");
  await ben.evaluate(() => Object.assign(window, { sameDocument: true }));

  await ann.keyboard.press("n");
  const text = `The first batch is ready ${Date.now()}`;
  await ann.locator("dialog textarea").first().fill(text);
  await ann.locator("dialog").getByRole("button", { name: en.composer.publish, exact: true }).click();
  await ann.locator("article", { hasText: text }).waitFor();

  // Ben is at the top of the page and does nothing but wait.
  const arrived = ben.locator("article", { hasText: text });
  const pill = ben.getByRole("button", { name: /\d+ new post/i });
  await pill.or(arrived).first().waitFor({ timeout: 30_000 });
  if (await pill.isVisible()) await pill.click();
  await arrived.waitFor();
  expect(await arrived.textContent()).toContain("Lyon Works");
  expect(await ben.evaluate(() => "sameDocument" in window)).toBe(true);
  // The author sees under it how far it got.
  await ann.locator("article", { hasText: text }).locator("time").first().click();
  await ann.getByText(en.post.reached.replace("{done}", "1").replace("{all}", "1")).waitFor();
  for (const witness of witnesses) expect(await witness.troubles()).toEqual([]);
  await here.close();
  await there.close();
});
