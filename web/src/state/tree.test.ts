import { expect, test } from "vitest";
import { rows } from "./tree";

const one = (id: string, to: string | null) => ({ id, in_reply_to_id: to });
const shape = (root: string, posts: ReturnType<typeof one>[]) =>
  rows(root, posts).map((row) => `${" ".repeat(row.depth)}${row.id}`);

test("each post is followed by its answers, older ones first", () =>
  expect(shape("1", [one("9", "1"), one("10", "2"), one("2", "1"), one("3", "2"), one("4", "3")])).toEqual([
    "2",
    " 3",
    "  4",
    " 10",
    "9",
  ]));

test("answers to unknown posts are not lost", () =>
  expect(shape("1", [one("5", "gone"), one("6", "5"), one("2", "1"), one("7", null)])).toEqual([
    "2",
    "5",
    " 6",
    "7",
  ]));

test("circles and very long chains end", () => {
  expect(shape("1", [one("2", "3"), one("3", "2"), one("4", "4"), one("5", "1")])).toEqual(["4", "5"]);
  const chain = Array.from({ length: 20_000 }, (_, at) => one(String(at + 2), String(at + 1)));
  expect(rows("1", chain).at(-1)).toEqual({ id: "20001", depth: 19_999 });
});
