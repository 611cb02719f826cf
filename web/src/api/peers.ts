/** Connections with other organisations, as administrators see and change them. */

import { page, request, type Query } from "./client";
import type { components } from "./schema";

type Schemas = components["schemas"];
export type Peer = Schemas["AdminPeer"];
/** What may cross, seen from this node. */
export type Contract = Schemas["Contract"];
/** What one side gives. */
export type Terms = Schemas["Terms"];
/** A contract to begin with. */
export type Preset = Schemas["NamedPreset"];
/** A change of a contract that waits for an answer. */
export type Proposal = Schemas["Proposal"];
/** A version of a contract that both have signed. */
export type Agreement = Schemas["Agreement"];
/** What would end with a connection. */
export type Consequences = Schemas["Consequences"];
/** How a connection ended, and what became of what was given. */
export type Ending = Schemas["Ending"];
/** What was removed or hidden. */
export type Cleared = Schemas["Done"];
export type Invitation = Schemas["Invitation"];
export type MadeInvitation = Schemas["MadeInvitation"];
export type NewInvitation = Schemas["NewInvitation"];
/** What an invitation of somebody else's says. */
export type Offer = Schemas["JoinAnswer"];
export type Queue = Schemas["Queue"];
/** One row of what crossed or was refused. */
export type LedgerEntry = Schemas["LedgerEntry"];
/** What came of looking at every row. */
export type LedgerCheck = Schemas["LedgerCheck"];
export type AuditLine = Schemas["AuditLine"];
/** What is wrong with a peer: `keys_changed`, `refused` or `failing`. */
export type Alert = Schemas["Alert"];
/** This node's keys, and who has former ones still. */
export type OwnKeys = Schemas["OwnKeys"];
/** A node that a third one, trusted by both, makes known: to this one, or by this one to another. */
export type Introduction = Schemas["Introduction"];
/** What an introduction asks for; nothing for what each of the two gives to the sponsor. */
export type ContractAsked = Schemas["ContractAsked"];
/** Every node that this one knows of, and what it knows of connections between others. */
export type Network = Schemas["Network"];
export type NetworkNode = Network["nodes"][number];
export type NetworkLink = Network["links"][number];

const BASE = "/api/entrenous/v1/admin";
const one = (id: string) => `${BASE}/peers/${encodeURIComponent(id)}`;
/** The node asks the other one, which may be slow. */
const ASKS_ANOTHER = 90_000;

export const peers = () => request<Peer[]>("GET", `${BASE}/peers`);
export const peer = (id: string) => request<Peer>("GET", one(id));
/** `confirm` is also how a connection that was paused goes on. */
export type Move = "confirm" | "suspend" | "revoke";
export const move = (id: string, what: Move) => request<Peer>("POST", `${one(id)}/${what}`);
/** What would end if the connection were ended now. */
export const consequences = (id: string) => request<Consequences>("GET", `${one(id)}/consequences`);
/** Without `confirm` the invitation is only read. */
export const join = (link: string, confirm = false) =>
  request<Offer>("POST", `${BASE}/peers/join`, { body: { link, confirm }, timeout: ASKS_ANOTHER });
/** Adds a server of other software; what may cross is this side's word alone. */
export const trust = (authority: string, contract: Pick<Contract, "we_give" | "they_give">) =>
  request<Peer>("POST", `${BASE}/peers/trust`, { body: { authority, contract }, timeout: ASKS_ANOTHER });

export const proposals = (id: string) => request<Proposal[]>("GET", `${one(id)}/proposals`);
/** With other software, which knows of no contract, the change is in force at once. */
export const propose = (id: string, contract: Pick<Contract, "we_give" | "they_give">, note: string) =>
  request<Proposal[]>("POST", `${one(id)}/proposals`, { body: { contract, note } });
export const answer = (id: string, uri: string, what: "accept" | "reject") =>
  request<Proposal[]>("POST", `${one(id)}/proposals/${what}`, { body: { uri } });
/** The versions of a contract, the newest first. */
export const agreements = (id: string) => request<Agreement[]>("GET", `${one(id)}/agreements`);
export const presets = () => request<Preset[]>("GET", `${BASE}/contracts`);
export const invitations = () => request<Invitation[]>("GET", `${BASE}/peer_invites`);
export const invite = (body: NewInvitation) =>
  request<MadeInvitation>("POST", `${BASE}/peer_invites`, { body });
export const withdraw = (id: string) =>
  request<unknown>("DELETE", `${BASE}/peer_invites/${encodeURIComponent(id)}`);

/** Received and made, the newest first. */
export const introductions = () => request<Introduction[]>("GET", `${BASE}/introductions`);
export const answerIntroduction = (id: string, what: "accept" | "decline") =>
  request<Introduction>("POST", `${BASE}/introductions/${encodeURIComponent(id)}/${what}`);
/** To whom a peer may be introduced now. */
export const introducible = (id: string) => request<Peer[]>("GET", `${one(id)}/introducible`);
/** Makes a peer and others known to each other: two introductions for each pair. */
export const introduce = (id: string, to: readonly string[], contract: ContractAsked | null, note: string) =>
  request<Introduction[]>("POST", `${one(id)}/introductions`, {
    body: { to, ...(contract ? { contract } : {}), note },
  });
/** What is done with introductions by a peer. */
export type Policy = "ask" | "accept";
export const setPolicy = (id: string, introductions: Policy) =>
  request<Peer>("POST", `${one(id)}/introductions_policy`, { body: { introductions } });
export const network = () => request<Network>("GET", `${BASE}/network`);

export const queues = () => request<Queue[]>("GET", `${BASE}/deliveries`);
/** What administrators and the node did about a peer, the newest first. */
export const trail = (authority: string, query: Query = {}) =>
  page<AuditLine>(`${BASE}/audit`, { query: { ...query, peer: authority, limit: 10 } });

/** What crossed and what was refused, the newest first; `outcome` is `crossed`, `refused` or nothing. */
export const ledger = (id: string, query: Query = {}) =>
  page<LedgerEntry>(`${one(id)}/ledger`, { query: { limit: 40, ...query } });
/** A long ledger takes the node its time. */
export const verify = (id: string) =>
  request<LedgerCheck>("GET", `${one(id)}/ledger/verify`, { timeout: ASKS_ANOTHER });

export const keys = () => request<OwnKeys>("GET", `${BASE}/keys`);
/** New keys hold at once; every peer is told in the background. Making them takes the node a moment. */
export const rotateKeys = () => request<OwnKeys>("POST", `${BASE}/keys/rotate`, { timeout: ASKS_ANOTHER });
