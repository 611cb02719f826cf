import { expect, test } from "vitest";
import { earliest, possible, toIso, toLocal, tomorrow } from "./when";

test("a moment goes into the field and comes back", () => {
  const moment = new Date(2031, 0, 9, 8, 5);
  expect(toLocal(moment)).toBe("2031-01-09T08:05");
  expect(toIso("2031-01-09T08:05")).toBe(moment.toISOString());
  expect(toIso("")).toBeNull();
  expect(toIso("nonsense")).toBeNull();
});

test("what is too near cannot be chosen", () => {
  const now = new Date(2031, 0, 9, 8, 5, 30).getTime();
  expect(toLocal(earliest(now))).toBe("2031-01-09T08:12");
  expect(possible(toLocal(earliest(now)), now)).toBe(true);
  expect(possible("2031-01-09T08:09", now)).toBe(false);
  expect(possible("2030-01-09T08:12", now)).toBe(false);
  expect(possible("", now)).toBe(false);
  expect(toLocal(tomorrow(now))).toBe("2031-01-10T09:00");
});
