/** An invitation of somebody else's, from the pasted link to its acceptance. Nothing that was typed is ever lost. */

import * as api from "$/api/peers";
import type { Offer, Peer } from "$/api/peers";
import { flaw, trouble } from "./trouble";

export class Joining {
  link = $state("");
  /** What the invitation says, once it was read. */
  offer = $state.raw<Offer | null>(null);
  compared = $state(false);
  busy = $state(false);
  error = $state<string | null>(null);
  /** The other organisation, once the invitation was accepted. */
  peer = $state.raw<Peer | null>(null);

  /** Asks what the invitation says. Uses nothing up. */
  async read(): Promise<void> {
    this.error = flaw(this.link);
    if (this.error !== null) return;
    await this.ask(async () => {
      this.offer = await api.join(this.link.trim());
      this.compared = false;
    });
  }

  /** Back to the link, which is still there. */
  leave(): void {
    this.offer = null;
    this.error = null;
  }

  async accept(): Promise<void> {
    await this.ask(async () => {
      const accepted = await api.join(this.link.trim(), true);
      this.offer = accepted;
      this.peer = (await api.peers()).find((one) => one.origin === accepted.origin) ?? null;
    });
  }

  /** Looks whether the other administrator has confirmed. */
  async look(): Promise<void> {
    if (this.peer) this.peer = await api.peer(this.peer.id);
  }

  private async ask(run: () => Promise<void>): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.error = null;
    try {
      await run();
    } catch (failed) {
      this.error = trouble(failed);
    } finally {
      this.busy = false;
    }
  }
}
