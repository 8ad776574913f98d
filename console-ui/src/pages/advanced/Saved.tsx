// What the account keeps: the same questions as a script's templates.
import { Button } from "antd";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Link } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { keptPath, viewOf } from "../../query/keptview.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import { kept } from "../../service/kept.ts";
import { useSay } from "../../shell/words.ts";

interface Props {
  turn: number;
  chosen: string;
  open: (search: string) => void;
  dropped: (id: string) => void;
}

export function Saved({ turn, chosen, open, dropped }: Props) {
  const say = useSay();
  const asked = useAnswer(`kept${turn}`, (signal) => kept.queries(signal));
  const { trouble, run, again } = useTry();
  const drop = (id: string) => run(async () => { await kept.drop(id); asked.changed(); dropped(id); });
  return (
    <Answer asked={asked}>
      {({ queries }) => (
        <>
          <Failed failure={trouble} again={again} />
          <p className="faint">{say(queries.length === 0 ? "advanced.noSaved" : "advanced.kept")}</p>
          <ul className="kept">
            {queries.map((one) => (
              <li key={one.id} data-row tabIndex={-1} className={one.id === chosen ? "chosen" : undefined} data-kept={one.id}>
                <button type="button" className="link" data-deed="open" onClick={() => open(viewOf(one, "advanced"))}>{plain(one.name, 80) || say("advanced.untitled")}</button>
                <code title={plain(one.query, 1000)}>{plain(one.query, 160)}</code>
                <span className="faint">{one.by && <>{say("advanced.by", { who: plain(one.by, 60) })} · </>}<Moment at={one.created} /></span>
                <Link to={keptPath(one)}>{say("advanced.toEvents")}</Link>
                <Ask title={say("advanced.drop.sure")} yes={() => drop(one.id)}>
                  <Button size="small" type="text" data-deed="remove" aria-label={say("advanced.drop", { name: plain(one.name, 60) })}>×</Button>
                </Ask>
              </li>
            ))}
          </ul>
        </>
      )}
    </Answer>
  );
}
