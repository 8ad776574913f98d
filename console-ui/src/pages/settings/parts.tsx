// What the cards of Settings share: a table, a secret shown once, small forms.
import { Alert, Button, Input } from "antd";
import { useState, type FormEvent, type ReactNode } from "react";
import { Ask } from "../../parts/Ask.tsx";
import { copy } from "../../parts/copy.ts";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import type { State } from "../../service/access.ts";
import { useTry, type Tried } from "../../service/hooks.ts";
import { useSay, type Word } from "../../shell/words.ts";

export function Grid({ heads, rows }: { heads: string[]; rows: { key: string; cells: ReactNode[] }[] }) {
  const say = useSay();
  return (
    <div className="scroll" tabIndex={0}>
      <table className="plain">
        <thead><tr>{heads.map((head, at) => <th key={at} scope="col">{head || <span className="sr-only">{say("users.more")}</span>}</th>)}</tr></thead>
        <tbody>{rows.map(({ key, cells }) => <tr key={key} data-row tabIndex={-1}>{cells.map((cell, at) => <td key={at}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

export function Secret({ name, secret, close, title }: { name: string; secret: string; close: () => void; title?: string }) {
  const say = useSay();
  return (
    <Alert type="warning" showIcon title={title ?? say("settings.secret")} closable={{ onClose: close }}
      description={<><code>{name}</code><br /><code data-secret-once>{secret}</code> <Button size="small" onClick={() => copy(secret)}>{say("detail.copy")}</Button></>} />
  );
}

export function Toggle({ state, set, remove }: { state: State; set: (state: State) => void; remove: () => void }) {
  const say = useSay();
  const on = state === "Active";
  return (
    <span className="nowrap">
      <Button size="small" data-deed="switch" onClick={() => set(on ? "Inactive" : "Active")}>{say(on ? "settings.disable" : "settings.enable")}</Button>{" "}
      <Ask title={say("trails.sure")} yes={remove}><Button size="small" danger data-deed="remove">{say("settings.delete")}</Button></Ask>
    </span>
  );
}

export function Make({ label, second, verb = "settings.create", make, list }: { label: string; second?: string; verb?: Word; make: (one: string, two: string) => void; list?: string }) {
  const say = useSay();
  const [one, setOne] = useState("");
  const [two, setTwo] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    make(one.trim(), two.trim());
    setOne("");
    setTwo("");
  };
  return (
    <form className="inline" onSubmit={submit}>
      <Input size="small" data-new={verb === "settings.create" ? "" : undefined} value={one} onChange={(event) => setOne(event.target.value)} placeholder={label} aria-label={label} list={list} />
      {second && <Input size="small" value={two} onChange={(event) => setTwo(event.target.value)} placeholder={second} aria-label={second} />}
      <Button size="small" type="primary" htmlType="submit">{say(verb)}</Button>
    </form>
  );
}

/** Takes a policy from whoever has it, once that is meant. */
export function Detach({ policy, who, yes }: { policy: string; who: string; yes: () => void }) {
  const say = useSay();
  const values = { policy: plain(policy, 64), who: plain(who, 64) };
  return <Ask title={say("settings.detach.sure", values)} yes={yes}><button type="button" className="chip-remove" aria-label={say("settings.detach", values)}>×</button></Ask>;
}

/** Policies that somebody has, with a way to take each away and to give another. */
export function Having({ who, policies, attach, detach }: { who: string; policies: readonly { name: string }[]; attach: (policy: string) => void; detach: (policy: string) => void }) {
  const say = useSay();
  return (
    <>
      <ul className="chips">
        {policies.map((one) => (
          <li key={one.name} className="chip"><span className="chip-text">{plain(one.name, 64)}</span>
            <Detach policy={one.name} who={who} yes={() => detach(one.name)} /></li>
        ))}
        {policies.length === 0 && <li className="faint">{say("overview.none")}</li>}
      </ul>
      <Make label={say("settings.policy")} verb="settings.attach" make={attach} list="policy-names" />
    </>
  );
}

export const when = (text: string | undefined, never: string): ReactNode => (text ? <Moment at={text} relative /> : <span className="faint">{never}</span>);
export const mark = (state: State): ReactNode => <Mark key="state" state={state} />;

function Mark({ state }: { state: State }) {
  const say = useSay();
  return <span className={state === "Active" ? "badge good" : "badge warn"}>{say(state === "Active" ? "state.active" : "state.inactive")}</span>;
}

/** Do something, then ask again for what is shown. */
export function useThen(again: () => void): Tried & { then: (work: () => Promise<unknown>) => void } {
  const tried = useTry();
  return { ...tried, then: (work) => tried.run(async () => { await work(); again(); }) };
}
