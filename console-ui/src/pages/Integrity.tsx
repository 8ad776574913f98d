// The log and its proofs: what it is now, whether it is still the one that this browser saw, and evidence, checked here.
import { Alert, Button, Input } from "antd";
import { useState, type DragEvent } from "react";
import { Answer } from "../parts/Answer.tsx";
import { Card } from "../parts/Lines.tsx";
import { Moment } from "../parts/Moment.tsx";
import { ProofSteps } from "../parts/ProofSteps.tsx";
import { Inert } from "../parts/Text.tsx";
import { plain } from "../event/inert.ts";
import { toHex } from "../proof/bytes.ts";
import type { Outcome } from "../proof/consistency.ts";
import { verifyEvidence, type Verdict } from "../proof/evidence.ts";
import { parseCheckpoint, parseNote } from "../proof/note.ts";
import { verifyConsistencyFile } from "../proof/consistencyfile.ts";
import { isReceipt, verifyReceipt } from "../proof/receiptfile.ts";
import { service } from "../service/client.ts";
import { asFailure, useAnswer } from "../service/hooks.ts";
import { trust, trusted } from "../service/trust.ts";
import { forget, visit, visits } from "../service/visit.ts";
import { moment } from "../shell/moments.ts";
import { usePreferences } from "../shell/preferences.ts";
import { count, useSay } from "../shell/words.ts";

export default function Integrity() {
  const say = useSay();
  const [turn, setTurn] = useState(0);
  return (
    <main className="page">
      <h1>{say("proof.title")}</h1>
      <div className="grid two">
        <Log key={`log${turn}`} />
        <Since key={`since${turn}`} again={() => setTurn((old) => old + 1)} />
        <Verify key={`verify${turn}`} />
        <History key={`history${turn}`} />
      </div>
    </main>
  );
}

function Log() {
  const say = useSay();
  const { language } = usePreferences();
  const [given, setGiven] = useState("");
  const asked = useAnswer("log", async (signal) => {
    const [note, trustedNow] = await Promise.all([service.checkpoint(signal), trusted(signal)]);
    return { note, checkpoint: parseCheckpoint(parseNote(note).text), ...trustedNow };
  });
  return (
    <Card title={say("proof.log")}>
      <Answer asked={asked}>
        {({ checkpoint, vkey, other, note }) => (
          <>
            <dl className="facts">
              <dt>{say("proof.size")}</dt>
              <dd>{count(checkpoint.size, language)}</dd>
              <dt>{say("proof.root")}</dt>
              <dd><code>{toHex(checkpoint.root)}</code></dd>
              <dt>{say("proof.origin")}</dt>
              <dd><code>{plain(checkpoint.origin, 200)}</code></dd>
              <dt>{say("proof.key")}</dt>
              <dd><code data-vkey>{plain(vkey, 400)}</code></dd>
            </dl>
            {other ? <Alert type="error" showIcon title={say("proof.key.changed")} description={<code>{plain(other, 400)}</code>} /> : <p className="faint">{say("proof.key.hint")}</p>}
            <form className="inline" onSubmit={(event) => { event.preventDefault(); if (given.trim()) { trust(given.trim()); setGiven(""); asked.again(); } }}>
              <Input size="small" value={given} onChange={(event) => setGiven(event.target.value)} placeholder="name+0123abcd+base64" aria-label={say("proof.verify.key")} />
              <Button size="small" htmlType="submit">{say("proof.verify.key")}</Button>
            </form>
            <details><summary>{say("proof.checkpoint")}</summary><pre className="json wrap"><Inert text={note} /></pre></details>
          </>
        )}
      </Answer>
    </Card>
  );
}

