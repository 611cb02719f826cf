/** Suggestions for the word one is typing. A newer word ends the question for an older one. */

import * as api from "$/api/completion";
import type { CustomEmoji } from "$/api/emojis";
import type { Account } from "$/api/types";
import { emojisNamed } from "$/state/emojis.svelte";
import { wordAt, type Word } from "./words";

export type Suggestion = { key: string; value: string } & (
  { kind: "person"; account: Account } | { kind: "tag" } | { kind: "emoji"; emoji: CustomEmoji }
);

/** Long enough that a fast typist asks once. */
const PAUSE = 150;

export class Completer {
  items = $state.raw<Suggestion[]>([]);
  active = $state(0);
  word: Word | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked: AbortController | null = null;

  constructor(
    private readonly source: Pick<typeof api, "people" | "hashtags"> = api,
    /** Custom emoji are few enough to be looked through here. */
    private readonly emojis: (part: string) => Promise<CustomEmoji[]> = emojisNamed,
  ) {}

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
      const items = await this.find(word, mine.signal);
      if (mine.signal.aborted) return;
      this.items = items;
      this.active = 0;
    } catch {
      // Without suggestions one can still type the whole word.
      if (!mine.signal.aborted) this.items = [];
    }
  }

  private async find({ kind, query }: Word, signal: AbortSignal): Promise<Suggestion[]> {
    if (kind === "person")
      return (await this.source.people(query, signal)).map((account) => ({
        kind,
        key: account.id,
        value: account.acct,
        account,
      }));
    if (kind === "tag")
      return (await this.source.hashtags(query, signal)).map((name) => ({ kind, key: name, value: name }));
    const found = await this.emojis(query);
    return found.map((emoji) => ({ kind, key: emoji.shortcode, value: emoji.shortcode, emoji }));
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
