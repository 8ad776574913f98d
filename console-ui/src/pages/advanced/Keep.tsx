// Keep what is written under a name, or change the kept question that it came from.
import { Button, Input } from "antd";
import { useState } from "react";
import { writeAdvanced, type AdvancedState } from "../../query/advanced.ts";
import { viewFor } from "../../query/keptview.ts";
import { asFailure } from "../../service/hooks.ts";
import { kept } from "../../service/kept.ts";
import { useSay } from "../../shell/words.ts";
import { plain } from "../../event/inert.ts";

export function Keep({ text, state, saved }: { text: string; state: AdvancedState; saved: (id: string) => void }) {
  const say = useSay();
  const [name, setName] = useState("");
  const [trouble, setTrouble] = useState("");
  const view = viewFor("advanced", writeAdvanced({ ...state, text, tab: "scenes", scene: "", kept: "" }));
  const keep = async (asking: Promise<{ query: { id: string } }>, named = false) => {
    try {
      saved((await asking).query.id);
      if (named) setName("");
      setTrouble("");
    } catch (error) {
      setTrouble(asFailure(error).message);
    }
  };
  return (
    <>
      {trouble && <span role="alert" className="bad">{plain(trouble, 200)}</span>}
      {state.kept && <Button disabled={!text.trim()} onClick={() => void keep(kept.change(state.kept, { query: text, view }))}>{say("advanced.change")}</Button>}
      <Input id="advanced-name" className="keep-name" maxLength={64} value={name} onChange={(event) => setName(event.target.value)} placeholder={say("advanced.name")} aria-label={say("advanced.name")}
        onPressEnter={(event) => { event.preventDefault(); if (name.trim() && text.trim()) void keep(kept.keep({ name: name.trim(), query: text, view }), true); }} />
      <Button disabled={!name.trim() || !text.trim()} onClick={() => void keep(kept.keep({ name: name.trim(), query: text, view }), true)}>{say("advanced.save")}</Button>
    </>
  );
}
