import type { Account } from "$/api/types";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Completer } from "./completer.svelte";

const person = (acct: string) => ({ id: acct, acct, username: acct }) as Account;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("asks once after a pause, for the last word", async () => {
  const people = vi.fn(async (q: string) => [person(`${q}1`), person(`${q}2`)]);
  const completer = new Completer({ people, hashtags: vi.fn() });
  completer.look("@b", 2);
  completer.look("@bo", 3);
  await vi.advanceTimersByTimeAsync(200);
  expect(people.mock.calls.map(([q]) => q)).toEqual(["bo"]);
  expect(completer.items.map((one) => one.value)).toEqual(["bo1", "bo2"]);
  completer.move(-1);
  expect(completer.active).toBe(1);
  completer.move(1);
  expect(completer.active).toBe(0);
});

test("a newer question ends the older, whose answer is not shown", async () => {
  const signals: AbortSignal[] = [];
  const answers: ((all: Account[]) => void)[] = [];
  const people = (_: string, signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<Account[]>((done) => answers.push(done));
  };
  const completer = new Completer({ people, hashtags: vi.fn() });
  completer.look("@a", 2);
  await vi.advanceTimersByTimeAsync(200);
  completer.look("@ab", 3);
  expect(signals[0]?.aborted).toBe(true);
  await vi.advanceTimersByTimeAsync(200);
  answers[1]?.([person("ab")]);
  answers[0]?.([person("a")]);
  await vi.advanceTimersByTimeAsync(0);
  expect(completer.items.map((one) => one.value)).toEqual(["ab"]);
});

test("hashtags, and nothing when the node fails", async () => {
  const hashtags = vi.fn(async () => ["paris"]);
  const people = vi.fn(async () => Promise.reject(new Error("no")));
  const completer = new Completer({ people, hashtags });
  completer.look("#pa", 3);
  await vi.advanceTimersByTimeAsync(200);
  expect(completer.items).toEqual([{ kind: "tag", key: "paris", value: "paris" }]);
  completer.look("@pa", 3);
  await vi.advanceTimersByTimeAsync(200);
  expect(completer.items).toEqual([]);
  completer.look("pa", 2);
  expect(completer.word).toBeNull();
});
