/** Whether, and of what, this browser is told while the client is closed, and changing that. */

import { ApiError } from "$/api/client";
import type { Kind } from "$/api/notifications";
import * as api from "$/api/push";
import type { Policy, Wanted } from "$/api/push";
import type { WebPushSubscription } from "$/api/types";
import { t } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { node } from "$/state/node.svelte";
import { toast } from "$/state/toasts.svelte";

/** Why it cannot be switched: the browser has no such thing, the node sends nothing, or the person has said no. */
export type Obstacle = "unsupported" | "closed" | "denied";

/** Milliseconds that the service worker is waited for. */
const PATIENCE = 5_000;

/** The node's key, as browsers take it. */
export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}

const same = (one: ArrayBuffer | null, other: Uint8Array) =>
  one !== null &&
  one.byteLength === other.byteLength &&
  new Uint8Array(one).every((byte, at) => byte === other[at]);

/** What the node says, as it is shown; a policy that is none we know is the widest, which is what a node takes it for. */
function wantedOf({ alerts, policy }: WebPushSubscription): Wanted {
  const known = [...api.POLICIES, "none"].find((one) => one === policy);
  return { alerts, policy: (known ?? "all") as Policy };
}

export class Device {
  phase = $state<"loading" | "ready" | "failed">("loading");
  on = $state(false);
  /** It is being switched. */
  busy = $state(false);
  obstacle = $state<Obstacle | null>(null);
  /** Of what one is told; of everything, before it is switched on. */
  wanted = $state.raw<Wanted>(api.EVERYTHING);
  /** What of it the node has. */
  private told: Wanted = api.EVERYTHING;
  private saving = false;

  private get key(): string {
    // A node of before has none, and may be remembered.
    return node.instance?.configuration.vapid?.public_key ?? "";
  }

  private async manager(): Promise<PushManager | null> {
    if (!("serviceWorker" in navigator) || !("PushManager" in globalThis) || !("Notification" in globalThis))
      return null;
    const { serviceWorker } = navigator;
    // At the first visit it is registered when the page has rested for a while.
    const late = () => new Promise<undefined>((done) => setTimeout(done, PATIENCE));
    const registration =
      (await serviceWorker.getRegistration()) ?? (await Promise.race([serviceWorker.ready, late()]));
    return registration?.pushManager ?? null;
  }

  /** How it stands: told is who has agreed, in a browser that has a subscription which the node knows. */
  async read(): Promise<void> {
    this.phase = "loading";
    this.obstacle = null;
    this.on = false;
    try {
      const manager = this.key === "" ? null : await this.manager();
      if (this.key === "") this.obstacle = "closed";
      else if (!manager) this.obstacle = "unsupported";
      else if (Notification.permission === "denied") this.obstacle = "denied";
      else {
        const [mine, known] = await Promise.all([manager.getSubscription(), api.current().catch(none)]);
        this.on = mine !== null && known?.endpoint === mine.endpoint;
        if (known) this.take(known);
      }
      this.phase = "ready";
    } catch {
      this.phase = "failed";
    }
  }

  private take(known: WebPushSubscription): void {
    this.told = wantedOf(known);
    this.wanted = this.told;
  }

  /** Is told of a kind, or no longer. */
  tell(kind: Kind, on: boolean): Promise<void> {
    return this.save({ ...this.wanted, alerts: { ...this.wanted.alerts, [kind]: on } });
  }

  /** Is told of what comes from these people. */
  from(policy: Policy): Promise<void> {
    return this.save({ ...this.wanted, policy });
  }

  /** Shown at once, taken back when the node refuses. Of several changes in a row the last one counts. */
  private async save(next: Wanted): Promise<void> {
    this.wanted = next;
    if (this.saving) return;
    this.saving = true;
    try {
      while (this.wanted !== this.told) {
        const sent = this.wanted;
        const told = wantedOf(await api.change(sent));
        this.told = told;
        if (this.wanted === sent) this.wanted = told;
      }
      toast(t("common.saved"));
    } catch (error) {
      this.wanted = this.told;
      toast(explain(error), { kind: "error" });
      // It was ended elsewhere.
      if (error instanceof ApiError && error.status === 404) this.on = false;
    } finally {
      this.saving = false;
    }
  }

  /** Switches it. Asks for permission, which browsers give only to who has just pressed something. */
  async turn(on: boolean): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.on = on;
    try {
      this.on = on ? await this.begin() : !(await this.end());
    } catch (error) {
      this.on = !on;
      toast(explain(error), { kind: "error" });
    } finally {
      this.busy = false;
    }
  }

  private async begin(): Promise<boolean> {
    const permission = await Notification.requestPermission();
    if (permission === "denied") this.obstacle = "denied";
    if (permission !== "granted") return false;
    const manager = await this.manager();
    if (!manager) return false;
    const key = keyBytes(this.key);
    const before = await manager.getSubscription();
    // One that was made for another key is of no use.
    if (before && !same(before.options.applicationServerKey, key)) await before.unsubscribe();
    const made = await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    try {
      this.take(await api.subscribe(made.toJSON(), this.wanted));
    } catch (error) {
      await made.unsubscribe();
      if (!(error instanceof ApiError) || error.status !== 422) throw error;
      toast(t("settings.deviceRefused"), { kind: "error" });
      return false;
    }
    toast(t("settings.deviceOn"));
    return true;
  }

  private async end(): Promise<boolean> {
    await api.unsubscribe();
    const subscription = await (await this.manager())?.getSubscription();
    await subscription?.unsubscribe();
    toast(t("settings.deviceOff"));
    return true;
  }
}

/** No subscription is no failure. */
function none(error: unknown): null {
  if (error instanceof ApiError && error.status === 404) return null;
  throw error;
}
