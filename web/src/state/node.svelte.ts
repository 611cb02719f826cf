/** The node one is at: name, look and limits. */

import * as api from "$/api/instance";
import type { Instance } from "$/api/types";
import { recall, remember } from "./storage";

let instance = $state.raw<Instance | null>(recall<Instance>("instance"));

export const node = {
  /** What the node says of itself; null until it was reached once. */
  get instance() {
    return instance;
  },
  get name() {
    return instance?.title ?? "Entrenous";
  },
  get domain() {
    return instance?.domain ?? location.host;
  },
  get maxCharacters() {
    return instance?.configuration.statuses.max_characters ?? 500;
  },
};

/** Reads what the node says of itself, anew. */
export async function loadNode(): Promise<void> {
  try {
    instance = await api.instance();
    remember("instance", instance);
  } catch {
    // What was known before stays.
  }
}
