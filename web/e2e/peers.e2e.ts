/** Two administrators in two browsers: the whole invitation between two new nodes, and its end. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages } from "../src/i18n/en";
import { messages as more } from "../src/i18n/en/peers";
import { administrator, button, fill, link, state, wrong, type Admin } from "./harness/admin";
import { eventually, Node } from "./harness/node";
import { closeBrowser, settled, shoot } from "./harness/stage";

const en = { ...messages, ...more };
let nodes: Node[] = [];

beforeAll(async () => {
  const started = await Promise.allSettled([
    Node.start("Atelier Sud", "#8a4b1c"),
    Node.start("Harbour Labs", "#1c5f8a"),
  ]);
  nodes = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const refused = started.find((one) => one.status === "rejected");
  if (refused) throw refused.reason;
});
afterAll(async () => {
  await closeBrowser();
  await Promise.all(nodes.map((node) => node.remove()));
});

/** The groups of a fingerprint as they stand on the screen. */
async function shown(page: Page, label: string): Promise<string> {
  const list = page.getByRole("list", { name: label, exact: true });
  await list.waitFor();
  return (await list.locator("li > span:first-child").allTextContents()).join("-");
}

test("invite, join, compare, confirm, and end it", { timeout: 180_000 }, async () => {
  const [sud, harbour] = (await Promise.all(nodes.map((node) => administrator(node, "/admin/peers")))) as [
    Admin,
    Admin,
  ];
  const [sudName, harbourName] = ["Atelier Sud", "Harbour Labs"];

  // An invitation for a partner, for that one node.
  await sud.page.getByText(en.peers.none).waitFor();
  await link(sud.page, en.peers.invite).click();
  await settled(sud.page);
  await sud.page.getByLabel(en.peers.purpose).fill("Project Bora");
  await sud.page.getByRole("radio", { name: en.contract.presetPartner }).check();
  await sud.page.getByText(en.contract.giveDirectoryAll).waitFor();
  await sud.page.getByLabel(en.peers.forWhom).fill(harbour.node.address.url);
  expect(await wrong(sud)).toEqual([]);
  await button(sud.page, en.peers.makeLink).click();
  const field = sud.page.getByLabel(en.peers.link, { exact: true });
  const invitation = await field.inputValue();
  expect(invitation).toMatch(
    new RegExp(`^${sud.node.address.url}/invitations/\\d+\\?fp=[a-z2-7]{52}#[\\w-]{43}$`),
  );
  await sud.page.getByRole("img", { name: en.peers.qr }).waitFor();
  const sudPrint = await shown(sud.page, fill(en.peers.ourFingerprint, { name: sudName }));
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-made");

  // A link that was cut off is found out at once, and stays in the field to be completed.
  await link(harbour.page, en.peers.join).click();
  await settled(harbour.page);
  const pasted = harbour.page.getByLabel(en.peers.pasteLabel, { exact: true });
  await pasted.fill(invitation.slice(0, -5));
  await button(harbour.page, en.peers.read).click();
  await harbour.page.getByText(en.peers.notWhole).waitFor();
  expect(await pasted.inputValue()).toBe(invitation.slice(0, -5));
  expect(await wrong(harbour)).toEqual([]);
  await pasted.fill(invitation);
  await button(harbour.page, en.peers.read).click();

  // Both see the same two fingerprints.
  await harbour.page.getByRole("heading", { name: fill(en.peers.invites, { name: sudName }) }).waitFor();
  await harbour.page.getByText("Project Bora").waitFor();
  await harbour.page.getByText(en.contract.getDirectoryAll).waitFor();
  expect(await shown(harbour.page, fill(en.peers.theirFingerprint, { name: sudName }))).toBe(sudPrint);
  const harbourPrint = await shown(harbour.page, fill(en.peers.ourFingerprint, { name: harbourName }));
  expect(harbourPrint).not.toBe(sudPrint);
  expect(await wrong(harbour)).toEqual([]);
  await shoot(harbour.page, "peers-offer");
  expect(await button(harbour.page, en.peers.accept).isDisabled()).toBe(true);
  await harbour.page.getByLabel(en.peers.compared).check();
  await button(harbour.page, en.peers.accept).click();
  await harbour.page.getByText(fill(en.peers.waits, { name: sudName })).waitFor();
  expect(await wrong(harbour)).toEqual([]);
  await shoot(harbour.page, "peers-waits");

  // The inviter is told without reloading.
  await link(sud.page, en.peers.toPeer).click();
  await settled(sud.page);
  await sud.page.getByRole("heading", { name: en.peers.compare }).waitFor();
  expect(await shown(sud.page, fill(en.peers.theirFingerprint, { name: harbourName }))).toBe(harbourPrint);
  expect(await shown(sud.page, fill(en.peers.ourFingerprint, { name: sudName }))).toBe(sudPrint);
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-confirm");
  expect(await button(sud.page, en.peers.confirm).isDisabled()).toBe(true);
  await sud.page.getByLabel(en.peers.compared).check();
  await button(sud.page, en.peers.confirm).click();
  await state(sud.page, en.peers.active).waitFor();
  await harbour.page.getByText(fill(en.peers.joined, { name: sudName })).waitFor();

  // Paused, and going on.
  await button(sud.page, en.peers.suspend).click();
  await sud.page.getByRole("dialog").getByRole("button", { name: en.peers.suspend, exact: true }).click();
  await state(sud.page, en.peers.suspended).waitFor();
  await button(sud.page, en.peers.resume).click();
  await state(sud.page, en.peers.active).waitFor();
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-active");

  // A change is proposed here, and accepted there: it holds on both sides.
  await link(harbour.page, fill(en.peers.show, { name: sudName })).click();
  await settled(harbour.page);
  await button(sud.page, en.contract.change).click();
  const change = sud.page.getByRole("dialog");
  expect(await button(sud.page, en.contract.propose).isDisabled()).toBe(true);
  await change.getByText(en.contract.edit).click();
  await change
    .getByRole("group", { name: en.contract.editGive })
    .getByRole("switch", { name: en.contract.chatLabel })
    .click();
  await change.getByText(en.contract.giveNoChat).waitFor();
  await change.getByLabel(en.contract.note).fill("No chat until summer");
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-change");
  await button(sud.page, en.contract.propose).click();
  await sud.page.getByText(fill(en.contract.ourOffer, { name: harbourName })).waitFor();
  await harbour.page.getByText(fill(en.contract.theirOffer, { name: sudName })).waitFor();
  await harbour.page.getByText("No chat until summer").waitFor();
  await harbour.page.getByText(en.contract.getNoChat).waitFor();
  expect(await wrong(harbour)).toEqual([]);
  await shoot(harbour.page, "peers-proposal");
  await button(harbour.page, en.contract.accept).click();
  await harbour.page.getByText(fill(en.contract.version, { count: "2" })).waitFor();
  await sud.page.getByText(fill(en.contract.version, { count: "2" })).waitFor();
  await sud.page.getByText(en.contract.giveNoChat).waitFor();
  expect(await wrong(sud)).toEqual([]);

  // What crossed is on the ledger, and every row is as it was written.
  await link(sud.page, en.ledger.title).click();
  await sud.page.getByRole("heading", { name: en.ledger.title, exact: true }).waitFor();
  await settled(sud.page);
  await button(sud.page, en.ledger.verify).click();
  await sud.page.getByText(/as (it was|they were) written|There are no rows yet/).waitFor();
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-ledger");
  await link(sud.page, en.ledger.overview).click();

  // New keys: what follows is said first, and the other side has them without anybody's doing.
  const place = sud.page.url();
  await sud.page.goto(`${sud.node.address.url}/admin/peers`);
  await settled(sud.page);
  await button(sud.page, `${en.alerts.change}…`).click();
  await sud.page.getByRole("dialog").getByText(en.alerts.changeTold).waitFor();
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-keys");
  await button(sud.page, en.alerts.changeNow).click();
  await sud.page.getByText(en.alerts.taken).waitFor();
  expect(await shown(sud.page, fill(en.peers.ourFingerprint, { name: sudName }))).not.toBe(sudPrint);
  await sud.page.goto(place);
  await settled(sud.page);
  await sud.page.locator("li b").getByText(en.peers.didTake, { exact: true }).waitFor();

  // Its end takes the address, typed.
  await button(sud.page, `${en.peers.end}…`).click();
  const dialog = sud.page.getByRole("dialog");
  await dialog.getByText(en.ending.therePurge).waitFor();
  const end = dialog.getByRole("button", { name: en.peers.end, exact: true });
  expect(await end.isDisabled()).toBe(true);
  const { authority } = harbour.node.address;
  const typed = dialog.getByLabel(fill(en.peers.endType, { authority }));
  await typed.fill("elsewhere.example");
  await typed.press("Enter");
  await dialog.getByText(fill(en.peers.endWrong, { authority })).waitFor();
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-end");
  await typed.fill(authority);
  await end.click();
  await sud.page.getByText(en.peers.endedText).waitFor();
  await sud.page.locator("li b").getByText(en.peers.didRevoked, { exact: true }).waitFor();
  // The other node signs that it has cleared away what it had.
  await state(sud.page, en.ending.confirmed).waitFor();
  await sud.page.getByText(/Their node has signed on/).waitFor();
  expect(await wrong(sud)).toEqual([]);
  await shoot(sud.page, "peers-ended");
  await eventually("the other side to be told", async () => {
    await harbour.page.goto(`${harbour.node.address.url}/admin/peers`);
    await settled(harbour.page);
    return state(harbour.page, en.peers.ended).isVisible();
  });
  expect(await wrong(harbour)).toEqual([]);
  await Promise.all([sud.close(), harbour.close()]);
});

