// The blanks of a question, to be filled: what fills them is a value, whatever is typed.
import { Button, Input } from "antd";
import { useState } from "react";
import { plain } from "../../event/inert.ts";
import type { Blank } from "../../query/parameters.ts";
import { useSay } from "../../shell/words.ts";

export function Blanks({ blanks, values, fill }: { blanks: readonly Blank[]; values: Record<string, string>; fill: (values: Record<string, string>) => void }) {
  const say = useSay();
  const [typed, setTyped] = useState<Record<string, string>>(values);
  if (blanks.length === 0) return null;
  const take = () => fill(Object.fromEntries(blanks.map((one) => [one.name, typed[one.name] ?? ""])));
  return (
    <fieldset className="blanks">
      <legend>{say("advanced.blanks")}</legend>
      {blanks.map((one) => (
        <label key={one.name}>
          {plain(one.name, 60)}
          <Input size="small" value={typed[one.name] ?? ""} placeholder={plain(one.usual, 60)} onChange={(event) => setTyped({ ...typed, [one.name]: event.target.value })}
            onPressEnter={(event) => { event.preventDefault(); take(); }} />
        </label>
      ))}
      <Button size="small" onClick={take}>{say("advanced.run")}</Button>
    </fieldset>
  );
}
