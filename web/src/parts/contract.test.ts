import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { FULL, NONE, PARTNER, PRESETS } from "$/test/contracts";
import { beforeEach, describe, expect, test } from "vitest";
import { changed, presetWords, same, sentences, summary } from "./contract";

beforeEach(async () => {
  await setLang("en");
  await loadTexts("peers");
});

const texts = (...given: Parameters<typeof sentences>) => sentences(...given).map((line) => line.text);

test("one line says what crosses, and in which direction", () => {
  const both = "people, posts, groups, documents, chat, calls";
  expect(summary({ we_give: FULL, they_give: FULL })).toBe(`Both ways: ${both}`);
  expect(summary({ we_give: NONE, they_give: FULL })).toBe(`Only to us: ${both}`);
  expect(summary({ we_give: FULL, they_give: NONE })).toBe(`Only to them: ${both}`);
  expect(summary({ we_give: NONE, they_give: NONE })).toBe("Nothing crosses");
  const [posts, people] = [
    { ...NONE, posts: "addressed" },
    { ...NONE, posts: "network", directory: "shared" },
  ];
  expect(summary({ we_give: posts, they_give: people })).toBe("Both ways: posts · Only to us: people");
});

describe.each(["en", "fr"] as const)("in %s", (lang) => {
  test("every value of every field has a sentence of its own, in both directions", async () => {
    await setLang(lang);
    const values = {
      directory: ["all", "shared", "none"],
      posts: ["network", "addressed", "none"],
      groups: ["all", "named", "none"],
      documents: [true, false],
      chat: [true, false],
      calls: [true, false],
      introduces: [true, false],
      largest_file: [0, 50_000_000],
      rate: [1, 6_000],
      at_end: ["hide", "purge"],
    };
    for (const [key, all] of Object.entries(values)) {
      const said = all.flatMap((value) =>
        (["give", "get"] as const).map((side) => {
          const line = sentences({ ...FULL, named_groups: ["https://a/g/1"], [key]: value }, side).find(
            (one) => one.key === key,
          );
          expect(line?.text, `${key} ${side} ${value}`).toMatch(/^[A-ZÀÉ].*\.$/);
          return line?.text;
        }),
      );
      expect(new Set(said).size, key).toBe(said.length);
    }
    for (const side of ["give", "get"] as const)
      for (const { text } of sentences(FULL, side)) expect(text).not.toMatch(/contract\.|\{/);
  });
});

test("a side that gives nothing says so in one sentence", () => {
  expect(texts(NONE, "give")).toEqual([t("contract.giveNothing")]);
  expect(texts({ ...NONE, introduces: true }, "get").length).toBeGreaterThan(1);
});

test("groups to be named, of which none is, are none", () => {
  expect(texts(PARTNER, "give")).toContain(t("contract.giveGroupsNone"));
  expect(summary({ we_give: { ...PARTNER, named_groups: ["https://a/g/1"] }, they_give: PARTNER })).toBe(
    "Both ways: people, posts, documents, chat, calls · Only to them: groups",
  );
});

test("sizes, counts and parts of profiles are named", () => {
  const said = texts({ ...PARTNER, named_groups: ["https://a/g/1", "https://a/g/2"] }, "give").join(" ");
  expect(said).toContain("up to 50 MB");
  expect(said).toContain("2 of our groups");
  expect(said).toContain("6,000 messages a minute");
  expect(said).toContain("name and handle and the pictures");
  expect(texts(FULL, "get").join(" ")).toContain("the fields (title, team, telephone)");
});

test("what changes is known sentence by sentence", () => {
  expect(changed(FULL, FULL)).toEqual(new Set());
  expect(changed(FULL, { ...FULL, chat: false, rate: 60 })).toEqual(new Set(["chat", "rate"]));
  expect(changed(FULL, NONE)).toEqual(new Set(["nothing"]));
});

test("contracts are the same if they say the same, group by group", () => {
  const both = (groups: string[]) => ({ we_give: { ...PARTNER, named_groups: groups }, they_give: FULL });
  expect(same(both(["x"]), both(["x"]))).toBe(true);
  expect(same(both(["x"]), both(["y"]))).toBe(false);
  expect(same(both([]), { we_give: FULL, they_give: FULL })).toBe(false);
  // Names that are not in force do not count.
  expect(
    same({ we_give: { ...FULL, named_groups: ["x"] }, they_give: FULL }, { we_give: FULL, they_give: FULL }),
  ).toBe(true);
});

test("presets are called what they are for; an unknown one by its name", () => {
  for (const { name } of PRESETS) expect(presetWords(name).label).not.toBe(name);
  expect(presetWords("new")).toEqual({ label: "new", text: "" });
});
