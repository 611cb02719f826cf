/** One invitation, and the new node is connected with everyone: three administrators in three browsers. */

import { afterAll, beforeAll, expect, test } from "vitest";
import { messages } from "../src/i18n/en";
import { messages as more } from "../src/i18n/en/peers";
import { administrator, button, fill, link, state, wrong, type Admin } from "./harness/admin";
import { command, connect, Node } from "./harness/node";
import { closeBrowser, settled, shoot, type Look } from "./harness/stage";

const en = { ...messages, ...more };
const [HUB, OLD, NEW] = ["Paris Office", "Lyon Works", "Nantes Yard"] as const;
let nodes: Node[] = [];

beforeAll(async () => {
  const started = await Promise.allSettled([
    Node.start(HUB, "#3d4fa1"),
    Node.start(OLD, "#2f6f5e"),
    Node.start(NEW, "#8a4b1c"),
  ]);
  nodes = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const refused = started.find((one) => one.status === "rejected");
  if (refused) throw refused.reason;
  await connect(nodes[0]!.address, nodes[1]!.address);
});
afterAll(async () => {
  await closeBrowser();
  await Promise.all(nodes.map((node) => node.remove()));
});

const LOOKS: Required<Pick<Look, "lang" | "phone" | "dark">>[] = (["en", "fr"] as const).flatMap((lang) =>
  [false, true].flatMap((phone) => [false, true].map((dark) => ({ lang, phone, dark }))),
);

/** A page of a node in both languages, on a desk and on a phone, light and dark: what is wrong with it. */
async function everyLook(node: Node, path: string, name: string, there: string): Promise<string[]> {
  const troubles: string[] = [];
  for (const look of LOOKS) {
    const admin = await administrator(node, path, look);
    await admin.page.locator(there).first().waitFor();
    const { lang, phone, dark } = look;
    const called = `${lang}-${phone ? "phone" : "desk"}-${dark ? "dark" : "light"}-${name}`;
    troubles.push(...(await wrong(admin)).map((one) => `${called}: ${one}`));
    await shoot(admin.page, called);
    await admin.close();
  }
  return troubles;
}

/** The card of an introduction that waits. */
const card = ({ page }: Admin, name: string) =>
  page.getByRole("article", { name: fill(en.introductions.card, { by: HUB, name }), exact: true });

async function accept(admin: Admin, name: string) {
  await card(admin, name).waitFor();
  await button(admin.page, fill(en.introductions.acceptName, { name })).click();
  const question = admin.page.getByRole("dialog");
  await question.getByText(fill(en.introductions.acceptTrust, { name, by: HUB })).waitFor();
  await question.getByText(en.contract.getDirectoryAll).waitFor();
  expect(await wrong(admin)).toEqual([]);
  await question.getByRole("button", { name: en.introductions.accept, exact: true }).click();
}

