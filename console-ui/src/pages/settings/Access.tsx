// Who has access: users with their policies and keys, tokens that only record, policies, roles and member accounts.
import { Alert, Button, Input, Popconfirm } from "antd";
import { useState, type FormEvent, type ReactNode } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { copy } from "../../parts/copy.ts";
import { Card } from "../../parts/Lines.tsx";
import { actorPath, Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { Inert } from "../../parts/Text.tsx";
import { plain } from "../../event/inert.ts";
import { access, notOffered, type State } from "../../service/access.ts";
import { useAnswer, type Asked } from "../../service/hooks.ts";
import { useSay, type Word } from "../../shell/words.ts";
import { Trouble, useTry } from "./Own.tsx";

export function Access() {
  const say = useSay();
  const users = useAnswer("users", access.users);
  if (notOffered(users.failure)) return <Card title={say("settings.access")}><p className="faint">{say("settings.missing")}</p></Card>;
  return (
    <div className="grid two">
      <Card wide title={say("settings.users")}><Users asked={users} /></Card>
      <Card wide title={say("settings.keys")}><Keys /></Card>
      <Card wide title={say("settings.tokens")}><Tokens /></Card>
      <Card wide title={say("settings.policies")}><Policies /></Card>
      <Card title={say("settings.roles")}><Roles /></Card>
      <Card title={say("settings.members")}><Members /></Card>
    </div>
  );
}

function Grid({ heads, rows }: { heads: string[]; rows: { key: string; cells: ReactNode[] }[] }) {
  return (
    <div className="scroll">
      <table className="plain">
        <thead><tr>{heads.map((head, at) => <th key={at} scope="col">{head}</th>)}</tr></thead>
        <tbody>{rows.map(({ key, cells }) => <tr key={key}>{cells.map((cell, at) => <td key={at}>{cell}</td>)}</tr>)}</tbody>
      </table>
    </div>
  );
}

function Secret({ name, secret, close }: { name: string; secret: string; close: () => void }) {
  const say = useSay();
  return (
    <Alert type="warning" showIcon title={say("settings.secret")} closable onClose={close}
      description={<><code>{name}</code><br /><code data-secret-once>{secret}</code> <Button size="small" onClick={() => copy(secret)}>{say("detail.copy")}</Button></>} />
  );
}

function Toggle({ state, set, remove }: { state: State; set: (state: State) => void; remove: () => void }) {
  const say = useSay();
  const on = state === "Active";
  return (
    <span className="nowrap">
      <Button size="small" onClick={() => set(on ? "Inactive" : "Active")}>{say(on ? "settings.disable" : "settings.enable")}</Button>{" "}
      <Popconfirm title={say("trails.sure")} onConfirm={remove}><Button size="small" danger>{say("settings.delete")}</Button></Popconfirm>
    </span>
  );
}

function Make({ label, second, verb = "settings.create", make }: { label: string; second?: string; verb?: Word; make: (one: string, two: string) => void }) {
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
      <Input size="small" value={one} onChange={(event) => setOne(event.target.value)} placeholder={label} aria-label={label} />
      {second && <Input size="small" value={two} onChange={(event) => setTwo(event.target.value)} placeholder={second} aria-label={second} />}
      <Button size="small" type="primary" htmlType="submit">{say(verb)}</Button>
    </form>
  );
}

const when = (text: string | undefined, never: string): ReactNode => (text ? <Moment at={text} relative /> : <span className="faint">{never}</span>);
const mark = (state: State): ReactNode => <span className={state === "Active" ? "badge good" : "badge warn"}>{state}</span>;

function Users({ asked }: { asked: Asked<{ users: Awaited<ReturnType<typeof access.users>>["users"] }> }) {
  const say = useSay();
  const [open, setOpen] = useState("");
  const { trouble, run } = useTry();
  const then = (work: Promise<unknown>) => run(async () => { await work; asked.again(); });
  return (
    <Answer asked={asked}>
      {({ users }) => (
        <>
          <Trouble text={trouble} />
          <Grid heads={[say("settings.name"), say("trails.status"), say("settings.created"), say("settings.lastLogin"), "", ""]}
            rows={users.map((one) => ({
              key: one.id,
              cells: [
                <Link key="n" to={actorPath("user", one.name)}><bdi>{plain(one.name, 64)}</bdi></Link>, mark(one.state), <Moment key="c" at={one.created} />, when(one.lastLogin, say("settings.never")),
                <Button key="o" size="small" aria-expanded={open === one.name} onClick={() => setOpen(open === one.name ? "" : one.name)}>{say("settings.policies")}</Button>,
                <Toggle key="t" state={one.state} set={(state) => then(access.setUser(one.name, state))} remove={() => then(access.deleteUser(one.name))} />,
              ],
            }))} />
          {open && <UserPolicies key={open} name={open} />}
          <Make label={say("settings.name")} second={say("settings.displayName")} make={(name, shown) => then(access.createUser(name, shown))} />
        </>
      )}
    </Answer>
  );
}

function UserPolicies({ name }: { name: string }) {
  const say = useSay();
  const asked = useAnswer(`user${name}`, (signal) => access.user(name, signal));
  const { trouble, run } = useTry();
  const then = (work: Promise<unknown>) => run(async () => { await work; asked.again(); });
  return (
    <section className="nested" aria-label={`${say("settings.policies")} ${plain(name, 64)}`}>
      <h3><bdi>{plain(name, 64)}</bdi></h3>
      <Trouble text={trouble} />
      <Answer asked={asked} lines={2}>
        {({ policies }) => (
          <ul className="chips">
            {policies.map((one) => (
              <li key={one.name} className="chip"><span className="chip-text">{plain(one.name, 64)}</span>
                <button type="button" className="chip-remove" aria-label={say("events.removeChip", { chip: one.name })} onClick={() => then(access.detach(name, one.name))}>×</button></li>
            ))}
            {policies.length === 0 && <li className="faint">{say("overview.none")}</li>}
          </ul>
        )}
      </Answer>
      <Make label={say("settings.policy")} verb="settings.attach" make={(policy) => then(access.attach(name, policy))} />
    </section>
  );
}

