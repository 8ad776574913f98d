// One event, opened: its fields, its bytes as they came, request and answer, what changed, and its proof.
import { Button } from "antd";
import { useMemo, useState } from "react";
import { changes, type Change } from "../event/changes.ts";
import { leaves, resourcesOf } from "../event/facts.ts";
import { term, type Chip } from "../query/language.ts";
import { short } from "../query/short.ts";
import { verifyEvidence, type Verdict } from "../proof/evidence.ts";
import { service } from "../service/client.ts";
import { useAnswer } from "../service/hooks.ts";
import { trusted } from "../service/trust.ts";
import type { Found } from "../service/types.ts";
import { usePreferences } from "../shell/preferences.ts";
import { moment } from "../shell/moments.ts";
import { useSay, type Word } from "../shell/words.ts";
import { Answer } from "./Answer.tsx";
import { copy } from "./copy.ts";
import { eventPath, Link } from "./Link.tsx";
import { PairTable } from "./PairTable.tsx";
import { ProofSteps } from "./ProofSteps.tsx";
import { Surroundings } from "./Surroundings.tsx";
import { Tabs } from "./Tabs.tsx";
import { Inert } from "./Text.tsx";

interface Props {
  found: Found;
  toggle?: (chip: Chip) => void;
  standalone?: boolean;
  /** The tab that is looked at, where the page's address holds it. */
  tab?: string;
  choose?: (tab: string) => void;
}

export const DETAIL_TABS = ["fields", "call", "changes", "raw", "proof", "around"] as const;

/** The tab beside `tab`, round and round. */
export function besides(tab: string, way: number): string {
  const at = DETAIL_TABS.indexOf((tab.split(":")[0] || "fields") as (typeof DETAIL_TABS)[number]);
  return DETAIL_TABS[(at + way + DETAIL_TABS.length) % DETAIL_TABS.length] ?? "fields";
}

export function EventDetail({ found, toggle, standalone = false, tab: given, choose }: Props) {
  const say = useSay();
  const { zone } = usePreferences();
  const [own, setOwn] = useState("fields");
  const tab = given || own;
  const setTab = choose ?? setOwn;
  const { event } = found;
  const tabs = [
    { key: "fields", label: say("detail.fields"), children: <Fields found={found} toggle={toggle} /> },
    { key: "call", label: say("detail.call"), children: <Call found={found} /> },
    { key: "changes", label: say("detail.changes"), children: <Changes found={found} /> },
    { key: "raw", label: say("detail.raw"), children: <Raw found={found} /> },
    { key: "proof", label: say("detail.proof"), children: <EventProof id={event.eventId} /> },
    { key: "around", label: say("around.title"), children: <Surroundings found={found} tab={tab} choose={setTab} /> },
  ];
  return (
    <div className="detail">
      <Tabs small label={say("detail.tabs")} active={tab.split(":")[0] || "fields"} choose={setTab} items={tabs} />
      <p className="faint">
        {!standalone && <><Link to={eventPath(event.eventId)}>{say("detail.page")}</Link> · </>}
        {say("detail.receivedAt", { when: moment(found.received, zone, true), index: found.index, seq: found.seq })}
      </p>
    </div>
  );
}

