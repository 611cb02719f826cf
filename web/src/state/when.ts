/** Times that people choose: what the browser's field for date and time takes, and what the node takes. */

/** The nearest time that the node takes, and a minute for the way there. */
const NEAREST = 6 * 60_000;

const two = (value: number) => String(value).padStart(2, "0");

/** A moment as the field shows it: local, in minutes. */
export function toLocal(moment: Date): string {
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join("-");
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** What the field holds as the node takes it; null if it is not a whole date and time. */
export function toIso(local: string): string | null {
  const moment = new Date(local);
  return local === "" || Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}

/** The earliest time that can be chosen, in whole minutes. */
export function earliest(now: number): Date {
  return new Date(Math.ceil((now + NEAREST) / 60_000) * 60_000);
}

/** Whether what the field holds can be chosen. */
export function possible(local: string, now: number): boolean {
  const iso = toIso(local);
  return iso !== null && Date.parse(iso) >= now + NEAREST - 60_000;
}

/** A time to begin with: tomorrow at nine. */
export function tomorrow(now: number): Date {
  const moment = new Date(now);
  moment.setDate(moment.getDate() + 1);
  moment.setHours(9, 0, 0, 0);
  return moment;
}
