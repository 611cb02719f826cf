/** Where one is signed in: clients by their tokens, browsers by their sessions. */

import * as api from "$/api/settings";
import { explain } from "$/state/actions";

export interface Place {
  key: string;
  id: string;
  kind: "client" | "browser";
  /** The client's name, or what the browser calls itself; null for the command line. */
  name: string | null;
  since: string;
  until: string | null;
  current: boolean;
}

export class SignedIn {
  all = $state.raw<Place[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");
  busy = $state(false);
  error = $state<string | null>(null);

  async read(): Promise<void> {
    this.phase = "loading";
    try {
      const [tokens, sessions] = await Promise.all([api.tokens(), api.sessions()]);
      this.all = [
        ...tokens.map((one): Place => ({
          key: `t${one.id}`,
          id: one.id,
          kind: "client",
          name: one.client ?? null,
          since: one.created_at,
          until: null,
          current: one.current,
        })),
        ...sessions.map((one): Place => ({
          key: `s${one.id}`,
          id: one.id,
          kind: "browser",
          name: one.user_agent,
          since: one.created_at,
          until: one.expires_at,
          current: false,
        })),
      ];
      this.phase = "ready";
    } catch {
      this.phase = "failed";
    }
  }

  /** Ends some; those that could not be ended stay in the list. */
  async end(places: readonly Place[]): Promise<void> {
    this.busy = true;
    this.error = null;
    const ended = new Set<string>();
    for (const place of places)
      try {
        await (place.kind === "client" ? api.endToken(place.id) : api.endSession(place.id));
        ended.add(place.key);
      } catch (error) {
        this.error = explain(error);
      }
    this.all = this.all.filter((one) => !ended.has(one.key));
    this.busy = false;
  }
}
