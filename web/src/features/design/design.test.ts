import { describe, expect, test } from "vitest";
import tokens from "$/ui/tokens.css?raw";
import { contrast, PAIRS, readColour, type Rgb } from "./contrast";

test("contrast is that of WCAG", () => {
  expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21);
  expect(contrast([255, 255, 255], [255, 255, 255])).toBeCloseTo(1);
  expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
});

test("colours are read as browsers tell them", () => {
  expect(readColour("rgb(20, 22, 31)")).toEqual([20, 22, 31]);
  expect(readColour("rgba(0, 0, 0, 0.6)")).toEqual([0, 0, 0]);
  expect(readColour("color(srgb 1 0 0.5)")).toEqual([255, 0, 127.5]);
  expect(readColour("transparent")).toBeNull();
});

/** The tokens of one look, from the style sheet itself. */
function look(dark: boolean): Record<string, Rgb> {
  const all: Record<string, Rgb> = {};
  const blocks = tokens.matchAll(/(:root(?:\[data-theme="dark"\])?)\s*\{([^}]*)\}/g);
  for (const [, selector, body] of blocks) {
    if (selector !== ":root" && !dark) continue;
    for (const [, name, hex] of (body ?? "").matchAll(/(--[\w-]+):\s*#([0-9a-f]{6})\b/g))
      if (name && hex)
        all[name] = [0, 2, 4].map((at) => parseInt(hex.slice(at, at + 2), 16)) as unknown as Rgb;
  }
  return all;
}

describe.each([
  ["light", false],
  ["dark", true],
])("%s", (_name, dark) => {
  const colours = look(dark);
  test.each(PAIRS)("$what on $on has $least", ({ what, on, least }) => {
    const [front, behind] = [colours[what], colours[on]];
    expect(front && behind, `${what} or ${on} is not a token`).toBeTruthy();
    expect(contrast(front!, behind!)).toBeGreaterThanOrEqual(least);
  });
});

test("every component of ui/ is on the page, by itself or inside another", () => {
  const components = Object.keys(import.meta.glob("$/ui/**/*.svelte"));
  const sources = {
    ...import.meta.glob<string>("./*.svelte", { query: "?raw", import: "default", eager: true }),
    ...import.meta.glob<string>("$/ui/**/*.svelte", { query: "?raw", import: "default", eager: true }),
  };
  const reached = new Set<string>();
  const visit = (text: string) => {
    for (const [, name] of text.matchAll(/import (?:\w+)(?:, \{[^}]*\})? from "[^"]*?(\w+)\.svelte"/g))
      if (name && !reached.has(name)) {
        reached.add(name);
        for (const [path, source] of Object.entries(sources))
          if (path.endsWith(`/${name}.svelte`)) visit(source);
      }
  };
  visit(sources["./DesignPage.svelte"] ?? "");
  const names = components.map((path) => path.replace(/^.*\/(\w+)\.svelte$/, "$1"));
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !reached.has(name))).toEqual([]);
});
