import type { Delivery } from "$/api/types";
import { setLang } from "$/i18n/index.svelte";
import { beforeEach, expect, test } from "vitest";
import { reachOf } from "./reach";

beforeEach(() => setLang("en"));
const now = new Date(2026, 2, 1, 15, 0).getTime();
const to = (name: string, state: string, silent_since?: Date): Delivery => ({
  name,
  authority: `${name}.example`,
  state,
  silent_since: silent_since?.toISOString() ?? null,
});

test("a post for nobody elsewhere says nothing", () => expect(reachOf([], now)).toBeNull());

test("how many of how many, and who has not answered since when", () => {
  const all = [
    to("Paris", "delivered"),
    to("Nice", "delivered", new Date(2026, 2, 1, 9, 0)),
    to("Metz", "delivered"),
    to("Lyon", "waiting", new Date(2026, 2, 1, 14, 2)),
  ];
  const said = reachOf(all, now)!;
  expect(said.sum).toBe("Reached 3 of 4 organisations");
  expect(said.troubles.map((one) => one.replace(/\s/g, " "))).toEqual([
    "Lyon has not answered since 2:02 PM.",
  ]);
  expect(said.over).toBe(false);
});

test("the day is said when it was another, and what was given up is told", () => {
  const said = reachOf([to("Lyon", "waiting", new Date(2026, 1, 27, 14, 2)), to("Metz", "refused")], now)!;
  expect(said.troubles[0]).toContain("February 27");
  expect(said.troubles[1]).toBe("Metz did not get it.");
  expect(reachOf([to("Paris", "delivered"), to("Metz", "refused")], now)!.over).toBe(true);
});
