import type { Contract } from "$/api/peers";
import { loadTexts, setLang } from "$/i18n/index.svelte";
import { messages as en } from "$/i18n/en/peers";
import { beforeAll, expect, test } from "vitest";
import { preset, PRESETS, sentences, summary } from "./contract";

beforeAll(async () => {
  await setLang("en");
  await loadTexts("peers");
});

const contract = (which: (typeof PRESETS)[number]): Contract => ({ version: 1, ...preset(which) });

test("one line says what crosses, and in which direction", () => {
  expect(summary(contract("site"))).toBe("Both ways: people, posts");
  expect(summary(contract("receive"))).toBe("Only to us: people, posts");
  const { we_give, they_give } = contract("receive");
  expect(summary({ version: 1, we_give: they_give, they_give: we_give })).toBe("Only to them: people, posts");
  expect(summary({ version: 1, we_give, they_give: we_give })).toBe("Nothing crosses");
  expect(summary({ version: 1, we_give, they_give: { ...we_give, posts: true } })).toBe("Only to us: posts");
});

test("each sentence is in our words, and says whether something crosses", () => {
  const words = new Set<unknown>(Object.values(en.contract));
  for (const which of PRESETS)
    for (const side of ["give", "get"] as const) {
      const all = sentences(preset(which)[side === "give" ? "we_give" : "they_give"], side);
      for (const { key, text } of all) expect(words.has(text), `${which} ${side} ${key}: ${text}`).toBe(true);
    }
  expect(sentences(preset("receive").we_give, "give").map((line) => line.crosses)).toEqual([false, false]);
  expect(sentences(preset("partner").we_give, "give").map((line) => line.text)).toContain(
    en.contract.giveDirectoryShared,
  );
});

test("a mirrored contract says the mirrored sentences", () => {
  const { we_give } = preset("site");
  expect(sentences(we_give, "give").map((line) => line.text)).not.toEqual(
    sentences(we_give, "get").map((line) => line.text),
  );
});
