import { expect, test } from "vitest";
import { count } from "./count";

test("each Unicode character counts one", () => {
  expect(count("")).toBe(0);
  expect(count("héé")).toBe(3);
  expect(count("👍🏽 ok")).toBe(5);
});

test("a URL counts 23, however long, without what ends the sentence", () => {
  const long = `https://a.example/${"x".repeat(200)}`;
  expect(count(long)).toBe(23);
  expect(count("http://a.bc")).toBe(23);
  expect(count(`See ${long}.`)).toBe(4 + 23 + 1);
  expect(count(`«${long}»`)).toBe(25);
  expect(count(`${long}\n${long}`)).toBe(47);
});

test("what only looks like a URL counts as it is", () => {
  expect(count("https://")).toBe(8);
  expect(count("ftp://a.example")).toBe(15);
});
