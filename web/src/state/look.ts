/** Takes up a changed look of the node without reloading the page. */

import { loadNode, node } from "./node.svelte";

let version = 0;

/** Reads the node's name, logo and colours anew. */
export async function showLook(): Promise<void> {
  await loadNode();
  const link = document.querySelector<HTMLLinkElement>('link[rel="stylesheet"][href*="brand"]');
  if (!link) return;
  const href = node.instance?.entrenous?.brand_css ?? "/static/brand.css";
  // Another address, so that the browser does not answer from its cache; the old colours stay until it is there.
  const next = link.cloneNode() as HTMLLinkElement;
  next.href = `${href}${href.includes("?") ? "&" : "?"}changed=${Date.now()}-${version++}`;
  next.onload = () => link.remove();
  next.onerror = () => next.remove();
  link.after(next);
}
