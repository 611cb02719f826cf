/** Being told on this device while the client is closed (Web Push). */

import { request } from "./client";
import type { WebPushSubscription } from "./types";

const PATH = "/api/v1/push/subscription";

/** Of what one is told: what stands in the list of notifications. */
const ALERTS = Object.fromEntries(
  ["mention", "status", "reblog", "follow", "follow_request", "favourite", "poll", "update", "quote"].map(
    (kind) => [kind, true],
  ),
);

export const current = () => request<WebPushSubscription>("GET", PATH);
export const subscribe = ({ endpoint, keys }: PushSubscriptionJSON) =>
  request<WebPushSubscription>("POST", PATH, {
    body: { subscription: { endpoint, keys, standard: true }, data: { alerts: ALERTS, policy: "all" } },
  });
export const unsubscribe = () => request<unknown>("DELETE", PATH);
