// Who can be asked for, and by which field of an event each kind is found. Pure.

/** The kinds of actors that have a page, each with the field that names one. */
export const ACTOR_FIELD: Readonly<Record<string, string>> = {
  user: "userIdentity.userName", role: "userIdentity.userName", key: "userIdentity.accessKeyId", address: "sourceIpAddress", principal: "userIdentity.principalId",
};
export const ACTOR_KINDS: readonly string[] = Object.keys(ACTOR_FIELD);
