// Whether the log's signature is true, and whether it extends what this browser saw before.
import { Alert } from "antd";
import { Answer } from "../../parts/Answer.tsx";
import { Card } from "../../parts/Lines.tsx";
import { Link } from "../../parts/Link.tsx";
import { useAnswer } from "../../service/hooks.ts";
import { visit } from "../../service/visit.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { useSay } from "../../shell/words.ts";
import { plain } from "../../event/inert.ts";
import { problemIn } from "../../words/problems.ts";

export function ProofTile({ checkpoint }: { checkpoint: string }) {
  const say = useSay();
  const { language } = usePreferences();
  const asked = useAnswer(`visit${checkpoint}`, visit);
  return (
    <Card title={say("overview.proof")} more={<Link to="/integrity">{say("nav.integrity")}</Link>}>
      <Answer asked={asked}>
        {({ outcome, trust: { vkey, shown } }) =>
          outcome.kind === "broken" ? (
            <Alert type="error" showIcon title={say("overview.proof.bad")} description={plain(problemIn(language, outcome.why), 600)} />
          ) : (
            <Alert type="success" showIcon title={say(vkey !== shown ? "overview.proof.led" : outcome.kind === "first" ? "overview.proof.first" : "overview.proof.ok")} />
          )
        }
      </Answer>
    </Card>
  );
}
