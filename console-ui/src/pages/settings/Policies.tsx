// Policies: read, written with their mistakes on their lines, given and taken; and the question whether somebody may.
import { Button, Checkbox, Input } from "antd";
import { useEffect, useState, type FormEvent } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Inert } from "../../parts/Text.tsx";
import { plain } from "../../event/inert.ts";
import { access, type Mistake, type PolicyShown, type Simulated } from "../../service/access.ts";
import type { Failure } from "../../service/client.ts";
import { asFailure, useAnswer } from "../../service/hooks.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { useSay, type Word } from "../../shell/words.ts";
import { mistakeWords } from "../../words/mistakes.ts";
import { Detach, Grid, Make, useThen } from "./parts.tsx";

const EXAMPLE = '{\n  "Version": "1",\n  "Statement": [\n    { "Effect": "Allow", "Action": "actiontrail:LookupEvents", "Resource": "*" }\n  ]\n}';
const PAUSE_MS = 300;

export function Policies() {
  const say = useSay();
  const asked = useAnswer("policies", access.policies);
  const [open, setOpen] = useState("");
  return (
    <Answer asked={asked}>
      {({ policies }) => (
        <>
          <datalist id="policy-names">{policies.map((one) => <option key={one.name} value={one.name} />)}</datalist>
          {policies.map((one) => (
            <details key={one.name} open={open === one.name} onToggle={(event) => { if (event.currentTarget.open) setOpen(one.name); else if (open === one.name) setOpen(""); }}>
              <summary data-row data-deed="open"><bdi>{plain(one.name, 80)}</bdi> <span className="badge">{one.type}</span> <span className="faint">{plain(one.description, 120)}</span></summary>
              {open === one.name && <OnePolicy policy={one} again={asked.changed} />}
            </details>
          ))}
          <details>
            <summary data-new>{say("settings.newPolicy")}</summary>
            <PolicyForm again={asked.changed} />
          </details>
        </>
      )}
    </Answer>
  );
}

function OnePolicy({ policy, again }: { policy: PolicyShown; again: () => void }) {
  const say = useSay();
  const asked = useAnswer(`policy${policy.name}`, (signal) => access.policy(policy.name, signal));
  const [edit, setEdit] = useState(false);
  const { trouble, then, again: once } = useThen(asked.changed);
  const gone = useThen(again);
  return (
    <div className="nested">
      <Failed failure={trouble} again={once} />
      <Failed failure={gone.trouble} again={gone.again} />
      {edit ? <PolicyForm policy={policy} again={again} /> : <pre className="json wrap" tabIndex={0}><Inert text={policy.document} /></pre>}
      {policy.type === "Custom" && (
        <p className="buttons">
          {!edit && <Button size="small" data-deed="edit" onClick={() => setEdit(true)}>{say("policy.edit")}</Button>}
          <Ask title={say("trails.sure")} yes={() => gone.then(() => access.deletePolicy(policy.name))}><Button size="small" danger data-deed="remove">{say("settings.delete")}</Button></Ask>
        </p>
      )}
      <h4>{say("policy.holders")}</h4>
      <Answer asked={asked} lines={1}>
        {({ holders }) => (
          <ul className="chips">
            {holders.map((one) => (
              <li key={one.kind + one.name} className="chip"><span className="chip-text">{say(`policy.holder.${one.kind}`, { name: plain(one.name, 64) })}</span>
                <Detach policy={policy.name} who={one.name} yes={() => then(() => (one.kind === "user" ? access.detach(one.name, policy.name) : access.detachFromRole(one.name, policy.name)))} /></li>
            ))}
            {holders.length === 0 && <li className="faint">{say("overview.none")}</li>}
          </ul>
        )}
      </Answer>
      <Make label={say("policy.attach.to")} verb="settings.attach" make={(name) => then(() => access.attach(name, policy.name))} />
    </div>
  );
}

