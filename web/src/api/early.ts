/** What was asked for before this script was there (`src/early.ts`). */

declare global {
  interface Window {
    entrenousEarly?: { token: string; asked: Map<string, Promise<Response>> };
  }
}

/** Milliseconds after the beginning of the page in which an early answer counts as fresh. */
const FRESH = 15_000;

/** The answer to a GET of this address that is on its way already, for whoever has this token or for everyone; once. */
export function early(address: string, token: string | null | "anyone"): Promise<Response> | null {
  const kept = typeof window === "undefined" ? undefined : window.entrenousEarly;
  if (!kept) return null;
  const answer = kept.asked.get(address);
  kept.asked.delete(address);
  return answer && (token === "anyone" || kept.token === token) && performance.now() < FRESH ? answer : null;
}
