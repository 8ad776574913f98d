// Exports: what is on the screen, written by the service to a file, with its count and its hash; the tab need not stay open.
import { Button } from "antd";
import { useEffect, useState } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { Failed, Traced, useTold } from "../../parts/Failed.tsx";
import { copy } from "../../parts/copy.ts";
import { Dialog } from "../../parts/Dialog.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { Failure } from "../../service/client.ts";
import { asFailure, useAnswer } from "../../service/hooks.ts";
import { exports, type Export as Made, type ExportAsk } from "../../service/exports.ts";
import type { Question } from "../../service/types.ts";
import { zoneId, zoneName } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay, type Word } from "../../shell/words.ts";

const AGAIN_MS = 700;
const FORMATS = [["csv", "CSV"], ["jsonl", "JSON Lines"], ["parquet", "Parquet"], ["json.gz", "JSON, gzip"]] as const;
type Format = (typeof FORMATS)[number][0];

export default function Export({ question, total, close }: { question: Question; total: number; close: () => void }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const [format, setFormat] = useState<Format>("csv");
  const [turn, setTurn] = useState(0);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const asked = useAnswer(`exports${turn}`, (signal) => exports.list(signal));
  const busy = asked.data?.exports.some((one) => one.state === "waiting" || one.state === "running") ?? false;
  useEffect(() => {
    if (!busy) return;
    const timer = window.setTimeout(() => setTurn((old) => old + 1), AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [busy, asked.data]);
  const table = format === "csv" || format === "parquet";
  const begin = async () => {
    try {
      setTrouble(null);
      const wanted: ExportAsk = { ...question, format, zone: table && zone !== "utc" ? zoneId(zone) : "" };
      await exports.begin(wanted);
    } catch (error) {
      setTrouble(asFailure(error));
    }
    setTurn((old) => old + 1);
  };
  return (
    <Dialog title={say("events.export.title")} close={close} className="wide-dialog">
      <div className="export">
        <p><code>{plain(question.query || "*", 300)}</code></p>
        <label>
          {say("events.export.format")}{" "}
          <select className="select" value={format} onChange={(event) => setFormat(event.target.value as Format)}>
            {FORMATS.map(([name, label]) => <option key={name} value={name}>{label}</option>)}
          </select>
        </label>
        <p className="faint">{say("events.export.zone", { local: table && zone !== "utc" ? say("events.export.local", { zone: `${zoneName(zone)}, ${zoneId(zone)}` }) : "" })}</p>
        <Button type="primary" onClick={() => void begin()}>{say("events.export.begin", { n: count(total, language) })}</Button>
        <Failed failure={trouble} />
        <Answer asked={{ ...asked, data: asked.data }} lines={2}>
          {({ exports: made }) => made.length > 0 && (
            <section aria-label={say("exports.title")}>
              <h3>{say("exports.title")}</h3>
              <p className="faint">{say("exports.hint")}</p>
              <ul className="exports">{made.map((one) => <Row key={one.id} made={one} again={() => setTurn((old) => old + 1)} failed={setTrouble} />)}</ul>
            </section>
          )}
        </Answer>
      </div>
    </Dialog>
  );
}

function Row({ made, again, failed }: { made: Made; again: () => void; failed: (failure: Failure) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const told = useTold();
  const done = made.state === "done";
  const failure = new Failure(0, made.code, made.error, made.requestId);
  return (
    <li data-export={made.id} data-state={made.state}>
      <div className="events-bar">
        <span className={done ? "badge good" : made.state === "failed" ? "badge bad" : "badge"}>{say(`exports.${made.state}` as Word)}</span>
        <strong>{say("exports.rows", { n: count(made.rows, language) })}</strong>
        <span>{made.format}{done && ` · ${say("exports.bytes", { n: count(made.size, language) })}`}</span>
        <Moment at={made.asked} />
        <span className="grow" />
        {done && <a className="ant-btn ant-btn-sm ant-btn-default" href={exports.file(made.id)} download={`${made.id}.${made.format}`}>{say("exports.fetch")}</a>}
        <Button size="small" type="text" aria-label={say("exports.drop")} onClick={() => void exports.drop(made.id).catch((error: unknown) => failed(asFailure(error))).finally(again)}>×</Button>
      </div>
      <code className="what">{plain(made.query || "*", 160)}</code>
      {made.error && (
        <div role="alert" className="export-failed">
          <p className="bad">{say("exports.why", { why: told(failure) })}</p>
          <Traced failure={failure} />
        </div>
      )}
      {done && (
        <p>
          {say("exports.hash")} <code className="hash">{made.sha256}</code>{" "}
          <Button size="small" onClick={() => copy(`${made.sha256}  ${made.id}.${made.format}\n`)}>{say("exports.check")}</Button>
        </p>
      )}
    </li>
  );
}
