/** Before all tests: two connected nodes with people on them. After them: everything is ended. */

import type { TestProject } from "vitest/node";
import { addPerson, connect, makeToken, Node, type Address } from "./node";

declare module "vitest" {
  export interface ProvidedContext {
    a: Address;
    b: Address;
    /** By `username@a` or `username@b`. */
    tokens: Record<string, string>;
  }
}

const PEOPLE = {
  a: [
    ["ann", "Ann Martin", "en"],
    ["cleo", "Cléo Durand", "fr"],
    ["eve", "Eve", "en"],
    ["mallory", "Mallory", "en"],
  ],
  b: [
    ["ben", "Ben Okafor", "en"],
    ["dora", "Dora Lind", "en"],
  ],
} as const;

export default async function setup(project: TestProject) {
  const started = await Promise.allSettled([
    Node.start("Lyon Works", "#2f6f5e"),
    Node.start("Northwind", "#7a3ea8"),
  ]);
  const nodes = started.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const stop = () => Promise.all(nodes.map((node) => node.remove()));
  const refused = started.find((one) => one.status === "rejected");
  if (refused) {
    await stop();
    throw refused.reason;
  }
  try {
    const [a, b] = nodes.map((node) => node.address) as [Address, Address];
    await connect(a, b);
    const tokens: Record<string, string> = {};
    for (const [key, node] of [
      ["a", a],
      ["b", b],
    ] as const) {
      for (const [username, name, locale] of PEOPLE[key]) {
        await addPerson(node, username, name, locale);
        tokens[`${username}@${key}`] = await makeToken(node, username);
      }
      tokens[`owner@${key}`] = await makeToken(node, "owner");
    }
    project.provide("a", a);
    project.provide("b", b);
    project.provide("tokens", tokens);
  } catch (error) {
    for (const node of nodes) console.error(await node.lastWords());
    await stop();
    throw error;
  }
  return async () => {
    await stop();
  };
}
