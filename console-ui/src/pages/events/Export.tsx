// An export of what is on the screen, part by part; each part's hash is checked, and the file's own is told.
import { Alert, Button } from "antd";
import { Dialog } from "../../parts/Dialog.tsx";
import { useEffect, useRef, useState } from "react";
import { save } from "../../parts/EventDetail.tsx";
import { sha256, toHex } from "../../proof/bytes.ts";
import { send } from "../../service/client.ts";
import { asFailure } from "../../service/hooks.ts";
import type { Question } from "../../service/types.ts";
import { moment, zoneName } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { plain } from "../../event/inert.ts";
import { withLocalTime } from "./localcsv.ts";

const ROWS_MAX = 500_000;
const PART = 50_000;
type Format = "jsonl" | "csv" | "parquet";

interface Done {
  name: string;
  rows: number;
  hash: string;
}

export default function Export({ question, total, close }: { question: Question; total: number; close: () => void }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const [format, setFormat] = useState<Format>("csv");
  const [rows, setRows] = useState<number | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const [trouble, setTrouble] = useState("");
  const control = useRef<AbortController | null>(null);
  useEffect(() => () => control.current?.abort(), []);

  const begin = async () => {
    control.current = new AbortController();
    setTrouble("");
    setDone(null);
    setRows(0);
    try {
      setDone(await collect(question, format, zone, control.current.signal, setRows));
    } catch (error) {
      if (!control.current.signal.aborted) setTrouble(asFailure(error).message);
    }
    setRows(null);
  };
  const local = zone === "local" && format === "csv" ? say("events.export.local", { zone: zoneName("local") }) : "";
  return (
    <Dialog title={say("events.export.title")} close={close}>
      <div className="export">
        <label>
          {say("events.export.format")}{" "}
          <select className="select" value={format} onChange={(event) => setFormat(event.target.value as Format)} disabled={rows !== null}>
            <option value="csv">CSV</option>
            <option value="jsonl">JSON Lines</option>
            <option value="parquet">Parquet</option>
          </select>
        </label>
        <p className="faint">{say("events.export.zone", { local })}</p>
        {total > ROWS_MAX && <Alert type="warning" title={say("events.export.tooMany", { n: count(ROWS_MAX, language) })} />}
        {rows === null ? (
          <Button type="primary" disabled={total > ROWS_MAX || (format === "parquet" && total > PART)} onClick={() => void begin()}>{say("events.export.begin", { n: count(total, language) })}</Button>
        ) : (
          <p role="status">{say("events.export.progress", { n: count(rows, language) })} <Button size="small" onClick={() => control.current?.abort()}>{say("state.cancel")}</Button></p>
        )}
        {trouble && <Alert type="error" showIcon title={plain(trouble, 300)} />}
        {done && (
          <Alert type="success" showIcon title={say("events.export.done", { n: count(done.rows, language), name: done.name })}
            description={<>{say("events.export.hash")}<br /><code className="hash">{done.hash}</code></>} />
        )}
      </div>
    </Dialog>
  );
}

async function collect(question: Question, format: Format, zone: "utc" | "local", signal: AbortSignal, progress: (rows: number) => void): Promise<Done> {
  const parts: Uint8Array[] = [];
  let token = "";
  let rows = 0;
  do {
    const response = await send("POST", "/v1/export", { ...question, format, rows: PART, token }, signal);
    let bytes = new Uint8Array(await response.arrayBuffer());
    const wanted = response.headers.get("x-actiontrail-sha256");
    if (wanted && toHex(await sha256(bytes)) !== wanted) throw new Error("a part of the export was damaged on its way; try again");
    if (format === "csv") {
      let text = new TextDecoder().decode(bytes);
      if (zone === "local") text = withLocalTime(text, zoneName("local"), (at) => moment(at, "local"));
      if (parts.length > 0) text = text.slice(text.indexOf("\n") + 1);
      bytes = new TextEncoder().encode(text);
    }
    parts.push(bytes);
    rows += Number(response.headers.get("x-actiontrail-rows") ?? 0);
    token = response.headers.get("x-actiontrail-next-token") ?? "";
    progress(rows);
  } while (token);
  const blob = new Blob(parts as Uint8Array<ArrayBuffer>[]);
  const hash = toHex(await sha256(new Uint8Array(await blob.arrayBuffer())));
  const name = `events-${new Date().toISOString().replace(/[:.]/g, "").slice(0, 15)}Z.${format}`;
  save(blob, name, "application/octet-stream");
  return { name, rows, hash };
}
