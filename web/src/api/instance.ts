/** The node: what it says of itself, and whom it is connected to. */

import { request } from "./client";
import type { ConnectedPeer, Instance } from "./types";

export const instance = () => request<Instance>("GET", "/api/v2/instance", { open: true });
export const peers = () => request<ConnectedPeer[]>("GET", "/api/entrenous/v1/peers");
