// masto.js in Chromium, on a page of another origin than the nodes. Told what to use in STAGE, as JSON.

import { createServer } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { check, same } from "./check.js";

const stage = JSON.parse(process.env.STAGE);
const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
  "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PATIENCE = 60_000;

const bundle = await build({ entryPoints: ["page.js"], bundle: true, write: false, format: "esm", platform: "browser" });
const script = bundle.outputFiles[0].contents;
const HTML = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A web client</title>
<link rel="icon" href="data:,"><script type="module" src="/client.js"></script></html>`;

const server = createServer((request, response) => {
  const path = request.url.split("?")[0];
  const [status, type, body] = path === "/client.js" ? [200, "text/javascript", script]
    : path === "/" ? [200, "text/html; charset=utf-8", HTML] : [404, "text/plain", ""];
  response.writeHead(status, { "Content-Type": type }).end(body);
});
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
// By address, where the nodes are by name: another site, not only another port.
const home = `http://127.0.0.1:${server.address().port}/`;

const profile = mkdtempSync(join(tmpdir(), "entrenous-chromium-"));
let context;
const complaints = [];

async function signIn(page, { url, username }, decision) {
  await page.evaluate((url) => window.leave(url), url);
  // Signed in from an earlier visit, the node asks for consent alone.
  const button = page.locator(`button[name=decision][value=${decision}]`);
  const password = page.locator("input[name=password]");
  await button.or(password).waitFor();
  check(page.url().startsWith(`${url}/oauth/authorize?`), "on the node's page", page.url());
  if (await password.count()) {
    await page.fill("input[name=username]", username);
    await password.fill(stage.password);
    await page.click("form:has(input[name=password]) button[type=submit]");
  }
  check((await page.textContent("body")).includes("A web client"), "the page names the client", page.url());
  await button.click();
  await page.waitForURL((place) => place.href.startsWith(home));
  return page.evaluate(() => window.cameBack);
}

try {
  context = await chromium.launchPersistentContext(profile, {
    executablePath: stage.chromium, args: FLAGS, timeout: PATIENCE, locale: "en-GB",
  });
  context.setDefaultTimeout(PATIENCE);
  const loopback = (url) => ["localhost", "127.0.0.1", ""].includes(new URL(url).hostname);
  const asked = (url) => loopback(url) || complaints.push(`a request to ${url}`);
  context.on("request", (request) => asked(request.url()));
  const page = context.pages()[0] ?? (await context.newPage());
  const sockets = [];
  page.on("websocket", (socket) => {
    asked(socket.url());
    sockets.push(socket.url());
  });
  page.on("pageerror", (error) => complaints.push(`not caught: ${error}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.text()} (${message.location().url})`);
  });

  await page.goto(home);
  same(await signIn(page, stage.me, "deny"), "access_denied", "denied");
  same(await signIn(page, stage.me, "allow"), "signed in", "allowed on A");
  same(await signIn(page, stage.other, "allow"), "signed in", "allowed on B");
  same(complaints, [], "nothing to complain about so far");

  // The browser writes every failed request into its console; those of the flows are refusals that are meant.
  const meant = /Failed to load resource: the server responded with a status of (401|404|422) /;
  same(await page.evaluate((url) => window.readError(url), stage.me.url),
    [401, "The access token is invalid", "Bearer realm=\"Entrenous\""], "an error can be read from another origin");
  const [limit, remaining, reset] = await page.evaluate((url) => window.readQuota(url), stage.me.url);
  check(Number(limit) > Number(remaining) && Date.parse(reset) > Date.now(), "quota", [limit, remaining, reset]);
  const done = await page.evaluate(([a, b]) => window.everyday(a, b), [stage.me.url, stage.other.url]);
  same(done, "passed", "everyday");
  check(sockets.length >= 2 && sockets.some((url) => url.includes("access_token=")), "both ways to a stream", sockets);
  same(complaints.filter((text) => !meant.test(text)), [], "nothing to complain about");
} catch (error) {
  if (complaints.length) console.error(`The browser said:\n${complaints.join("\n")}`);
  throw error;
} finally {
  await context?.close();
  server.close();
  rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
}
process.exit(0);
