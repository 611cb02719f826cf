/** Every screen, in both languages, on a desk and on a phone, light and dark: accessible, silent, and kept as a picture. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { b, api, axe, closeBrowser, go, open, settled, shoot, type Look } from "./harness/stage";
import { seed, type Seed } from "./harness/seed";

let stage: Seed;
beforeAll(async () => {
  stage = await seed();
});
afterAll(closeBrowser);

const screens = (): [string, string][] => [
  ["home", "/home"],
  ["local", "/local"],
  ["known", "/known"],
  ["bookmarks", "/bookmarks"],
  ["favourites", "/favourites"],
  ["tag", "/tags/bora"],
  ["lists", "/lists"],
  ...(stage.list ? ([["list", `/lists/${stage.list}`]] as [string, string][]) : []),
  ["groups", "/groups"],
  ["groups-find", "/groups?show=find"],
  ["group-new", "/g/new"],
  ...["", "members", "requests", "invitations", "about", "moderation", "settings"].flatMap((part) =>
    stage.group
      ? [[`group-${part || "posts"}`, `/g/${stage.group}${part && `/${part}`}`] as [string, string]]
      : [],
  ),
  ["scheduled", "/scheduled"],
  ["notifications", "/notifications"],
  ["mentions", "/notifications?show=mentions"],
  ["search", "/search"],
  ["found", "/search?q=bora"],
  ["nothing-found", "/search?q=zzzzzz"],
  ["people", "/people"],
  ["organisations", "/organisations"],
  ["about", "/about"],
  ["me", "/@owner"],
  ["profile", "/@ann"],
  ["profile-elsewhere", `/@ben@${b.authority}`],
  ["nobody", "/@nobody"],
  ["followers", "/@ann/followers"],
  ["following", "/@ann/following"],
  ["thread", `/@ann/${stage.thread}`],
  ["settings", "/settings"],
  ...["preferences", "security", "people", "filters"].map(
    (one) => [`settings-${one}`, `/settings/${one}`] as [string, string],
  ),
  ["admin", "/admin"],
  ...[
    "invitations",
    "people",
    "announcements",
    "emojis",
    "reports",
    "peers",
    "peers/invite",
    "peers/join",
    "peers/add",
    "peers/network",
  ].map((one) => [`admin-${one.replace("/", "-")}`, `/admin/${one}`] as [string, string]),
  ["admin-peer", `/admin/peers/${stage.peer}`],
  ["admin-peer-ledger", `/admin/peers/${stage.peer}?show=ledger`],
  ["missing", "/not/there"],
];

/** The node says 404 where there is nothing, which is what was asked for. */
const EXPECTED = /status of 404/;

const looks: Required<Omit<Look, "worker" | "token">>[] = (["en", "fr"] as const).flatMap((lang) =>
  [false, true].flatMap((phone) => [false, true].map((dark) => ({ lang, phone, dark }))),
);
const nameOf = ({ lang, phone, dark }: Look) =>
  `${lang}-${phone ? "phone" : "desk"}-${dark ? "dark" : "light"}`;

describe.concurrent("screens", { timeout: 600_000 }, () => {
  test.for(looks)("$lang phone=$phone dark=$dark", async (look, { expect }) => {
    const { context, page, witness } = await open("owner@a", "/home", look);
    const troubles: string[] = [];
    for (const [name, path] of screens()) {
      try {
        await go(page, path);
      } catch (error) {
        troubles.push(`${name}: ${String(error).slice(0, 300)}`);
        continue;
      }
      for (const one of [...(await axe(page)), ...(await witness.troubles(EXPECTED))])
        troubles.push(`${name}: ${one}`);
      await shoot(page, `${nameOf(look)}-${name}`);
    }
    await go(page, "/home");
    await page.keyboard.press("n");
    await page.waitForSelector("dialog[open]");
    for (const one of [...(await axe(page)), ...(await witness.troubles(EXPECTED))])
      troubles.push(`composer: ${one}`);
    await shoot(page, `${nameOf(look)}-composer`);
    expect(troubles).toEqual([]);
    await context.close();
  });

  test.for(looks)("outside: $lang phone=$phone dark=$dark", async (look, { expect }) => {
    const { context, page, witness } = await open(null, "/", look);
    const troubles: string[] = [];
    for (const [name, path] of [
      ["door", "/"],
      ["about-outside", "/about"],
      ["design", "/design"],
    ] as const) {
      await go(page, path);
      for (const one of [...(await axe(page)), ...(await witness.troubles())])
        troubles.push(`${name}: ${one}`);
      await shoot(page, `${nameOf(look)}-${name}`);
    }
    expect(troubles).toEqual([]);
    await context.close();
  });
});

test("what one is told is shown in groups, with the organisation of those from elsewhere", async () => {
  const { context, page, witness } = await open("ann@a", "/notifications");
  const group = page.getByText(/Ben Okafor and Cléo Durand|Cléo Durand and Ben Okafor/).first();
  await group.waitFor();
  expect(await page.locator("li", { hasText: "favourited" }).first().textContent()).toContain("Northwind");
  expect(await page.getByText("Eve", { exact: true }).count()).toBeGreaterThan(0);
  await page.getByRole("button", { name: /Accept that Eve follows you/ }).click();
  await page.getByText("Eve follows you now").waitFor();
  expect(await witness.troubles()).toEqual([]);
  const followers = await api<{ username: string }[]>("ann@a", "GET", "/api/v1/follow_requests");
  expect(followers).toEqual([]);
  await settled(page);
  await context.close();
});
