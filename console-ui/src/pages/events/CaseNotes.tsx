// The case that pins are about: a title, a summary, and a note on each. Kept by this browser, and told so.
import { Alert, Button } from "antd";
import { useEffect, useId, useRef } from "react";
import { plain } from "../../event/inert.ts";
import { Ask } from "../../parts/Ask.tsx";
import { Inert } from "../../parts/Text.tsx";
import { type UsedCase } from "../../pack/casefile.ts";
import { NOTE_MAX, noteOn, SUMMARY_MAX, TITLE_MAX, unpinned } from "../../pack/tidy.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";

const LITTLE = 200; // characters left, from which on they are told

/** Title and summary: written, or shown where there are any. */
export function CaseHead({ of, writing }: { of: UsedCase; writing: boolean }) {
  const say = useSay();
  const title = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (writing) title.current?.focus();
  }, [writing]);
  const { casefile, kept, write, forget } = of;
  const unkept = !kept && <Alert type="warning" showIcon title={say("case.unkept")} />;
  if (!writing)
    return (
      <>
        {unkept}
        {casefile.title && <h3 className="case-title"><Inert text={casefile.title} /></h3>}
        {casefile.summary && <div className="case-text"><Inert text={casefile.summary} most={600} /></div>}
      </>
    );
  return (
    <div className="case-form">
      {unkept}
      <p className="faint">{say("case.private")}</p>
      <label>{say("case.title")}<input ref={title} type="text" value={casefile.title} maxLength={TITLE_MAX} onChange={(event) => write({ title: event.target.value })} /></label>
      <Writing label={say("case.summary")} value={casefile.summary} most={SUMMARY_MAX} rows={3} change={(summary) => write({ summary })} />
      <div><Ask title={say("case.clear.sure")} yes={() => forget()}><Button size="small" danger>{say("case.clear")}</Button></Ask></div>
    </div>
  );
}

/** The note on one event. */
export function CaseNote({ of, id, name, writing }: { of: UsedCase; id: string; name: string; writing: boolean }) {
  const say = useSay();
  const text = noteOn(of.casefile, id);
  if (writing) return <Writing label={say("case.note")} name={say("case.note.on", { what: plain(name, 80) })} value={text} most={NOTE_MAX} rows={2} change={(note) => of.note(id, note)} />;
  return text ? <div className="case-text" data-note={id}><Inert text={text} most={400} /></div> : null;
}

function Writing({ label, name, value, most, rows, change }: { label: string; name?: string; value: string; most: number; rows: number; change: (text: string) => void }) {
  const say = useSay();
  const { language } = usePreferences();
  const told = useId();
  const left = most - value.length;
  return (
    <label className="case-writing">
      {label}
      <textarea aria-label={name} aria-describedby={told} value={value} rows={rows} maxLength={most} onChange={(event) => change(event.target.value)} />
      <small id={told} className={left <= LITTLE ? "warn" : "faint"}>{say("case.room", { n: count(left, language), most: count(most, language) })}</small>
    </label>
  );
}

/** Notes outlive an unpinning: where there are such, and what can be done with them. */
export function CaseOver({ of, pins, pin }: { of: UsedCase; pins: readonly string[]; pin: (ids: string[]) => void }) {
  const say = useSay();
  const over = unpinned(of.casefile, pins);
  if (over.length === 0) return null;
  return (
    <p className="case-over faint">
      {say("case.over", { n: over.length })}{" "}
      <Button size="small" onClick={() => pin(over)}>{say("case.over.pin")}</Button>{" "}
      <Ask title={say("case.over.sure")} yes={() => of.forget(over)}><Button size="small" type="text">{say("case.over.drop")}</Button></Ask>
    </p>
  );
}
