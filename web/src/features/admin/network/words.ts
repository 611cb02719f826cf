/** The nodes of the network in words, those first that need someone. */

import type { Network, NetworkNode } from "$/api/peers";
import { list, t, type MessageKey } from "$/i18n/index.svelte";
import { stateOf, type Tone } from "../peers/words";

/** What the node calls how it goes with another one. */
export type Health = "failing" | "waiting" | "quiet" | "well" | "stopped";

const GROUPS: readonly { health: Health; title: MessageKey; text: MessageKey }[] = [
  { health: "failing", title: "network.failing", text: "network.failingText" },
  { health: "waiting", title: "network.waiting", text: "network.waitingText" },
  { health: "quiet", title: "network.quiet", text: "network.quietText" },
  { health: "well", title: "network.well", text: "network.wellText" },
  { health: "stopped", title: "network.ended", text: "network.endedText" },
];

/** A health that is new to this client counts as quiet: someone should look. */
export const healthOf = ({ health }: Pick<NetworkNode, "health">): Health =>
  GROUPS.find((one) => one.health === health)?.health ?? "quiet";

export interface Group {
  health: Health;
  title: string;
  text: string;
  nodes: NetworkNode[];
}

/** The nodes by how it goes with them, by name within; what is empty is left out. */
export function grouped(nodes: readonly NetworkNode[], lang: string): Group[] {
  const sorted = [...nodes].sort((a, b) => a.name.localeCompare(b.name, lang));
  return GROUPS.map(({ health, title, text }) => ({
    health,
    title: t(title),
    text: t(text),
    nodes: sorted.filter((node) => healthOf(node) === health),
  })).filter((group) => group.nodes.length > 0);
}

/** The state of a node where its group does not say it; null where it does. */
export function stateBadge(node: NetworkNode): { label: string; tone: Tone } | null {
  if (node.state === "active") return null;
  if (node.state === "introduced") return { label: t("network.introducedState"), tone: "warn" };
  if (node.state === "invited") return { label: t("network.invitedState"), tone: "info" };
  return stateOf({ state: node.state, name: node.name });
}

/** How it came to be known. */
export function cameBy(node: NetworkNode): string {
  if (node.introduced_by) return t("network.by", { name: node.introduced_by.name });
  return node.software === "native" ? t("network.byInvitation") : t("network.byHand");
}

/** As many names as are read in one go. */
const NAMES = 5;

function names(all: readonly string[]): string {
  if (all.length <= NAMES) return list([...all]);
  const shown = all.slice(0, NAMES - 1);
  return list([...shown, t("network.others", { count: all.length - shown.length })]);
}

const MADE: readonly { states: readonly string[]; key: MessageKey }[] = [
  { states: ["connected"], key: "network.made" },
  { states: ["open", "accepted"], key: "network.madeWaits" },
  { states: ["declined", "expired"], key: "network.madeNot" },
];

/** To whom this node has introduced another one, and what came of it: a sentence for each outcome. */
export function introducedTo({ node, nodes, links }: Network, origin: string, lang: string): string[] {
  const known = new Map(nodes.map((one) => [one.origin, one.name]));
  const others = nodes.filter((one) => one.state !== "revoked" && one.origin !== origin).length;
  const mine = links.filter((one) => one.by === node.origin && (one.a === origin || one.b === origin));
  return MADE.flatMap(({ states, key }) => {
    const found = mine
      .filter((one) => states.includes(one.state))
      .map((one) => (one.a === origin ? one.b : one.a))
      .map((other) => known.get(other) ?? other)
      .sort((a, b) => a.localeCompare(b, lang));
    if (key === "network.made" && found.length > NAMES && found.length >= others)
      return [t("network.madeAll")];
    return found.length > 0 ? [t(key, { names: names(found) })] : [];
  });
}

/** Where a node's own page is; what is not answered yet stands with the organisations. */
export const placeOf = ({ peer_id }: NetworkNode) => (peer_id ? `/admin/peers/${peer_id}` : "/admin/peers");
