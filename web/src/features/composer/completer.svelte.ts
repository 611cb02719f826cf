/** Suggestions for the word one is typing. A newer word ends the question for an older one. */

import * as api from "$/api/completion";
import type { Account } from "$/api/types";
import { wordAt, type Word } from "./words";

export type Suggestion = { key: string; value: string } & (
  { kind: "person"; account: Account } | { kind: "tag" }
);

/** Long enough that a fast typist asks once. */
const PAUSE = 150;

export class Completer {
  items = $state.raw<Suggestion[]>([]);
  active = $state(0);
  word: Word | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;

  constructor(private readonly source: Pick<typeof api, "people" | "hashtags"> = api) {}

  /** The text or the caret has changed. */
  look(text: string, caret: number): void {
    const word = wordAt(text, caret);
    if (
      word?.kind === this.word?.kind &&
      word?.query === this.word?.query &&
      word?.start === this.word?.start
    )
      return;
    clearTimeout(this.timer);
    this.asked?.abort();
    this.word = word;
    if (word === null) this.close();
    else this.timer = setTimeout(() => void this.ask(word), PAUSE);
  }

  private async ask(word: Word): Promise<void> {
    const mine = new AbortController();
    this.asked = mine;
    try {
      const items: Suggestion[] =
        word.kind === "person"
          ? (await this.source.people(word.query, mine.signal)).map((account) => ({
              kind: "person",
              key: account.id,
              value: account.acct,
              account,
            }))
          : (await this.source.hashtags(word.query, mine.signal)).map((name) => ({
              kind: "tag",
              key: name,
              value: name,
            }));
      if (mine.signal.aborted) return;
      this.items = items;
      this.active = 0;
    } catch {
      // Without suggestions one can still type the whole word.
      if (!mine.signal.aborted) this.items = [];
    }
  }

  /** Moves the choice, around the ends. */
  move(by: 1 | -1): void {
    this.active = (this.active + by + this.items.length) % this.items.length;
  }

  /** Closes the list; the same word does not open it again. */
  close(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.items = [];
    this.active = 0;
  }
}