function Since({ again }: { again: () => void }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const asked = useAnswer("since", visit);
  const words = (outcome: Outcome): string => {
    const n = (one: number) => count(one, language);
    switch (outcome.kind) {
      case "first":
        return say("proof.since.first");
      case "same":
        return say("proof.since.same", { when: moment(outcome.since, zone) });
      case "grown":
        return say("proof.since.grown", { old: n(outcome.then.size), now: n(outcome.now.size), when: moment(outcome.since, zone) });
      case "broken":
        return say("proof.since.broken", { why: plain(outcome.why, 300) });
      case "another key":
        return say("proof.since.key", { when: outcome.since ? moment(outcome.since, zone) : "—", why: plain(outcome.why, 400) });
    }
  };
  return (
    <Card title={say("proof.since")}>
      <Answer asked={asked}>
        {(outcome) => <Alert showIcon type={outcome.kind === "broken" || outcome.kind === "another key" ? "error" : "success"} title={words(outcome)} />}
      </Answer>
      <p><Button size="small" onClick={() => { forget(); trust(""); again(); }}>{say("proof.forget")}</Button></p>
    </Card>
  );
}

function History() {
  const say = useSay();
  const { language } = usePreferences();
  const all = visits().toReversed();
  return (
    <Card title={say("proof.history")}>
      <table className="plain">
        <thead><tr><th scope="col">{say("proof.seenAt")}</th><th scope="col">{say("proof.size")}</th><th scope="col">{say("proof.root")}</th></tr></thead>
        <tbody>
          {all.map((one, at) => (
            <tr key={one.at}><td><Moment at={one.at} /></td><td>{count(one.size, language)} {all[at + 1] && <span className="faint">{say("proof.history.more", { n: count(one.size - (all[at + 1]?.size ?? 0), language) })}</span>}</td><td><code>{one.root.slice(0, 24)}…</code></td></tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

function Verify() {
  const say = useSay();
  const [id, setId] = useState("");
  const [key, setKey] = useState("");
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [trouble, setTrouble] = useState("");
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const [receipt, setReceipt] = useState<Uint8Array | null>(null);

  const check = async (read: () => Promise<Uint8Array>, sent?: Uint8Array) => {
    setBusy(true);
    setTrouble("");
    setVerdict(null);
    try {
      const file = await read();
      const vkey = key.trim() || (await trusted()).vkey;
      const mine = isReceipt(file);
      setReceipt(mine ? file : null);
      setVerdict(mine ? await verifyReceipt(file, vkey, { evidence: service.proof, consistency: service.consistency }, sent) : file[0] === 0x7b ? await verifyConsistencyFile(file, vkey) : await verifyEvidence(file, vkey));
    } catch (error) {
      setTrouble(asFailure(error).message);
    }
    setBusy(false);
  };
  const take = (file: File | undefined) => file && void check(async () => new Uint8Array(await file.arrayBuffer()));
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  return (
    <Card wide title={say("proof.verify")}>
      <p className="faint">{say("proof.verify.hint")}</p>
      <div className="side-by-side">
        <label className={over ? "drop over" : "drop"} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
          {say("proof.verify.drop")}
          <input type="file" className="sr-only" aria-label={say("proof.verify.file")} onChange={(event) => { take(event.target.files?.[0]); event.target.value = ""; }} />
        </label>
        <form className="form" onSubmit={(event) => { event.preventDefault(); if (id.trim()) void check(() => service.proof(id.trim())); }}>
          <label>{say("proof.verify.id")}<Input value={id} onChange={(event) => setId(event.target.value)} spellCheck={false} /></label>
          <label>{say("proof.verify.key")}<Input value={key} onChange={(event) => setKey(event.target.value)} placeholder={say("proof.verify.remembered")} spellCheck={false} /></label>
          <div><Button type="primary" htmlType="submit" loading={busy}>{say("proof.verify.go")}</Button></div>
        </form>
      </div>
      <p className="faint">{say("proof.verify.kinds")}</p>
      {trouble && <Alert type="error" showIcon title={plain(trouble, 300)} />}
      {receipt && (
        <label className="drop">{say("proof.verify.sent.hint")}
          <input type="file" className="sr-only" aria-label={say("proof.verify.sent")} onChange={(event) => { const file = event.target.files?.[0]; if (file) void file.arrayBuffer().then((sent) => check(async () => receipt, new Uint8Array(sent))); event.target.value = ""; }} />
        </label>
      )}
      {verdict && <ProofSteps verdict={verdict} />}
      {verdict?.holds && verdict.record && <pre className="json wrap" tabIndex={0}><Inert text={JSON.stringify(verdict.record.event, null, 2)} most={8000} /></pre>}
    </Card>
  );
}
