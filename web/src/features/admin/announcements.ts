/** Announcements: their moments as the browser's field writes them (`2026-01-31T09:05`, local time) and as the node does. */

const two = (n: number) => String(n).padStart(2, "0");

/** Empty for none. */
export function toField(moment: string | null): string {
  if (moment === null) return "";
  const at = new Date(moment);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}

/** Empty for none. */
export const fromField = (text: string): string => (text === "" ? "" : new Date(text).toISOString());

/** It is shown no longer. */
export const isOver = (one: { ends_at?: string | null }): boolean =>
  one.ends_at != null && Date.parse(one.ends_at) <= Date.now();

/** The beginning of its text, to name it. */
export function startOf(one: { text: string }): string {
  const text = one.text.replace(/\s+/g, " ").trim();
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
