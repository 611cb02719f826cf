/** Looks again while something waits for somebody else: of this the node tells administrators nothing by itself. */

const PAUSE = 4_000;

/** Runs something every few seconds while the page is seen; answers what ends it. */
export function again(run: () => void): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === "visible") run();
  }, PAUSE);
  return () => clearInterval(timer);
}
