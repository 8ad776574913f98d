// Evidence of any kind, verified here: dropped, chosen, or asked for by an event's id.
import { Alert, Button, Input } from "antd";
import { useState, type DragEvent } from "react";
import { plain } from "../../event/inert.ts";
import { Card } from "../../parts/Lines.tsx";
import { ProofSteps } from "../../parts/ProofSteps.tsx";
import { Inert } from "../../parts/Text.tsx";
import { verifyConsistencyFile } from "../../proof/consistencyfile.ts";
import { verifyEvidence, type Verdict } from "../../proof/evidence.ts";
import { isReceipt, verifyReceipt } from "../../proof/receiptfile.ts";
import { service } from "../../service/client.ts";
import { asFailure } from "../../service/hooks.ts";
import { trusted, trustedFrom } from "../../service/trust.ts";
import { useSay } from "../../shell/words.ts";

export function Verify() {
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
      const trusting = await (key.trim() ? trustedFrom(key) : trusted());
      const mine = isReceipt(file);
      setReceipt(mine ? file : null);
      setVerdict(mine ? await verifyReceipt(file, trusting, { evidence: service.proof, consistency: service.consistency }, sent) : file[0] === 0x7b ? await verifyConsistencyFile(file, trusting) : await verifyEvidence(file, trusting));
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
