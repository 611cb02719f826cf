/** Notifications in groups, newest first; live ones wait until they are asked for. */

import type { Query } from "$/api/client";
import * as api from "$/api/notifications";
import type { Report } from "$/api/reports";
import type { Account, GroupedNotifications, Notification, NotificationGroup } from "$/api/types";
import { account, hold, putAccounts, putStatuses } from "./entities.svelte";
import { readThrough } from "./offline";
import { newer } from "./timeline.svelte";

/** Which notifications are shown. */
export type Filter = "all" | "mentions";

/** Some things that happened to the same post, or on the same day. */
export interface Group {
  key: string;
  type: string;
  count: number;
  /** The newest notification in it. */
  latest: string;
  at: string;
  /** Some of the people, newest first. */
  people: string[];
  status: string | null;
  /** The report it is about: for those who moderate. */
  report?: { id: string; name: string };
}

/** What is kept of a report. */
function reported({ report }: { report?: Report | null }): Pick<Group, "report"> {
  if (!report) return {};
  const { display_name: name, username } = report.target_account;
  return { report: { id: report.id, name: name.trim() || username } };
}

/** People of a group that are kept for showing. */
const SAMPLE = 8;

/** Reads a group as the node tells it. */
export function fromNode(one: NotificationGroup): Group {
  return {
    key: one.group_key,
    type: one.type,
    count: one.notifications_count,
    latest: one.most_recent_notification_id,
    at: one.latest_page_notification_at,
    people: one.sample_account_ids,
    status: one.status_id ?? null,
    ...reported(one),
  };
}

/** Adds older groups below. A group that went on across the pages stays one. */
export function append(groups: readonly Group[], older: readonly Group[]): Group[] {
  const all = new Map(groups.map((group) => [group.key, group]));
  for (const one of older) {
    const known = all.get(one.key);
    all.set(
      one.key,
      known
        ? {
            ...known,
            count: known.count + one.count,
            people: [...new Set([...known.people, ...one.people])].slice(0, SAMPLE),
          }
        : one,
    );
  }
  return [...all.values()];
}

/** Adds one that just came: its group moves to the top. */
export function arrive(groups: readonly Group[], one: Notification): Group[] {
  const known = groups.find((group) => group.key === one.group_key);
  if (known && !newer(one.id, known.latest)) return [...groups];
  const fresh: Group = {
    key: one.group_key,
    type: one.type,
    count: (known?.count ?? 0) + 1,
    latest: one.id,
    at: one.created_at,
    people: [...new Set([one.account.id, ...(known?.people ?? [])])].slice(0, SAMPLE),
    status: one.status?.id ?? null,
    ...reported(one),
  };
  return [fresh, ...groups.filter((group) => group.key !== one.group_key)];
}

export class Notifications {
  groups = $state.raw<Group[]>([]);
  /** What came meanwhile and is not shown yet. */
  waiting = $state.raw<Notification[]>([]);
  phase = $state<"new" | "loading" | "ready" | "failed">("new");
  growing = $state(false);
  complete = $state(false);
  stuck = $state(false);
  private next: Query | null = {};
  private release = hold(() => this.groups.flatMap((group) => group.status ?? []));

  constructor(private readonly filter: Filter) {}

  private get query(): Query {
    return { types: this.filter === "mentions" ? ["mention"] : api.KINDS };
  }

  /** Reads the newest page; again when asked again. */
  async start(): Promise<void> {
    if (this.phase === "loading") return;
    if (this.phase !== "ready") this.phase = "loading";
    try {
      const page = await readThrough(`notifications/${this.filter}`, () => api.groups(this.query));
      this.groups = this.take(page.value);
      this.next = page.next;
      this.complete = page.next === null;
      this.waiting = [];
      this.phase = "ready";
    } catch {
      if (this.phase !== "ready") this.phase = "failed";
    }
  }

  /** Reads older ones. */
  async more(): Promise<void> {
    if (this.phase !== "ready" || this.growing || this.complete || this.next === null) return;
    this.growing = true;
    this.stuck = false;
    try {
      const page = await api.groups({ ...this.query, ...this.next });
      this.groups = append(this.groups, this.take(page.value));
      this.next = page.next;
      this.complete = page.next === null;
    } catch {
      this.stuck = true;
    } finally {
      this.growing = false;
    }
  }

  /** One has come by the stream. */
  receive(one: Notification): void {
    if (this.filter === "mentions" && one.type !== "mention") return;
    if (this.waiting.some((other) => other.id === one.id)) return;
    putAccounts([one.account]);
    if (one.status) putStatuses([one.status]);
    this.waiting = [...this.waiting, one];
  }

  /** Shows what waits. */
  reveal(): void {
    this.groups = this.waiting.reduce<Group[]>(arrive, this.groups);
    this.waiting = [];
  }

  /** All are gone. */
  empty(): void {
    this.groups = [];
    this.waiting = [];
    this.complete = true;
  }

  /** The newest one that is shown. */
  get latest(): string | undefined {
    return this.groups.reduce<string | undefined>(
      (best, group) => (best === undefined || newer(group.latest, best) ? group.latest : best),
      undefined,
    );
  }

  /** Ends the list. */
  close(): void {
    this.release();
  }

  private take(page: GroupedNotifications): Group[] {
    putAccounts(page.accounts);
    putStatuses(page.statuses);
    return page.notification_groups.map(fromNode);
  }
}

/** The people of a group that are known. */
export function peopleOf(group: Group): Account[] {
  return group.people.flatMap((id) => account(id) ?? []);
}
