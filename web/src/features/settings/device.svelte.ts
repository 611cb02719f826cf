/** Whether this browser is told of notifications while the client is closed, and changing that. */

import { ApiError } from "$/api/client";
import * as api from "$/api/push";
import { t } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { node } from "$/state/node.svelte";
import { toast } from "$/state/toasts.svelte";

/** Why it cannot be switched: the browser has no such thing, the node sends nothing, or the person has said no. */
export type Obstacle = "unsupported" | "closed" | "denied";

/** The node's key, as browsers take it. */
export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (one) => one.charCodeAt(0));
}

const same = (one: ArrayBuffer | null, other: Uint8Array) =>
  one !== null &&
  one.byteLength === other.byteLength &&
  new Uint8Array(one).every((byte, at) => byte === other[at]);

export class Device {
  on = $state(false);
  busy = $state(true);
  obstacle = $state<Obstacle | null>(null);

  private get key(): string {
    // A node of before has none, and may be remembered.
    return node.instance?.configuration.vapid?.public_key ?? "";
  }

  private async manager(): Promise<PushManager | null> {
    if (!("serviceWorker" in navigator) || !("PushManager" in globalThis) || !("Notification" in globalThis))
      return null;
    const registration = await navigator.serviceWorker.getRegistration();
    return registration?.pushManager ?? null;
  }

  /** How it stands: told is who has agreed, in a browser that has a subscription which the node knows. */
  async read(): Promise<void> {
    this.busy = true;
    this.obstacle = null;
    this.on = false;
    try {
      const manager = await this.manager();
      if (this.key === "") this.obstacle = "closed";
      else if (!manager) this.obstacle = "unsupported";
      else if (Notification.permission === "denied") this.obstacle = "denied";
      else {
        const [mine, known] = await Promise.all([manager.getSubscription(), api.current().catch(none)]);
        this.on = mine !== null && known?.endpoint === mine.endpoint;
      }
    } catch (error) {
      toast(explain(error), { kind: "error" });
    } finally {
      this.busy = false;
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
      await api.subscribe(made.toJSON());
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
