import { describe, expect, test } from "vitest";
import type { Account } from "$/api/types";
import { emptyReport, reportOf, withItem } from "./report-form";

const here = { id: "7" } as Account;
const there = { id: "8", entrenous: { organisation: { name: "Port", authority: "port.test" } } } as Account;

describe("a report", () => {
  test("begins with the post it is made from", () => {
    expect(emptyReport("5").posts).toEqual(["5"]);
    expect(emptyReport().posts).toEqual([]);
  });

  test("names rules only when that is what is wrong", () => {
    const form = { ...emptyReport("5"), rules: ["1"], comment: "  rude " };
    expect(reportOf(form, here)).toEqual({
      account_id: "7",
      status_ids: ["5"],
      comment: "rude",
      category: "other",
      rule_ids: [],
      forward: false,
    });
    expect(reportOf({ ...form, category: "violation" }, here).rule_ids).toEqual(["1"]);
  });

  test("goes to another organisation only if there is one", () => {
    const form = { ...emptyReport(), forward: true };
    expect(reportOf(form, here).forward).toBe(false);
    expect(reportOf(form, there).forward).toBe(true);
  });

  test("has each item once", () => {
    expect(withItem(["1"], "1", true)).toEqual(["1"]);
    expect(withItem(["1", "2"], "1", false)).toEqual(["2"]);
  });
});
