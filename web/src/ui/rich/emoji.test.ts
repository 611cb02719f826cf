import { render } from "@testing-library/svelte";
import { describe, expect, test } from "vitest";
import EmojiText from "../EmojiText.svelte";
import { parts, pictureNamed, pictureOf, wordsOf, type Emoji } from "./emoji";
import { sanitize } from "./sanitize";

const emoji = (shortcode: string, url = `https://node.test/media/${shortcode}`): Emoji => ({
  shortcode,
  url,
  static_url: `${url}/still`,
});
const BLOB = emoji("blob");

describe("custom emoji", () => {
  test("are found where the node finds them", () => {
    const of = (text: string) => parts(text, [BLOB, emoji("b2")]).map((one) => typeof one);
    expect(parts("Hi :blob:!", [BLOB])).toEqual(["Hi ", BLOB, "!"]);
    expect(of(":blob: :b2:")).toEqual(["object", "string", "object"]);
    for (const none of ["x:blob:", ":blob:x", "::blob::", ":blub:", ": blob :", "10:30:45", ""])
      expect(parts(none, [BLOB]).every((one) => typeof one === "string")).toBe(true);
  });

  test("are pictures with a name in a post, and only there", () => {
    const html = '<p>Hi :blob:</p><p><a href="https://a.example/:blob:">:blob:</a> <code>:blob:</code></p>';
    const clean = sanitize(html, { emojis: [BLOB] });
    const root = new DOMParser().parseFromString(clean, "text/html").body;
    const pictures = [...root.querySelectorAll("img")];
    expect(pictures.map((one) => [one.alt, one.title, one.getAttribute("src")])).toEqual([
      [":blob:", ":blob:", BLOB.url],
      [":blob:", ":blob:", BLOB.url],
    ]);
    expect(root.querySelector("code")?.textContent).toBe(":blob:");
    expect(root.querySelector("a")?.getAttribute("href")).toBe("https://a.example/:blob:");
  });

  test("cannot be made to do anything else", () => {
    for (const url of ["javascript:alert(1)", "data:image/svg+xml,<svg/>", "//x", "no address"]) {
      const bad = emoji("blob", url);
      expect(pictureOf(bad)).toBeNull();
      expect(sanitize("<p>:blob:</p>", { emojis: [bad] })).toBe("<p>:blob:</p>");
    }
    const quoted = emoji("blob", 'https://node.test/"onerror="alert(1)');
    const clean = sanitize("<p>:blob:</p>", { emojis: [quoted] });
    const img = new DOMParser().parseFromString(clean, "text/html").querySelector("img")!;
    expect([...img.attributes].map((one) => one.name).sort()).toEqual([
      "alt",
      "class",
      "draggable",
      "src",
      "title",
    ]);
    // A shortcode that is none is never looked for, whatever the node says.
    const code = { ...BLOB, shortcode: '"><img src=x onerror=alert(1)>' };
    expect(
      sanitize(`<p>:${"&quot;&gt;&lt;img src=x onerror=alert(1)&gt;"}:</p>`, { emojis: [code] }),
    ).not.toContain("<img");
  });

  test("stand in names", () => {
    const { container } = render(EmojiText, { text: "Ann :blob: <b>", emojis: [BLOB] });
    expect(container.querySelector("img")?.alt).toBe(":blob:");
    expect(container.textContent).toContain("<b>");
    expect(container.querySelector("b")).toBeNull();
  });
});

test("those that people answer with have words, and a picture if they are custom ones that are still there", () => {
  expect(["🎉", "blob", "blob@lyon.example"].map(wordsOf)).toEqual(["🎉", ":blob:", ":blob:"]);
  expect(pictureNamed({ name: "blob", url: BLOB.url, static_url: BLOB.static_url })).toBe(BLOB.url);
  expect(pictureNamed({ name: "blob", url: "javascript:alert(1)" })).toBeNull();
  expect([{ name: "🎉" }, { name: "gone", url: null }].map(pictureNamed)).toEqual([null, null]);
});
