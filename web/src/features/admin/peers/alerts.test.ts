import * as client from "$/api/client";
import { ApiError } from "$/api/client";
import * as api from "$/api/peers";
import type { Alert, OwnKeys as Keys } from "$/api/peers";
import { messages as en } from "$/i18n/en/peers";
import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { alerts, refreshAlerts, watchAlerts } from "$/state/alerts.svelte";
import { alert, contract, peer } from "$/test/peers";
import { render, screen, waitFor, within } from "@testing-library/svelte";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import Alerts from "./Alerts.svelte";
import { alertWords } from "./alerts";
import KeysChanged from "./KeysChanged.svelte";
import OwnKeys from "./OwnKeys.svelte";
import { stateOf } from "./words";

beforeEach(async () => {
  await setLang("en");
  await loadTexts("peers");
  // Dialogs are not opened here by themselves.
  HTMLDialogElement.prototype.showModal ??= function (this: HTMLDialogElement) {
    this.open = true;
  };
});
afterEach(() => vi.restoreAllMocks());

const OTHER = "mzxw".repeat(13);
const keysChanged = (more: Partial<Alert> = {}) =>
  alert({ kind: "keys_changed", shown_fingerprint: OTHER, ...more });
const of = (id: string, name: string) => ({ id, origin: `https://${name.toLowerCase()}.example`, name });
const answer = (all: Alert[]) => vi.spyOn(client, "request").mockResolvedValue(all);

describe("the alerts", () => {
  test("every kind has words of its own; a new one is told as the node tells it", () => {
    for (const kind of ["keys_changed", "refused", "failing"]) {
      const said = alertWords(alert({ kind }));
      expect(said.title).toContain("Lyon");
      expect(said.text).not.toContain("what the node says");
    }
    expect(alertWords(alert({ kind: "new" }))).toEqual({ title: "Lyon", text: "what the node says" });
  });

  test("nothing wrong, nothing shown", async () => {
    answer([]);
    render(Alerts, {});
    await refreshAlerts();
    expect(screen.queryByRole("region")).toBeNull();
  });

  test("changed keys come first and loudest, and everything leads to the organisation", async () => {
    const calm = ["Metz", "Nantes", "Lille", "Brest"].map((name) => alert({ peer: of(name, name) }));
    answer([keysChanged(), ...calm]);
    render(Alerts, {});
    const loud = await screen.findByRole("alert");
    within(loud).getByText(t("alerts.keysTitle", { name: "Lyon" }));
    expect(within(loud).getByRole("link", { name: en.alerts.keysShow }).getAttribute("href")).toBe(
      "/admin/peers/1",
    );
    const status = screen.getByRole("status");
    expect(within(status).getByRole("link", { name: "Show Metz" }).getAttribute("href")).toBe(
      "/admin/peers/Metz",
    );
    within(status).getByText("1 more");
  });

  test("the page of an organisation shows its own, without a link to itself", async () => {
    answer([keysChanged({ peer: of("2", "Paris") }), alert()]);
    render(Alerts, { of: peer() });
    await screen.findByText(t("alerts.refusedTitle", { name: "Lyon" }));
    expect(screen.queryByRole("link")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  test("they are asked for after the first paint, and forgotten with the session", async () => {
    vi.useFakeTimers();
    const asked = answer([alert()]);
    const end = watchAlerts();
    expect(asked).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(6_000);
    expect(asked).toHaveBeenCalledTimes(1);
    expect(alerts.all).toHaveLength(1);
    end();
    expect(alerts.all).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(asked).toHaveBeenCalledTimes(1);
    vi.useRealTimers();
  });
});

describe("changed keys", () => {
  const since = "2026-03-01T10:00:00Z";
  const paused = peer({
    state: "suspended",
    fingerprint: "ljjn".repeat(13),
    alert: { fingerprint: OTHER, since },
  });

  test("both fingerprints are shown, and a refusal to go on is told in words", async () => {
    const resumed = vi.fn();
    render(KeysChanged, { peer: paused, alert: paused.alert!, resumed });
    screen.getByRole("list", { name: "Fingerprint of Lyon that you compared" });
    screen.getByRole("list", { name: "Fingerprint that Lyon shows now" });
    expect(screen.queryByRole("button", { name: en.peers.resume })).toBeNull();
    const move = vi
      .spyOn(api, "move")
      .mockRejectedValueOnce(
        new ApiError(
          409,
          "https://lyon.example: its keys have changed, and the pinned ones do not endorse the new ones: speak",
        ),
      );
    const look = screen.getByRole("button", { name: en.alerts.look });
    look.click();
    await screen.findByText(en.alerts.stillOthers);
    move.mockRejectedValueOnce(
      new ApiError(
        502,
        "its keys have changed, and https://lyon.example/actor does not tell whether they still are others: timed out",
      ),
    );
    look.click();
    await screen.findByText(t("alerts.cannotTell", { detail: "timed out" }));
    expect(resumed).not.toHaveBeenCalled();
    move.mockResolvedValueOnce(peer());
    look.click();
    await waitFor(() => expect(resumed).toHaveBeenCalledWith(peer()));
  });

  test("the state says who paused it and why", () => {
    expect(stateOf(paused)).toMatchObject({ tone: "bad", text: en.alerts.keysState });
    expect(stateOf(peer({ state: "suspended" })).text).toBe(en.peers.suspendedText);
  });
});

describe("the own keys", () => {
  const keys = (more: Partial<Keys> = {}): Keys => ({
    fingerprint: "ljjn".repeat(13),
    generation: 1,
    made_at: "2026-03-01T10:00:00Z",
    former: [],
    ...more,
  });
  const open = {
    id: "9",
    purpose: "",
    contract,
    pre_confirmed: false,
    introduce: false,
    created_at: "2026-03-01T10:00:00Z",
    expires_at: "2026-03-09T10:00:00Z",
    usable: true,
  };

  test("what a change does is said first, and afterwards who has not taken it", async () => {
    vi.spyOn(api, "keys").mockResolvedValue(keys());
    const rotate = vi
      .spyOn(api, "rotateKeys")
      .mockResolvedValue(
        keys({ fingerprint: OTHER, generation: 2, former: [{ ...keys(), peers: [of("1", "Lyon")] }] }),
      );
    const changed = vi.fn();
    render(OwnKeys, { invitations: [open, { ...open, id: "8", usable: false }], changed });
    (await screen.findByRole("button", { name: /^Change keys/ })).click();
    await screen.findByText(/^1 open invitation is withdrawn/);
    expect(rotate).not.toHaveBeenCalled();
    screen.getByRole("button", { name: en.alerts.changeNow, hidden: true }).click();
    await screen.findByText("1 organisation has former keys still");
    expect(screen.getByRole("link", { name: "Lyon" }).getAttribute("href")).toBe("/admin/peers/1");
    screen.getByText(/generation 2/);
    expect(changed).toHaveBeenCalledOnce();
    expect(screen.queryByRole("dialog", { hidden: true })).toBeNull();
  });

  test("a node that has no keys shows none", async () => {
    vi.spyOn(api, "keys").mockRejectedValue(new ApiError(404, "Record not found"));
    render(OwnKeys, { invitations: [], changed: () => {} });
    await waitFor(() => expect(screen.queryByRole("region")).toBeNull());
  });
});
