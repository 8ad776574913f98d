// Exports: what is on the screen, written by the service to a file, with its count and its hash; the tab need not stay open.
import { Button } from "antd";
import { useEffect, useState } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { copy } from "../../parts/copy.ts";
import { Dialog } from "../../parts/Dialog.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { Failure } from "../../service/client.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
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
  const asked = useAnswer("exports", (signal) => exports.list(signal));
  const { trouble, run, again } = useTry();
  const { again: look, changed } = asked;
  const busy = asked.data?.exports.some((one) => one.state === "waiting" || one.state === "running") ?? false;
  useEffect(() => {
    if (!busy) return;
    const timer = window.setTimeout(look, AGAIN_MS);
    return () => window.clearTimeout(timer);
  }, [busy, asked.data, look]);
  const table = format === "csv" || format === "parquet";
  const begin = () => run(async () => {
    const wanted: ExportAsk = { ...question, format, zone: table && zone !== "utc" ? zoneId(zone) : "" };
    await exports.begin(wanted).finally(changed);
  });
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
        <Button type="primary" onClick={begin}>{say("events.export.begin", { n: count(total, language) })}</Button>
        <Failed failure={trouble} again={again} />
        <Answer asked={{ ...asked, data: asked.data }} lines={2}>
          {({ exports: made }) => made.length > 0 && (
            <section aria-label={say("exports.title")}>
              <h3>{say("exports.title")}</h3>
              <p className="faint">{say("exports.hint")}</p>
              <ul className="exports">{made.map((one) => <Row key={one.id} made={one} drop={() => run(() => exports.drop(one.id).finally(changed))} />)}</ul>
            </section>
          )}
        </Answer>
      </div>
    </Dialog>
  );
}

function Row({ made, drop }: { made: Made; drop: () => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const done = made.state === "done";
  return (
    <li data-export={made.id} data-state={made.state}>
      <div className="events-bar">
        <span className={done ? "badge good" : made.state === "failed" ? "badge bad" : "badge"}>{say(`exports.${made.state}` as Word)}</span>
        <strong>{say("exports.rows", { n: count(made.rows, language) })}</strong>
        <span>{made.format}{done && ` · ${say("exports.bytes", { n: count(made.size, language) })}`}</span>
        <Moment at={made.asked} />
        <span className="grow" />
        {done && <a className="ant-btn ant-btn-sm ant-btn-default" href={exports.file(made.id)} download={`${made.id}.${made.format}`}>{say("exports.fetch")}</a>}
        <Ask title={say("exports.drop.sure")} yes={drop}><Button size="small" type="text" aria-label={say("exports.drop")}>×</Button></Ask>
      </div>
      <code className="what">{plain(made.query || "*", 160)}</code>
      {made.error && <Failed failure={new Failure(0, made.code, made.error, made.requestId)} />}
      {done && (
        <p>
          {say("exports.hash")} <code className="hash">{made.sha256}</code>{" "}
          <Button size="small" onClick={() => copy(`${made.sha256}  ${made.id}.${made.format}\n`)}>{say("exports.check")}</Button>
        </p>
      )}
    </li>
  );
}
