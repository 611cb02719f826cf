import { ApiError, Unreachable } from "$/api/client";
import * as api from "$/api/peers";
import type { Invitation, Offer, Queue } from "$/api/peers";
import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { contract, peer } from "$/test/peers";
import { beforeEach, expect, test, vi } from "vitest";
import * as ending from "./ending";
import { about, direction, kind, reason } from "./ledger";
import { Joining } from "./joining.svelte";
import { flaw, trouble } from "./trouble";
import { done, doer, fate, health, inOrder, stateOf } from "./words";

beforeEach(async () => {
  await setLang("en");
  await loadTexts("peers");
});

const queue = (more: Partial<Queue> = {}): Queue => ({
  peer_id: "1",
  authority: "lyon.example",
  name: "Lyon",
  state: "active",
  queued: 0,
  delivered: 0,
  dropped: 0,
  circuit: "closed",
  held: 0,
  held_error: null,
  ...more,
});
const LINK = `https://lyon.example/invitations/12?fp=${"ljjn".repeat(13)}#${"a".repeat(43)}`;
const offer = (more: Partial<Offer> = {}): Offer => ({
  origin: "https://lyon.example",
  name: "Lyon",
  purpose: "Bora",
  fingerprint: "AAAA",
  contract,
  expires_at: "2026-03-04T10:00:00Z",
  ...more,
});

test("every state has a word, a sentence and a colour; an unknown one is told as it is", () => {
  for (const state of ["active", "pending_local", "pending_remote", "suspended", "revoked"]) {
    const said = stateOf(peer({ state }));
    expect(said.label).not.toBe(state);
    expect(said.text).not.toBe("");
  }
  expect(stateOf(peer({ state: "pending_local" })).text).toContain("Lyon");
  expect(stateOf(peer({ state: "new" })).label).toBe("new");
  const introduced = peer({ state: "pending_remote", introduced_by: "https://paris.example" });
  expect(stateOf(introduced).text).toContain("the introduction by paris.example");
});

test("who waits for the administrator comes first, who is gone last", () => {
  const all = [
    peer({ id: "a", state: "revoked", name: "A" }),
    peer({ id: "b", name: "Z" }),
    peer({ id: "c", name: "Énergie" }),
    peer({ id: "d", state: "pending_local", name: "Z" }),
  ];
  expect(inOrder(all, "en").map((one) => one.id)).toEqual(["d", "c", "b", "a"]);
});

test("health says what is wrong first, and nothing of a queue where nothing is sent", () => {
  const since = "2026-03-01T14:02:00Z";
  const bad = health(
    peer({ failing_since: since, last_error: "timed out" }),
    queue({ queued: 3, oldest: since }),
  );
  expect(bad.tone).toBe("bad");
  expect(bad.lines[0]).toMatch(/^Nothing has been delivered since/);
  expect(bad.lines.join(" ")).toContain("timed out");
  expect(bad.lines.join(" ")).toContain("3 messages wait.");
  expect(health(peer(), queue()).lines).toEqual([t("peers.allSent")]);
  const held = health(peer(), queue({ queued: 3, held: 1, held_error: "answered 500" }));
  expect(held.tone).toBe("warn");
  expect(held.lines[1]).toMatch(/^1 of them was tried and not taken.*answered 500/);
  const tried = queue({ queued: 1, circuit: "half_open", retry_at: since });
  expect(health(peer({ failing_since: since }), tried).lines).toContain(t("peers.oneAtATime"));
  expect(health(peer(), queue({ queued: 1, dropped: 2 })).lines).toContain("1 message waits.");
  expect(health(peer({ state: "revoked", failing_since: since }), null).lines).toEqual([t("peers.noQueue")]);
});

test("the trail is told in words", () => {
  expect(done({ action: "peer.confirmed", reason: null })).toBe("Confirmed");
  expect(done({ action: "gate.refused", reason: "state" })).toBe("Refused");
  expect(done({ action: "introduction.made", reason: null })).toBe("Introduced to another");
  expect(done({ action: "peer.keys_changed", reason: "keys_changed" })).toBe(t("peers.didOtherKeys"));
  expect(done({ action: "keys.taken", reason: null })).toBe("They have this node’s new keys");
  expect(doer("policy")).toBe("by your policy");
  expect(done({ action: "peer.unheard_of", reason: null })).toBe("peer.unheard_of");
  expect([doer("owner"), doer("peer"), doer("command line")]).toEqual([
    "by @owner",
    "by the other side",
    "on the command line",
  ]);
  const used: Invitation = {
    id: "1",
    purpose: "",
    contract,
    pre_confirmed: false,
    introduce: false,
    created_at: "2026-03-01T10:00:00Z",
    expires_at: "2026-03-01T10:00:00Z",
    usable: false,
  };
  expect(fate({ ...used, used_by: "https://lyon.example" })).toBe("used by lyon.example");
  expect(fate({ ...used, revoked_at: "2026-03-01T10:00:00Z" })).toBe("withdrawn");
  expect(fate(used)).toBe("expired");
});

