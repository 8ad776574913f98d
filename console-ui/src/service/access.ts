// Users, keys, tokens, policies, roles and accounts, as `/v1/access/…` tells and changes them.
import { ask } from "./client.ts";
import type { components } from "./openapi.d.ts";

type Answers = components["schemas"];
export type State = UserShown["state"];
export type UserShown = Answers["UserShown"];
export type SignInShown = Answers["SignInAnswer"];
export type KeyShown = Answers["KeyShown"];
export type KeyMade = Answers["KeyMade"];
export type PolicyShown = Answers["PolicyShown"];
export type Mistake = Answers["MistakeShown"];
export type Simulated = Answers["SimulatedAnswer"];
export type Directory = Answers["DirectoryShown"];
export type Retention = Answers["RetentionAnswer"];

const at = encodeURIComponent;
const path = "/v1/access";
const user = (name: string): string => `${path}/users/${at(name)}`;

export const access = {
  users: (signal?: AbortSignal) => ask<Answers["UsersAnswer"]>("GET", `${path}/users`, undefined, signal),
  user: (name: string, signal?: AbortSignal) => ask<Answers["UserAnswer"]>("GET", user(name), undefined, signal),
  createUser: (name: string, displayName: string) => ask("POST", `${path}/users`, { name, displayName }),
  setUser: (name: string, state: State) => ask("PATCH", user(name), { state }),
  deleteUser: (name: string) => ask("DELETE", user(name)),
  attach: (name: string, policy: string) => ask("PUT", `${user(name)}/policies/${at(policy)}`),
  detach: (name: string, policy: string) => ask("DELETE", `${user(name)}/policies/${at(policy)}`),
  signIn: (name: string, signal?: AbortSignal) => ask<SignInShown>("GET", `${user(name)}/signin`, undefined, signal),
  givePassword: (name: string) => ask<Answers["PasswordGiven"]>("POST", `${user(name)}/password`),
  unlock: (name: string) => ask<SignInShown>("POST", `${user(name)}/unlock`),
  resetTotp: (name: string) => ask<SignInShown>("DELETE", `${user(name)}/totp`),
  endSessions: (name: string) => ask<SignInShown>("DELETE", `${user(name)}/sessions`),
  endSession: (name: string, session: string) => ask<SignInShown>("DELETE", `${user(name)}/sessions/${at(session)}`),
  forgetSignIn: (name: string) => ask<SignInShown>("DELETE", `${user(name)}/signin`),
  keys: (signal?: AbortSignal) => ask<Answers["KeysAnswer"]>("GET", `${path}/keys`, undefined, signal),
  createKey: (of: string, note: string) => ask<KeyMade>("POST", `${path}/keys`, { user: of, note }),
  setKey: (id: string, state: State) => ask("PATCH", `${path}/keys/${at(id)}`, { state }),
  deleteKey: (id: string) => ask("DELETE", `${path}/keys/${at(id)}`),
  tokens: (signal?: AbortSignal) => ask<Answers["TokensAnswer"]>("GET", `${path}/tokens`, undefined, signal),
  createToken: (note: string) => ask<Answers["TokenMade"]>("POST", `${path}/tokens`, { note }),
  setToken: (id: string, state: State) => ask("PATCH", `${path}/tokens/${at(id)}`, { state }),
  deleteToken: (id: string) => ask("DELETE", `${path}/tokens/${at(id)}`),
  policies: (signal?: AbortSignal) => ask<Answers["PoliciesAnswer"]>("GET", `${path}/policies`, undefined, signal),
  policy: (name: string, signal?: AbortSignal) => ask<Answers["PolicyAnswer"]>("GET", `${path}/policies/${at(name)}`, undefined, signal),
  createPolicy: (name: string, document: string, description: string) => ask("POST", `${path}/policies`, { name, document, description }),
  updatePolicy: (name: string, document: string, description: string) => ask("PATCH", `${path}/policies/${at(name)}`, { document, description }),
  deletePolicy: (name: string) => ask("DELETE", `${path}/policies/${at(name)}`),
  checkPolicy: (document: string, signal?: AbortSignal) => ask<Answers["MistakesAnswer"]>("POST", `${path}/check-policy`, { document }, signal),
  simulate: (asked: Answers["Supposed"]) => ask<Simulated>("POST", `${path}/simulate`, asked),
  roles: (signal?: AbortSignal) => ask<Answers["RolesAnswer"]>("GET", `${path}/roles`, undefined, signal),
  role: (name: string, signal?: AbortSignal) => ask<Answers["RoleAnswer"]>("GET", `${path}/roles/${at(name)}`, undefined, signal),
  attachToRole: (name: string, policy: string) => ask("PUT", `${path}/roles/${at(name)}/policies/${at(policy)}`),
  detachFromRole: (name: string, policy: string) => ask("DELETE", `${path}/roles/${at(name)}/policies/${at(policy)}`),
  accounts: (signal?: AbortSignal) => ask<Answers["AccountsAnswer"]>("GET", `${path}/accounts`, undefined, signal),
  createAccount: (name: string) => ask<Answers["AccountAnswer"]>("POST", `${path}/accounts`, { name }),
  renameAccount: (id: string, name: string) => ask("PATCH", `${path}/accounts/${at(id)}`, { name }),
  directory: (signal?: AbortSignal) => ask<Answers["DirectoryAnswer"]>("GET", `${path}/directory`, undefined, signal),
  createDirectory: () => ask("POST", `${path}/directory`),
  deleteDirectory: () => ask("DELETE", `${path}/directory`),
  removeMember: (account: string) => ask("DELETE", `${path}/directory/members/${at(account)}`),
  retention: (signal?: AbortSignal) => ask<Retention>("GET", "/v1/retention", undefined, signal),
};
