import { expect, test } from "vitest";
import { complete, mentioned, wordAt } from "./words";

const at = (text: string) => wordAt(text, text.length);

test("finds the mention or hashtag at the caret", () => {
  expect(at("hello @bo")).toEqual({ kind: "person", query: "bo", start: 6 });
  expect(at("@bob@lyon.example:83")).toEqual({ kind: "person", query: "bob@lyon.example:83", start: 0 });
  expect(at("(@bob")).toEqual({ kind: "person", query: "bob", start: 1 });
  expect(at("a #été")).toEqual({ kind: "tag", query: "été", start: 2 });
  expect(wordAt("@bob and", 3)).toEqual({ kind: "person", query: "bo", start: 0 });
});

test("finds none where there is none", () => {
  for (const text of ["", "@", "#", "mail bob@lyon", "@bob ", "https://a.example/@bob", "a#b", "@bob, "])
    expect(at(text), text).toBeNull();
});

test("completes, with one space, and takes the rest of the word away", () => {
  const word = wordAt("hi @bo", 6)!;
  expect(complete("hi @bo", word, 6, "bob@b.example")).toEqual({ text: "hi @bob@b.example ", caret: 18 });
  expect(complete("hi @bo there", word, 6, "bob")).toEqual({ text: "hi @bob there", caret: 8 });
  expect(complete("hi @bobby!", word, 6, "bob")).toEqual({ text: "hi @bob !", caret: 8 });
});

test("knows whom a text mentions, each once", () => {
  expect(mentioned("@ann and @bob@lyon.example:8302, @ann. mail x@y.example")).toEqual([
    "ann",
    "bob@lyon.example:8302",
  ]);
});
