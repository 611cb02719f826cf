/** Custom emoji and reactions: added by an administrator, written, answered with, seen by others, taken back. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as more } from "../src/i18n/en/peers";
import { messages as fr } from "../src/i18n/fr";
import { messages as moreFr } from "../src/i18n/fr/peers";
import { api, axe, closeBrowser, open, shoot, type Look } from "./harness/stage";
import { seed } from "./harness/seed";

interface Known {
  id: string;
}
const PATH = "/api/entrenous/v1/admin/emojis";
const clear = async () => {
  for (const one of await api<Known[]>("owner@a", "GET", PATH))
    await api("owner@a", "DELETE", `${PATH}/${one.id}`);
};
/** A green square of 16 pixels. */
const PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR4nGPQ6IkiCTGMahjVMHw1AABZQw4QCn8V2QAAAABJRU5ErkJggg==",
  "base64",
);
beforeAll(() => seed());
afterAll(async () => {
  await clear();
  await closeBrowser();
});

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const card = (page: Page, text: string) => page.locator("article[data-post]", { hasText: text }).first();

type Words = typeof en & typeof more;
const ENGLISH: Words = { ...en, ...more };
const FRENCH = { ...fr, ...moreFr } as unknown as Words;

async function add(page: Page, words: Words, code: string) {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: words.files.choose }).click();
  await (await chooser).setFiles({ name: `${code}.png`, mimeType: "image/png", buffer: PNG });
  await page.getByRole("textbox", { name: words.admin.emojiCode }).fill(code);
  await page.getByRole("textbox", { name: words.admin.emojiCategory }).fill("Lyon");
  await press(page, words.admin.emojiAddDo);
  await page.locator("li", { hasText: `:${code}:` }).waitFor();
}

test("an emoji is added, written, answered with and taken back", async () => {
  await clear();
  const text = `Lunch at noon ${Date.now()}`;
  const boss = await open("owner@a", "/admin/emojis");
  await boss.page.getByText(more.admin.emojiNone).waitFor();
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "emoji-admin-empty-desk-light");
  await boss.page.getByLabel(more.admin.emojiCode).fill("party_blob");
  await press(boss.page, more.admin.emojiAddDo);
  await boss.page.getByText(more.admin.emojiNeedsPicture).waitFor();
  await add(boss.page, ENGLISH, "party_blob");
  expect(await axe(boss.page)).toEqual([]);
  await shoot(boss.page, "emoji-admin-desk-light");

  await api("ann@a", "POST", "/api/v1/statuses", { status: `${text} :party_blob:` });
  const ann = await open("ann@a", "/local");
  const cleo = await open("cleo@a", "/local");
  const post = card(cleo.page, text);
  await post.getByRole("img", { name: ":party_blob:" }).waitFor();

  // Answered by keyboard: opened, chosen, closed with the focus back.
  await post.getByRole("button", { name: en.post.react }).focus();
  await cleo.page.keyboard.press("Enter");
  await cleo.page.getByRole("menuitem", { name: ":party_blob:" }).waitFor();
  expect(await axe(cleo.page)).toEqual([]);
  await shoot(cleo.page, "emoji-picker-desk-light");
  await cleo.page.keyboard.press("Escape");
  await cleo.page.getByRole("menuitem").first().waitFor({ state: "detached" });
  await cleo.page.keyboard.press("Enter");
  await cleo.page.getByRole("menuitem").first().waitFor();
  await cleo.page.keyboard.press("End");
  await cleo.page.keyboard.press("Enter");
  const mine = post.getByRole("button", { pressed: true, name: ":party_blob:, 1 person" });
  await mine.waitFor();
  await post.getByRole("button", { name: en.post.react }).click();
  await cleo.page.getByRole("menuitem", { name: "🎉", exact: true }).click();
  await post.getByRole("button", { pressed: true, name: "🎉, 1 person" }).waitFor();
  expect(await axe(cleo.page)).toEqual([]);
  await shoot(cleo.page, "emoji-reactions-desk-light");

  // Seen without a reload, joined, taken back.
  const seen = card(ann.page, text);
  await seen.getByRole("button", { name: "🎉, 1 person" }).click();
  await seen.getByRole("button", { pressed: true, name: "🎉, 2 people" }).waitFor();
  await mine.click();
  await mine.waitFor({ state: "detached" });
  await post.getByRole("button", { name: "🎉, 2 people" }).waitFor();
  const told = await open("ann@a", "/notifications");
  await told.page.getByText("answered your post with an emoji").first().waitFor();
  expect(await axe(told.page)).toEqual([]);

  // Completed where one writes.
  await ann.page.goto(new URL("/home", ann.page.url()).href);
  await ann.page.keyboard.press("n");
  const box = ann.page.locator("dialog[open] textarea").first();
  await box.pressSequentially("Yes :part");
  await ann.page.getByRole("option", { name: ":party_blob:" }).waitFor();
  await ann.page.keyboard.press("Enter");
  expect(await box.inputValue()).toBe("Yes :party_blob: ");

  // Switched off and removed.
  await press(boss.page, more.admin.emojiDisableName.replace("{code}", "party_blob"));
  await boss.page.getByText(more.admin.emojiOff).waitFor();
  await press(boss.page, more.admin.emojiRemoveName.replace("{code}", "party_blob"));
  await boss.page.getByRole("dialog").getByRole("button", { name: en.common.remove, exact: true }).click();
  await boss.page.getByText(more.admin.emojiNone).waitFor();
  await Promise.all([boss, ann, cleo, told].map((one) => one.context.close()));
});

const LOOKS: Look[] = [
  { lang: "fr", phone: true, dark: true },
  { lang: "fr", phone: false, dark: false },
];
for (const look of LOOKS)
  test(`the look of it: ${JSON.stringify(look)}`, async () => {
    await clear();
    const words = look.lang === "fr" ? FRENCH : ENGLISH;
    const name = `emoji-${look.lang}-${look.phone ? "phone" : "desk"}-${look.dark ? "dark" : "light"}`;
    const admin = await open("owner@a", "/admin/emojis", look);
    await add(admin.page, words, "merci_blob");
    expect(await axe(admin.page)).toEqual([]);
    await shoot(admin.page, `${name}-admin`);
    const post = await api<Known>("ann@a", "POST", "/api/v1/statuses", {
      status: "Merci à toutes et à tous :merci_blob:",
    });
    for (const emoji of ["👍", "🎉", "merci_blob"])
      await api(
        "cleo@a",
        "PUT",
        `/api/v1/pleroma/statuses/${post.id}/reactions/${encodeURIComponent(emoji)}`,
      );
    const home = await open("ann@a", "/local", look);
    await card(home.page, "Merci à toutes").getByRole("list", { name: words.post.reactions }).waitFor();
    expect(await axe(home.page)).toEqual([]);
    await shoot(home.page, `${name}-local`);
    await Promise.all([admin.context.close(), home.context.close()]);
  });
