/** Who takes part in a conversation, and from which organisations. */

import { ApiError } from "$/api/client";
import * as api from "$/api/statuses";
import type { Account, Participants, Status } from "$/api/types";
import { putAccounts } from "./entities.svelte";

/** What the node says; one that does not know this question has the posts counted that are known. */
export async function readParticipants(
  id: string,
  known: () => readonly Status[],
  home: { name: string; domain: string },
  signal?: AbortSignal,
): Promise<Participants> {
  try {
    const told = await api.participants(id, signal);
    putAccounts(told.people.map((one) => one.account));
    return told;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return count(known(), home);
    throw error;
  }
}

/** Counts the people of some posts. */
export function count(posts: readonly Status[], home: { name: string; domain: string }): Participants {
  const people = new Map<string, { account: Account; posts_count: number }>();
  for (const post of posts) {
    const before = people.get(post.account.id);
    people.set(post.account.id, { account: post.account, posts_count: (before?.posts_count ?? 0) + 1 });
  }
  const organisations = new Map<string, Participants["organisations"][number]>();
  for (const { account } of people.values()) {
    const theirs = account.entrenous?.organisation;
    const authority = theirs?.authority ?? home.domain;
    const one = organisations.get(authority) ?? {
      name: theirs?.name ?? home.name,
      authority,
      people_count: 0,
      local: !theirs,
    };
    organisations.set(authority, { ...one, people_count: one.people_count + 1 });
  }
  return {
    people: [...people.values()],
    organisations: [...organisations.values()].sort((a, b) => b.people_count - a.people_count),
  };
}
