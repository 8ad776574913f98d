// What an event says about who, on what and from where, in the words the console uses. Pure.
import type { AuditEvent } from "../service/types.ts";

export type ActorKind = "user" | "key" | "address" | "role";

export interface Actor {
  kind: ActorKind;
  id: string;
}

export interface Resource {
  type: string;
  name: string;
}

/** Who did it, as a person would name them. */
export function actorOf(event: AuditEvent): Actor {
  const who = event.userIdentity ?? {};
  const name = who.userName || who.principalId || who.accessKeyId || "";
  return { kind: who.type === "assumed-role" ? "role" : "user", id: name };
}

/** The resources an event touched, each once, with its type. */
export function resourcesOf(event: AuditEvent): Resource[] {
  const found: Resource[] = [];
  const add = (type: string, name: string) => {
    if (name && !found.some((one) => one.type === type && one.name === name)) found.push({ type, name });
  };
  const referenced = event.referencedResources;
  if (referenced && typeof referenced === "object")
    for (const [type, names] of Object.entries(referenced))
      for (const name of Array.isArray(names) ? names : [names]) add(type, String(name));
  if (found.length === 0 && event.resourceName) {
    const types = String(event.resourceType ?? "").split(";");
    String(event.resourceName)
      .split(";")
      .forEach((names, at) => names.split(",").forEach((name) => add(types[at] ?? "", name.trim())));
  }
  return found;
}

export function isRead(event: AuditEvent): boolean {
  return event.eventRW === "Read";
}

export function isDenied(event: AuditEvent): boolean {
  return /NoPermission|Forbidden|AccessDenied|Unauthorized|NotAuthorized/i.test(event.errorCode ?? "");
}

export function isSensitive(event: AuditEvent): boolean {
  return String(event.eventAttributes?.SensitiveAction ?? "") === "true";
}

/** What stands at a dotted path; a name that holds dots itself is found, too. */
export function at(document: unknown, path: string): unknown {
  if (path === "") return document;
  if (typeof document !== "object" || document === null) return undefined;
  const parts = path.split(".");
  for (let length = parts.length; length > 0; length--) {
    const name = parts.slice(0, length).join(".");
    if (!Object.hasOwn(document, name)) continue;
    const found = at((document as Record<string, unknown>)[name], parts.slice(length).join("."));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every leaf of `document` with its dotted path, in order. */
export function leaves(document: unknown, prefix = ""): [string, string][] {
  if (typeof document !== "object" || document === null)
    return prefix ? [[prefix, document === undefined ? "" : String(document)]] : [];
  const entries = Array.isArray(document) ? document.map((value, number) => [String(number), value] as const) : Object.entries(document);
  if (entries.length === 0) return prefix ? [[prefix, Array.isArray(document) ? "[]" : "{}"]] : [];
  return entries.flatMap(([name, value]) => leaves(value, prefix ? `${prefix}.${name}` : name));
}

/** What `value` reads as in a cell. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
