/** Whatever people write into whatever field, no script of theirs runs. */

import { afterAll, expect, test } from "vitest";
import type { Page } from "playwright-core";
import { a, api, b, closeBrowser, go, open, settled, type Witness } from "./harness/stage";
import { find, follow, post, upload } from "./harness/seed";

afterAll(closeBrowser);

const SHORT = ["<img src=x onerror=__xss()>", "<svg onload=__xss()>", "'\"><b onclick=__xss()>"];
const LONG = [
  ...SHORT,
  "<script>__xss()</script>",
  "<a href='javascript:__xss()'>x</a>",
  "[x](javascript:__xss())",
  "javascript:__xss()",
  "<iframe srcdoc='<script>parent.__xss()</script>'></iframe>",
  "<math><mtext><table><mglyph><style><img src=x onerror=__xss()>",
  "{{constructor.constructor('__xss()')()}}",
  "${__xss()}",
  "&lt;img src=x onerror=__xss()&gt;",
  "<details open ontoggle=__xss()>x</details>",
  'https://example.com/"onmouseover=__xss()//',
  '@a"onclick=__xss()@b.example',
  '#x"onclick=__xss()',
];
/** A picture that a hostile text asks for is a trouble as well; nothing else may be. */
const NOT_OURS = /status of 4(04|22)/;

/**
 * Reading raw HTML to clean it makes the browser say that its handlers would have been refused, though they are in a
 * document that runs nothing.
 */
const REFUSED =
  /status of 4(04|22)|inline (event handler|style)|policy: (script-src-attr|style-src-\w+) inline/;

async function quiet(page: Page, witness: Witness, what: string, expected = NOT_OURS) {
  await settled(page);
  // Everything that waits for a click is clicked, save what leads away.
  for (const summary of await page.getByRole("button", { name: "Show", exact: true }).all())
    await summary.click({ timeout: 1_000 }).catch(() => {});
  const foreign = await page.evaluate(
    () =>
      [
        ...document.querySelectorAll(
          "main script, main iframe, main [onerror], main [onload], main [onclick]",
        ),
      ].length +
      [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].filter((one) =>
        /^(javascript|data|vbscript):/i.test(one.protocol),
      ).length,
  );
  expect(foreign, what).toBe(0);
  expect(await witness.troubles(expected), what).toEqual([]);
}

test("names, biographies, fields, posts, warnings, polls, descriptions, lists, searches", async () => {
  const evil = "mallory@a" as const;
  await api(evil, "PATCH", "/api/v1/accounts/update_credentials", {
    display_name: SHORT[0],
    note: LONG.join("\n").slice(0, 480),
    fields_attributes: SHORT.map((text) => ({ name: text, value: text })),
  });
  await follow("dora@b", `@mallory@${a.authority}`);
  for (const text of LONG) await post(evil, text, { spoiler_text: text });
  await post(evil, LONG.slice(0, 6).join("\n"));
  const last = await post(evil, `@cleo ${SHORT.join(" ")}`);
  await post(evil, "poll", { poll: { options: [SHORT[0], SHORT[1]], expires_in: 3_600 } }).catch(() => null);
  await upload(evil, SHORT.join(" "))
    .then((id) => post(evil, "picture", { media_ids: [id] }))
    .catch(() => null);
  const list = await api<{ id: string }>("cleo@a", "POST", "/api/v1/lists", { title: SHORT[0] }).catch(
    () => null,
  );
  await api("cleo@a", "POST", `/api/v1/accounts/${await find("cleo@a", "mallory")}/follow`);

  const here = await open("cleo@a", "/local");
  await quiet(here.page, here.witness, "local");
  const paths = [
    "/@mallory",
    `/@mallory/${last.id}`,
    "/notifications",
    "/people",
    "/@mallory/followers",
    "/lists",
    "/home",
  ];
  if (list) paths.push(`/lists/${list.id}`);
  for (const path of paths) {
    await go(here.page, path);
    await quiet(here.page, here.witness, path);
  }
  for (const text of LONG) {
    await go(
      here.page,
      `/search?q=${encodeURIComponent(text)}`.replace(/%20/g, "+").replace(/'/g, "%27"),
    ).catch(() => here.page.goto(`${a.url}/search?q=${encodeURIComponent(text)}`));
    await quiet(here.page, here.witness, `search ${text}`);
  }
  await here.context.close();

  const there = await open("dora@b", "/home");
  await quiet(there.page, there.witness, "home on the other node");
  await go(there.page, `/@mallory@${a.authority}`);
  await quiet(there.page, there.witness, "profile on the other node");
  await there.context.close();
});

test("even a node that cleans nothing gets no script into the client", async () => {
  const { context, page, witness } = await open("cleo@a", "/about");
  const dirty = LONG.join("");
  await page.route(/\/api\/v1\/(timelines|accounts)|\/api\/v2\/(notifications|search)/, async (route) => {
    const answer = await route.fetch();
    const spoil = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(spoil);
      if (typeof value !== "object" || value === null) return value;
      const dirtied: Record<string, unknown> = {};
      for (const [name, one] of Object.entries(value))
        dirtied[name] =
          typeof one === "string" &&
          ["content", "note", "value", "spoiler_text", "display_name"].includes(name)
            ? dirty
            : spoil(one);
      return dirtied;
    };
    await route.fulfill({ response: answer, json: spoil(await answer.json()) });
  });
  for (const path of ["/local", "/@ann", "/notifications", "/people", `/search?q=a`]) {
    await go(page, path);
    await quiet(page, witness, path, REFUSED);
  }
  await context.close();
  expect(b.url).not.toBe(a.url);
});
