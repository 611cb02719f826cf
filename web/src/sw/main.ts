/// <reference lib="webworker" />
/** The service worker: the shell works without the node. */
declare const self: ServiceWorkerGlobalScope;
self.addEventListener("install", () => void self.skipWaiting());
export {};
