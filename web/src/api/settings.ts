/** What one decides for oneself: profile, preferences, password, where one is signed in, whom one does not want to see. */

import { page, request, type Query } from "./client";
import type { Account, CredentialAccount, Session, Token } from "./types";

/** What one can change of oneself; what is absent stays. */
export interface Change {
  display_name?: string;
  note?: string;
  locked?: boolean;
  discoverable?: boolean;
  fields_attributes?: { name: string; value: string }[];
  locale?: string;
  source?: { privacy?: string; sensitive?: boolean; language?: string; quote_policy?: string };
}

const SELF = "/api/v1/accounts/update_credentials";

export const update = (change: Change) => request<CredentialAccount>("PATCH", SELF, { body: change });

/** Pictures go as files. */
export function updatePictures(files: { avatar?: File; header?: File }): Promise<CredentialAccount> {
  const form = new FormData();
  for (const [name, file] of Object.entries(files)) if (file) form.set(name, file, file.name);
  return request<CredentialAccount>("PATCH", SELF, { form, timeout: 120_000 });
}
export const removePicture = (which: "avatar" | "header") =>
  request<CredentialAccount>("DELETE", `/api/v1/profile/${which}`);

export const changePassword = (current_password: string, new_password: string) =>
  request<unknown>("POST", "/api/entrenous/v1/password", { body: { current_password, new_password } });
export const sessions = () => request<Session[]>("GET", "/api/entrenous/v1/sessions");
export const endSession = (id: string) =>
  request<unknown>("DELETE", `/api/entrenous/v1/sessions/${encodeURIComponent(id)}`);
export const tokens = () => request<Token[]>("GET", "/api/entrenous/v1/tokens");
export const endToken = (id: string) =>
  request<unknown>("DELETE", `/api/entrenous/v1/tokens/${encodeURIComponent(id)}`);

export const blocked = (query: Query) => page<Account>("/api/v1/blocks", { query });
export const muted = (query: Query) => page<Account>("/api/v1/mutes", { query });

const NODES = "/api/v1/domain_blocks";

/** Nodes of which one wants to see nobody, by their names in handles. */
export const hiddenNodes = (query: Query) => page<string>(NODES, { query });
export const hideNode = (domain: string) => request<unknown>("POST", NODES, { body: { domain } });
export const showNode = (domain: string) => request<unknown>("DELETE", NODES, { body: { domain } });
