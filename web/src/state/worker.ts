/** The service worker, seen from the page: it is registered, and new versions of the client are offered. */

import { t } from "$/i18n/index.svelte";
import { isOurs, navigate } from "./router.svelte";
import { toast } from "./toasts.svelte";

/** Long enough to be seen by someone who comes back from a meeting. */
const OFFER = 60 * 60_000;
const EVERY = 60 * 60_000;

/** Registers the worker once the page has nothing more important to do. */
export async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const { serviceWorker } = navigator;
  const first = serviceWorker.controller === null;
  let reloading = false;
  serviceWorker.addEventListener("controllerchange", () => {
    if (reloading) location.reload();
    // Another tab has changed the version: this one may be in the middle of something.
    else if (!first) offerReload(() => location.reload());
  });
  // A notification of this device was pressed.
  serviceWorker.addEventListener(
    "message",
    (event: MessageEvent<{ type?: string; path?: string } | null>) => {
      const { type, path } = event.data ?? {};
      if (type === "show" && path !== undefined && isOurs(path)) navigate(path);
    },
  );
  try {
    const registration = await serviceWorker.register("/sw.js");
    const offer = (worker: ServiceWorker) =>
      offerReload(() => {
        reloading = true;
        worker.postMessage({ type: "take-over" });
      });
    if (registration.waiting && serviceWorker.controller) offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker?.addEventListener("statechange", () => {
        if (worker.state === "installed" && serviceWorker.controller) offer(worker);
      });
    });
    setInterval(() => void registration.update().catch(() => {}), EVERY);
  } catch {
    // Without a worker everything works but reading without the node.
  }
}

function offerReload(run: () => void): void {
  toast(t("common.newVersion"), { milliseconds: OFFER, action: { label: t("common.reload"), run } });
}
