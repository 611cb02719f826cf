import { match, post } from "$/test/make";
import { describe, expect, test } from "vitest";
import { shownOf, verdict } from "./filtered";

const NOTHING = { hide: false, warn: [], blur: [] };

describe("what filters say of a post", () => {
  test("each action where its filter applies, and nowhere else", () => {
    const filtered = [
      match("1", "warn", ["home"]),
      match("2", "blur", ["home"]),
      match("3", "hide", ["account"]),
    ];
    const one = post(1, { filtered });
    expect(verdict(one, "home")).toEqual({ hide: false, warn: ["Filter 1"], blur: ["Filter 2"] });
    expect(verdict(one, "account")).toEqual({ hide: true, warn: [], blur: [] });
    expect(verdict(one, "thread")).toEqual(NOTHING);
    expect(verdict(one, null)).toEqual(NOTHING);
    expect(verdict(undefined, "home")).toEqual(NOTHING);
  });

  test("an end is minded without asking the node again", () => {
    const one = post(1, { filtered: [match("1", "hide", ["home"], "2026-03-01T10:00:00.000Z")] });
    expect(verdict(one, "home", Date.parse("2026-03-01T09:59:59Z")).hide).toBe(true);
    expect(verdict(one, "home", Date.parse("2026-03-01T10:00:00Z"))).toEqual(NOTHING);
  });

  test("of a boost and the post in it, each filter counts once", () => {
    const inner = post(1, { filtered: [match("1", "warn"), match("2", "warn")] });
    const boost = post(2, { reblog: inner, filtered: [match("1", "warn")] });
    expect(verdict(boost, "home").warn).toEqual(["Filter 1", "Filter 2"]);
  });

  test("an unknown action is a warning; a post from before there were filters has none", () => {
    expect(verdict(post(1, { filtered: [match("1", "shout" as never)] }), "home").warn).toEqual(["Filter 1"]);
    expect(verdict(post(1, { filtered: undefined as never }), "home")).toEqual(NOTHING);
  });
});

test("a list without what is hidden; the very same one if nothing is", () => {
  const all = new Map([
    ["1", post(1)],
    ["2", post(2, { filtered: [match("1", "hide")] })],
  ]);
  const status = (id: string) => all.get(id);
  const ids = ["1", "2", "3"];
  expect(shownOf(ids, "home", status)).toEqual(["1", "3"]);
  expect(shownOf(ids, null, status)).toBe(ids);
  const plain = ["1", "3"];
  expect(shownOf(plain, "home", status)).toBe(plain);
});
