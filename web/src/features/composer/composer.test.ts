import * as api from "$/api/statuses";
import type { CredentialAccount, Status } from "$/api/types";
import * as outbox from "$/state/outbox";
import { setMe } from "$/state/session.svelte";
import { group } from "$/test/groups";
import { recallDraft } from "$/state/drafts";
import { setLang } from "$/i18n/index.svelte";
import { beforeEach, expect, test, vi } from "vitest";
import { narrower, within } from "./audience";
import { Composer, emptyPoll } from "./composer.svelte";

const post = (more: Partial<Status> = {}) =>
  ({
    id: "7",
    reblog: null,
    account: { id: "2", acct: "bob@b.example", username: "bob" },
    mentions: [{ acct: "ann" }, { acct: "cleo" }],
    spoiler_text: "",
    visibility: "public",
    media_attachments: [],
    poll: null,
    language: "de",
    ...more,
  }) as unknown as Status;

beforeEach(async () => {
  localStorage.clear();
  await setLang("en");
  setMe({
    id: "1",
    acct: "ann",
    source: { privacy: "unlisted", sensitive: false, language: "fr" },
    role: { name: "member" },
  } as unknown as CredentialAccount);
});

test("begins with the person's own choices", () => {
  const composer = new Composer({});
  expect([composer.visibility, composer.language, composer.text]).toEqual(["unlisted", "fr", ""]);
  expect(composer.missing).toBe("nothing");
  expect(composer.publish()).toBe(false);
});

test("a reply names those of the post, not oneself, and is never wider", () => {
  const composer = new Composer({ replyTo: post({ visibility: "private" }) });
  expect(composer.text).toBe("@bob@b.example @cleo ");
  expect(composer.visibility).toBe("private");
  expect(composer.dirty).toBe(false);
  expect(new Composer({ replyTo: post() }).visibility).toBe("unlisted");
  expect(narrower("direct", "public")).toBe("direct");
  expect(within("public", "private")).toBe(false);
});

test("hands over everything it is made of", () => {
  const soon = vi.spyOn(outbox, "publishSoon").mockImplementation(() => {});
  const composer = new Composer({ replyTo: post() });
  composer.text = "hello";
  composer.warned = true;
  composer.spoiler = " careful ";
  composer.poll = { ...emptyPoll(), options: ["a", "a"] };
  expect(composer.missing).toBe("poll");
  composer.poll.options = ["a", " b "];
  composer.visibility = "direct";
  expect(composer.publish()).toBe(true);
  expect(soon.mock.calls[0]?.[0].post).toEqual({
    status: "hello",
    spoiler_text: "careful",
    sensitive: false,
    language: "fr",
    media_ids: [],
    poll: { options: ["a", "b"], expires_in: 86_400, multiple: false, hide_totals: false },
    in_reply_to_id: "7",
    visibility: "direct",
  });
});

test("a quote names the quoted post, and is never wider", () => {
  const soon = vi.spyOn(outbox, "publishSoon").mockImplementation(() => {});
  soon.mockClear();
  const composer = new Composer({ quote: post() });
  expect([composer.text, composer.visibility, composer.quotes]).toEqual(["", "unlisted", "public"]);
  composer.text = "look";
  composer.quotes = "followers";
  composer.keep();
  expect(recallDraft("quote.7")?.quotes).toBe("followers");
  expect(composer.publish()).toBe(true);
  expect(soon.mock.calls[0]?.[0].post).toMatchObject({
    quoted_status_id: "7",
    quote_approval_policy: "followers",
  });
  const own = new Composer({ quote: post({ visibility: "private", id: "8" }) });
  expect([own.visibility, own.limit, own.quotable]).toEqual(["private", "private", false]);
  expect(own.post()).not.toHaveProperty("quote_approval_policy");
});

test("a time goes with the post, and one that is too near is told", () => {
  const soon = vi.spyOn(outbox, "publishSoon").mockImplementation(() => {});
  soon.mockClear();
  const composer = new Composer({});
  composer.text = "later";
  composer.later = "2020-01-01T09:00";
  expect(composer.missing).toBe("later");
  expect(composer.publish()).toBe(false);
  composer.later = "2099-01-01T09:00";
  expect(composer.publish()).toBe(true);
  const { post, draft } = soon.mock.calls[0]![0];
  expect(post.scheduled_at).toBe(new Date(2099, 0, 1, 9).toISOString());
  expect(draft.later).toBe("2099-01-01T09:00");
  composer.later = null;
  expect(composer.post()).not.toHaveProperty("scheduled_at");
});

