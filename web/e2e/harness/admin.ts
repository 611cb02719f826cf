/** Administrators of nodes of a test's own, each in a browser context. */

import type { Page } from "playwright-core";
import { makeToken, type Node } from "./node";
import { axe, context, settled, Witness, type Look } from "./stage";

export interface Admin {
  node: Node;
  page: Page;
  witness: Witness;
  close: () => Promise<void>;
}

export async function administrator(node: Node, path: string, look: Look = {}): Promise<Admin> {
  const made = await context("owner@a", { ...look, token: await makeToken(node.address, "owner") });
  const page = await made.newPage();
  const witness = new Witness(page);
  await page.goto(node.address.url + path);
  await settled(page);
  return { node, page, witness, close: () => made.close() };
}

export const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
export const link = (page: Page, name: string) => page.getByRole("link", { name, exact: true });
export const state = (page: Page, text: string) => page.locator(".badge").getByText(text, { exact: true });
export const fill = (text: string, values: Record<string, string>) =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");

/** What is serious on the screen, and what went wrong until now. */
export const wrong = async ({ page, witness }: Admin, but?: RegExp) => [
  ...(await axe(page)),
  ...(await witness.troubles(but)),
];