test("a link that is not whole is found before any node is asked", () => {
  expect(flaw(` ${LINK} `)).toBeNull();
  expect(flaw("lyon")).toContain("This is no link");
  expect(flaw("https://lyon.example/invite/12")).toContain("This is no link");
  expect(flaw("javascript://lyon/invitations/12")).toContain("This is no link");
  expect(flaw(LINK.slice(0, -1))).toBe(t("peers.notWhole"));
  expect(flaw(LINK.replace(/#.*/, ""))).toBe(t("peers.notWhole"));
  expect(flaw(LINK.replace("https://lyon.example", location.origin))).toBe(t("peers.ownLink"));
});

test("refusals are said in words that name the other node; what is new is told as the node says it", () => {
  const of = (text: string, status = 502) => trouble(new ApiError(status, text));
  expect(
    of(
      "https://lyon.example refuses: it does not know this invitation, or its secret is another: is the whole link here?",
    ),
  ).toMatch(/^lyon\.example does not take this invitation/);
  expect(of("https://lyon.example refuses: the invitation expired 3 hours ago: ask for a new one")).toBe(
    "The invitation of lyon.example expired 3 hours ago. Ask its administrator for a new one.",
  );
  expect(of("https://lyon.example refuses: another node has used the invitation")).toContain("Another node");
  expect(
    of(
      "https://lyon.example refuses: it cannot verify this node's signature; this node's clock is 7 min ahead of its clock",
    ),
  ).toContain("7 min ahead");
  expect(of("https://lyon.example cannot be reached: timed out")).toContain("lyon.example cannot be reached");
  expect(of("https://lyon.example does not have the keys that the link names: do not connect", 403)).toMatch(
    /Do not connect/,
  );
  expect(of("https://lyon.example is connected already", 409)).toBe("lyon.example is connected already.");
  expect(of("Validation failed: https://lyon.example runs Entrenous: it is connected", 422)).toMatch(
    /^lyon\.example runs Entrenous/,
  );
  expect(of("the introduction of https://lyon.example is connected", 409)).toContain("answered already");
  expect(of("https://lyon.example may introduce nobody any more: the contract with it", 409)).toMatch(
    /^lyon\.example may introduce nobody/,
  );
  expect(of("the contract with https://lyon.example gives no introductions", 409)).toBe(
    "The agreement with lyon.example allows no introductions.",
  );
  expect(of("https://lyon.example cannot be introduced to one of these: the contracts must", 409)).toContain(
    "no longer be introduced",
  );
  expect(of("there is nobody whom https://lyon.example could be introduced to", 409)).toMatch(
    /^There is nobody/,
  );
  expect(of("https://lyon.example is suspended, not active", 409)).toMatch(/is not active\.$/);
  expect(of("something new", 409)).toBe("something new");
  expect(of("cause", 500)).toBe(t("common.nodeTrouble"));
  expect(trouble(new Unreachable())).toBe(t("common.unreachable"));
});

test("joining: nothing that was typed is lost, whatever goes wrong", async () => {
  const join = vi.spyOn(api, "join");
  const joining = new Joining();
  joining.link = LINK.slice(0, -3);
  await joining.read();
  expect(join).not.toHaveBeenCalled();
  expect([joining.error, joining.link]).toEqual([t("peers.notWhole"), LINK.slice(0, -3)]);

  joining.link = ` ${LINK}\n`;
  join.mockRejectedValueOnce(new ApiError(502, "https://lyon.example cannot be reached: timed out"));
  await joining.read();
  expect(joining.offer).toBeNull();
  expect(joining.error).toContain("timed out");
  expect(joining.link).toContain(LINK);

  join.mockResolvedValueOnce(offer());
  await joining.read();
  expect(join).toHaveBeenLastCalledWith(LINK);
  expect([joining.error, joining.offer?.purpose]).toEqual([null, "Bora"]);

  joining.compared = true;
  join.mockRejectedValueOnce(
    new ApiError(502, "https://lyon.example refuses: too many tries; try again in a minute"),
  );
  await joining.accept();
  expect(joining.offer?.purpose).toBe("Bora");
  expect(joining.error).toContain("Try again in a minute");

  join.mockResolvedValueOnce(offer({ state: "pending_remote" }));
  vi.spyOn(api, "peers").mockResolvedValue([peer({ state: "pending_remote" })]);
  await joining.accept();
  expect(join).toHaveBeenLastCalledWith(LINK, true);
  expect(joining.peer?.state).toBe("pending_remote");
  vi.spyOn(api, "peer").mockResolvedValue(peer());
  await joining.look();
  expect(joining.peer?.state).toBe("active");
});

test("a row of the ledger is told in words, and what is new by its own name", () => {
  expect(kind({ kind: "Create" })).toBe("Post");
  expect(kind({ kind: "Undo Follow" })).toBe("Follow ended");
  expect(kind({ kind: "GET /people/{username}" })).toBe("Question for a document");
  expect(kind({ kind: "Offer Introduction" })).toBe("Introduction");
  expect(kind({ kind: "Update Keys" })).toBe("New keys of the node");
  expect(kind({ kind: "Order" })).toBe("Order to clear away");
  expect(kind({ kind: "Move" })).toBe("Move");
  expect(direction({ direction: "served" })).toBe("They asked, we answered");
  expect(reason({ outcome: "crossed", reason: null })).toBeNull();
  expect(reason({ outcome: "refused", reason: "contract" })).toBe("Refused: the agreement does not allow it");
  expect(reason({ outcome: "refused", reason: "key_changed" })).toBe("Refused: the key is wrong or unknown");
  expect(reason({ outcome: "refused", reason: "keys_changed" })).toBe("Refused: the key is wrong or unknown");
  expect(reason({ outcome: "refused", reason: "receipt_proof" })).toBe(
    "Refused: it is no receipt for this order",
  );
  expect(about({ object: "hmac:81f93b0d3152ed4391b4", activity: "https://x" })).toBe(
    "Under the code 81f93b0d3152",
  );
  expect(about({ object: null, activity: "https://x" })).toBe("https://x");
  expect(reason({ outcome: "refused", reason: "unheard_of" })).toBe("Refused: unheard_of");
});

test("what an end takes along is counted, and what there is none of is not named", () => {
  const found: api.Consequences = {
    favourites: 0,
    votes: 1,
    follows_by_us: 2,
    follows_by_them: 0,
    people: 4,
    posts: 1,
    files: 0,
    notifications: 0,
    queued: 3,
    here: "purge",
    there: "hide",
  };
  expect(ending.consequences(found)).toEqual([
    "Here for everyone and for good: 4 people, 1 post, and 1 vote of theirs are removed.",
    "Follows end: 2 follows of your people, 0 follows of theirs.",
    t("ending.thereHide"),
    "3 messages that wait to go there are thrown away.",
  ]);
  const other = ending.consequences({ ...found, follows_by_us: 0, queued: 0, here: "hide", there: null });
  expect(other).toHaveLength(2);
  expect(ending.consequences({ ...found, people: 0, posts: 0, votes: 0 })[0]).toBe(t("ending.hereNothing"));
  expect(other[1]).toBe(t("ending.thereNone"));
});

test("a receipt is told in words, and its absence too", () => {
  const receipt = {
    how: "purge",
    posts: 12,
    files: 0,
    people: 1,
    follows: 2,
    notifications: 0,
    favourites: 3,
    votes: 0,
  };
  const confirmed = ending.there({
    state: "confirmed",
    receipt,
    ordered_at: "2026-03-01T10:00:00Z",
    confirmed_at: "2026-03-01T10:00:05Z",
  });
  expect(confirmed.tone).toBe("good");
  expect(confirmed.text).toContain(
    "removed 1 person, 12 posts, 2 follows, and 3 favourites of yours for good",
  );
  for (const state of ["unconfirmed", "given_up", "unconfirmable", "not_ordered"]) {
    const said = ending.there({ state, ordered_at: "2026-03-01T10:00:00Z" });
    expect(said.label).not.toBe(state);
    expect(said.text).not.toMatch(/[{}]/);
    expect(said.text).not.toBe("");
  }
  expect(ending.there({ state: "new" }).label).toBe("new");
  expect(ending.here({ ...receipt, how: "hide" })).toContain("Hidden: 1 person");
});