test("what is written is kept, and forgotten when it is taken away again", () => {
  const composer = new Composer({});
  composer.text = "half a tho";
  composer.keep();
  expect(recallDraft("new")?.text).toBe("half a tho");
  const later = new Composer({});
  expect([later.text, later.restored]).toEqual(["half a tho", true]);
  later.discard();
  expect(recallDraft("new")).toBeNull();
  composer.text = "";
  composer.keep();
  expect(recallDraft("new")).toBeNull();
});

test("too long is told by the node's limit", () => {
  const composer = new Composer({});
  composer.text = "x".repeat(501);
  expect(composer.remaining).toBe(-1);
  expect(composer.missing).toBe("tooLong");
});

test("a change begins with the text as typed and keeps files and audience", async () => {
  vi.spyOn(api, "source").mockResolvedValue({ id: "7", text: "as typed", spoiler_text: "cw" });
  const attachment = { id: "m", url: "/m", type: "image", description: "a cat", meta: null };
  const edit = post({ visibility: "direct", media_attachments: [attachment] as never });
  const composer = new Composer({ edit });
  expect(composer.missing).toBe("loading");
  await vi.waitFor(() => expect(composer.phase).toBe("ready"));
  expect([composer.text, composer.spoiler, composer.visibility]).toEqual(["as typed", "cw", "direct"]);
  expect(composer.dirty).toBe(false);
  const sent = composer.post();
  expect(sent.media_ids).toEqual(["m"]);
  expect(sent.media_attributes).toEqual([{ id: "m", description: "a cat", focus: "0.00,0.00" }]);
  expect(sent).not.toHaveProperty("visibility");
  expect(sent, "an absent poll stays as it is").not.toHaveProperty("poll");
});

test("a text that cannot be read can be asked for again", async () => {
  vi.spyOn(api, "source").mockRejectedValueOnce(new Error("no"));
  const composer = new Composer({ edit: post() });
  await vi.waitFor(() => expect(composer.phase).toBe("failed"));
  expect(composer.error).not.toBeNull();
});

test("an answer and a quote stay in the group, whatever is chosen", () => {
  const bora = group("7", { display_name: "Bora" });
  const inside = post({ visibility: "private", group: bora });
  for (const composer of [new Composer({ replyTo: inside }), new Composer({ quote: inside })]) {
    expect([composer.group, composer.choosable]).toEqual([{ id: "7", name: "Bora" }, false]);
    expect([composer.quotable, composer.post().group_id]).toEqual([false, "7"]);
    expect(composer.post()).not.toHaveProperty("visibility");
  }
  vi.spyOn(api, "source").mockResolvedValue({ id: "7", text: "as typed", spoiler_text: "" });
  const outside = new Composer({ replyTo: post() });
  expect([outside.group, outside.choosable]).toEqual([null, false]);
  const edited = new Composer({ edit: inside });
  expect([edited.group?.id, edited.choosable, edited.post()]).toEqual([
    "7",
    false,
    expect.not.objectContaining({ group_id: "7" }),
  ]);
});

test("the group is kept with the draft, and what is written anew stays in it", () => {
  const composer = new Composer({ group: { id: "7", name: "Bora" } });
  expect([composer.context, composer.choosable, composer.group?.name]).toEqual(["group.7", true, "Bora"]);
  composer.text = "half a tho";
  composer.keep();
  expect(new Composer({ group: { id: "7", name: "Bora" } }).group).toEqual({ id: "7", name: "Bora" });
  composer.group = null;
  composer.keep();
  expect(new Composer({ group: { id: "7", name: "Bora" } }).group).toBeNull();
  const gone = { ...post({ group: group("7") }), text: "as typed" } as unknown as Status;
  const anew = new Composer({ redraft: gone });
  expect([anew.group?.id, anew.choosable]).toEqual(["7", true]);
});
