import type { Filter } from "$/api/types";
import { expect, test } from "vitest";
import { changeOf, formOf, newWord } from "./filter-form";

const filter = {
  id: "7",
  title: "Football",
  context: ["home", "public"],
  filter_action: "hide",
  expires_at: "2026-03-01T10:00:00.000Z",
  keywords: [
    { id: "1", keyword: "goal", whole_word: true },
    { id: "2", keyword: "cup", whole_word: false },
    { id: "3", keyword: "match", whole_word: true },
  ],
  statuses: [],
} satisfies Filter as Filter;

test("a new filter begins with what was given, applies everywhere and never ends", () => {
  const form = formOf(null, ["#bora"]);
  expect(changeOf(form, null, "this post")).toEqual({
    title: "#bora",
    context: ["home", "notifications", "public", "thread", "account"],
    filter_action: "warn",
    expires_in: null,
    keywords_attributes: [{ keyword: "#bora", whole_word: true }],
  });
  const empty = formOf(null, []);
  expect(empty.words.map((one) => one.keyword)).toEqual([""]);
  expect(changeOf(empty, null, "this post")).toMatchObject({ title: "this post", keywords_attributes: [] });
});

test("of a filter that is changed only what differs is told", () => {
  const form = formOf(filter, ["ignored"]);
  expect(changeOf(form, filter, "")).toEqual({
    title: "Football",
    context: ["home", "public"],
    filter_action: "hide",
    keywords_attributes: [],
  });
  form.words = form.words.filter((one) => one.id !== "3");
  const [first, second] = form.words;
  if (first) first.keyword = " own goal ";
  if (second) second.whole = true;
  form.words.push(newWord("penalty"), newWord("  "));
  form.until = "3600";
  expect(changeOf(form, filter, "")).toMatchObject({
    expires_in: 3_600,
    keywords_attributes: [
      { id: "1", keyword: "own goal", whole_word: true },
      { id: "2", keyword: "cup", whole_word: true },
      { keyword: "penalty", whole_word: true },
      { id: "3", _destroy: true },
    ],
  });
  // An emptied word is one that goes.
  if (first) first.keyword = "";
  expect(changeOf(form, filter, "").keywords_attributes).toContainEqual({ id: "1", _destroy: true });
});