test("what goes wrong is said in words, and an open invitation is withdrawn", async () => {
  const sud = await administrator(nodes[0]!, "/admin/peers/invite");
  await sud.page.getByLabel(en.peers.purpose).fill("For nobody");
  await button(sud.page, en.peers.makeLink).click();
  const invitation = await sud.page.getByLabel(en.peers.link, { exact: true }).inputValue();
  await link(sud.page, en.peers.toList).click();
  await settled(sud.page);
  await button(sud.page, fill(en.peers.withdrawName, { purpose: "For nobody" })).click();
  await sud.page.getByRole("dialog").getByRole("button", { name: en.peers.withdraw, exact: true }).click();
  await sud.page.getByText(en.peers.withdrawn).waitFor();
  expect(await wrong(sud)).toEqual([]);

  const harbour = await administrator(nodes[1]!, "/admin/peers/join");
  const pasted = harbour.page.getByLabel(en.peers.pasteLabel, { exact: true });
  await pasted.fill(invitation);
  await button(harbour.page, en.peers.read).click();
  const { authority } = sud.node.address;
  await harbour.page
    .getByText(fill(en.peers.withdrawnThere, { authority, detail: "1 minute ago" }))
    .waitFor();
  expect(await pasted.inputValue()).toBe(invitation);
  // The other node does not answer: that is not this one's trouble.
  await pasted.fill(invitation.replace(/localhost:\d+/, "localhost:9"));
  await button(harbour.page, en.peers.read).click();
  await harbour.page.getByText(/localhost:9 cannot be reached from this node/).waitFor();
  expect(await harbour.page.getByText(fill(en.common.nodeAway, { node: "Harbour Labs" })).count()).toBe(0);
  await pasted.fill(invitation.replace(authority, harbour.node.address.authority));
  await button(harbour.page, en.peers.read).click();
  await harbour.page.getByText(en.peers.ownLink).waitFor();
  expect(await wrong(harbour, /status of (502|403)/)).toEqual([]);

  // An Entrenous node is connected by an invitation, and not by hand.
  await harbour.page.goto(`${harbour.node.address.url}/admin/peers/add`);
  await settled(harbour.page);
  await harbour.page.getByLabel(en.peers.authority).fill(sud.node.address.url);
  await button(harbour.page, en.peers.addNow).click();
  await harbour.page.getByText(fill(en.peers.isEntrenous, { authority })).waitFor();
  expect(await wrong(harbour, /status of (422|400)/)).toEqual([]);
  await Promise.all([sud.close(), harbour.close()]);
});
