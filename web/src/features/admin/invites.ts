/** Invitations in words. */

import type { Invite } from "$/api/admin";
import { t } from "$/i18n/index.svelte";

/** From least to most. */
export const ROLES = ["guest", "member", "moderator", "administrator", "owner"] as const;
export type RoleName = (typeof ROLES)[number];

/** The roles someone may give: at most their own. */
export function rolesUpTo(own: string | undefined): RoleName[] {
  return ROLES.slice(0, ROLES.indexOf(own as RoleName) + 1);
}

export function roleName(role: string): string {
  const known = ROLES.find((one) => one === role);
  return known ? t(`admin.${known}`) : role;
}

export type InviteState = "usable" | "withdrawn" | "usedUp" | "expired";

export function stateOf(invite: Invite): InviteState {
  if (invite.revoked_at) return "withdrawn";
  if (invite.uses >= invite.max_uses) return "usedUp";
  return invite.usable && Date.parse(invite.expires_at) > Date.now() ? "usable" : "expired";
}
