// How the trails are: delivering, behind, or in trouble.
import { Answer } from "../../parts/Answer.tsx";
import { Card } from "../../parts/Lines.tsx";
import { Link } from "../../parts/Link.tsx";
import { useAnswer } from "../../service/hooks.ts";
import { trails, troubleOf } from "../../service/trails.ts";
import { useSay } from "../../shell/words.ts";
import { plain } from "../../event/inert.ts";

export function TrailsTile() {
  const say = useSay();
  const asked = useAnswer("trails", (signal) => trails.list(signal));
  return (
    <Card title={say("overview.trails")} more={<Link to="/trails">{say("nav.trails")}</Link>}>
      <Answer asked={asked}>
        {(found) =>
          found === null ? <p className="faint">{say("trails.missing")}</p> : found.length === 0 ? <p className="faint">{say("trails.none")}</p> : (
            <ul className="top">
              {found.map((one) => (
                <li key={one.name}>
                  <span className={one.health === "failing" ? "badge bad" : one.health === "delivering" ? "badge good" : "badge warn"}>{say(`trails.health.${one.health}`)}</span>
                  <Link to={`/trails/${encodeURIComponent(one.name)}`}>{plain(one.name, 60)}</Link>
                  <span className="number">{plain(troubleOf(one), 60)}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Answer>
    </Card>
  );
}
