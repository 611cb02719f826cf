import { ApiError } from "$/api/client";
import * as api from "$/api/peers";
import type { Introduction, Peer } from "$/api/peers";
import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { messages as en } from "$/i18n/en/peers";
import { toasts } from "$/state/toasts.svelte";
import { FULL, PARTNER, PRESETS } from "$/test/contracts";
import { introduction, peer } from "$/test/peers";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import IntroduceDialog from "./IntroduceDialog.svelte";
import Introducing from "./Introducing.svelte";
import { evenPresets, fateOf, introduces, over, pairs, pairWords, waiting } from "./introductions";
import Introductions from "./Introductions.svelte";

beforeAll(() => {
  // The page of a test has no top layer.
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
});
beforeEach(async () => {
  await setLang("en");
  await loadTexts("peers");
});

/** One that this node has made: `to` is asked about `name`. */
const made = (to: string, name: string, state: string, more: Partial<Introduction> = {}) =>
  introduction({
    by_us: true,
    id: `${to} ${name}`,
    peer: { id: to, origin: `https://${to.toLowerCase()}.example`, name: to },
    origin: `https://${name.toLowerCase()}.example`,
    name,
    state: state as Introduction["state"],
    ...more,
  });

test("what waits for this administrator comes first, and what is over is told apart", () => {
  const all = ["connected", "accepted", "declined", "open", "expired"].map((state) =>
    introduction({ id: state, state: state as Introduction["state"] }),
  );
  all.push(made("Lyon", "Nantes", "open"));
  expect(waiting(all).map((one) => one.id)).toEqual(["open", "accepted"]);
  expect(over(all).map((one) => one.id)).toEqual(["connected", "declined", "expired"]);
  for (const one of all) expect(fateOf(one).label).not.toBe(one.state);
  expect(fateOf({ state: "new" as Introduction["state"] }).label).toBe("new");
});

test("only a contract that gives introductions in both directions allows them", () => {
  expect(introduces({ we_give: FULL, they_give: FULL })).toBe(true);
  expect(introduces({ we_give: FULL, they_give: PARTNER })).toBe(false);
  expect(introduces({ we_give: PARTNER, they_give: FULL })).toBe(false);
  expect(evenPresets(PRESETS).map((one) => one.name)).toEqual(["same_organisation", "partner_firm"]);
});

test("two introductions are one pair, and of several the latest counts", () => {
  const all = [
    made("Lyon", "Nantes", "accepted"),
    made("Nantes", "Lyon", "open"),
    made("Lyon", "Lille", "open"),
    made("Lille", "Lyon", "declined"),
    made("Nantes", "Lille", "connected"),
    made("Lyon", "Nantes", "expired", { made_at: "2026-01-01T10:00:00Z" }),
    introduction({ origin: "https://lyon.example" }),
  ];
  const found = pairs(all, peer());
  expect(found.map(({ name, peer, other }) => [name, peer, other])).toEqual([
    ["Nantes", "accepted", "open"],
    ["Lille", "open", "declined"],
  ]);
  expect(found[0]!.made_at).toBe("2026-03-01T10:00:00Z");
  expect(pairWords(found[0]!, "Lyon").text).toBe("Lyon has accepted. Nantes has not answered yet.");
  expect(pairWords(found[1]!, "Lyon")).toMatchObject({ label: "Declined", text: "Lille has declined." });
  const said = (mine: string | null, theirs: string | null) =>
    pairWords({ ...found[0]!, peer: mine, other: theirs }, "Lyon").text;
  expect(said("connected", "connected")).toBe(en.introductions.pairConnected);
  expect(said("connected", null)).toBe(en.introductions.pairConnected);
  expect(said("accepted", "accepted")).toBe(en.introductions.pairAccepted);
  expect(said("open", "open")).toBe(en.introductions.pairOpen);
  expect(said("declined", "declined")).toBe(en.introductions.pairOneDeclined);
  expect(said("open", "expired")).toBe(en.introductions.pairExpired);
  expect(said("open", "accepted")).toBe("Nantes has accepted. Lyon has not answered yet.");
});

test("an introduction is accepted after a question that says who vouches, and what will cross", async () => {
  const answer = vi.spyOn(api, "answerIntroduction").mockResolvedValue(introduction({ state: "connected" }));
  const changed = vi.fn();
  const one = introduction({ other_confirmed: true, note: "Our new site" });
  render(Introductions, { all: [one], changed });
  screen.getByRole("heading", { name: "Paris introduces Nantes to you" });
  screen.getByText("Our new site");
  screen.getByText(en.introductions.otherConfirmed);
  screen.getByRole("list", { name: "Fingerprint of Nantes" });
  await fireEvent.click(screen.getByRole("button", { name: "Accept Nantes" }));
  const dialog = screen.getByRole("dialog");
  within(dialog).getByText(t("introductions.acceptTrust", { name: "Nantes", by: "Paris" }));
  within(dialog).getByText(t("introductions.acceptAtOnce", { name: "Nantes" }));
  within(dialog).getByText(en.contract.giveIntroduces);
  expect(answer).not.toHaveBeenCalled();
  await fireEvent.click(within(dialog).getByRole("button", { name: en.introductions.accept }));
  await waitFor(() => expect(changed).toHaveBeenCalledOnce());
  expect(answer).toHaveBeenCalledWith("7", "accept");
  expect(toasts.all.at(-1)?.text).toBe("You are connected with Nantes");
  expect(screen.queryByRole("dialog")).toBeNull();
});