function Keys() {
  const say = useSay();
  const asked = useAnswer("keys", access.keys);
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  const { trouble, run } = useTry();
  const then = (work: Promise<unknown>) => run(async () => { await work; asked.again(); });
  return (
    <Answer asked={asked}>
      {({ keys }) => (
        <>
          <Trouble text={trouble} />
          {made && <Secret {...made} close={() => setMade(null)} />}
          <Grid heads={[say("actor.key"), say("actor.user"), say("trails.status"), say("settings.created"), say("settings.lastUsed"), ""]}
            rows={keys.map((one) => ({
              key: one.id,
              cells: [
                <Link key="n" to={actorPath("key", one.id)}><code>{plain(one.id, 64)}</code></Link>, <bdi key="u">{plain(one.user || "—", 64)}</bdi>, mark(one.state), <Moment key="c" at={one.created} />, when(one.lastUsed, say("settings.never")),
                <Toggle key="t" state={one.state} set={(state) => then(access.setKey(one.id, state))} remove={() => then(access.deleteKey(one.id))} />,
              ],
            }))} />
          <Make label={say("actor.user")} second={say("settings.note")} make={(user, note) => run(async () => {
            const key = await access.createKey(user, note);
            setMade({ name: key.accessKeyId, secret: key.accessKeySecret });
            asked.again();
          })} />
        </>
      )}
    </Answer>
  );
}

function Tokens() {
  const say = useSay();
  const asked = useAnswer("tokens", access.tokens);
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);
  const { trouble, run } = useTry();
  const then = (work: Promise<unknown>) => run(async () => { await work; asked.again(); });
  return (
    <Answer asked={asked}>
      {({ tokens }) => (
        <>
          <Trouble text={trouble} />
          {made && <Secret {...made} close={() => setMade(null)} />}
          <Grid heads={[say("settings.token"), say("settings.note"), say("trails.status"), say("settings.created"), say("settings.lastUsed"), ""]}
            rows={tokens.map((one) => ({
              key: one.id,
              cells: [
                <code key="n">{plain(one.id, 64)}</code>, <Inert key="o" text={one.note} most={100} />, mark(one.state), <Moment key="c" at={one.created} />, when(one.lastUsed, say("settings.never")),
                <Toggle key="t" state={one.state} set={(state) => then(access.setToken(one.id, state))} remove={() => then(access.deleteToken(one.id))} />,
              ],
            }))} />
          <Make label={say("settings.note")} make={(note) => run(async () => {
            const token = await access.createToken(note);
            setMade({ name: token.tokenId, secret: token.token });
            asked.again();
          })} />
        </>
      )}
    </Answer>
  );
}

function Policies() {
  const say = useSay();
  const asked = useAnswer("policies", access.policies);
  const { trouble, run } = useTry();
  const [name, setName] = useState("");
  const [document, setDocument] = useState('{\n  "Version": "1",\n  "Statement": [{ "Effect": "Allow", "Action": "actiontrail:LookupEvents", "Resource": "*" }]\n}');
  const then = (work: Promise<unknown>) => run(async () => { await work; asked.again(); });
  return (
    <Answer asked={asked}>
      {({ policies }) => (
        <>
          {policies.map((one) => (
            <details key={one.name}>
              <summary><bdi>{plain(one.name, 80)}</bdi> <span className="badge">{one.type}</span> <span className="faint">{plain(one.description, 120)}</span></summary>
              <pre className="json wrap"><Inert text={one.document} /></pre>
              {one.type === "Custom" && <Popconfirm title={say("trails.sure")} onConfirm={() => then(access.deletePolicy(one.name))}><Button size="small" danger>{say("settings.delete")}</Button></Popconfirm>}
            </details>
          ))}
          <details>
            <summary>{say("settings.newPolicy")}</summary>
            <form className="form advanced" onSubmit={(event) => { event.preventDefault(); then(access.createPolicy(name.trim(), document)); }}>
              <Trouble text={trouble} />
              <label>{say("settings.name")}<Input value={name} onChange={(event) => setName(event.target.value)} required /></label>
              <label>{say("settings.document")}<textarea rows={8} spellCheck={false} value={document} onChange={(event) => setDocument(event.target.value)} /></label>
              <div><Button type="primary" htmlType="submit">{say("settings.create")}</Button></div>
            </form>
          </details>
        </>
      )}
    </Answer>
  );
}

function Roles() {
  const say = useSay();
  const asked = useAnswer("roles", access.roles);
  return (
    <Answer asked={asked}>
      {({ roles }) => roles.length === 0 ? <p className="faint">{say("overview.none")}</p> : (
        <Grid heads={[say("settings.name"), say("settings.created")]} rows={roles.map((one) => ({ key: one.id, cells: [<Link key="n" to={actorPath("role", one.name)}>{plain(one.name, 64)}</Link>, <Moment key="c" at={one.created} />] }))} />
      )}
    </Answer>
  );
}

function Members() {
  const say = useSay();
  const asked = useAnswer("accounts", access.accounts);
  return (
    <Answer asked={asked}>
      {({ accounts }) => <Grid heads={[say("settings.name"), say("settings.account"), say("settings.created")]} rows={accounts.map((one) => ({ key: one.id, cells: [plain(one.name || "—", 64), <code key="i">{one.id}</code>, <Moment key="c" at={one.created} />] }))} />}
    </Answer>
  );
}
