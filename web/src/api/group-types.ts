/** The entities of groups, as the node sends them. */

import type { Account } from "./types";

/** Who finds a group, and how one becomes a member. */
export type GroupKind = "open" | "closed" | "secret";

/** Who may do something in a group: all members, or those who look after it alone. */
export type GroupRight = "members" | "moderators";

/** What a member is in a group; `admin` is a moderator. */
export type GroupRole = "owner" | "admin" | "user";

/** A group. What is written in it, its members alone read. */
export interface Group {
  id: string;
  uri: string;
  /** Its page in this client. */
  url: string;
  display_name: string;
  /** What one mentions it by, without `@`. */
  slug: string;
  /** What it is for, HTML. */
  note: string;
  source: { note: string };
  avatar: string;
  header: string;
  /** Custom emoji in its name and what it is for. */
  emojis: Account["emojis"];
  created_at: string;
  /** One is let in, or invited. */
  locked: boolean;
  members_count: number;
  /** The owner who has been one for longest. */
  owner: { id: string } | null;
  entrenous: {
    kind: GroupKind;
    state: string;
    /** HTML, may be empty. */
    rules: string;
    rules_source: string;
    /** Who begins conversations in it. */
    posting: GroupRight;
    /** Who invites others to it. */
    invites: GroupRight;
    host: string | null;
  };
}

/** What the signed-in person is to a group. */
export interface GroupRelationship {
  id: string;
  member: boolean;
  /** A request of theirs waits. */
  requested: boolean;
  /** Requests of others wait for them. */
  pending_requests: boolean;
  role: GroupRole | null;
  /** They are banned. */
  blocked_by: boolean;
  /** They may begin a conversation; answering is for every member. */
  can_post: boolean;
  entrenous: {
    invited: boolean;
    invited_by: string | null;
    can_invite: boolean;
    guest: boolean;
    request_note: string;
  };
}

/** Somebody in a group. */
export interface GroupMembership {
  id: string;
  account: Account;
  role: GroupRole;
  entrenous: { guest: boolean };
}

/** Somebody who asks to be let in. */
export interface GroupRequest {
  id: string;
  account: Account;
  note: string;
  created_at: string;
}

/** Somebody who was invited and has not answered. */
export interface GroupInvitation {
  id: string;
  account: Account;
  invited_by: Account | null;
  created_at: string;
}

/** An invitation of one's own that waits for an answer. */
export interface OwnInvitation {
  id: string;
  group: Group;
  invited_by: Account | null;
  created_at: string;
}

/** Somebody who may not come back. */
export interface GroupBan {
  id: string;
  account: Account;
  by: Account | null;
  reason: string;
  created_at: string;
}
