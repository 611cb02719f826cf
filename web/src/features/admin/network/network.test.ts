import * as api from "$/api/peers";
import type { NetworkLink, NetworkNode } from "$/api/peers";
import type { CredentialAccount } from "$/api/types";
import { loadTexts, setLang, t } from "$/i18n/index.svelte";
import { messages as en } from "$/i18n/en/peers";
import { setMe } from "$/state/session.svelte";
import { link, network, node } from "$/test/peers";
import { render, screen, within } from "@testing-library/svelte";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { CENTRE, draw, MOST, RADIUS, type Drawing } from "./diagram";
import NetworkPage from "./NetworkPage.svelte";
import { cameBy, grouped, introducedTo, placeOf, stateBadge } from "./words";

beforeEach(async () => {
  await setLang("en");
  await loadTexts("peers");
  // Nothing has a size here, and nothing that measures it.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  setMe({ role: { name: "owner" } } as CredentialAccount);
});

const NAMES =
  "Lyon Nantes Lille Metz Brest Nice Dijon Tours Rouen Reims Pau Nancy Caen Toulon Angers Limoges";
/** So many nodes; names repeat with a number. */
const many = (count: number, more: Partial<NetworkNode> = {}) => {
  const names = NAMES.split(" ");
  return Array.from({ length: count }, (_, at) => {
    const turn = Math.floor(at / names.length);
    return node(`${names[at % names.length]}${turn > 0 ? turn : ""}`, more);
  });
};

describe("words", () => {
  test("what needs someone comes first, by name within, and what is empty is left out", () => {
    const nodes = [
      node("Metz"),
      node("Énergie"),
      node("Lyon", { health: "stopped", state: "revoked" }),
      node("Nantes", { health: "failing" }),
      node("Zug", { health: "waiting", state: "introduced", peer_id: null }),
      node("Brest", { health: "unheard of" as NetworkNode["health"] }),
    ];
    const found = grouped(nodes, "fr").map(({ title, nodes }) => [title, nodes.map((one) => one.name)]);
    expect(found).toEqual([
      [en.network.failing, ["Nantes"]],
      [en.network.waiting, ["Zug"]],
      [en.network.quiet, ["Brest"]],
      [en.network.well, ["Énergie", "Metz"]],
      [en.network.ended, ["Lyon"]],
    ]);
  });

  test("who introduced whom is said, and where one goes from there", () => {
    const nantes = node("Nantes", { introduced_by: { origin: "https://lyon.example", name: "Lyon" } });
    expect(cameBy(nantes)).toBe("Introduced by Lyon");
    expect(cameBy(node("Lyon"))).toBe(en.network.byInvitation);
    expect(cameBy(node("Lyon", { software: "other" }))).toBe(en.network.byHand);
    expect(placeOf(nantes)).toBe("/admin/peers/Nantes");
    expect(placeOf(node("Zug", { peer_id: null }))).toBe("/admin/peers");
    expect(stateBadge(nantes)).toBeNull();
    expect(stateBadge(node("Zug", { state: "introduced" }))?.label).toBe(en.network.introducedState);
    expect(stateBadge(node("Zug", { state: "invited", peer_id: null }))?.label).toBe("Invited");
    expect(stateBadge(node("Zug", { state: "suspended" }))?.label).toBe(en.peers.suspended);
  });

  test("whom this node has introduced it to is told by outcome, and many are counted", () => {
    const nodes = ["Lyon", "Nantes", "Lille", "Metz"].map((name) => node(name));
    const links = [
      link("Lyon", "Nantes"),
      link("Lille", "Lyon"),
      link("Lyon", "Metz", "accepted"),
      link("Lyon", "Gone", "declined"),
      { ...link("Lyon", "Metz"), by: "https://elsewhere.example" },
    ];
    expect(introducedTo(network(nodes, links), "https://lyon.example", "en")).toEqual([
      "Introduced by you to Lille and Nantes.",
      "Introduced by you to Metz: not all have answered yet.",
      "Introduced by you to https://gone.example: declined or expired.",
    ]);
    expect(introducedTo(network(nodes, links), "https://brest.example", "en")).toEqual([]);
    const all = many(9);
    const said = introducedTo(
      network(
        all,
        all.slice(1, 8).map((one) => link("Lyon", one.name)),
      ),
      "https://lyon.example",
      "en",
    );
    expect(said).toEqual(["Introduced by you to Brest, Dijon, Lille, Metz, and 3 others."]);
    const toAll = all.slice(1).map((one) => link("Lyon", one.name));
    expect(introducedTo(network(all, toAll), "https://lyon.example", "en")).toEqual([en.network.madeAll]);
  });
});

