/**
 * Measures the client against a real node (`ENTRENOUS_BIN`): what the first screen weighs, when it can be used on a slow
 * phone, and what scrolling through two thousand posts costs. Writes the section “Web client” of docs/BENCHMARKS.md.
 */

import { readFile, writeFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { browser, median, WEB, withHarness } from "./stage.mjs";

const RUNS = Number(process.env.RUNS ?? 5);
const POSTS = 2_000;
const DIST = join(WEB, "dist");
/** As the developer tools have it. */
const FAST_3G = { offline: false, latency: 562.5, downloadThroughput: 180_000, uploadThroughput: 84_375 };

process.env.ENTRENOUS_WEB_DIST ??= DIST;

/** What a browser that was here before remembers of the person. */
async function me(url, token) {
  const headers = { authorization: `Bearer ${token}` };
  return (await fetch(`${url}/api/v1/accounts/verify_credentials`, { headers })).json();
}

async function signedIn(chromium, url, token) {
  const context = await chromium.newContext({
    viewport: { width: 390, height: 844 },
    serviceWorkers: "block",
    locale: "en",
  });
  await context.addInitScript(
    (text) => {
      localStorage.setItem("entrenous.session", text);
      window.__tasks = [];
      new PerformanceObserver((list) => {
        for (const one of list.getEntries())
          window.__tasks.push({ end: one.startTime + one.duration, ms: one.duration });
      }).observe({ type: "longtask", buffered: true });
    },
    JSON.stringify({ token, me: null }),
  );
  return { context, page: await context.newPage(), home: `${url}/home` };
}

/** The files of the first screen, as the node compresses them. */
async function weight(chromium, url, token) {
  const { context, page, home } = await signedIn(chromium, url, token);
  const asked = new Set();
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith("/assets/")) asked.add(pathname);
  });
  await page.goto(home);
  await page.waitForSelector("article[data-post]");
  await page.waitForLoadState("networkidle");
  await context.close();
  const sum = { js: 0, css: 0, jsGzip: 0, cssGzip: 0, files: asked.size };
  for (const path of asked) {
    const plain = await readFile(join(DIST, path));
    const kind = path.endsWith(".css") ? "css" : "js";
    sum[kind] += brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;
    sum[`${kind}Gzip`] += gzipSync(plain, { level: 9 }).length;
  }
  return sum;
}

/** Milliseconds from the start of the navigation until posts are there and the main thread rests for a second. */
async function interactive(chromium, url, token) {
  const { context, page, home } = await signedIn(chromium, url, token);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  await cdp.send("Network.emulateNetworkConditions", FAST_3G);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await page.goto(home, { waitUntil: "commit" });
  const shown = await page.waitForFunction(
    () => document.querySelector("article[data-post]") && performance.now(),
    null,
    { polling: "raf", timeout: 60_000 },
  );
  const posts = await shown.jsonValue();
  const ready = await page.evaluate(
    (from) =>
      new Promise((resolve) => {
        const look = () => {
          const last = Math.max(from, ...window.__tasks.map((one) => one.end));
          if (performance.now() - last > 1_000) resolve(last);
          else setTimeout(look, 100);
        };
        look();
      }),
    posts,
  );
  await context.close();
  return { posts, ready };
}

/** Scrolls through many posts, made of a real one, and answers what that cost. */
async function scrolling(chromium, url, token) {
  const { context, page, home } = await signedIn(chromium, url, token);
  const cdp = await context.newCDPSession(page);
  await cdp.send("Performance.enable");
  let made = 0;
  await page.route(/\/api\/v1\/timelines\/home/, async (route) => {
    const asked = new URL(route.request().url());
    if (asked.searchParams.has("since_id")) return route.fulfill({ json: [] });
    const from = Number(asked.searchParams.get("max_id") ?? 10_000_000);
    const answer = await route.fetch({ url: `${url}/api/v1/timelines/home?limit=1` });
    const [sample] = await answer.json();
    const json = Array.from({ length: 20 }, (_, at) => ({
      ...sample,
      id: String(from - 1 - at),
      content: `<p>${"Twelve dimensions of twelve, the widest at 18 % of the tolerance. ".repeat(1 + (at % 5))}</p>`,
    }));
    made += json.length;
    const next = `<${asked.origin}/api/v1/timelines/home?max_id=${from - 20}>; rel="next"`;
    await route.fulfill({ json, headers: { link: next } });
  });
  await page.goto(home);
  await page.waitForSelector("article[data-post]");
  const state = async () => {
    await cdp.send("HeapProfiler.collectGarbage");
    const { metrics } = await cdp.send("Performance.getMetrics");
    const of = (name) => metrics.find((one) => one.name === name)?.value ?? 0;
    const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
    return { heap: of("JSHeapUsedSize"), nodes };
  };
  const scrollTo = async (posts) => {
    const end = Date.now() + 120_000;
    while (made < posts) {
      if (Date.now() > end) throw new Error(`only ${made} of ${posts} posts were asked for`);
      await page.mouse.wheel(0, 1_400);
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve())));
    }
  };
  await page.mouse.move(195, 400);
  await scrollTo(200);
  const early = await state();
  await page.evaluate(() => (window.__tasks = []));
  await scrollTo(POSTS);
  const longest = await page.evaluate(() => Math.max(0, ...window.__tasks.map((one) => one.ms)));
  const late = await state();
  await context.close();
  return { early, late, longest };
}