function Fields({ found, toggle }: { found: Found; toggle?: (chip: Chip) => void }) {
  const say = useSay();
  const all = useMemo(() => leaves(found.event), [found.event]);
  return (
    <table className="fields">
      <tbody>
        {all.map(([path, value]) => (
          <tr key={path}>
            <th scope="row"><Inert text={path} most={120} /></th>
            <td>
              <Inert text={value} most={600} />
              {value === "******" && <em className="faint"> {say("detail.masked")}</em>}
            </td>
            {toggle && (
              <td className="field-actions">
                <button type="button" title={`${say("detail.filter.with")}: ${term({ field: path, value: short(value), not: false })}`} aria-label={`${say("detail.filter.with")}: ${path}`} onClick={() => toggle({ field: path, value: short(value), not: false })}>+</button>
                <button type="button" title={say("detail.filter.without")} aria-label={`${say("detail.filter.without")}: ${path}`} onClick={() => toggle({ field: path, value: short(value), not: true })}>−</button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Call({ found }: { found: Found }) {
  const say = useSay();
  const { requestParameters, responseElements, errorCode, errorMessage } = found.event;
  const answer = errorCode ? { errorCode, errorMessage, ...responseElements } : responseElements;
  return (
    <div className="side-by-side">
      <section>
        <h4>{say("detail.request")}</h4>
        <Json value={requestParameters} />
      </section>
      <section>
        <h4>{say("detail.response")}</h4>
        <Json value={answer} />
      </section>
    </div>
  );
}

function Json({ value }: { value: unknown }) {
  const say = useSay();
  if (value === undefined || value === null || (typeof value === "object" && Object.keys(value).length === 0)) return <p className="faint">{say("detail.nothing")}</p>;
  return <pre className="json" tabIndex={0}><Inert text={JSON.stringify(value, null, 2)} most={8000} /></pre>;
}

function Raw({ found }: { found: Found }) {
  const say = useSay();
  const asked = useAnswer(found.event.eventId, async (signal) => {
    const file = await service.proof(found.event.eventId, signal);
    return verifyEvidence(file, await trusted(signal));
  });
  const mapped = JSON.stringify(found.event, null, 2);
  return (
    <Answer asked={asked}>
      {(verdict) => {
        const line = verdict.line ?? "";
        const raw = line.slice(line.indexOf(',"event":') + 9, -1);
        return (
          <>
            <p className="faint">{say("detail.rawHint")} <Button size="small" onClick={() => copy(raw)}>{say("detail.copy")}</Button></p>
            <pre className="json wrap" tabIndex={0}><Inert text={raw} most={8000} /></pre>
            <p className="faint">{say("detail.rawMapped")} <Button size="small" onClick={() => copy(mapped)}>{say("detail.copy")}</Button></p>
            <pre className="json" tabIndex={0}><Inert text={mapped} most={8000} /></pre>
          </>
        );
      }}
    </Answer>
  );
}

const EARLIER_MAX = 50;

/** Older events on what `found` touched, the newest first. */
export async function earlierOn(found: Found, signal: AbortSignal): Promise<Found[]> {
  const names = resourcesOf(found.event).map((one) => one.name).slice(0, 5);
  if (names.length === 0) return [];
  const any = names.map((value) => term({ field: "resourceName", value, not: false })).join(" or ");
  const page = await service.search({ query: `(${any}) and not eventRW: Read`, end: found.event.eventTime, limit: EARLIER_MAX }, signal);
  return page.events.filter((one) => one.index !== found.index);
}

function Changes({ found }: { found: Found }) {
  const say = useSay();
  const { event } = found;
  const asked = useAnswer(event.eventId, (signal) => earlierOn(found, signal));
  if (event.errorCode) return <p className="faint">{say("change.failed")}</p>;
  if (event.eventRW === "Read") return <p className="faint">{say("change.read")}</p>;
  return <Answer asked={asked}>{(earlier) => <ChangeTable changes={changes(event, earlier)} />}</Answer>;
}

export function ChangeTable({ changes: found }: { changes: readonly Change[] }) {
  const say = useSay();
  if (found.length === 0) return <p className="faint">{say("change.none")}</p>;
  const side = (text: string | null) => (text === null ? <span className="faint">—</span> : <Inert text={text} most={400} />);
  return (
    <PairTable heads={[say("change.path"), say("change.before"), say("change.after"), say("change.how")]} rows={found.map((one) => ({
      path: one.path, left: side(one.before), right: side(one.after),
      note: (
        <>
          <span className={`certainty ${one.certainty.split(" ")[0]}`} title={say(`change.hint.${one.certainty}` as Word)}>{say(`change.${one.certainty}` as Word)}</span>
          {one.by && <> <Link to={eventPath(one.by)}>{say("change.by")}</Link></>}
        </>
      ),
    }))} />
  );
}

function EventProof({ id }: { id: string }) {
  const say = useSay();
  const asked = useAnswer<{ verdict: Verdict; file: Uint8Array }>(id, async (signal) => {
    const file = await service.proof(id, signal);
    return { file, verdict: await verifyEvidence(file, await trusted(signal)) };
  });
  return (
    <Answer asked={asked}>
      {({ verdict, file }) => (
        <>
          <p className="faint">
            {say("proof.verify.hint")}{" "}
            <Button size="small" onClick={() => save(file, `${id}.tlog-proof`, "text/plain")}>{say("detail.evidence")}</Button>
          </p>
          <ProofSteps verdict={verdict} />
        </>
      )}
    </Answer>
  );
}

/** Let the browser save `bytes` as a file. */
export function save(bytes: Uint8Array | Blob, name: string, type: string): void {
  const blob = bytes instanceof Blob ? bytes : new Blob([bytes as Uint8Array<ArrayBuffer>], { type });
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
