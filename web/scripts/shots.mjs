/**
 * Makes the pictures of the README from the demo: start `cargo xtask demo`, then `npm run shots`. `ENTRENOUS_DEMO` says
 * where the first node is.
 */

import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateSync, inflateSync } from "node:zlib";
import { browser, WEB } from "./stage.mjs";

const DEMO = process.env.ENTRENOUS_DEMO ?? "http://127.0.0.1:8301";
const PEER = process.env.ENTRENOUS_DEMO_PEER ?? "http://127.0.0.2:8302";
const PASSWORD = "entre-nous-demo";
const PICTURES = join(WEB, "../docs/pictures");
const MOST = 150 * 1024;

/** Signs in by the node's own page, as people do. */
async function enter(page, node, username) {
  await page.goto(node);
  await page.locator("main button").first().click();
  await page.waitForSelector("input[type=password]");
  await page.fill("input[name=username]", username);
  await page.fill("input[type=password]", PASSWORD);
  await page.locator("form button").last().click();
  await page.waitForURL(`${node}/home`);
}

async function settled(page) {
  await page.waitForSelector("h1");
  await page.waitForFunction(() => !document.querySelector(".skeleton, [aria-busy=true]:not(button)"));
  await page.waitForLoadState("networkidle");
}

/** Packs the pixels of a PNG tighter: the same picture in fewer bytes. */
function tighten(png) {
  const chunks = [];
  for (let at = 8; at < png.length;) {
    const length = png.readUInt32BE(at);
    chunks.push({ kind: png.toString("latin1", at + 4, at + 8), all: png.subarray(at, at + 12 + length) });
    at += 12 + length;
  }
  const data = Buffer.concat(
    chunks.filter(({ kind }) => kind === "IDAT").map(({ all }) => all.subarray(8, all.length - 4)),
  );
  const packed = deflateSync(inflateSync(data), { level: 9, memLevel: 9 });
  const body = Buffer.concat([Buffer.from("IDAT"), packed]);
  const idat = Buffer.alloc(body.length + 8);
  idat.writeUInt32BE(packed.length, 0);
  body.copy(idat, 4);
  idat.writeUInt32BE(crc(body), body.length + 4);
  const keep = (kind) => chunks.filter((one) => one.kind === kind).map((one) => one.all);
  const small = Buffer.concat([png.subarray(0, 8), ...keep("IHDR"), ...keep("PLTE"), idat, ...keep("IEND")]);
  return small.length < png.length ? small : png;
}

function crc(bytes) {
  let all = 0xffffffff;
  for (const byte of bytes) {
    all ^= byte;
    for (let bit = 0; bit < 8; bit++) all = (all >>> 1) ^ (all & 1 ? 0xedb88320 : 0);
  }
  return (all ^ 0xffffffff) >>> 0;
}

const chromium = await browser();
await mkdir(PICTURES, { recursive: true });
try {
  const take = async (name, { node = DEMO, as, path, lang, phone = false, dark = false, before }) => {
    const context = await chromium.newContext({
      viewport: phone ? { width: 390, height: 780 } : { width: 1120, height: 720 },
      colorScheme: dark ? "dark" : "light",
      locale: lang,
      reducedMotion: "reduce",
      serviceWorkers: "block",
    });
    const page = await context.newPage();
    await enter(page, node, as);
    const target = typeof path === "function" ? await path(page) : path;
    if (target !== "/home") await page.goto(node + target);
    await settled(page);
    if (before) await before(page);
    const file = join(PICTURES, `${name}.png`);
    await page.screenshot({ path: file, animations: "disabled" });
    await writeFile(file, tighten(await readFile(file)));
    const { size } = await stat(file);
    console.log(`${name}.png  ${(size / 1024).toFixed(0)} KiB`);
    if (size > MOST) throw new Error(`${name}.png is larger than 150 KiB`);
    await context.close();
  };
  /** The conversation with people of both nodes that has the most answers. */
  const conversation = (page) =>
    page.evaluate(async () => {
      const { token } = JSON.parse(localStorage.getItem("entrenous.session"));
      const headers = { authorization: `Bearer ${token}` };
      const posts = await (await fetch("/api/v1/timelines/public?limit=40", { headers })).json();
      const [best] = posts.sort((a, b) => b.replies_count - a.replies_count);
      return `/@${best.account.acct}/${best.id}`;
    });
  await take("home", { as: "camille", path: "/home", lang: "fr" });
  await take("conversation", { as: "camille", path: conversation, lang: "fr" });
  await take("organisations", { node: PEER, as: "sam", path: "/organisations", lang: "en" });
  await take("phone", { node: PEER, as: "sam", path: "/home", lang: "en", phone: true, dark: true });
  await take("notifications", { as: "camille", path: "/notifications", lang: "fr", phone: true });
  await take("composer", {
    as: "camille",
    path: "/home",
    lang: "fr",
    before: async (page) => {
      await page.keyboard.press("n");
      await page
        .locator("dialog[open] textarea")
        .first()
        .fill("Les boîtiers partent demain : merci à tous ! #bora");
    },
  });
} finally {
  await chromium.close();
}
