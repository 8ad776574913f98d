// Trails: copies of the record on their way to other places.
import { Answer } from "../../parts/Answer.tsx";
import { Card } from "../../parts/Lines.tsx";
import { plain } from "../../event/inert.ts";
import { trails } from "../../service/trails.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useSay } from "../../shell/words.ts";

export default function Trails() {
  const say = useSay();
  const asked = useAnswer("trails", (signal) => trails.list(signal));
  return (
    <main className="page">
      <h1>{say("trails.title")}</h1>
      <Answer asked={asked}>
        {(found) =>
          found === null || found.length === 0 ? <section className="empty"><p>{say(found === null ? "trails.missing" : "trails.none")}</p></section> : (
            <div className="grid">{found.map((one) => <Card key={one.name} title={plain(one.name, 60)}>{say(one.on ? "trails.on" : "trails.off")}</Card>)}</div>
          )
        }
      </Answer>
    </main>
  );
}
