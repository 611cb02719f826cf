/** The groups that one is invited to and has not answered: for the list of groups, and for the way there. */

import { getToken } from "$/api/client";
import * as api from "$/api/groups";
import type { OwnInvitation } from "$/api/group-types";
import { connection } from "./connection.svelte";
import { joinGroup, leaveGroup, putGroups } from "./groups.svelte";

/** The first paint has other things to ask for. */
const FIRST = 6_000;
const PAUSE = 300_000;

let all = $state.raw<readonly OwnInvitation[]>([]);

export const invitations = {
  get all() {
    return all;
  },
};

/** Reads them. What was known stays where that fails. */
export async function readInvitations(): Promise<void> {
  if (connection.state !== "ok") return;
  const token = getToken();
  try {
    const found = await api.ownInvitations();
    // Nobody else's, should somebody else have signed in meanwhile.
    if (getToken() !== token) return;
    putGroups(found.map((one) => one.group));
    all = found;
  } catch {
    // They are asked for again.
  }
}

/** Asks now and then while the page is seen: nobody tells of them. Answers what ends it. */
export function watchInvitations(): () => void {
  const look = () => {
    if (document.visibilityState === "visible") void readInvitations();
  };
  const first = setTimeout(look, FIRST);
  const timer = setInterval(look, PAUSE);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
    all = [];
  };
}

/** The invitation to a group was answered, here or on its page: it waits no more. */
export function dropInvitation(group: string): void {
  all = all.filter((one) => one.group.id !== group);
}

/** Accepts one, or turns it down. Gone at once, back when the node refuses, which it rejects with. */
export async function answerInvitation(invitation: OwnInvitation, accept: boolean): Promise<void> {
  const before = all;
  const { id } = invitation.group;
  dropInvitation(id);
  try {
    await (accept ? joinGroup(id) : leaveGroup(id));
  } catch (error) {
    all = before;
    throw error;
  }
}
