// Users, keys, tokens, policies, roles and accounts, as `/v1/access/…` tells and changes them.
import { ask, Failure } from "./client.ts";

export type State = "Active" | "Inactive";

export interface UserShown {
  id: string;
  name: string;
  displayName: string;
  comments: string;
  state: State;
  created: string;
  lastLogin?: string;
}

export interface Attached {
  type: string;
  name: string;
  attached: string;
}

export interface KeyShown {
  id: string;
  user: string;
  state: State;
  note: string;
  created: string;
  lastUsed?: string;
}

export interface TokenShown {
  id: string;
  state: State;
  note: string;
  created: string;
  lastUsed?: string;
}

export interface PolicyShown {
  type: string;
  name: string;
  description: string;
  document: string;
}

export interface RoleShown {
  id: string;
  name: string;
  description: string;
  created: string;
}

export interface AccountShown {
  id: string;
  name: string;
  created: string;
}

const at = encodeURIComponent;
const path = "/v1/access";

/** Whether the service has `/v1/access` at all is told by the first answer. */
export function notOffered(failure: Failure | undefined): boolean {
  return failure?.status === 404;
}

export const access = {
  users: (signal?: AbortSignal) => ask<{ users: UserShown[] }>("GET", `${path}/users`, undefined, signal),
  user: (name: string, signal?: AbortSignal) => ask<{ user: UserShown; policies: Attached[]; keys: KeyShown[] }>("GET", `${path}/users/${at(name)}`, undefined, signal),
  createUser: (name: string, displayName: string) => ask("POST", `${path}/users`, { name, displayName }),
  setUser: (name: string, state: State) => ask("PATCH", `${path}/users/${at(name)}`, { state }),
  deleteUser: (name: string) => ask("DELETE", `${path}/users/${at(name)}`),
  attach: (user: string, policy: string) => ask("PUT", `${path}/users/${at(user)}/policies/${at(policy)}`),
  detach: (user: string, policy: string) => ask("DELETE", `${path}/users/${at(user)}/policies/${at(policy)}`),
  keys: (signal?: AbortSignal) => ask<{ keys: KeyShown[] }>("GET", `${path}/keys`, undefined, signal),
  createKey: (user: string, note: string) => ask<{ accessKeyId: string; accessKeySecret: string; user: string }>("POST", `${path}/keys`, { user, note }),
  setKey: (id: string, state: State) => ask("PATCH", `${path}/keys/${at(id)}`, { state }),
  deleteKey: (id: string) => ask("DELETE", `${path}/keys/${at(id)}`),
  tokens: (signal?: AbortSignal) => ask<{ tokens: TokenShown[] }>("GET", `${path}/tokens`, undefined, signal),
  createToken: (note: string) => ask<{ tokenId: string; token: string }>("POST", `${path}/tokens`, { note }),
  setToken: (id: string, state: State) => ask("PATCH", `${path}/tokens/${at(id)}`, { state }),
  deleteToken: (id: string) => ask("DELETE", `${path}/tokens/${at(id)}`),
  policies: (signal?: AbortSignal) => ask<{ policies: PolicyShown[] }>("GET", `${path}/policies`, undefined, signal),
  createPolicy: (name: string, document: string) => ask("POST", `${path}/policies`, { name, document }),
  deletePolicy: (name: string) => ask("DELETE", `${path}/policies/${at(name)}`),
  roles: (signal?: AbortSignal) => ask<{ roles: RoleShown[] }>("GET", `${path}/roles`, undefined, signal),
  accounts: (signal?: AbortSignal) => ask<{ accounts: AccountShown[] }>("GET", `${path}/accounts`, undefined, signal),
};