const kib = (bytes) => (bytes / 1024).toFixed(1);
const mib = (bytes) => (bytes / 1024 / 1024).toFixed(1);

await withHarness(async ({ Node, makeToken }) => {
  const node = await Node.start("Measured", "#2f6f5e");
  const chromium = await browser();
  try {
    const token = await makeToken(node.address, "owner");
    for (let at = 0; at < 30; at++) {
      const body = JSON.stringify({ status: `Post ${at}: twelve dimensions of twelve. #bora` });
      const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
      await fetch(`${node.address.url}/api/v1/statuses`, { method: "POST", headers, body });
    }
    const { url } = node.address;
    console.log("weighing");
    const weighed = await weight(chromium, url, token);
    console.log("waiting on a slow phone");
    const times = [];
    for (let run = 0; run < RUNS; run++) times.push(await interactive(chromium, url, token));
    console.log("scrolling");
    const scrolls = [];
    for (let run = 0; run < RUNS; run++) scrolls.push(await scrolling(chromium, url, token));
    const of = (pick) => median(scrolls.map(pick));
    const seconds = (pick) => (median(times.map(pick)) / 1_000).toFixed(2);
    const rows = [
      ["script of the first screen (Brotli, as sent)", `${kib(weighed.js)} KiB`, "90 KiB"],
      ["the same with gzip", `${kib(weighed.jsGzip)} KiB`, ""],
      ["style of the first screen (Brotli)", `${kib(weighed.css)} KiB`, "20 KiB"],
      ["first post shown, 4x slower CPU, Fast 3G", `${seconds((one) => one.posts)} s`, ""],
      ["interactive, the same", `${seconds((one) => one.ready)} s`, "3 s"],
      ["longest task while scrolling to 2,000 posts", `${of((one) => one.longest).toFixed(0)} ms`, "100 ms"],
      [
        "JavaScript heap at 200 / 2,000 posts",
        `${mib(of((one) => one.early.heap))} / ${mib(of((one) => one.late.heap))} MiB`,
        "bounded",
      ],
      [
        "elements at 200 / 2,000 posts",
        `${of((one) => one.early.nodes)} / ${of((one) => one.late.nodes)}`,
        "bounded",
      ],
    ];
    const cpu = cpus()[0]?.model ?? "unknown";
    const section = `## Web client

\`npm run measure\` in \`web/\`, ${new Date().toISOString().slice(0, 10)}: ${cpus().length} × ${cpu}, \
${(totalmem() / 1024 ** 3).toFixed(0)} GiB, Linux ${release()}, Chromium ${chromium.version()} without a GPU. The signed-in home \
feed on a screen of 390 × 844, empty caches, no service worker; ${weighed.files} files. Throttling is the browser's own. \
*Interactive* is when posts are there and the main thread has rested for a second since. Scrolling goes through pages of 20 \
posts made from a real one. Median of ${RUNS}.

| | measured | goal |
| --- | ---: | ---: |
${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}
`;
    console.log(section);
    const file = join(WEB, "../docs/BENCHMARKS.md");
    const text = await readFile(file, "utf8");
    const old = /\n## Web client\n[\s\S]*?(?=\n## |$)/;
    await writeFile(
      file,
      old.test(text) ? text.replace(old, () => `\n${section}`) : `${text.trimEnd()}\n\n${section}`,
    );
  } finally {
    await chromium.close();
    await node.remove();
  }
});
