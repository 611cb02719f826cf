/** Being told on this device while the client is closed (Web Push). */

import { request } from "./client";
import { KINDS } from "./notifications";
import type { WebPushSubscription } from "./types";

const PATH = "/api/v1/push/subscription";

/** From whom one is told; `none` is an answer of the node, not a choice. */
export const POLICIES = ["all", "followed", "follower"] as const;
export type Policy = (typeof POLICIES)[number] | "none";

/** Of what and from whom. Kinds that this client does not know stay as they are. */
export interface Wanted {
  alerts: Readonly<Record<string, boolean>>;
  policy: Policy;
}

/** Everything, from everyone. */
export const EVERYTHING: Wanted = {
  alerts: Object.fromEntries(KINDS.map((kind) => [kind, true])),
  policy: "all",
};

export const current = () => request<WebPushSubscription>("GET", PATH);
export const subscribe = ({ endpoint, keys }: PushSubscriptionJSON, data: Wanted) =>
  request<WebPushSubscription>("POST", PATH, {
    body: { subscription: { endpoint, keys, standard: true }, data },
  });
/** A kind that is not named is one of which one is not told. */
export const change = (data: Wanted) => request<WebPushSubscription>("PUT", PATH, { body: { data } });
export const unsubscribe = () => request<unknown>("DELETE", PATH);
