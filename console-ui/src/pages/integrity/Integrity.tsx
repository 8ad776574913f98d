// The log and its proofs: what it is now, whether it is still the one that this browser saw, and evidence, checked here.
import { Alert, Button, Input } from "antd";
import { useRef, useState } from "react";
import { plain } from "../../event/inert.ts";
import { Answer } from "../../parts/Answer.tsx";
import { Ask } from "../../parts/Ask.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Card } from "../../parts/Lines.tsx";
import { Steps } from "../../parts/ProofSteps.tsx";
import { Inert } from "../../parts/Text.tsx";
import { toHex } from "../../proof/bytes.ts";
import type { Outcome } from "../../proof/consistency.ts";
import { parseCheckpoint, parseNote, parseVkey } from "../../proof/note.ts";
import { useAnswer, useTry, type Asked } from "../../service/hooks.ts";
import { trust } from "../../service/trust.ts";
import { forget, visit, type Seen } from "../../service/visit.ts";
import { useKeys } from "../../shell/keys.ts";
import { moment } from "../../shell/moments.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { problemIn } from "../../words/problems.ts";
import { History } from "./History.tsx";
import { Keys } from "./Keys.tsx";
import { Verify } from "./Verify.tsx";

export default function Integrity() {
  const say = useSay();
  const [turn, setTurn] = useState(0);
  const asked = useAnswer(`visit${turn}`, visit);
  const again = () => setTurn((old) => old + 1);
  useKeys("integrity", { verify: () => document.getElementById("verify-id")?.focus(), file: () => document.getElementById("verify-file")?.click(), again });
  return (
    <main className="page">
      <h1>{say("proof.title")}</h1>
      <div className="grid two">
        <Log asked={asked} again={again} />
        <Since asked={asked} again={again} />
        <Verify key={`verify${turn}`} />
        <Keys asked={asked} />
        <History key={`history${turn}`} asked={asked} />
      </div>
    </main>
  );
}

interface Visited {
  asked: Asked<Seen>;
  again: () => void;
}

function Log({ asked, again }: Visited) {
  const say = useSay();
  const { language } = usePreferences();
  return (
    <Card title={say("proof.log")}>
      <Answer asked={asked}>
        {({ note, trust: { vkey, shown }, outcome }) => {
          const checkpoint = parseCheckpoint(parseNote(note).text);
          return (
            <>
              <dl className="facts">
                <dt>{say("proof.size")}</dt>
                <dd>{count(checkpoint.size, language)}</dd>
                <dt>{say("proof.root")}</dt>
                <dd><code>{toHex(checkpoint.root)}</code></dd>
                <dt>{say("proof.origin")}</dt>
                <dd><code>{plain(checkpoint.origin, 200)}</code></dd>
                <dt>{say("proof.key")}</dt>
                <dd><code data-vkey>{plain(outcome.kind === "broken" ? vkey : shown, 400)}</code></dd>
              </dl>
              {vkey !== shown && outcome.kind === "broken" && <Alert type="error" showIcon title={say("proof.key.changed")} description={<code>{plain(shown, 400)}</code>} />}
              {vkey !== shown && outcome.kind !== "broken" && <Alert type="info" showIcon title={say("proof.key.led")} description={<code>{plain(vkey, 400)}</code>} />}
              {vkey === shown && <p className="faint">{say("proof.key.hint")}</p>}
              <Trusted again={again} />
              <details><summary>{say("proof.checkpoint")}</summary><pre className="json wrap"><Inert text={note} /></pre></details>
            </>
          );
        }}
      </Answer>
    </Card>
  );
}

/** Names the key that is trusted from now on, once it is seen to be one and is meant. */
function Trusted({ again }: { again: () => void }) {
  const say = useSay();
  const [given, setGiven] = useState("");
  const { trouble, run } = useTry();
  const button = useRef<HTMLButtonElement>(null);
  const take = () => run(async () => {
    await parseVkey(given);
    trust(given.trim());
    setGiven("");
    again();
  });
  return (
    <>
      <form className="inline" onSubmit={(event) => { event.preventDefault(); button.current?.click(); }}>
        <Input size="small" value={given} onChange={(event) => setGiven(event.target.value)} placeholder="name+0123abcd+base64" aria-label={say("proof.verify.key")} spellCheck={false} />
        <Ask title={say("proof.trust.sure")} yes={take}><Button size="small" ref={button} disabled={!given.trim()}>{say("proof.trust")}</Button></Ask>
      </form>
      <Failed failure={trouble} />
    </>
  );
}

function Since({ asked, again }: Visited) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const words = (outcome: Outcome): string => {
    const n = (one: number) => count(one, language);
    switch (outcome.kind) {
      case "first":
        return say("proof.since.first");
      case "same":
        return say("proof.since.same", { when: moment(outcome.since, zone) });
      case "grown":
        return say("proof.since.grown", { old: n(outcome.then.size), now: n(outcome.now.size), when: moment(outcome.since, zone) });
      case "broken":
        return say("proof.since.broken", { why: plain(problemIn(language, outcome.why), 600) });
    }
  };
  return (
    <Card title={say("proof.since")}>
      <Answer asked={asked}>
        {({ outcome, trust: { vkey, shown } }) => (
          <div data-since={outcome.kind}>
            <Alert showIcon type={outcome.kind === "broken" ? "error" : "success"} title={words(outcome)} />
            {outcome.kind !== "broken" && vkey !== shown && <p>{say("proof.since.led")}</p>}
            <details open={outcome.kind === "broken" || vkey !== shown}>
              <summary>{say("proof.since.steps")}</summary>
              <Steps steps={outcome.steps} />
            </details>
          </div>
        )}
      </Answer>
      <p><Ask title={say("proof.forget.sure")} yes={() => { forget(); again(); }}><Button size="small">{say("proof.forget")}</Button></Ask></p>
    </Card>
  );
}
