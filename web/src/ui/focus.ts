/** Where the focus goes when what has it goes away: next to it, instead of the top of the page. */

import { tick } from "svelte";

/** What has the focus, then what surrounds it, at most up to a dialog. */
export function focused(): HTMLElement[] {
  const place: HTMLElement[] = [];
  const { activeElement, body } = document;
  for (let one = activeElement; one instanceof HTMLElement && one !== body; one = one.parentElement) {
    place.push(one);
    if (one instanceof HTMLDialogElement) break;
  }
  return place;
}

/** Nothing has the focus. */
export const lost = (): boolean =>
  document.activeElement === null || document.activeElement === document.body;

/** What cannot have it: a feed may have nothing but articles in it that can be reached. */
const UNFIT = ":disabled, [role='feed'] > :not(article)";

/** Brings the focus to the first of these that is still there; answers whether there is one. */
export function focusFirst(place: readonly HTMLElement[]): boolean {
  const to = place.find((one) => one.isConnected && !one.matches(UNFIT));
  if (!to) return false;
  if (to.tabIndex < 0 && !to.hasAttribute("tabindex")) to.tabIndex = -1;
  to.focus({ preventScroll: true });
  return true;
}

/**
 * Does what may take a post away: the focus goes on to the post after it, or to the one before it, or else to the title of
 * the screen.
 */
export async function leavePost(
  post: HTMLElement | null | undefined,
  change: () => Promise<void>,
): Promise<void> {
  const all = [...document.querySelectorAll<HTMLElement>("article[data-post]")];
  const at = post ? all.indexOf(post) : -1;
  const beside = at === -1 ? [] : [all[at + 1], all[at - 1]];
  const around: Element[] = [];
  for (let one = post?.parentElement; one; one = one.parentElement) around.push(one);
  await change();
  await tick();
  if (!post || post.isConnected) return;
  // Whoever has gone elsewhere meanwhile stays there.
  const now = document.activeElement;
  if (now !== null && !around.includes(now)) return;
  const to = beside.find((one) => one?.isConnected) ?? document.getElementById("page-title");
  to?.focus({ preventScroll: true });
}

/** Does what may take away what has the focus, at once. */
export async function keepFocus(change: () => unknown): Promise<void> {
  const place = focused();
  change();
  await tick();
  if (lost()) focusFirst(place);
}
