/** What every test is given: the nodes, people who speak to their API, and a browser that minds what goes wrong. */

import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";
import { inject } from "vitest";
import type { Address } from "./node";

export const a = inject("a");
export const b = inject("b");
const tokens = inject("tokens");
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
export const SHOTS = join(import.meta.dirname, "../../shots");

export type Who = `${string}@${"a" | "b"}`;
export const nodeOf = (who: Who): Address => (who.endsWith("@a") ? a : b);
export const tokenOf = (who: Who): string => {
  const token = tokens[who];
  if (!token) throw new Error(`nobody is called ${who}`);
  return token;
};

/** Asks a node's API as someone. */
export async function api<T>(who: Who, method: string, path: string, body?: unknown): Promise<T> {
  const form = body instanceof FormData;
  const answer = await fetch(nodeOf(who).url + path, {
    method,
    headers: {
      authorization: `Bearer ${tokenOf(who)}`,
      ...(body === undefined || form ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? null : form ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

interface Limits {
  configuration: { statuses: { max_media_attachments: number }; polls: { max_options: number } };
}

/** Whether the node has a path; what was not built yet cannot be tested. */
export async function has(path: string): Promise<boolean> {
  return (await fetch(a.url + path, { method: "OPTIONS" })).status !== 404;
}

/** Whether posts can have files and polls, by what the node says of itself. */
export async function can(what: "files" | "polls"): Promise<boolean> {
  const { configuration } = (await (await fetch(`${a.url}/api/v2/instance`)).json()) as Limits;
  return what === "files"
    ? configuration.statuses.max_media_attachments > 0
    : configuration.polls.max_options > 0;
}

let browser: Promise<Browser> | null = null;

export function chromiumPath(): string {
  return process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";
}

/** The one browser of a run. */
export function theBrowser(): Promise<Browser> {
  browser ??= chromium.launch({
    executablePath: chromiumPath(),
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  const open = browser;
  browser = null;
  await (await open)?.close();
}

export interface Look {
  lang?: "en" | "fr";
  phone?: boolean;
  dark?: boolean;
  /** With the service worker; without it a page cannot be confused by what an earlier test cached. */
  worker?: boolean;
  /** A token of its own, for a test that ends it. */
  token?: string;
}

/** A context in which someone is signed in, or nobody. */
export async function context(who: Who | null, look: Look = {}): Promise<BrowserContext> {
  const made = await (
    await theBrowser()
  ).newContext({
    viewport: look.phone ? { width: 390, height: 844 } : { width: 1280, height: 900 },
    hasTouch: look.phone ?? false,
    colorScheme: look.dark ? "dark" : "light",
    locale: look.lang ?? "en",
    reducedMotion: "reduce",
    serviceWorkers: look.worker ? "allow" : "block",
  });
  made.setDefaultTimeout(30_000);
  await made.addInitScript(watch);
  if (who !== null) {
    const kept: Record<string, string> = {
      "entrenous.session": JSON.stringify({ token: look.token ?? tokenOf(who), me: null }),
      "entrenous.lang": JSON.stringify(look.lang ?? "en"),
    };
    // Only once: a page that signs out must stay signed out.
    await made.addInitScript((values) => {
      if (localStorage.getItem("e2e") !== null) return;
      localStorage.setItem("e2e", "1");
      for (const [name, value] of Object.entries(values)) localStorage.setItem(name, value);
    }, kept);
  }
  return made;
}

/** In the page: notes what breaks the policy, and whether a script of somebody's ran. */
function watch() {
  const noted: string[] = [];
  Object.assign(window, { __noted: noted, __xss: () => noted.push("a foreign script ran") });
  document.addEventListener("securitypolicyviolation", (event) =>
    noted.push(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile ?? ""}`),
  );
}

/** What went wrong in a page, as it happens. */
export class Witness {
  readonly seen: string[] = [];

  constructor(readonly page: Page) {
    page.on("console", (message) => {
      if (message.type() === "error") this.seen.push(`console: ${message.text()} ${message.location().url}`);
    });
    page.on("pageerror", (error) => this.seen.push(`error: ${error.stack ?? error.message}`));
    page.on("dialog", (dialog) => {
      this.seen.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** Everything that went wrong since the last time; `but` is what was to be expected. */
  async troubles(but?: RegExp): Promise<string[]> {
    const noted = await this.page.evaluate(
      () => (window as unknown as { __noted?: string[] }).__noted?.splice(0) ?? [],
    );
    return [...this.seen.splice(0), ...noted].filter((one) => !but?.test(one));
  }
}

export async function open(who: Who | null, path: string, look: Look = {}) {
  const made = await context(who, look);
  const page = await made.newPage();
  const witness = new Witness(page);
  await page.goto((who === null ? a : nodeOf(who)).url + path);
  await settled(page);
  return { context: made, page, witness };
}

/** The screen is there, and nothing is on its way any more. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector("h1");
  // The page of components shows these for ever.
  await page.waitForFunction(
    () =>
      location.pathname === "/design" || !document.querySelector(".skeleton, [aria-busy=true]:not(button)"),
  );
  await page.evaluate(() => document.fonts.ready);
}

/** Goes to a path as a link would, without loading the page anew. */
export async function go(page: Page, path: string): Promise<void> {
  await page.evaluate((to) => {
    const link = document.createElement("a");
    link.href = to;
    document.body.append(link);
    link.click();
    link.remove();
  }, path);
  await page.waitForURL((url) => url.pathname + url.search === path);
  await settled(page);
}

/**
 * The serious findings of axe, by WCAG 2.2 AA and good practice. Rows of a list that are not measured yet are hidden for
 * a moment: what is found is looked at once more.
 */
export async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  if ((await findings(page)).length === 0) return [];
  await page.waitForTimeout(500);
  return findings(page);
}

async function findings(page: Page): Promise<string[]> {
  const found = await page.evaluate(async () => {
    const { violations } = await (
      window as unknown as {
        axe: {
          run: (
            where: Document,
            options: object,
          ) => Promise<{
            violations: {
              id: string;
              impact: string;
              nodes: { target: string[]; failureSummary: string }[];
            }[];
          }>;
        };
      }
    ).axe.run(document, { resultTypes: ["violations"] });
    return violations.map((one) => ({
      id: one.id,
      impact: one.impact,
      where: one.nodes.slice(0, 3).map((node) => `${node.target.join(" ")}: ${node.failureSummary}`),
    }));
  });
  return found
    .filter((one) => one.impact === "serious" || one.impact === "critical")
    .map((one) => `${one.id}: ${one.where.join(" | ").replace(/\s+/g, " ")}`);
}

/** Keeps what the screen looks like. */
export async function shoot(page: Page, name: string): Promise<void> {
  await mkdir(SHOTS, { recursive: true });
  await page.screenshot({ path: join(SHOTS, `${name}.png`), animations: "disabled" });
}
