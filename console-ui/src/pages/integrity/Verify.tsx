// Evidence of any kind, verified here: dropped, chosen, pasted, or asked for by an event's id.
//
// A receipt of many events is checked in slices, which tell how far they are and end when nobody wants them any more.
import { Alert, Button, Input, Progress } from "antd";
import { useEffect, useRef, useState, type DragEvent } from "react";
import { Failed } from "../../parts/Failed.tsx";
import { Card } from "../../parts/Lines.tsx";
import { ProofSteps } from "../../parts/ProofSteps.tsx";
import { Inert } from "../../parts/Text.tsx";
import { verifyConsistencyFile } from "../../proof/consistencyfile.ts";
import { verifyEvidence, type Verdict } from "../../proof/evidence.ts";
import type { Trusting } from "../../proof/handover.ts";
import { isReceipt, verifyReceipt, type Beside } from "../../proof/receiptfile.ts";
import { looksLikeJson } from "../../proof/text.ts";
import { service, type Failure } from "../../service/client.ts";
import { asFailure } from "../../service/hooks.ts";
import { trusted, trustedFrom } from "../../service/trust.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";

const FILE_MAX = 64 * 1024 * 1024;

type Read = () => Promise<Uint8Array>;

function judge(file: Uint8Array, trusting: Trusting, beside: Beside): Promise<Verdict> {
  const { signal } = beside;
  if (isReceipt(file))
    return verifyReceipt(file, trusting, { run: (index, many, size) => service.run(index, many, size, signal), consistency: (old) => service.consistency(old, signal) }, beside);
  return looksLikeJson(file) ? verifyConsistencyFile(file, trusting) : verifyEvidence(file, trusting);
}

export function Verify() {
  const say = useSay();
  const { language } = usePreferences();
  const [id, setId] = useState("");
  const [key, setKey] = useState("");
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [trouble, setTrouble] = useState<Failure | null>(null);
  const [cancelled, setCancelled] = useState(false);
  const last = useRef<() => void>(() => undefined);
  const [busy, setBusy] = useState(false);
  const [over, setOver] = useState(false);
  const [done, setDone] = useState<[number, number] | null>(null);
  const [receipt, setReceipt] = useState<Uint8Array | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const check = async (read: Read, sent?: Uint8Array) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    setBusy(true);
    setTrouble(null);
    setCancelled(false);
    last.current = () => void check(read, sent);
    setVerdict(null);
    setDone(null);
    try {
      const file = await read();
      const trusting = await (key.trim() ? trustedFrom(key, control.signal) : trusted(control.signal));
      setReceipt(isReceipt(file) ? file : null);
      const found = await judge(file, trusting, { sent, signal: control.signal, progress: (at, all) => control.signal.aborted || setDone([at, all]) });
      if (!control.signal.aborted) setVerdict(found);
    } catch (error) {
      if (running.current !== control) return;
      if (control.signal.aborted) setCancelled(true);
      else setTrouble(asFailure(error));
    }
    if (running.current !== control) return;
    setBusy(false);
    setDone(null);
  };
  const take = (file: File | undefined, sent = false) => {
    if (!file) return;
    const read = async (): Promise<Uint8Array> => {
      if (file.size > FILE_MAX) throw new Error(say("proof.verify.large", { bytes: count(file.size, language), most: count(FILE_MAX, language) }));
      return new Uint8Array(await file.arrayBuffer());
    };
    if (sent && receipt) void read().then((body) => check(async () => receipt, body), (error: unknown) => setTrouble(asFailure(error)));
    else void check(read);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const paste = useRef<(event: ClipboardEvent) => void>(() => undefined);
  paste.current = (event) => {
    if (event.target instanceof HTMLInputElement && event.target.type !== "file") return;
    const file = event.clipboardData?.files[0];
    const text = event.clipboardData?.getData("text/plain");
    if (file) take(file);
    else if (text) void check(async () => new TextEncoder().encode(text));
  };
  useEffect(() => {
    const listen = (event: ClipboardEvent) => paste.current(event);
    document.addEventListener("paste", listen);
    return () => document.removeEventListener("paste", listen);
  }, []);
  return (
    <Card wide title={say("proof.verify")}>
      <div className="verify">
        <p className="faint">{say("proof.verify.hint")}</p>
        <div className="side-by-side">
          <label className={over ? "drop over" : "drop"} onDragOver={(event) => { event.preventDefault(); setOver(true); }} onDragLeave={() => setOver(false)} onDrop={drop}>
            {say("proof.verify.drop")}
            <input id="verify-file" type="file" className="sr-only" aria-label={say("proof.verify.file")} onChange={(event) => { take(event.target.files?.[0]); event.target.value = ""; }} />
          </label>
          <form className="form" onSubmit={(event) => { event.preventDefault(); if (id.trim()) void check(() => service.proof(id.trim())); }}>
            <label>{say("proof.verify.id")}<Input id="verify-id" value={id} onChange={(event) => setId(event.target.value)} spellCheck={false} /></label>
            <label>{say("proof.verify.key")}<Input value={key} onChange={(event) => setKey(event.target.value)} placeholder={say("proof.verify.remembered")} spellCheck={false} /></label>
            <div><Button type="primary" htmlType="submit" loading={busy}>{say("proof.verify.go")}</Button></div>
          </form>
        </div>
        <p className="faint">{say("proof.verify.kinds")}</p>
        {busy && done && (
          <div className="verifying" role="status">
            <Progress percent={Math.floor((100 * done[0]) / Math.max(1, done[1]))} size="small" aria-label={say("proof.verify.progress", { done: count(done[0], language), all: count(done[1], language) })} />
            <span>{say("proof.verify.progress", { done: count(done[0], language), all: count(done[1], language) })}</span>
            <Button size="small" onClick={() => running.current?.abort()}>{say("proof.verify.cancel")}</Button>
          </div>
        )}
        {cancelled && <Alert type="info" showIcon title={say("proof.verify.cancelled")} />}
        <Failed failure={trouble} again={() => last.current()} />
        {receipt && !busy && (
          <label className="drop" onDragOver={(event) => event.preventDefault()} onDrop={(event) => { event.preventDefault(); take(event.dataTransfer.files[0], true); }}>{say("proof.verify.sent.hint")}
            <input type="file" className="sr-only" aria-label={say("proof.verify.sent")} onChange={(event) => { take(event.target.files?.[0], true); event.target.value = ""; }} />
          </label>
        )}
        {verdict && <ProofSteps verdict={verdict} />}
        {verdict?.holds && verdict.record && <pre className="json wrap" tabIndex={0}><Inert text={JSON.stringify(verdict.record.event, null, 2)} most={8000} /></pre>}
      </div>
    </Card>
  );
}
