import { beforeEach, expect, test } from "vitest";
import { contextOf } from "./compose.svelte";
import { dropDraft, keepDraft, recallDraft, type Draft } from "./drafts";
import { cleanUp, keys, remember } from "./storage";

const draft = (text: string, at = Date.now()): Draft => ({
  text,
  spoiler: "",
  warned: false,
  sensitive: false,
  visibility: "public",
  language: "en",
  media: [],
  poll: null,
  at,
});

beforeEach(() => localStorage.clear());

test("each thing that is written has its own draft", () => {
  const post = { id: "7", reblog: null } as never;
  const boost = { id: "8", reblog: post } as never;
  expect(contextOf({})).toBe("new");
  expect(contextOf({ replyTo: post })).toBe("reply.7");
  expect(contextOf({ replyTo: boost })).toBe("reply.7");
  expect(contextOf({ edit: post })).toBe("edit.7");
  keepDraft("new", draft("one"));
  keepDraft("reply.7", draft("two"));
  expect(recallDraft("new")?.text).toBe("one");
  expect(recallDraft("reply.7")?.text).toBe("two");
  dropDraft("new");
  expect(recallDraft("new")).toBeNull();
  expect(recallDraft("reply.7")?.text).toBe("two");
});

test("what is not a draft is none", () => {
  remember("draft.new", { hello: 1 });
  expect(recallDraft("new")).toBeNull();
});

test("old ones and too many go, the newest stay", () => {
  keepDraft("old", draft("old", Date.now() - 90 * 86_400_000));
  const now = Date.now();
  for (let at = 0; at < 40; at++) keepDraft(`reply.${at}`, draft(String(at), now + at));
  expect(keys("draft.")).toHaveLength(30);
  expect(recallDraft("reply.39")?.text).toBe("39");
  expect(recallDraft("reply.0")).toBeNull();
});

test("signing out takes them away", async () => {
  keepDraft("new", draft("secret"));
  await cleanUp();
  expect(recallDraft("new")).toBeNull();
});
