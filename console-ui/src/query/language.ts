// The search language as the console writes it: values in quotes, chips joined, and what may come next. Pure.
import { SORT, sortParts } from "./similar.ts";

export interface Chip {
  field: string;
  value: string;
  not: boolean;
}

/** `value` as the language takes it literally; `*` and `?` keep their meaning there, which only widens. */
export function quoted(value: string): string {
  return `"${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/[\r\n\t]+/g, " ")}"`;
}

function name(field: string): string {
  return /^[A-Za-z_][\w.:-]*$/.test(field) ? field : quoted(field);
}

/** One chip as a term. An empty value asks for what is not there. */
export function term(chip: Chip): string {
  if (chip.field === SORT) {
    const { service, name } = sortParts(chip.value);
    const both = `(${term({ field: "serviceName", value: service, not: false })} and ${term({ field: "eventName", value: name, not: false })})`;
    return chip.not ? `not ${both}` : both;
  }
  if (chip.value === "") return chip.not ? `${name(chip.field)}: *` : `not ${name(chip.field)}: *`;
  const positive = `${name(chip.field)}: ${quoted(chip.value)}`;
  return chip.not ? `not ${positive}` : positive;
}

/** What a person typed, and their chips, as one query. Chips of one field widen each other; everything else narrows. */
export function compose(text: string, chips: readonly Chip[], options: { hideReads?: boolean } = {}): string {
  const parts: string[] = [];
  const typed = text.trim();
  if (typed && typed !== "*") parts.push(typed);
  const fields = [...new Set(chips.filter((chip) => !chip.not).map((chip) => chip.field))];
  for (const field of fields) {
    const terms = chips.filter((chip) => !chip.not && chip.field === field).map(term);
    parts.push(terms.length === 1 ? (terms[0] as string) : `(${terms.join(" or ")})`);
  }
  for (const chip of chips.filter((chip) => chip.not)) parts.push(term(chip));
  if (options.hideReads) parts.push("not eventRW: Read");
  if (parts.length === 1) return parts[0] as string;
  return parts.map((part, at) => (at === 0 && part === typed && /\bor\b/i.test(typed) ? `(${part})` : part)).join(" and ");
}

/** `sql` over what `query` finds. */
export function withSql(query: string | undefined, sql: string): string {
  return `${query || "*"} | ${sql}`;
}

/** `chips` with `those` as they now stand: the same field and value, included or excluded, stands there once. */
export function withChips(chips: readonly Chip[], those: readonly Chip[]): Chip[] {
  return [...chips.filter((one) => !those.some((other) => other.field === one.field && other.value === one.value)), ...those];
}

export const FIELDS: readonly string[] = [
  "eventName", "serviceName", "eventRW", "userIdentity.userName", "userIdentity.type", "userIdentity.accessKeyId",
  "userIdentity.principalId", "userIdentity.accountId", "sourceIpAddress", "resourceName", "resourceType", "errorCode",
  "errorMessage", "channel", "acsRegion", "eventType", "eventCategory", "eventId", "requestId", "userAgent", "eventSource",
  "eventTime", "apiVersion", "vpcId", "recipientAccountId", "requestParameters.", "responseElements.", "additionalEventData.",
  "userIdentity.sessionContext.", "eventAttributes.SensitiveAction",
];

export const KEYWORDS: readonly string[] = ["and", "or", "not", "is null", "is not null"];

export interface Place {
  kind: "field" | "value";
  /** Where the word at the cursor begins, and what of it is written. */
  from: number;
  written: string;
  field: string;
}

/** What could be completed at `cursor`: a field's name, or the value of the field before it. */
export function placeAt(text: string, cursor: number): Place {
  const before = text.slice(0, cursor);
  const value = /(?:^|[\s(])"?(?:event\.)?([A-Za-z_][\w.-]*)"?\s*(?::|!=)\s*("(?:[^"\\]|\\.)*|[^\s()"]*)$/.exec(before);
  if (value) {
    const written = value[2] ?? "";
    return { kind: "value", from: cursor - written.length, written: written.replace(/^"/, ""), field: value[1] ?? "" };
  }
  const word = /[A-Za-z_][\w.-]*$/.exec(before)?.[0] ?? "";
  return { kind: "field", from: cursor - word.length, written: word, field: "" };
}

export interface Mistake {
  line: number;
  column: number;
  what: string;
  /** What to write instead; empty where nothing is said. */
  remedy: string;
}

/** Where the service says that a query is wrong. */
export function mistakeIn(message: string): Mistake | null {
  const found = /line (\d+), column (\d+)(?:, at '[^']*')?: ([^\n]*)/.exec(message);
  if (!found) return null;
  const [, , pointer = "", remedy = ""] = message.slice(found.index).split("\n");
  return { line: Number(found[1]), column: Number(found[2]), what: (found[3] ?? "").trim(), remedy: pointer.trim() === "^" ? remedy : "" };
}
