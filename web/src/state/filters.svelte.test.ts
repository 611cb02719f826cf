import { forgetEntities, hold, putStatuses, status } from "$/state/entities.svelte";
import { match, post, settled } from "$/test/make";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { filters, filtersChanged, refilter } from "./filters.svelte";

const api = vi.hoisted(() => ({ many: vi.fn() }));
vi.mock("$/api/statuses", () => api);

const ends: (() => void)[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  api.many.mockReset().mockImplementation((ids: string[]) => Promise.resolve(ids.map((id) => post(id))));
});
afterEach(() => {
  vi.useRealTimers();
  for (const end of ends.splice(0)) end();
  forgetEntities();
});

/** Posts that some list shows. */
function shown(ids: string[]) {
  putStatuses(ids.map((id) => post(id)));
  ends.push(hold(() => ids));
}

test("what is shown is matched anew once several changes have come", async () => {
  shown(["1", "2"]);
  api.many.mockResolvedValue([post(2, { filtered: [match("1", "warn")] })]);
  const before = filters.version;
  filtersChanged();
  filtersChanged();
  expect(filters.version).toBe(before + 2);
  expect(api.many).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(api.many.mock.calls).toEqual([[["2", "1"]]]);
  expect(status("2")?.filtered.map((one) => one.filter.title)).toEqual(["Filter 1"]);
  expect(status("1")?.filtered).toEqual([]);
});

test("in pieces, the newest first, and not without end; a node that is away is left alone", async () => {
  shown(Array.from({ length: 300 }, (_, at) => String(1_000 + at)));
  await refilter();
  expect(api.many.mock.calls.map(([ids]) => (ids as string[]).length)).toEqual([40, 40, 40, 40, 40, 40]);
  expect((api.many.mock.calls[0]?.[0] as string[])[0]).toBe("1299");
  api.many.mockReset().mockRejectedValue(new Error("away"));
  await refilter();
  expect(api.many).toHaveBeenCalledTimes(1);
});

test("a change while one is read is not missed", async () => {
  shown(["1"]);
  const first = refilter();
  const second = refilter();
  expect(second).toBe(first);
  await first;
  await settled();
  expect(api.many).toHaveBeenCalledTimes(2);
});
