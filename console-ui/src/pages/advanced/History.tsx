// What the account asked: when, by whom, how long it took, how many rows it gave, how it ended; and once more by a click.
import { Button } from "antd";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { viewOf } from "../../query/keptview.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import { kept, type QueryRun } from "../../service/kept.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";

export function History({ turn, open }: { turn: string; open: (search: string) => void }) {
  const say = useSay();
  const { trouble, run, again: once } = useTry();
  const asked = useAnswer(`history${turn}`, (signal) => kept.history(signal));
  const again = (one: QueryRun) => {
    const given = new URLSearchParams(viewOf({ id: "", query: one.query, view: one.view }, "advanced"));
    given.delete("kept");
    open(given.toString());
  };
  return (
    <Answer asked={asked}>
      {({ history }) => history.length === 0 ? <p className="faint">{say("advanced.noHistory")}</p> : (
        <>
          <Failed failure={trouble} again={once} />
          <div className="scroll" tabIndex={0}>
            <table className="plain history">
              <thead>
                <tr>{(["when", "who", "status", "took", "rows", "what"] as const).map((word) => <th key={word} scope="col">{say(`advanced.${word}`)}</th>)}<th /></tr>
              </thead>
              <tbody>
                {history.map((one) => (
                  <tr key={one.id} data-row tabIndex={-1} data-run={one.id}>
                    <td className="nowrap"><Moment at={one.at} /></td>
                    <td>{plain(one.by, 60)}</td>
                    <td><Status run={one} /></td>
                    <Number value={one.tookMs} text={(number) => say("advanced.ms", { n: number })} />
                    <Number value={one.rows} text={(number) => number} />
                    <td><button type="button" className="link code" data-deed="open" title={say("advanced.again")} onClick={() => again(one)}>{plain(one.query, 200)}</button></td>
                    <td><Ask title={say("advanced.forget.sure")} yes={() => run(async () => { await kept.forget(one.id); asked.changed(); })}><Button size="small" type="text" data-deed="remove" aria-label={say("advanced.forget")}>×</Button></Ask></td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </Answer>
  );
}

function Number({ value, text }: { value: number; text: (number: string) => string }) {
  const { language } = usePreferences();
  return <td className="number">{value < 0 ? "—" : text(count(value, language))}</td>;
}

function Status({ run }: { run: QueryRun }) {
  const say = useSay();
  if (run.status === "done" || run.status === "running") return <span className={run.status === "done" ? "badge good" : "badge"}>{say(`advanced.status.${run.status}`)}</span>;
  if (!run.status) return <span className="faint">{say("advanced.status.unknown")}</span>;
  return <span className="badge bad">{plain(run.status, 60)}</span>;
}
