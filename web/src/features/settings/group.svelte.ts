/** A list of people that one takes people out of: at once, and back when the node refuses or one changes one's mind. */

import type { Page, Query } from "$/api/client";
import type { Account } from "$/api/types";
import { t } from "$/i18n/index.svelte";
import { explain } from "$/state/actions";
import { toast } from "$/state/toasts.svelte";

export class Group {
  people = $state.raw<Account[]>([]);
  phase = $state<"loading" | "ready" | "failed">("loading");
  growing = $state(false);
  next = $state.raw<Query | null>(null);

  constructor(private readonly fetch: (query: Query) => Promise<Page<Account>>) {}

  async read(): Promise<void> {
    this.phase = "loading";
    try {
      const page = await this.fetch({ limit: 40 });
      this.people = page.items;
      this.next = page.next;
      this.phase = "ready";
    } catch {
      this.phase = "failed";
    }
  }

  async more(): Promise<void> {
    if (this.growing || this.next === null) return;
    this.growing = true;
    try {
      const page = await this.fetch({ limit: 40, ...this.next });
      const known = new Set(this.people.map((one) => one.id));
      this.people = [...this.people, ...page.items.filter((one) => !known.has(one.id))];
      this.next = page.next;
    } catch (error) {
      toast(explain(error), { kind: "error" });
    } finally {
      this.growing = false;
    }
  }

  private put(person: Account, at: number): void {
    if (this.people.some((one) => one.id === person.id)) return;
    this.people = this.people.toSpliced(at, 0, person);
  }

  /** Takes someone out; answers whether the node agreed. */
  async take(
    person: Account,
    act: () => Promise<unknown>,
    said: { text: string; undo?: () => Promise<unknown> },
  ): Promise<boolean> {
    const at = this.people.findIndex((one) => one.id === person.id);
    if (at === -1) return false;
    this.people = this.people.toSpliced(at, 1);
    try {
      await act();
    } catch (error) {
      this.put(person, at);
      toast(explain(error), { kind: "error" });
      return false;
    }
    const { text, undo } = said;
    const back = async () => {
      try {
        await undo?.();
        this.put(person, at);
      } catch (error) {
        toast(explain(error), { kind: "error" });
      }
    };
    toast(text, undo ? { action: { label: t("common.undo"), run: () => void back() } } : {});
    return true;
  }
}
