/** A device is told while the client is closed: switched on, of what and from whom, switched off, and refused. */

import { afterAll, beforeAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { messages as en } from "../src/i18n/en";
import { messages as fr } from "../src/i18n/fr";
import { makeToken, Node } from "./harness/node";
import { axe, closeBrowser, context, go, settled, shoot, Witness, type Look } from "./harness/stage";

interface Told {
  alerts: Record<string, boolean>;
  policy: string;
}
const SERVICE = "https://push.example";
const HERE = "/settings/preferences";
let node: Node;

beforeAll(async () => {
  node = await Node.start("Harbour Bell", "#1c5f8a", [SERVICE]);
});
afterAll(async () => {
  await node.remove();
  await closeBrowser();
});

/** In the page: a browser that has a push service, and a person who answers its question so. */
function pushing([service, answer]: [string, NotificationPermission]) {
  const text = (bytes: Uint8Array) =>
    btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replaceAll("=", "");
  let current: object | null = null;
  const manager = {
    getSubscription: () => Promise.resolve(current),
    async subscribe({ applicationServerKey }: { applicationServerKey: Uint8Array }) {
      const kind = { name: "ECDH", namedCurve: "P-256" };
      const pair = await crypto.subtle.generateKey(kind, true, ["deriveBits"]);
      const p256dh = text(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
      const auth = text(crypto.getRandomValues(new Uint8Array(16)));
      const endpoint = `${service}/send/${p256dh}`;
      current = {
        endpoint,
        options: { applicationServerKey: applicationServerKey.slice().buffer },
        toJSON: () => ({ endpoint, keys: { p256dh, auth } }),
        unsubscribe() {
          current = null;
          return Promise.resolve(true);
        },
      };
      return current;
    },
  };
  const registration = { pushManager: manager } as unknown as ServiceWorkerRegistration;
  navigator.serviceWorker.getRegistration = () => Promise.resolve(registration);
  Object.defineProperty(Notification, "permission", { configurable: true, get: () => "default" });
  Notification.requestPermission = () => Promise.resolve(answer);
}

async function enter(look: Look, answer: NotificationPermission = "granted", service = SERVICE) {
  const token = await makeToken(node.address, "owner");
  const made = await context("owner@a", { ...look, token });
  await made.addInitScript(pushing, [service, answer] as [string, NotificationPermission]);
  const page = await made.newPage();
  const witness = new Witness(page);
  await page.goto(node.address.url + HERE);
  await settled(page);
  /** What the node has of it. */
  const told = async () => {
    const headers = { authorization: `Bearer ${token}` };
    const answered = await fetch(`${node.address.url}/api/v1/push/subscription`, { headers });
    return answered.ok ? ((await answered.json()) as Told) : null;
  };
  return { page, witness, told, close: () => made.close() };
}

const box = (page: Page, name: string) => page.getByRole("checkbox", { name, exact: true });
const bell = (page: Page, words: typeof en) => page.getByRole("switch", { name: words.settings.deviceTell });

test("one is told of what one chose, until one is not", async () => {
  const { page, witness, told, close } = await enter({});
  await bell(page, en).focus();
  await page.keyboard.press("Space");
  await box(page, en.settings.tellMention).waitFor();
  // Switched by keyboard, the switch still has the focus.
  expect(await bell(page, en).evaluate((one) => one === document.activeElement)).toBe(true);
  expect((await told())?.alerts).toMatchObject({ mention: true, favourite: true, "admin.report": true });
  await box(page, en.settings.tellFavourite).uncheck();
  await page.getByLabel(en.settings.tellFrom, { exact: true }).selectOption("followed");
  const wanted = { policy: "followed", alerts: { favourite: false, mention: true } };
  await expect.poll(told, { timeout: 10_000 }).toMatchObject(wanted);
  expect(await axe(page)).toEqual([]);

  await go(page, "/home");
  await go(page, HERE);
  expect(await box(page, en.settings.tellFavourite).isChecked()).toBe(false);
  expect(await box(page, en.settings.tellMention).isChecked()).toBe(true);
  await bell(page, en).click();
  await box(page, en.settings.tellMention).waitFor({ state: "detached" });
  await expect.poll(told, { timeout: 10_000 }).toBeNull();
  // That there was nothing before is what the node answers with 404.
  expect(await witness.troubles(/status of 404/)).toEqual([]);
  await close();
});

test("who says no, or has another push service, is told why", async () => {
  const no = await enter({}, "denied");
  await bell(no.page, en).click();
  const why = no.page.getByText(en.settings.deviceDenied);
  await why.waitFor();
  expect(await why.evaluate((one) => one === document.activeElement)).toBe(true);
  expect(await axe(no.page)).toEqual([]);
  expect(await no.told()).toBeNull();
  await no.close();

  const other = await enter({}, "granted", "https://elsewhere.example");
  await bell(other.page, en).click();
  await other.page.getByText(en.settings.deviceRefused).waitFor();
  expect(await bell(other.page, en).isChecked()).toBe(false);
  expect(await other.told()).toBeNull();
  await other.close();
});

const LOOKS: Look[] = [
  { lang: "fr", phone: true, dark: true },
  { lang: "fr", phone: false, dark: false },
  { lang: "en", phone: true, dark: false },
  { lang: "en", phone: false, dark: true },
];
for (const look of LOOKS)
  test(`the look of it: ${JSON.stringify(look)}`, async () => {
    const words = (look.lang === "fr" ? fr : en) as typeof en;
    const { page, close } = await enter(look);
    await bell(page, words).click();
    await box(page, words.settings.tellMention).waitFor();
    await bell(page, words).scrollIntoViewIfNeeded();
    expect(await axe(page)).toEqual([]);
    const name = `device-${look.lang}-${look.phone ? "phone" : "desk"}-${look.dark ? "dark" : "light"}`;
    await shoot(page, name);
    await close();
  });