describe("the picture", () => {
  const at = (count: number, width: number) => draw(network(many(count)), width, "en")!;
  /** Pairs of marks whose names would stand on each other, and what stands outside. */
  function faults({ marks, centre, width, height }: Drawing): string[] {
    const column = width < 480 ? 88 : 112;
    const near = marks.flatMap((a, index) =>
      marks
        .slice(index + 1)
        .filter((b) => Math.abs(a.x - b.x) < column - 1 && Math.abs(a.y - b.y) < RADIUS * 2 + 20)
        .map((b) => `${a.label} ${b.label}`),
    );
    const outside = marks
      .filter((one) => one.x < column / 2 - 1 || one.x > width - column / 2 + 1)
      .concat(marks.filter((one) => one.labelY < 12 || one.labelY > height - 4))
      .map((one) => `${one.label} is outside`);
    const inside = marks
      .filter((one) => Math.hypot(one.x - centre.x, one.y - centre.y) < CENTRE + RADIUS + 30)
      .map((one) => `${one.label} is too near`);
    return [...near, ...outside, ...inside];
  }

  test.for([326, 358, 480, 608])("no two names meet, in %i pixels", (width) => {
    for (let count = 1; count <= MOST; count++) {
      const drawing = at(count, width);
      expect(drawing.marks).toHaveLength(count);
      expect(faults(drawing), `${count} in ${width}`).toEqual([]);
      expect(drawing.height, `${count} in ${width}`).toBeLessThan(800);
    }
  });

  test("nothing is drawn of nobody, of too many, or before there is room", () => {
    expect(draw(network([]), 608, "en")).toBeNull();
    expect(draw(network(many(MOST + 1)), 608, "en")).toBeNull();
    expect(draw(network(many(3)), 0, "en")).toBeNull();
    expect(draw(network(many(2, { state: "revoked" })), 608, "en")).toBeNull();
  });

  test("lines say how it stands, and an arrow leads from who introduced", () => {
    const lyon = { origin: "https://lyon.example", name: "Lyon" };
    const nodes = [
      node("Lyon"),
      node("Nantes", { state: "pending_remote", introduced_by: lyon }),
      node("Lille", { state: "suspended" }),
      node("A place with a very long name"),
      node("Metz", { introduced_by: { origin: "https://gone.example", name: "Gone" } }),
    ];
    const links = [
      link("Lyon", "Lille"),
      link("Lille", "Nantes", "open"),
      link("Lyon", "Nantes", "declined"),
    ];
    links.push(link("Lyon", "Gone"));
    const drawing = draw(network(nodes, links), 608, "en")!;
    const kinds = Object.fromEntries(drawing.spokes.map((one) => [one.key.slice(8, 12), one.kind]));
    expect(kinds).toMatchObject({ lyon: "connected", nant: "waiting", lill: "stopped" });
    expect(drawing.between.map((one) => one.kind)).toEqual(["connected", "waiting"]);
    expect(drawing.introduced.map((one) => one.key)).toEqual(["https://nantes.example"]);
    expect(drawing.marks.find((one) => one.label.endsWith("…"))?.label.length).toBeLessThan(18);
    // Who was introduced stands beside who introduced.
    const order = drawing.marks.map((one) => one.node.name);
    expect(order.indexOf("Nantes")).toBe(order.indexOf("Lyon") + 1);
    for (const { path } of [...drawing.spokes, ...drawing.between, ...drawing.introduced])
      expect(path).not.toMatch(/NaN|Infinity|undefined/);
  });

  test("of many connections between others only what waits is drawn, so that the picture stays calm", () => {
    const mesh = (count: number) => {
      const nodes = many(count);
      const links = nodes.flatMap((a, at) => nodes.slice(at + 1).map((b) => link(a.name, b.name)));
      links[3]!.state = "open" as NetworkLink["state"];
      return draw(network(nodes, links), 608, "en")!;
    };
    expect(mesh(6).between).toHaveLength(15);
    expect([mesh(6).faint, mesh(8).faint]).toEqual([false, true]);
    expect(mesh(20).between.map((one) => one.kind)).toEqual(["waiting"]);
    expect([mesh(6).thinned, mesh(20).thinned]).toEqual([false, true]);
  });

  test("a line between two that face each other goes around this node", () => {
    const { between, centre } = draw(network(many(2), [link("Lyon", "Nantes")]), 608, "en")!;
    const [, x, y] = /Q([\d.-]+) ([\d.-]+)/.exec(between[0]!.path)!.map(Number);
    expect(Math.hypot(x! - centre.x, y! - centre.y)).toBeGreaterThan(2 * CENTRE);
  });
});

describe("the page", () => {
  test("every node is in the list and leads to its page", async () => {
    const nodes = [
      node("Lyon", { queued: 2, failing_since: "2026-03-01T10:00:00Z", health: "failing" }),
      node("Nantes", { introduced_by: { origin: "https://lyon.example", name: "Lyon" } }),
      node("Zug", { peer_id: null, state: "introduced", health: "waiting" }),
    ];
    vi.spyOn(api, "network").mockResolvedValue(network(nodes));
    render(NetworkPage, { params: {} });
    const region = await screen.findByRole("region", { name: /^Not reached/ });
    const lyon = within(region).getByRole("link", { name: /Lyon/ });
    expect(lyon.getAttribute("href")).toBe("/admin/peers/Lyon");
    expect(lyon.textContent).toContain("2 messages wait.");
    expect(screen.getByRole("link", { name: /Nantes/ }).textContent).toContain("Introduced by Lyon");
    expect(screen.getByRole("link", { name: /Zug/ }).getAttribute("href")).toBe("/admin/peers");
    screen.getByText("4 nodes");
    screen.getByRole("list", { name: "Fingerprint of Paris (this node)" });
  });

  test("alone, it says what to do; with many, the list is enough", async () => {
    const asked = vi.spyOn(api, "network").mockResolvedValueOnce(network([]));
    const view = render(NetworkPage, { params: {} });
    await screen.findByText(en.network.none);
    screen.getByRole("link", { name: en.peers.invite });
    view.unmount();
    asked.mockResolvedValueOnce(network(many(60)));
    render(NetworkPage, { params: {} });
    await screen.findByText(t("network.tooMany", { count: MOST }));
    expect(screen.getAllByRole("link", { name: /example/ })).toHaveLength(60);
  });

  test("what went wrong can be tried again", async () => {
    const asked = vi.spyOn(api, "network").mockRejectedValueOnce(new Error("gone"));
    render(NetworkPage, { params: {} });
    const retry = await screen.findByRole("button", { name: "Try again" });
    asked.mockResolvedValueOnce(network([node("Lyon")]));
    retry.click();
    await screen.findByRole("link", { name: /Lyon/ });
  });
});
