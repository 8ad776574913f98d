// Whether all that a trail delivered is still there: part by part, with what was looked at and what is wrong by its name.
import { CheckCircleFilled, ClockCircleOutlined, CloseCircleFilled } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { Card } from "../../parts/Lines.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { plain } from "../../event/inert.ts";
import { iso } from "../../query/range.ts";
import type { Failure } from "../../service/client.ts";
import { asFailure } from "../../service/hooks.ts";
import { trails, type FindingShown, type TrailShown, type Verification as Part } from "../../service/trails.ts";
import { useKeys } from "../../shell/keys.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay, type Word } from "../../shell/words.ts";
import { mistakeWords } from "../../words/mistakes.ts";
import { RANGES, size } from "./figures.ts";

const HOURS = { "1h": 1, "24h": 24, "7d": 168, "30d": 720 } as const;
const SHOWN_MAX = 200;
type Going = "no" | "on" | "done" | "stopped";

interface Sum {
  manifests: number;
  objects: number;
  events: number;
  bytes: number;
  damages: number;
  findings: FindingShown[];
  last: Part;
}

function added(sum: Sum | null, part: Part): Sum {
  return {
    manifests: (sum?.manifests ?? 0) + part.manifests,
    objects: (sum?.objects ?? 0) + part.objects,
    events: (sum?.events ?? 0) + part.events,
    bytes: (sum?.bytes ?? 0) + part.bytes,
    damages: (sum?.damages ?? 0) + part.damages,
    findings: [...(sum?.findings ?? []), ...part.findings].slice(0, SHOWN_MAX),
    last: part,
  };
}

export function Verification({ trail }: { trail: TrailShown }) {
  const say = useSay();
  const { language } = usePreferences();
  const places = trail.destinations.filter((place) => place.keepsObjects && !place.leaving);
  const [address, setAddress] = useState("");
  const [range, setRange] = useState<keyof typeof HOURS | "">("");
  const [going, setGoing] = useState<Going>("no");
  const [sum, setSum] = useState<Sum | null>(null);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);
  const begin = async () => {
    const mine = new AbortController();
    control.current = mine;
    setGoing("on");
    setSum(null);
    setTrouble(null);
    const now = Date.now();
    const start = range ? iso(now - HOURS[range] * 3_600_000) : "";
    let after = "";
    try {
      do {
        const part = await trails.verify(trail.name, { address: address || places[0]?.address || "", start, end: "", after }, mine.signal);
        if (mine.signal.aborted) return;
        setSum((old) => added(old, part));
        after = part.next;
      } while (after);
      setGoing("done");
    } catch (error) {
      if (mine.signal.aborted) return;
      setTrouble(asFailure(error));
      setGoing("no");
    }
  };
  const stop = () => {
    control.current?.abort();
    setGoing("stopped");
  };
  const toggle = () => (going === "on" ? stop() : void begin());
  useKeys("trail.check", places.length ? { check: toggle } : null);
  if (places.length === 0) return <Card title={say("trails.verify.title")}><p className="faint">{say("trails.verify.none")}</p></Card>;
  return (
    <Card title={say("trails.verify.title")}>
      <p className="faint">{say("trails.verify.hint")} <code>actiontrail verify-delivery</code></p>
      <div className="backfill">
        {places.length > 1 && (
          <label>{say("trails.verify.of")}
            <select className="select" value={address || places[0]?.address} onChange={(event) => setAddress(event.target.value)}>{places.map((place) => <option key={place.address} value={place.address}>{plain(place.address, 80)}</option>)}</select>
          </label>
        )}
        <label>{say("trails.verify.range")}
          <select className="select" value={range} onChange={(event) => setRange(event.target.value as typeof range)}>
            <option value="">{say("trails.verify.range.all")}</option>
            {RANGES.map((one) => <option key={one} value={one}>{say(`trails.volume.${one}`)}</option>)}
          </select>
        </label>
        <Button type={going === "on" ? "default" : "primary"} onClick={toggle} title="v">{say(going === "on" ? "trails.verify.stop" : "trails.verify")}</Button>
      </div>
      <Failed failure={trouble} again={() => void begin()} />
      <div role="status" aria-live="polite">
        {going === "on" && <p className="faint">{say("trails.verify.running", { n: count(sum?.last.until ?? 0, language), all: count(sum?.last.end ?? 0, language) })}</p>}
        {going === "on" && <progress max={1} value={sum && sum.last.end > sum.last.start ? (sum.last.until - sum.last.start) / (sum.last.end - sum.last.start) : undefined} aria-label={say("trails.verify")} />}
        {sum && going !== "on" && <Verdict sum={sum} going={going} />}
      </div>
      {sum && <Findings findings={sum.findings} />}
    </Card>
  );
}

