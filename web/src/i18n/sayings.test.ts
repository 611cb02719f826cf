import { observe, request } from "$/api/client";
import { explain } from "$/state/actions";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { sayings } from "./fr/sayings";
import { said, setLang } from "./index.svelte";

describe("what the node says, to somebody who reads French", () => {
  beforeEach(() => setLang("fr"));

  test.each<[string, string | RegExp]>([
    ["Validation failed: the shortcode party is taken", "Le code party est déjà pris."],
    ["Validation failed: a title has at most 255 characters", "Un titre a 255 caractères au plus."],
    [
      "Validation failed: a keyword has at most 512 characters",
      /^Trop long\u00a0: 512 caractères au plus\.$/,
    ],
    ["Validation failed: a list has at most 1,000 members", /^Une liste a 1\s000 membres au plus\.$/],
    ["Validation failed: Text character limit of 5000 exceeded", /limite de 5\s000 caractères/],
    ["Validation failed: You have exceeded the limit of 25 scheduled posts for that day", /25 .* ce jour-là/],
    [
      "Validation failed: there are at most 30 house rules, each of at most 500 characters",
      "Il y a 30 règles au plus, de 500 caractères au plus chacune.",
    ],
    ["This action is not allowed", "Vous ne pouvez pas faire cela."],
  ])("%s", async (english, french) => {
    const words = await said(english);
    if (typeof french === "string") expect(words).toBe(french);
    else expect(words).toMatch(french);
  });

  test("is told in French where something was refused, and known by its own words", async () => {
    const error = "Validation failed: the current password is wrong";
    const answer = { ok: false, status: 422, headers: new Headers(), json: () => Promise.resolve({ error }) };
    vi.stubGlobal("fetch", () => Promise.resolve(answer));
    observe({ unauthorized: () => {}, reach: () => {}, words: said });
    const refusal: unknown = await request("POST", "/api/entrenous/v1/password", { body: {} }).catch(
      (reason: unknown) => reason,
    );
    expect(explain(refusal)).toBe("Le mot de passe actuel est erroné.");
    expect((refusal as Error).message).toBe(error);
  });

  test("stays as it is where there are no words for it", async () => {
    expect(await said("Validation failed: q is too long")).toBe("Validation failed: q is too long");
    expect(await said("the shortcode is taken by surprise")).toBe("the shortcode is taken by surprise");
  });
});

test("in English the node is the one who speaks", async () => {
  await setLang("en");
  const text = "Validation failed: a title has at most 255 characters";
  expect(await said(text)).toBe(text);
});

const holes = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);

test("in French it takes no values that it is not given", () => {
  for (const [english, french] of Object.entries(sayings))
    for (const name of holes(french)) expect(holes(english), english).toContain(name);
});
