// Who is to be compared: the kind, and the name, which is proposed as it is typed.
import { Button } from "antd";
import { useEffect, useId, useState } from "react";
import { plain } from "../../event/inert.ts";
import { ACTOR_FIELD, ACTOR_KINDS } from "../../query/actors.ts";
import type { Named } from "../../query/compare.ts";
import { pages } from "../../service/pages.ts";
import { useSay, type Word } from "../../shell/words.ts";

const WAIT_MS = 150;
const PROPOSED_MAX = 30;
const PREFIX_MAX = 256;

export function ActorForm({ given, choose, label }: { given: Named | null; choose: (actor: Named) => void; label: string }) {
  const say = useSay();
  const [kind, setKind] = useState(given?.kind ?? "user");
  const [id, setId] = useState(given?.id ?? "");
  const [proposed, setProposed] = useState<string[]>([]);
  const list = useId();
  useEffect(() => {
    setKind(given?.kind ?? "user");
    setId(given?.id ?? "");
  }, [given?.kind, given?.id]);
  useEffect(() => {
    if (id === (given?.id ?? "")) return undefined;
    const control = new AbortController();
    const timer = window.setTimeout(() => {
      pages.suggest(ACTOR_FIELD[kind] ?? "", id.trim().slice(0, PREFIX_MAX), {}, PROPOSED_MAX, control.signal)
        .then(({ proposals }) => setProposed([...new Set(proposals.map((one) => (kind === "role" ? (one.text.split(":")[0] ?? "") : one.text)))]))
        .catch(() => undefined); // whoever knows the name types it
    }, WAIT_MS);
    return () => {
      window.clearTimeout(timer);
      control.abort();
    };
  }, [kind, id, given?.id]);
  return (
    <form className="actor-form" onSubmit={(event) => { event.preventDefault(); if (id.trim()) choose({ kind, id: id.trim() }); }}>
      <select className="select" value={kind} aria-label={`${label} ${say("compare.kindOf")}`} onChange={(event) => setKind(event.target.value)}>
        {ACTOR_KINDS.map((one) => <option key={one} value={one}>{say(`actor.${one}` as Word)}</option>)}
      </select>
      <input className="text-field" value={id} list={list} spellCheck={false} autoComplete="off" aria-label={`${label} ${say("compare.who")}`} placeholder={say("compare.who")} onChange={(event) => setId(event.target.value)} />
      <datalist id={list}>{proposed.map((one) => <option key={one} value={one}>{plain(one, 120)}</option>)}</datalist>
      <Button size="small" htmlType="submit">{say("compare.go")}</Button>
    </form>
  );
}
