/** Peers, introductions and the network for tests. */

import type { Alert, Introduction, Network, NetworkLink, NetworkNode, Peer } from "$/api/peers";
import { FULL } from "./contracts";

export const contract = { version: 1, we_give: FULL, they_give: FULL };

/** Lyon, if nothing else is said. */
export const peer = (more: Partial<Peer> = {}): Peer => ({
  id: "1",
  origin: "https://lyon.example",
  authority: "lyon.example",
  name: "Lyon",
  state: "active",
  software: "native",
  contract,
  introduced_by: null,
  introductions: "ask",
  created_at: "2026-03-01T10:00:00Z",
  updated_at: "2026-03-01T10:00:00Z",
  ...more,
});

/** Lyon refuses, if nothing else is said. */
export const alert = (more: Partial<Alert> = {}): Alert => ({
  kind: "refused",
  peer: { id: "1", origin: "https://lyon.example", name: "Lyon" },
  since: "2026-03-01T10:00:00Z",
  text: "what the node says",
  fingerprint: "ljjn".repeat(13),
  shown_fingerprint: null,
  last_error: null,
  ...more,
});

/** Paris introduces Nantes to this node, if nothing else is said. */
export const introduction = (more: Partial<Introduction> = {}): Introduction => ({
  id: "7",
  by_us: false,
  peer: { id: "2", origin: "https://paris.example", name: "Paris" },
  origin: "https://nantes.example",
  authority: "nantes.example",
  name: "Nantes",
  fingerprint: "ljjn".repeat(13),
  contract,
  note: "",
  state: "open",
  other_confirmed: false,
  made_at: "2026-03-01T10:00:00Z",
  expires_at: "2026-03-15T10:00:00Z",
  answered_at: null,
  ...more,
});

export const node = (name: string, more: Partial<NetworkNode> = {}): NetworkNode => ({
  peer_id: name,
  origin: `https://${name.toLowerCase()}.example`,
  authority: `${name.toLowerCase()}.example`,
  name,
  state: "active",
  software: "native",
  introduced_by: null,
  since: "2026-03-01T10:00:00Z",
  last_seen_at: "2026-03-02T10:00:00Z",
  failing_since: null,
  queued: 0,
  health: "well",
  ...more,
});

/** What this node, Paris, knows of connections between others. */
export const link = (a: string, b: string, state = "connected"): NetworkLink =>
  ({
    a: `https://${a.toLowerCase()}.example`,
    b: `https://${b.toLowerCase()}.example`,
    by: "https://paris.example",
    state,
  }) as NetworkLink;

export const network = (nodes: NetworkNode[], links: NetworkLink[] = []): Network => ({
  node: {
    origin: "https://paris.example",
    authority: "paris.example",
    name: "Paris",
    fingerprint: "mzxw".repeat(13),
  },
  nodes,
  links,
});
