// Keep what is written under a name, or change the kept question that it came from.
import { Button, Input } from "antd";
import { useState } from "react";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { writeAdvanced, type AdvancedState } from "../../query/advanced.ts";
import { viewFor } from "../../query/keptview.ts";
import { useTry } from "../../service/hooks.ts";
import { kept } from "../../service/kept.ts";
import { useSay } from "../../shell/words.ts";

export function Keep({ text, state, saved }: { text: string; state: AdvancedState; saved: (id: string) => void }) {
  const say = useSay();
  const [name, setName] = useState("");
  const { trouble, run, again, forget } = useTry();
  const view = viewFor("advanced", writeAdvanced({ ...state, text, tab: "scenes", scene: "", kept: "" }));
  const ready = name.trim() !== "" && text.trim() !== "";
  const keep = () => run(async () => {
    saved((await kept.keep({ name: name.trim(), query: text, view })).query.id);
    setName("");
  });
  const change = () => run(async () => saved((await kept.change(state.kept, { query: text, view })).query.id));
  return (
    <>
      <Failed failure={trouble} again={again} forget={forget} />
      {state.kept && <Ask title={say("advanced.change.sure")} yes={change}><Button disabled={!text.trim()}>{say("advanced.change")}</Button></Ask>}
      <Input id="advanced-name" className="keep-name" maxLength={64} value={name} onChange={(event) => setName(event.target.value)} placeholder={say("advanced.name")} aria-label={say("advanced.name")}
        onPressEnter={(event) => { event.preventDefault(); if (ready) keep(); }} />
      <Button disabled={!ready} onClick={keep}>{say("advanced.save")}</Button>
    </>
  );
}
