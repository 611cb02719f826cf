/** Groups for tests. */

import type { Group, GroupKind, GroupRelationship } from "$/api/group-types";

export function group(id: string, more: Partial<Group> & { kind?: GroupKind } = {}): Group {
  const { kind = "open", ...rest } = more;
  return {
    id,
    uri: `http://node.test/groups/${id}`,
    url: `http://node.test/g/${id}`,
    display_name: `Group ${id}`,
    slug: `g${id}`,
    note: "<p>For the project.</p>",
    source: { note: "For the project." },
    avatar: "/static/group.svg",
    header: "/static/header.svg",
    emojis: [],
    created_at: "2026-03-01T10:00:00Z",
    locked: kind !== "open",
    members_count: 3,
    owner: { id: "1" },
    entrenous: {
      kind,
      state: "active",
      rules: "",
      rules_source: "",
      posting: "members",
      invites: "members",
      host: null,
    },
    ...rest,
  };
}

export function tie(id: string, more: Partial<GroupRelationship> = {}): GroupRelationship {
  return {
    id,
    member: false,
    requested: false,
    pending_requests: false,
    role: null,
    blocked_by: false,
    can_post: more.member ?? false,
    entrenous: {
      invited: false,
      invited_by: null,
      can_invite: more.member ?? false,
      guest: false,
      request_note: "",
    },
    ...more,
  };
}

/** Somebody who is in it. */
export const memberTie = (id: string, role: GroupRelationship["role"] = "user") =>
  tie(id, { member: true, role });
