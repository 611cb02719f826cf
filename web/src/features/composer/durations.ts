/** How long a poll may run: the usual lengths that the node allows. */

export interface Duration {
  unit: "minutes" | "hours" | "days";
  amount: number;
  seconds: number;
}

const USUAL: readonly [Duration["unit"], number, number][] = [
  ["minutes", 5, 300],
  ["minutes", 30, 1_800],
  ["hours", 1, 3_600],
  ["hours", 6, 21_600],
  ["hours", 12, 43_200],
  ["days", 1, 86_400],
  ["days", 3, 259_200],
  ["days", 7, 604_800],
  ["days", 14, 1_209_600],
  ["days", 30, 2_592_000],
];

export function durations(least: number, most: number): Duration[] {
  return USUAL.map(([unit, amount, seconds]) => ({ unit, amount, seconds })).filter(
    ({ seconds }) => seconds >= least && seconds <= most,
  );
}
