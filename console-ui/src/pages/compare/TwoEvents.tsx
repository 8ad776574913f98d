// Two events beside each other: their sentences, and each of their fields, first those that differ.
import { Button, Switch } from "antd";
import { useEffect, useState } from "react";
import { alike, pairs, type Leaf, type Pair } from "../../event/difference.ts";
import { Answer } from "../../parts/Answer.tsx";
import { eventPath, Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { PairTable } from "../../parts/PairTable.tsx";
import { SentenceLine } from "../../parts/SentenceLine.tsx";
import { Inert } from "../../parts/Text.tsx";
import { tone } from "../../parts/EventList.tsx";
import type { CompareState } from "../../query/compare.ts";
import { service } from "../../service/client.ts";
import { useAnswer, type Asked } from "../../service/hooks.ts";
import type { Found } from "../../service/types.ts";
import { useKeys } from "../../shell/keys.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { showSeen } from "../../shell/seen.ts";
import { count, useSay } from "../../shell/words.ts";
import type { SetCompare } from "./Compare.tsx";

/** What no two events share: told last of what differs. */
const ALWAYS = /^(eventId|eventTime|requestId)$|\.(RequestId|ClientToken|SignatureNonce|Timestamp)$/;
const SHOWN = 400;
const LEAD = 80;

export function TwoEvents({ state, set, turn }: { state: CompareState; set: SetCompare; turn: number }) {
  const say = useSay();
  const a = useEvent(state.a, turn);
  const b = useEvent(state.b, turn);
  useKeys("compare.events", { only: () => set({ all: !state.all }) });
  const [left, right] = [there(a, state.a), there(b, state.b)];
  return (
    <>
      <div className="compare-heads">
        <Head side="A" id={state.a} asked={a} choose={(id) => set({ a: id })} />
        <Head side="B" id={state.b} asked={b} choose={(id) => set({ b: id })} />
      </div>
      {left && right && (
        <section className="card" aria-label={say("compare.result")}>
          {state.a === state.b && <p className="warn" role="status">{say("compare.itself")}</p>}
          <Fields left={left} right={right} all={state.all} show={(all) => set({ all })} />
        </section>
      )}
    </>
  );
}

function useEvent(id: string, turn: number): Asked<Found> {
  return useAnswer(id && `${id} ${turn}`, async (signal) => {
    const { event, seen } = await service.event(id, signal);
    showSeen(seen);
    return event;
  });
}

/** The event that was asked for, and not the one before it. */
function there({ data, failure }: Asked<Found>, id: string): Found | undefined {
  return id && !failure && data?.event.eventId === id ? data : undefined;
}

function Head({ side, id, asked, choose }: { side: string; id: string; asked: Asked<Found>; choose: (id: string) => void }) {
  const say = useSay();
  const found = there(asked, id);
  return (
    <section className="card" data-side={side} aria-busy={asked.loading}>
      <div className="events-bar">
        <strong className="side">{side}</strong>
        {found && <Link className="step" to={eventPath(id)}><Moment at={found.event.eventTime} /></Link>}
        <span className="grow" />
        {id && <Button size="small" type="text" aria-label={`${side}: ${say("compare.choose")}`} onClick={() => choose("")}>{say("compare.choose")}</Button>}
      </div>
      {id ? <Answer asked={asked} lines={1}>{() => found && <p className="compare-sentence"><span className={`dot ${tone(found)}`} aria-hidden /> <SentenceLine event={found.event} channel={found.channel} /></p>}</Answer> : <IdForm side={side} choose={choose} />}
    </section>
  );
}

function IdForm({ side, choose }: { side: string; choose: (id: string) => void }) {
  const say = useSay();
  const [text, setText] = useState("");
  useEffect(() => setText(""), [side]);
  return (
    <form className="actor-form" onSubmit={(event) => { event.preventDefault(); if (text.trim()) choose(text.trim()); }}>
      <input className="text-field" value={text} spellCheck={false} autoComplete="off" aria-label={`${side} ${say("compare.id")}`} placeholder={say("compare.id.hint")} onChange={(event) => setText(event.target.value)} />
      <Button size="small" htmlType="submit">{say("compare.go")}</Button>
    </form>
  );
}

function Fields({ left, right, all, show }: { left: Found; right: Found; all: boolean; show: (all: boolean) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const found = [...pairs({ channel: left.channel }, { channel: right.channel }), ...pairs(left.event, right.event)];
  const differing = found.filter((one) => !one.same).sort((one, other) => Number(ALWAYS.test(one.path)) - Number(ALWAYS.test(other.path)));
  const same = found.filter((one) => one.same);
  const shown = all ? [...differing, ...same] : differing;
  return (
    <>
      <div className="events-bar">
        <strong data-differing={differing.length}>{say("compare.differing", { n: count(differing.length, language) })}</strong>
        <span className="faint">{say("compare.hidden", { n: count(same.length, language) })}</span>
        <span className="grow" />
        <label className="switch" title="f"><Switch size="small" checked={!all} onChange={(only) => show(!only)} aria-label={say("compare.only")} /> {say("compare.only")}</label>
      </div>
      {differing.length === 0 && <p className="good" role="status">{say("compare.equal")}</p>}
      {shown.length > 0 && (
        <div className="scroll" tabIndex={0} role="region" aria-label={say("compare.result")}>
          <PairTable heads={[say("compare.field"), "A", "B", say("compare.result")]} rows={shown.map((one) => {
            const from = one.left && one.right && !one.same ? Math.max(0, alike(one.left.text, one.right.text) - LEAD) : 0;
            return { path: one.path, left: <Value leaf={one.left} from={from} />, right: <Value leaf={one.right} from={from} />, note: <span className={one.same ? "faint" : "certainty"}>{say(`compare.pair.${wordOf(one)}`)}</span>, same: one.same };
          })} />
        </div>
      )}
    </>
  );
}

function wordOf({ left, right, same }: Pair): "same" | "left" | "right" | "kind" | "differs" {
  if (same) return "same";
  if (!right) return "left";
  if (!left) return "right";
  return left.kind === right.kind ? "differs" : "kind";
}

/** A value; of a long one, the part in which it begins to differ. */
function Value({ leaf, from }: { leaf: Leaf | undefined; from: number }) {
  const say = useSay();
  if (!leaf) return <em className="faint">{say("compare.absent")}</em>;
  if (leaf.kind === "null") return <em className="faint">{say("compare.null")}</em>;
  if (leaf.text === "") return <em className="faint">{say("compare.empty")}</em>;
  return <Inert text={leaf.text} most={SHOWN} from={from} />;
}
