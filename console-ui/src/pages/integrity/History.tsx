// Checkpoints that are known here: those that this browser saw, and those that the log itself kept in its hand-overs; each checked
// against its neighbour when somebody asks for it.
import { CheckCircleFilled, CloseCircleFilled } from "@ant-design/icons";
import { Alert, Button } from "antd";
import { useEffect, useRef, useState } from "react";
import { plain } from "../../event/inert.ts";
import { Failed } from "../../parts/Failed.tsx";
import { Card } from "../../parts/Lines.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { known, neighbours, type Known } from "../../proof/history.ts";
import { service, type Failure } from "../../service/client.ts";
import { asFailure, type Asked } from "../../service/hooks.ts";
import { visits, type Seen } from "../../service/visit.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { problemIn } from "../../words/problems.ts";

export function History({ asked }: { asked: Asked<Seen> }) {
  const say = useSay();
  const { language } = usePreferences();
  const [rows, setRows] = useState<Known[]>([]);
  const [checked, setChecked] = useState<Record<number, string>>({});
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const running = useRef<AbortController | null>(null);
  const seen = asked.data;
  useEffect(() => {
    if (!seen || asked.loading) return undefined;
    let current = true;
    void known(visits(), seen.trust.handovers).then((found) => current && setRows(found.toReversed()));
    return () => { current = false; running.current?.abort(); };
  }, [seen, asked.loading]);

  const check = async () => {
    if (!seen) return;
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setTrouble(null);
    setChecked({});
    try {
      await neighbours(rows.toReversed(), { vkey: seen.trust.shown, handovers: seen.trust.handovers }, (old, size) => service.consistency(old, control.signal, size), (at, problem) =>
        setChecked((before) => ({ ...before, [rows.length - 1 - at]: problem })), control.signal);
    } catch (error) {
      if (!control.signal.aborted) setTrouble(asFailure(error));
    }
    setBusy(false);
  };
  const bad = Object.values(checked).find((problem) => problem !== "");
  return (
    <Card wide title={say("proof.history")}>
      <p className="faint">{say("proof.history.what")}</p>
      <table className="plain">
        <thead><tr><th scope="col">{say("proof.seenAt")}</th><th scope="col">{say("proof.size")}</th><th scope="col">{say("proof.root")}</th><th scope="col">{say("proof.history.against")}</th></tr></thead>
        <tbody>
          {rows.map((one, at) => (
            <tr key={`${one.size} ${one.at} ${one.root}`} data-checked={checked[at] === undefined ? "" : checked[at] === "" ? "yes" : "no"}>
              <td>{one.at ? <Moment at={one.at} /> : say("proof.history.handover")}</td>
              <td>{count(one.size, language)} {rows[at + 1] && <span className="faint">{say("proof.history.more", { n: count(one.size - (rows[at + 1]?.size ?? 0), language) })}</span>}</td>
              <td><code title={one.root}>{one.root.slice(0, 24)}…</code></td>
              <td>{checked[at] === "" ? <span><CheckCircleFilled className="good" /> {say(rows[at + 1] ? "proof.history.begins" : "proof.history.signed")}</span> : checked[at] ? <span><CloseCircleFilled className="bad" /> {plain(problemIn(language, checked[at]), 300)}</span> : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Failed failure={trouble} again={() => void check()} />
      {bad && <Alert type="error" showIcon title={say("proof.since.broken", { why: plain(problemIn(language, bad), 600) })} />}
      {rows.length > 0 && <p><Button size="small" loading={busy} onClick={() => void check()}>{say("proof.history.check")}</Button></p>}
    </Card>
  );
}
