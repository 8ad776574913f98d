// What is on the screen, for elsewhere: as a command, as curl, as SQL, as a Sigma rule. Pure.
import type { Chip } from "./language.ts";

export interface Asked {
  query: string;
  start?: string;
  end?: string;
}

function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

export function asCli(asked: Asked): string {
  const times = [asked.start ? ` --start ${shell(asked.start)}` : "", asked.end ? ` --end ${shell(asked.end)}` : ""].join("");
  return `actiontrail search ${shell(asked.query || "*")}${times}`;
}

/** Signed by curl itself cannot be: the command signs, and curl shows the bare request with a session's cookie. */
export function asCurl(asked: Asked, endpoint: string): string {
  const body = JSON.stringify({ query: asked.query, ...(asked.start ? { start: asked.start } : {}), ...(asked.end ? { end: asked.end } : {}), limit: 50 });
  return [
    `curl -sS ${shell(`${endpoint}/v1/search`)} \\`,
    `  -H 'content-type: application/json' -H "x-actiontrail-csrf: $CSRF" -b "$COOKIE" \\`,
    `  --data ${shell(body)}`,
  ].join("\n");
}

export function asSql(asked: Asked, sql = "select __time__, eventName, \"userIdentity.userName\", sourceIpAddress, errorCode order by __time__ desc limit 100"): string {
  return `${asked.query || "*"} | ${sql}`;
}

// The fields of ActionTrail's events are Sigma's fields, too: its converters know them by these names.
const LEVEL = "medium";

/** A rule that finds what the chips choose. What was typed in the search language cannot be said in Sigma and is told in a comment. */
export function asSigma(chips: readonly Chip[], text: string, title: string, id: string, date: string): string {
  const lines = [
    `title: ${yaml(title)}`,
    `id: ${id}`,
    "status: experimental",
    `description: ${yaml("Made from a search in the console.")}`,
    `date: ${date}`,
    "logsource:",
    "    product: alibabacloud",
    "    service: actiontrail",
    "detection:",
  ];
  const wanted = grouped(chips.filter((chip) => !chip.not));
  const refused = grouped(chips.filter((chip) => chip.not));
  if (text.trim()) lines.push(`    # Not said by this rule: ${text.trim().replace(/[\r\n]+/g, " ")}`);
  lines.push("    selection:");
  if (wanted.size === 0) lines.push(`        eventName: '*'`);
  for (const [field, values] of wanted) lines.push(...item(field, values));
  let condition = "selection";
  let number = 0;
  for (const [field, values] of refused) {
    number += 1;
    lines.push(`    filter${number}:`, ...item(field, values));
    condition += ` and not filter${number}`;
  }
  lines.push(`    condition: ${condition}`, `level: ${LEVEL}`, "");
  return lines.join("\n");
}

function item(field: string, values: string[]): string[] {
  if (values.length === 1 && values[0] === "") return [`        ${field}: null`];
  if (values.length === 1) return [`        ${field}: ${yaml(values[0] ?? "")}`];
  return [`        ${field}:`, ...values.map((value) => `            - ${yaml(value)}`)];
}

function grouped(chips: readonly Chip[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const chip of chips) found.set(chip.field, [...(found.get(chip.field) ?? []), chip.value]);
  return found;
}

/** A scalar in single quotes, in which YAML reads nothing but the doubled quote; others where there are control characters. */
function yaml(text: string): string {
  // eslint-disable-next-line no-control-regex -- such text must be escaped
  if (/[\u0000-\u001f\u007f]/.test(text)) return JSON.stringify(text);
  return `'${text.replace(/'/g, "''")}'`;
}
