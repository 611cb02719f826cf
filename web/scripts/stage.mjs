/** What the scripts share: the tests' own nodes (TypeScript, read by Vite), and the browser. */

import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { createServer } from "vite";

export const WEB = fileURLToPath(new URL("..", import.meta.url));

/** Runs something with the modules of `e2e/harness`. */
export async function withHarness(run) {
  const vite = await createServer({
    root: WEB,
    configFile: false,
    logLevel: "error",
    appType: "custom",
    server: { middlewareMode: true, watch: null, ws: false },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    return await run(await vite.ssrLoadModule("/e2e/harness/node.ts"));
  } finally {
    await vite.close();
  }
}

export const browser = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM_PATH ?? "/usr/bin/chromium",
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

export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
