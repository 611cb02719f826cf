/** A quote across two nodes: written, let by the other node, shown live, and taken back by who is quoted. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as fr } from "../src/i18n/fr";
import { eventually } from "./harness/node";
import { api, axe, closeBrowser, open, shoot, type Look } from "./harness/stage";
import { post, seed } from "./harness/seed";

interface Found {
  id: string;
  uri: string;
  quote: { state: string } | null;
  account: { acct: string };
}

beforeAll(() => seed());
afterAll(closeBrowser);

const article = (page: Page, text: string) => page.locator("article", { hasText: text });
/** A post of the other node, as ben knows it. */
async function there(uri: string): Promise<Found> {
  const path = `/api/v2/search?type=statuses&resolve=true&q=${encodeURIComponent(uri)}`;
  const { statuses } = await api<{ statuses: Found[] }>("ben@b", "GET", path);
  if (!statuses[0]) throw new Error(`ben does not find ${uri}`);
  return statuses[0];
}
const state = async (id: string) => (await api<Found>("ben@b", "GET", `/api/v1/statuses/${id}`)).quote?.state;

test("somebody elsewhere is quoted, sees it, and takes it back", async () => {
  const stamp = Date.now();
  const mine = await post("ann@a", `The gauge is calibrated ${stamp}`);
  const known = await there(mine.uri);
  const ben = await open("ben@b", `/@${known.account.acct}/${known.id}`);
  await article(ben.page, `calibrated ${stamp}`)
    .getByRole("button", { name: en.post.quote, exact: true })
    .first()
    .click();
  const dialog = ben.page.locator("dialog[open]");
  await dialog.getByText(en.composer.quoteAsks).waitFor();
  const text = `Well done, everyone ${stamp}`;
  await dialog.locator("textarea").first().fill(text);
  await dialog.getByLabel(en.composer.quotes).selectOption("followers");
  expect(await axe(ben.page)).toEqual([]);
  await shoot(ben.page, "quote-composer-desk-light");
  await dialog.getByRole("button", { name: en.composer.publish, exact: true }).click();
  const id = await eventually("the quote to be let", async () => {
    const own = await api<(Found & { content: string })[]>("ben@b", "GET", "/api/v1/timelines/home?limit=5");
    const found = own.find((one) => one.content.includes(text));
    return found?.quote?.state === "accepted" ? found.id : null;
  });
  await ben.page.goto(new URL("/home", ben.page.url()).href);
  await article(ben.page, text).getByRole("figure").waitFor();
  expect(await article(ben.page, text).getByRole("figure").textContent()).toContain(`calibrated ${stamp}`);
  expect(await axe(ben.page)).toEqual([]);
  await shoot(ben.page, "quote-home-desk-light");

  const ann = await open("ann@a", "/notifications");
  await article(ann.page, text).getByRole("figure").waitFor();
  await shoot(ann.page, "quote-notification-desk-light");
  await article(ann.page, text).getByRole("button", { name: en.post.menu, exact: true }).click();
  await ann.page.getByRole("menuitem", { name: en.post.unquote, exact: true }).click();
  await ann.page.getByRole("dialog").getByRole("button", { name: en.post.unquoteDo, exact: true }).click();
  await article(ann.page, text).getByText(en.post.quoteRevoked).waitFor();
  expect(await axe(ann.page)).toEqual([]);
  // On the other node too, without a reload.
  await article(ben.page, text).getByText(en.post.quoteRevoked).waitFor({ timeout: 30_000 });
  expect(await state(id)).toBe("revoked");
  expect(await ben.witness.troubles()).toEqual([]);
  expect(await ann.witness.troubles()).toEqual([]);
  await Promise.all([ben.context.close(), ann.context.close()]);
});

const LOOKS: Look[] = [
  { lang: "fr", phone: true, dark: true },
  { lang: "fr", phone: false, dark: false },
  { lang: "en", phone: true, dark: false },
];
for (const look of LOOKS)
  test(`the look of it: ${JSON.stringify(look)}`, async () => {
    const stamp = Date.now();
    const words = look.lang === "fr" ? fr : en;
    const mine = await post("ann@a", `Deux microns d’écart, pas un de plus. ${stamp} #metrology`);
    const quote = await post("cleo@a", `À retenir pour la revue ${stamp}`, {
      quoted_status_id: mine.id,
      language: "fr",
    });
    const gone = await post("ann@a", `Brouillon ${stamp}`);
    const left = await post("cleo@a", `Ceci n’est plus là ${stamp}`, { quoted_status_id: gone.id });
    await api("ann@a", "DELETE", `/api/v1/statuses/${gone.id}`);
    const name = `quote-${look.lang}-${look.phone ? "phone" : "desk"}-${look.dark ? "dark" : "light"}`;
    const { context, page, witness } = await open("ann@a", "/home", look);
    await article(page, `revue ${stamp}`).getByRole("figure").waitFor();
    await article(page, `plus là ${stamp}`).getByText(words.post.quoteDeleted).waitFor();
    expect(await axe(page)).toEqual([]);
    await shoot(page, `${name}-home`);
    expect(await witness.troubles()).toEqual([]);
    await context.close();
    for (const one of [quote, left]) await api("cleo@a", "DELETE", `/api/v1/statuses/${one.id}`);
  });