test("a node joins by one invitation, and is introduced to the other", { timeout: 300_000 }, async () => {
  const [hub, old, fresh] = nodes as [Node, Node, Node];

  // The invitation says that it is to be introduced; a contract that gives no introductions does not offer it.
  const paris = await administrator(hub, "/admin/peers/invite");
  const offered = paris.page.getByRole("switch", { name: en.introductions.invite, exact: true });
  await paris.page.getByRole("radio", { name: en.contract.presetPartner }).check();
  await offered.waitFor({ state: "detached" });
  await paris.page.getByRole("radio", { name: en.contract.presetSite }).check();
  await offered.check();
  expect(await wrong(paris)).toEqual([]);
  await shoot(paris.page, "introductions-invite");
  await button(paris.page, en.peers.makeLink).click();
  await paris.page.getByText(en.introductions.inviteNext).waitFor();
  const invitation = await paris.page.getByLabel(en.peers.link, { exact: true }).inputValue();
  await command(fresh.address, ["peer", "join", invitation, "--yes"]);
  await link(paris.page, en.peers.toPeer).click();
  await settled(paris.page);
  await paris.page.getByLabel(en.peers.compared).check();
  await button(paris.page, en.peers.confirm).click();
  await state(paris.page, en.peers.active).waitFor();

  // Both pairs of eyes see the same: who introduces, and the keys that the node itself shows.
  const lyon = await administrator(old, "/admin/peers");
  const nantes = await administrator(fresh, "/admin/peers");
  await card(lyon, NEW).waitFor();
  await card(nantes, OLD).waitFor();
  await card(lyon, NEW).getByText(fresh.address.authority).waitFor();
  const print = await card(lyon, NEW)
    .getByRole("list", { name: fill(en.peers.theirFingerprint, { name: NEW }) })
    .locator("li > span:first-child")
    .allTextContents();
  expect(print).toHaveLength(13);
  expect(await wrong(lyon)).toEqual([]);
  expect(await everyLook(old, "/admin/peers", "admin-peers-introduced", "article")).toEqual([]);

  // The first who accepts waits, the second is told so and connects the two; nobody reloads a page.
  await accept(lyon, NEW);
  await card(lyon, NEW)
    .getByText(fill(en.introductions.acceptedText, { name: NEW }))
    .waitFor();
  expect(await wrong(lyon)).toEqual([]);
  await shoot(lyon.page, "introductions-accepted");
  await card(nantes, OLD).getByText(en.introductions.otherConfirmed).waitFor();
  await accept(nantes, OLD);
  await card(nantes, OLD).waitFor({ state: "detached" });
  await card(lyon, NEW).waitFor({ state: "detached" });
  await lyon.page.getByText(en.introductions.past).waitFor();
  await lyon.page.getByRole("link", { name: new RegExp(NEW) }).click();
  await lyon.page.getByRole("heading", { level: 1, name: NEW, exact: true }).waitFor();
  await settled(lyon.page);
  await state(lyon.page, en.peers.active).waitFor();
  await link(lyon.page, HUB).waitFor();
  expect(await wrong(lyon)).toEqual([]);
  await shoot(lyon.page, "introductions-peer");

  // On the hub both are there, and connected with each other by it.
  await paris.page.getByRole("heading", { name: en.introductions.made, exact: true }).waitFor();
  await paris.page.getByText(en.introductions.pairConnected).waitFor();
  expect(await wrong(paris)).toEqual([]);
  const made = fill(en.network.made, { names: NEW });
  expect(await everyLook(hub, "/admin/peers/network", "network-hub", "svg a")).toEqual([]);
  await paris.page.goto(`${hub.address.url}/admin/peers/network`);
  await settled(paris.page);
  await paris.page.getByText(made).waitFor();
  await paris.page
    .getByRole("region", { name: new RegExp(`^${en.network.well}`) })
    .getByRole("link")
    .first()
    .waitFor();

  // On the one that was introduced, the picture shows by whom; a click on it leads to the peer.
  await lyon.page.goto(`${old.address.url}/admin/peers/network`);
  await settled(lyon.page);
  await lyon.page.getByText(fill(en.network.by, { name: HUB })).waitFor();
  expect(await wrong(lyon)).toEqual([]);
  await lyon.page.locator("svg a", { hasText: HUB }).click();
  await settled(lyon.page);
  await lyon.page.getByRole("heading", { name: HUB, level: 1 }).waitFor();

  // Lyon would not be asked the next time.
  await lyon.page.getByRole("radio", { name: en.introductions.auto, exact: true }).check();
  await lyon.page.getByText(fill(en.introductions.accepts, { name: HUB })).waitFor();
  expect(await wrong(lyon)).toEqual([]);
  await lyon.page.reload();
  await settled(lyon.page);
  expect(await lyon.page.getByRole("radio", { name: en.introductions.auto, exact: true }).isChecked()).toBe(
    true,
  );

  // There is nobody left to introduce it to. The other's entry names it as well.
  await paris.page
    .getByRole("link", { name: new RegExp(`^${NEW}`) })
    .first()
    .click();
  await settled(paris.page);
  await button(paris.page, `${en.introductions.introduce}…`).click();
  await paris.page.getByText(fill(en.introductions.nobody, { name: NEW })).waitFor();
  expect(await wrong(paris)).toEqual([]);
  await shoot(paris.page, "introductions-nobody");
  await Promise.all([paris, lyon, nantes].map((admin) => admin.close()));
});