test("one that was accepted waits, and cannot be answered again; a refusal is told", async () => {
  vi.spyOn(api, "answerIntroduction").mockRejectedValue(
    new ApiError(409, "the introduction of https://nantes.example is expired"),
  );
  const changed = vi.fn();
  const all = [introduction(), introduction({ id: "8", name: "Lille", state: "accepted" })];
  render(Introductions, { all, changed });
  expect(screen.queryByRole("button", { name: "Accept Lille" })).toBeNull();
  screen.getByText(t("introductions.acceptedText", { name: "Lille" }));
  await fireEvent.click(screen.getByRole("button", { name: "Decline Nantes" }));
  const dialog = screen.getByRole("dialog");
  within(dialog).getByText(t("introductions.declineText", { by: "Paris" }));
  await fireEvent.click(within(dialog).getByRole("button", { name: en.introductions.decline }));
  await waitFor(() => expect(changed).toHaveBeenCalledOnce());
  expect(toasts.all.at(-1)?.text).toBe("The introduction of nantes.example has expired.");
});

test("the policy is changed at once, and goes back when the node refuses", async () => {
  vi.spyOn(api, "introductions").mockResolvedValue([made("Lyon", "Nantes", "open")]);
  const set = vi.spyOn(api, "setPolicy").mockResolvedValueOnce(peer({ introductions: "accept" }));
  const view = render(Introducing, {
    peer: peer(),
    changed: (next: Peer) => void view.rerender({ peer: next }),
  });
  await screen.findByText(en.introductions.pairOpen, { exact: false });
  const card = (name: string) => screen.getByRole<HTMLInputElement>("radio", { name });
  await fireEvent.click(card(en.introductions.auto));
  await waitFor(() => expect(toasts.all.at(-1)?.text).toMatch(/accepted from now on$/));
  expect(set).toHaveBeenCalledWith("1", "accept");
  expect(card(en.introductions.auto).checked).toBe(true);
  set.mockRejectedValueOnce(new ApiError(409, "not now"));
  await fireEvent.click(card(en.introductions.ask));
  await waitFor(() => expect(toasts.all.at(-1)?.text).toBe("not now"));
  expect(card(en.introductions.auto).checked).toBe(true);
});

test("without introductions in the contract it says what has to change", async () => {
  vi.spyOn(api, "introductions").mockResolvedValue([]);
  const contract = { version: 1, we_give: FULL, they_give: PARTNER };
  render(Introducing, { peer: peer({ contract }), changed: () => {} });
  screen.getByText(t("introductions.notGiven", { name: "Lyon" }));
  expect(screen.queryByRole("radio")).toBeNull();
  expect(screen.queryByRole("button")).toBeNull();
});

test("a peer is introduced to those that are chosen, as each works with us or by a preset", async () => {
  const others = [peer({ id: "3", name: "Nantes" }), peer({ id: "4", name: "Lille" })];
  vi.spyOn(api, "introducible").mockResolvedValue(others);
  vi.spyOn(api, "presets").mockResolvedValue(PRESETS);
  const introduce = vi.spyOn(api, "introduce").mockRejectedValueOnce(new ApiError(409, "not any more"));
  const [ondone, onclose] = [vi.fn(), vi.fn()];
  render(IntroduceDialog, { peer: peer(), ondone, onclose });
  await fireEvent.click(await screen.findByRole("checkbox", { name: /^Lille/ }));
  expect(screen.queryByRole("radio", { name: en.contract.presetReceive })).toBeNull();
  await fireEvent.input(screen.getByLabelText(en.contract.note), { target: { value: " One house " } });
  const send = screen.getByRole("button", { name: "Introduce to 1 organisation" });
  await fireEvent.click(send);
  await screen.findByText("not any more");
  expect(introduce).toHaveBeenLastCalledWith("1", ["3"], null, "One house");
  introduce.mockResolvedValueOnce([]);
  await fireEvent.click(screen.getByRole("checkbox", { name: en.introductions.all }));
  await fireEvent.click(screen.getByRole("radio", { name: en.contract.presetPartner }));
  await fireEvent.click(screen.getByRole("button", { name: "Introduce to 2 organisations" }));
  await waitFor(() => expect(ondone).toHaveBeenCalledOnce());
  expect(introduce).toHaveBeenLastCalledWith("1", ["3", "4"], { preset: "partner_firm" }, "One house");
});

test("with nobody to introduce to, it says why", async () => {
  vi.spyOn(api, "introducible").mockResolvedValue([]);
  vi.spyOn(api, "presets").mockResolvedValue(PRESETS);
  render(IntroduceDialog, { peer: peer(), ondone: () => {}, onclose: () => {} });
  await screen.findByText(t("introductions.nobody", { name: "Lyon" }));
  expect(screen.queryByRole("button", { name: /^Introduce to/ })).toBeNull();
});
