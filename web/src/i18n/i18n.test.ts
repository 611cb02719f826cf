import { describe, expect, test } from "vitest";
import { messages as en } from "./en";
import { messages as enGroups } from "./en/groups";
import { messages as enPeers } from "./en/peers";
import { messages as fr } from "./fr";
import { messages as frGroups } from "./fr/groups";
import { messages as frPeers } from "./fr/peers";
import { ago, choose, loadTexts, setLang, t } from "./index.svelte";

type Catalogue = Record<string, Record<string, string | Record<string, string>>>;
const languages: Record<string, Catalogue> = {
  en: { ...en, ...enGroups, ...enPeers } as unknown as Catalogue,
  fr: { ...fr, ...frGroups, ...frPeers } as unknown as Catalogue,
};

const keys = (catalogue: Catalogue) =>
  Object.entries(catalogue).flatMap(([space, texts]) => Object.keys(texts).map((key) => `${space}.${key}`));

const texts = (catalogue: Catalogue) =>
  Object.entries(catalogue).flatMap(([space, all]) =>
    Object.entries(all).flatMap(([key, text]) =>
      typeof text === "string"
        ? [[`${space}.${key}`, text] as const]
        : Object.entries(text).map(([form, one]) => [`${space}.${key}.${form}`, one] as const),
    ),
  );

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();

describe("French and English", () => {
  test("have the same keys", () => expect(keys(languages["fr"]!)).toEqual(keys(languages["en"]!)));

  test("have no empty text", () => {
    for (const catalogue of Object.values(languages))
      for (const [key, text] of texts(catalogue)) expect(text.trim(), key).not.toBe("");
  });

  test("take the same values", () => {
    const english = new Map<string, string>(texts(languages["en"]!));
    for (const [key, text] of texts(languages["fr"]!)) {
      const other = english.get(key) ?? english.get(key.replace(/\.many$/, ".other"));
      expect(holes(text), key).toEqual(holes(other ?? ""));
    }
  });

  test("have all plural forms of their language", () => {
    for (const [lang, catalogue] of Object.entries(languages)) {
      const wanted = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
      for (const [space, all] of Object.entries(catalogue))
        for (const [key, text] of Object.entries(all))
          if (typeof text !== "string")
            for (const form of wanted) expect(Object.keys(text), `${lang} ${space}.${key}`).toContain(form);
    }
  });
});

test("plurals and numbers follow the language", async () => {
  await setLang("en");
  expect(t("common.people", { count: 1 })).toBe("1 person");
  expect(t("common.people", { count: 0 })).toBe("0 people");
  expect(t("common.people", { count: 1200 })).toBe("1,200 people");
  await setLang("fr");
  expect(t("common.people", { count: 0 })).toBe("0 personne");
  expect(t("common.people", { count: 2 })).toBe("2 personnes");
  expect(document.documentElement.lang).toBe("fr");
});

test("no line ends before the signs that French puts a space before", async () => {
  await setLang("fr");
  expect(t("post.removeAsk")).toBe("Supprimer cette publication\u00a0?");
  expect(t("lists.removeTitle", { title: "a : b" })).toBe("Supprimer «\u00a0a : b\u00a0»\u00a0?");
  await setLang("en");
  expect(t("lists.removeTitle", { title: "a" })).toBe(en.lists.removeTitle.replace("{title}", "a"));
});

test("the first language that we have is chosen", () => {
  expect(choose([null, undefined, "de-DE", "fr-CA", "en"])).toBe("fr");
  expect(choose(["de"])).toBe("en");
});

test("times are short, and dates when they are old", async () => {
  await setLang("en");
  const now = new Date("2026-03-10T12:00:00Z").getTime();
  expect(ago("2026-03-10T11:57:00Z", now)).toMatch(/3\s?m/);
  expect(ago("2026-01-02T11:57:00Z", now)).toBe("Jan 2");
  expect(ago("2025-01-02T11:57:00Z", now)).toBe("Jan 2, 2025");
});

test("what only some screens need is loaded for them, and comes along into another language", async () => {
  await setLang("en");
  await loadTexts("peers");
  expect(t("peers.active")).toBe("Connected");
  await setLang("fr");
  expect(t("peers.active")).toBe("Relié");
  expect(t("nav.home")).toBe(fr.nav.home);
});
