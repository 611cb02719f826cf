/** The state and the health of a connection, and what was done about it, in words. */

import type { AuditLine, Invitation, Peer, Queue } from "$/api/peers";
import { dateTime, t, type MessageKey } from "$/i18n/index.svelte";

export type Tone = "good" | "warn" | "bad" | "info" | "plain";

const STATES: Record<string, { label: MessageKey; text: MessageKey; tone: Tone }> = {
  active: { label: "peers.active", text: "peers.activeText", tone: "good" },
  pending_local: { label: "peers.pendingLocal", text: "peers.pendingLocalText", tone: "warn" },
  pending_remote: { label: "peers.pendingRemote", text: "peers.pendingRemoteText", tone: "info" },
  suspended: { label: "peers.suspended", text: "peers.suspendedText", tone: "warn" },
  revoked: { label: "peers.ended", text: "peers.endedText", tone: "plain" },
};

/** What a state is called, what it means, and how it is coloured. */
export function stateOf(peer: Pick<Peer, "name" | "alert" | "introduced_by"> & { state: string }): {
  label: string;
  text: string;
  tone: Tone;
} {
  const known = STATES[peer.state];
  if (!known) return { label: peer.state, text: "", tone: "plain" };
  const { label, tone } = known;
  if (peer.state === "pending_remote" && peer.introduced_by) {
    const text = t("introductions.pendingText", { by: authorityOf(peer.introduced_by) });
    return { label: t(label), text, tone };
  }
  if (peer.state === "suspended" && peer.alert)
    return { label: t(label), text: t("alerts.keysState"), tone: "bad" };
  return { label: t(label), text: t(known.text, { name: peer.name }), tone };
}

/** Those that wait for this administrator first, then what is connected, what is not any more last; by name within. */
const ORDER = ["pending_local", "pending_remote", "active", "suspended", "revoked"];
export function inOrder(peers: readonly Peer[], lang: string): Peer[] {
  const rank = (peer: Peer) => ORDER.indexOf(peer.state);
  return [...peers].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name, lang));
}

/** How it goes with what is to go there, sentence by sentence; the first one is the most important. */
export function health(peer: Peer, queue: Queue | null): { tone: Tone; lines: string[] } {
  if (peer.state !== "active" && peer.state !== "suspended")
    return { tone: "plain", lines: [t("peers.noQueue")] };
  const lines: string[] = [];
  const since = peer.failing_since;
  if (since) {
    lines.push(t("peers.failing", { when: dateTime(since) }));
    if (queue?.circuit === "half_open") lines.push(t("peers.oneAtATime"));
    else if (queue?.retry_at) lines.push(t("peers.retry", { when: dateTime(queue.retry_at) }));
    if (peer.last_error) lines.push(t("peers.lastError", { error: peer.last_error }));
  }
  if (queue) {
    if (queue.queued > 0) {
      lines.push(t("peers.waiting", { count: queue.queued }));
      if (queue.held > 0) lines.push(t("peers.held", { count: queue.held, error: queue.held_error ?? "?" }));
      if (queue.oldest) lines.push(t("peers.oldest", { when: dateTime(queue.oldest) }));
    } else if (!since) lines.push(t("peers.allSent"));
    if (queue.delivered > 0) lines.push(t("peers.delivered", { count: queue.delivered }));
    if (queue.dropped > 0) lines.push(t("peers.dropped", { count: queue.dropped }));
  }
  return { tone: since ? "bad" : queue && queue.held > 0 ? "warn" : "good", lines };
}

const ACTIONS: Record<string, MessageKey> = {
  "peer.invited": "peers.didInvited",
  "peer.joined": "peers.didJoined",
  "peer.accepted": "peers.didAccepted",
  "peer.confirmed": "peers.didConfirmed",
  "peer.suspended": "peers.didSuspended",
  "peer.revoked": "peers.didRevoked",
  "peer.trusted": "peers.didTrusted",
  "peer.renamed": "peers.didRenamed",
  "peer.keys_rotated": "peers.didKeys",
  "peer.keys_changed": "peers.didOtherKeys",
  "peer.keys_as_pinned": "peers.didKnownKeys",
  "peer.invitation_withdrawn": "peers.didWithdrawn",
  "peer.purge_ordered": "peers.didOrder",
  "peer.purge_received": "peers.didReceiveOrder",
  "peer.purge_confirmed": "peers.didConfirmOrder",
  "peer.purge_given_up": "peers.didGiveUp",
  "peer.purged": "peers.didClear",
  "peer.receipt_refused": "peers.didRefuseReceipt",
  "keys.rotated": "peers.didRotate",
  "keys.taken": "peers.didTake",
  "keys.ended": "peers.didEndKeys",
  "delivery.refused": "peers.didNotTake",
  "delivery.dropped": "peers.didDrop",
  "introduction.made": "introductions.didMake",
  "introduction.received": "introductions.didReceive",
  "introduction.accepted": "introductions.didAccept",
  "introduction.declined": "introductions.didDecline",
  "introduction.connected": "introductions.didConnect",
  "introduction.passed_over": "introductions.didPassOver",
  "introductions.policy": "introductions.didPolicy",
  "contract.proposed": "peers.didOffered",
  "contract.changed": "peers.didContract",
  "contract.rejected": "peers.didDeclined",
  "contract.passed_over": "peers.didPassOver",
};

/** What an entry of the audit trail tells. */
export function done(line: Pick<AuditLine, "action" | "reason">): string {
  const known = ACTIONS[line.action];
  if (known) return t(known);
  return line.reason ? t("peers.didRefused") : line.action;
}

/** Who it was. */
export function doer(actor: string): string {
  if (actor === "command line") return t("peers.byCommand");
  if (actor === "peer") return t("peers.byPeer");
  if (actor === "node") return t("peers.byNode");
  if (actor === "policy") return t("introductions.byPolicy");
  if (actor === "invitation") return t("introductions.byInvitation");
  return t("peers.by", { actor: `@${actor}` });
}

/** What became of an invitation that cannot be used any more. */
export function fate(invitation: Invitation): string {
  if (invitation.used_by) return t("peers.usedBy", { authority: authorityOf(invitation.used_by) });
  return invitation.revoked_at ? t("peers.isWithdrawn") : t("peers.isExpired");
}

/** An origin as people say it. */
export const authorityOf = (origin: string) => origin.replace(/^https?:\/\//, "");
