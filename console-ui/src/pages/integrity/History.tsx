// Checkpoints that this browser has seen, visit after visit.
import { Card } from "../../parts/Lines.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { visits } from "../../service/visit.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";

export function History() {
  const say = useSay();
  const { language } = usePreferences();
  const all = visits().toReversed();
  return (
    <Card title={say("proof.history")}>
      <table className="plain">
        <thead><tr><th scope="col">{say("proof.seenAt")}</th><th scope="col">{say("proof.size")}</th><th scope="col">{say("proof.root")}</th></tr></thead>
        <tbody>
          {all.map((one, at) => (
            <tr key={one.at}><td><Moment at={one.at} /></td><td>{count(one.size, language)} {all[at + 1] && <span className="faint">{say("proof.history.more", { n: count(one.size - (all[at + 1]?.size ?? 0), language) })}</span>}</td><td><code>{one.root.slice(0, 24)}…</code></td></tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
