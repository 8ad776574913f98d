// What an investigator should look at first: a table of questions, each in the search language.
import type { Word } from "../../shell/words.ts";
import { service } from "../../service/client.ts";
import { fromLine, type Highlights, type Span } from "../../service/pages.ts";
import type { Found } from "../../service/types.ts";
import { compose } from "../../query/language.ts";

export interface Alarm {
  word: Word;
  found: Found;
  more: number;
  query: string;
  from: string;
}

// Successful calls only: what was tried in vain is under "What failed".
const QUESTIONS: readonly (readonly [Word, string])[] = [
  ["overview.alarm.trail", "(eventName: StopLogging or eventName: DeleteTrail) and not errorCode: *"],
  ["overview.alarm.admin", "(eventName: AttachPolicyToUser or eventName: AttachPolicyToRole or eventName: AttachPolicyToGroup or eventName: AttachPolicy) and AdministratorAccess and not errorCode: *"],
  ["overview.alarm.public", '(eventName: AuthorizeSecurityGroup or eventName: AuthorizeSecurityGroupIngress) and "0.0.0.0/0" and not errorCode: *'],
  ["overview.alarm.share", "(eventName: ModifySnapshotAttribute or eventName: ModifyImageSharePermission) and not errorCode: *"],
  ["overview.alarm.destroy", "(eventName: DeleteInstances or eventName: DeleteInstance or eventName: DeleteDBInstance or eventName: ScheduleKeyDeletion) and not errorCode: *"],
];

/** For each question that has an answer in the range: its first event, and how many more there are; the earliest first. */
export async function alarmed(span: Span, told: Highlights, signal: AbortSignal): Promise<Alarm[]> {
  const asked = await Promise.all([
    strangerWithKey(span, signal),
    strangerSigningIn(span, told, signal),
    ...QUESTIONS.map(async ([word, query]): Promise<Alarm | null> => {
      const page = await service.search({ query, ...span, limit: 100 }, signal);
      const found = page.events.at(-1);
      return found ? { word, found, more: page.events.length - 1, query, from: span.start ?? "" } : null;
    }),
  ]);
  return asked.filter((one) => one !== null).sort((one, other) => one.found.event.eventTime.localeCompare(other.found.event.eventTime));
}

const PAIRS = 'select "userIdentity.accessKeyId" as k, sourceIpAddress as a, min(__time__) as first group by k, a order by first desc limit 2000';

/** A long-lived key that is older than the range, and was used in it from an address it had never been used from. */
async function strangerWithKey(span: Span, signal: AbortSignal): Promise<Alarm | null> {
  const start = span.start ? Date.parse(span.start) / 1000 : 0;
  const { rows } = await service.sql({ query: `userIdentity.accessKeyId: LTAI* and sourceIpAddress: * | ${PAIRS}`, end: span.end }, signal);
  const pairs = rows.map(([key, address, first]) => ({ key: String(key), address: String(address), first: Number(first) }));
  const before = new Set(pairs.filter((one) => one.first < start).map((one) => one.key));
  const strange = pairs.filter((one) => one.first >= start && before.has(one.key));
  const last = strange[0];
  if (!last) return null;
  const query = compose("", [{ field: "userIdentity.accessKeyId", value: last.key, not: false }, { field: "sourceIpAddress", value: last.address, not: false }]);
  const page = await service.search({ query, ...span, order: "oldest", limit: 1000 }, signal);
  const found = page.events[0];
  return found ? { word: "overview.alarm.key", found, more: page.events.length - 1, query, from: span.start ?? "" } : null;
}

/** A sign-in without a second factor, from an address that was not there before the range. */
async function strangerSigningIn(span: Span, told: Highlights, signal: AbortSignal): Promise<Alarm | null> {
  const fresh = new Set(told.newAddresses.map((one) => one.value));
  const lines = told.signinsWithoutMfa.filter((line) => fresh.has(line.address) && !line.errorCode);
  const first = lines.at(-1);
  if (!first) return null;
  const query = compose("", [{ field: "eventName", value: "ConsoleSignin", not: false }, { field: "sourceIpAddress", value: first.address, not: false }]);
  const found = await service.event(first.eventId, signal).then((answer) => answer.event).catch(() => fromLine(first));
  return { word: "overview.alarm.nomfa", found, more: lines.length - 1, query, from: span.start ?? "" };
}
