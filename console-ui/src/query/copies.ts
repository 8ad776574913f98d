// What is on the screen, for elsewhere: as a command, as curl, as SQL. Pure. No secret stands in any of them: the command
// and curl take the access key from the environment. (A Sigma rule is made by the service, which reads the language.)
import { withSql } from "./language.ts";

export interface Asked {
  query: string;
  start?: string;
  end?: string;
  /** How many events there are. */
  total?: number;
  sql?: string;
}

const LIMIT = 50;
const COMMAND_MAX = 1_000_000;
const PAGE_MAX = 10_000;
export const ROWS_MAX = 1000;

function shell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replace(/'/g, `'\\''`)}'`;
}

function limit(asked: Asked, most: number): number {
  return Math.min(Math.max(asked.total ?? 0, LIMIT), most);
}

/** Asks `ALIBABA_CLOUD_ACCESS_KEY_ID` and `…_SECRET`, or the profile. */
export function asCli(asked: Asked, endpoint: string): string {
  const times = [asked.start ? ` --start ${shell(asked.start)}` : "", asked.end ? ` --end ${shell(asked.end)}` : ""].join("");
  const query = asked.sql === undefined ? asked.query || "*" : withSql(asked.query, asked.sql);
  return `ACTIONTRAIL_ENDPOINT=${shell(endpoint)} actiontrail search ${shell(query)}${times}${asked.sql === undefined ? ` --limit ${limit(asked, COMMAND_MAX)}` : ""}`;
}

/** A request that the shell signs by itself, with nothing but openssl and curl. */
export function asCurl(asked: Asked, endpoint: string): string {
  const path = asked.sql === undefined ? "/v1/search" : "/v1/sql";
  const times = { ...(asked.start ? { start: asked.start } : {}), ...(asked.end ? { end: asked.end } : {}) };
  const body = asked.sql === undefined ? { query: asked.query, ...times, limit: limit(asked, PAGE_MAX) } : { query: withSql(asked.query, asked.sql), ...times };
  const host = endpoint.replace(/^https?:\/\//, "");
  return [
    "# The key is taken from ALIBABA_CLOUD_ACCESS_KEY_ID and ALIBABA_CLOUD_ACCESS_KEY_SECRET.",
    `body=${shell(JSON.stringify(body))}`,
    "sha() { printf %s \"$1\" | openssl dgst -sha256 -r | cut -d' ' -f1; }",
    "at=$(date -u +%Y-%m-%dT%H:%M:%SZ); nonce=$(openssl rand -hex 16)",
    "signed='host;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce'",
    `request=$(printf 'POST\\n${path}\\n\\nhost:%s\\nx-acs-content-sha256:%s\\nx-acs-date:%s\\nx-acs-signature-nonce:%s\\n\\n%s\\n%s' ${shell(host)} "$(sha "$body")" "$at" "$nonce" "$signed" "$(sha "$body")")`,
    `signature=$(printf 'ACS3-HMAC-SHA256\\n%s' "$(sha "$request")" | openssl dgst -sha256 -r -hmac "$ALIBABA_CLOUD_ACCESS_KEY_SECRET" | cut -d' ' -f1)`,
    `curl -sS ${shell(endpoint + path)} -H 'content-type: application/json' \\`,
    `  -H "x-acs-date: $at" -H "x-acs-signature-nonce: $nonce" -H "x-acs-content-sha256: $(sha "$body")" \\`,
    `  -H "authorization: ACS3-HMAC-SHA256 Credential=$ALIBABA_CLOUD_ACCESS_KEY_ID,SignedHeaders=$signed,Signature=$signature" \\`,
    '  --data-raw "$body"',
  ].join("\n");
}

const COLUMNS = `select __time__, eventName, "userIdentity.userName", sourceIpAddress, errorCode, eventId order by __time__ desc limit ${ROWS_MAX}`;

/** The range stands in the selector, so that the text alone says everything. */
export function asSql(asked: Asked): string {
  const query = asked.query.trim() === "*" ? "" : asked.query.trim();
  const range = asked.start || asked.end ? `eventTime: [${asked.start ?? "*"} ${asked.end ?? "*"})` : "";
  const selector = query && range ? `(${query}) and ${range}` : query || range || "*";
  return `${selector} | ${asked.sql ?? COLUMNS}`;
}