const KINDS_OF_STEP: [Word, readonly string[]][] = [
  ["trails.verify.step.manifests", ["altered manifest", "missing manifest", "overlap"]],
  ["trails.verify.step.objects", ["missing", "altered", "truncated", "swapped"]],
  ["trails.verify.step.newest", ["missing newest"]],
  ["trails.verify.step.strangers", ["added"]],
];

function Verdict({ sum, going }: { sum: Sum; going: Going }) {
  const say = useSay();
  const { language } = usePreferences();
  const n = (number: number): string => count(number, language);
  const whole = going === "done";
  const nothing = whole && sum.manifests === 0 && sum.damages === 0;
  const title = sum.damages ? say("trails.verify.bad", { n: n(sum.damages) }) : !whole ? say("trails.verify.stopped") : say(nothing ? "trails.verify.nothing" : "trails.verify.clean");
  const due = [...sum.last.due.map((one) => say("trails.verify.due", { range: one.end - one.start > 1 ? `${n(one.start)}–${n(one.end - 1)}` : n(one.start) })), ...sum.last.arriving.map((key) => `${plain(key, 200)}: ${say("trails.verify.arriving")}`)];
  return (
    <section className="verdict" data-clean={whole ? sum.damages === 0 : undefined} data-damages={sum.damages}>
      <Alert showIcon type={sum.damages ? "error" : whole && !nothing ? "success" : "info"} title={title}
        description={say("trails.verify.figures", { manifests: n(sum.manifests), objects: n(sum.objects), events: n(sum.events), size: size(sum.bytes) })} />
      {whole && !nothing && (
        <ol className="steps">
          {KINDS_OF_STEP.map(([word, kinds]) => {
            const bad = sum.findings.filter((one) => kinds.includes(one.kind)).length;
            return <li key={word} className={bad ? "fails" : "holds"}>{bad ? <CloseCircleFilled className="bad" /> : <CheckCircleFilled className="good" />}<div><strong>{say(word)}</strong>{bad > 0 && <span className="bad"> · {n(bad)}</span>}{word === "trails.verify.step.strangers" && sum.last.unread && <div className="warn">{say("trails.verify.unread")}</div>}</div></li>;
          })}
          {due.length > 0 && <li><ClockCircleOutlined className="faint" /><div><strong>{say("trails.verify.step.due")}</strong>{due.slice(0, 20).map((one) => <div key={one} className="faint">{one}</div>)}</div></li>}
        </ol>
      )}
    </section>
  );
}

function Findings({ findings }: { findings: readonly FindingShown[] }) {
  const say = useSay();
  const { language } = usePreferences();
  if (findings.length === 0) return null;
  return (
    <table className="plain findings">
      <thead><tr><th scope="col">{say("trails.verify.finding")}</th><th scope="col">{say("trails.verify.object")}</th><th scope="col">{say("trails.verify.touches")}</th></tr></thead>
      <tbody>
        {findings.map((one) => (
          <tr key={`${one.kind}${one.key}${one.indices}`} data-finding={one.kind}>
            <td><span className="badge bad">{say(`trails.find.${one.kind}` as Word)}</span></td>
            <td><code>{plain(one.key, 300)}</code><div className="faint">{plain(mistakeWords(language, one.problem), 300)}</div></td>
            <td>{one.indices || "—"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