/** A policy while it is written: what is wrong is told on its line, as soon as the typing rests. */
function PolicyForm({ policy, again }: { policy?: PolicyShown; again: () => void }) {
  const say = useSay();
  const [name, setName] = useState(policy?.name ?? "");
  const [description, setDescription] = useState(policy?.description ?? "");
  const [document, setDocument] = useState(policy?.document ?? EXAMPLE);
  const [mistakes, setMistakes] = useState<Mistake[] | null>(null);
  const [unchecked, setUnchecked] = useState<Failure | null>(null);
  const [turn, setTurn] = useState(0);
  const [saved, setSaved] = useState(false);
  const { language } = usePreferences();
  const { trouble, busy, run } = useThen(again);
  useEffect(() => {
    const control = new AbortController();
    const timer = setTimeout(() => {
      access.checkPolicy(document, control.signal).then((found) => {
        setMistakes(found.mistakes);
        setUnchecked(null);
      }).catch((error: unknown) => {
        if (control.signal.aborted) return;
        setMistakes(null); // those of the text before are no reason not to save this one, which is checked then
        setUnchecked(asFailure(error));
      });
    }, PAUSE_MS);
    return () => { clearTimeout(timer); control.abort(); };
  }, [document, turn]);
  const save = (event: FormEvent) => {
    event.preventDefault();
    setSaved(false);
    run(async () => {
      await (policy ? access.updatePolicy(policy.name, document, description) : access.createPolicy(name.trim(), document, description));
      setSaved(true);
      again();
    });
  };
  const wrong = new Set(mistakes?.map((one) => one.line));
  return (
    <form className="form advanced" onSubmit={save}>
      <Failed failure={trouble} />
      {!policy && <label>{say("settings.name")}<Input value={name} onChange={(event) => setName(event.target.value)} required /></label>}
      <label>{say("policy.description")}<Input value={description} onChange={(event) => setDescription(event.target.value)} /></label>
      <label>{say("settings.document")}
        <span className="numbered">
          <span className="line-numbers" aria-hidden>{document.split("\n").map((_, at) => <span key={at} className={wrong.has(at + 1) ? "wrong" : undefined}>{at + 1}</span>)}</span>
          <textarea rows={Math.min(40, document.split("\n").length + 1)} wrap="off" spellCheck={false} value={document} aria-invalid={wrong.size > 0} onChange={(event) => { setDocument(event.target.value); setSaved(false); }} />
        </span>
      </label>
      <Failed failure={unchecked} again={() => setTurn(turn + 1)} />
      <div role="status" className="mistakes">
        {mistakes?.map((one) => <p key={one.line + one.path + one.problem} className="bad" data-line={one.line}>{say("policy.mistake", { line: one.line, problem: plain(mistakeWords(language, one.problem), 300) })} <code className="faint">{plain(one.path, 120)}</code></p>)}
        {mistakes?.length === 0 && <p className="good">{say(saved ? "policy.saved" : "policy.good")}</p>}
      </div>
      <div><Button type="primary" htmlType="submit" loading={busy} disabled={wrong.size > 0}>{say(policy ? "policy.save" : "settings.create")}</Button></div>
    </form>
  );
}

export function Simulator() {
  const say = useSay();
  const [who, setWho] = useState("");
  const [action, setAction] = useState("actiontrail:LookupEvents");
  const [resource, setResource] = useState("*");
  const [address, setAddress] = useState("");
  const [mfa, setMfa] = useState(false);
  const [told, setTold] = useState<Simulated | null>(null);
  const known = useAnswer("simulate", async (signal) => {
    const [{ users }, { roles }] = await Promise.all([access.users(signal), access.roles(signal)]);
    return { users: users.map((one) => one.name), roles: roles.map((one) => one.name) };
  });
  const { trouble, busy, run } = useThen(() => undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTold(null);
    const name = who.trim().replace(/^(user|role)\//, "");
    const role = who.trim().startsWith("role/") || (!known.data?.users.includes(name) && Boolean(known.data?.roles.includes(name)));
    run(async () => setTold(await access.simulate({
      user: role ? "" : name, role: role ? name : "", action: action.trim(), resource: resource.trim() || "*",
      context: { "acs:MFAPresent": String(mfa), ...(address.trim() ? { "acs:SourceIp": address.trim() } : {}) },
    })));
  };
  return (
    <>
      <p className="faint">{say("simulate.hint")}</p>
      <datalist id="people">{known.data?.users.map((one) => <option key={`u${one}`} value={one} />)}{known.data?.roles.map((one) => <option key={`r${one}`} value={`role/${one}`} />)}</datalist>
      <form className="form" onSubmit={submit}>
        <Failed failure={trouble} />
        <label>{say("simulate.who")}<Input id="simulate-who" value={who} list="people" onChange={(event) => setWho(event.target.value)} required /></label>
        <label>{say("simulate.action")}<Input value={action} spellCheck={false} onChange={(event) => setAction(event.target.value)} required /></label>
        <label>{say("simulate.resource")}<Input value={resource} spellCheck={false} onChange={(event) => setResource(event.target.value)} /></label>
        <label>{say("simulate.address")}<Input value={address} placeholder="203.0.113.7" onChange={(event) => setAddress(event.target.value)} /></label>
        <Checkbox checked={mfa} onChange={(event) => setMfa(event.target.checked)}>{say("simulate.mfa")}</Checkbox>
        <div><Button type="primary" htmlType="submit" loading={busy}>{say("simulate.go")}</Button></div>
      </form>
      {told && <Told told={told} />}
    </>
  );
}

function Told({ told }: { told: Simulated }) {
  const say = useSay();
  const word: Word = told.allowed ? "simulate.yes" : told.explicit ? "simulate.denied" : "simulate.no";
  return (
    <section className="nested" role="status" data-allowed={told.allowed}>
      <p className={told.allowed ? "good" : "bad"}><strong>{say(word, { policy: plain(told.policy, 80) })}</strong></p>
      {told.statements.length === 0 ? <p className="faint">{say("simulate.none")}</p> : (
        <Grid heads={[say("settings.policies"), say("simulate.statement"), "Effect", ""]}
          rows={told.statements.map((one) => ({
            key: `${one.policy} ${one.number}`,
            cells: [plain(one.policy, 80), one.number, one.effect, one.missed ? <span key="m" className="faint">{say(`simulate.missed.${one.missed}`)}</span> : <span key="c" className={one.effect === "Allow" ? "badge good" : "badge bad"}>{say("simulate.counts")}</span>],
          }))} />
      )}
    </section>
  );
}
