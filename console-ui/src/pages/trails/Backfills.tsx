// What was recorded before a trail began, brought to its destinations after all.
import { Button } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { useAnswer } from "../../service/hooks.ts";
import { trails } from "../../service/trails.ts";
import { useSay } from "../../shell/words.ts";
import { Trouble, useTry } from "../settings/Own.tsx";

export function Backfills({ trail }: { trail: string }) {
  const say = useSay();
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{say("trails.backfills")}</summary>
      {open && <Jobs trail={trail} />}
    </details>
  );
}

function Jobs({ trail }: { trail: string }) {
  const say = useSay();
  const asked = useAnswer(`jobs${trail}`, (signal) => trails.jobs(trail, signal));
  const { busy, trouble, run } = useTry();
  return (
    <Answer asked={asked} lines={2}>
      {({ jobs }) => (
        <>
          <Trouble text={trouble} />
          <ul className="top">
            {jobs.map((job) => (
              <li key={job.id}>
                <span className={job.error ? "badge bad" : job.state === "done" ? "badge good" : "badge"}>{job.state}</span>
                <span><Moment at={job.start} /> – <Moment at={job.end} /></span>
                <progress max={1} value={job.progress} aria-label={say("trails.progress")} />
                {job.error && <span className="bad">{plain(job.error, 200)}</span>}
              </li>
            ))}
          </ul>
          <Button size="small" loading={busy} onClick={() => run(async () => { await trails.backfill(trail, "", ""); asked.again(); })}>{say("trails.backfill")}</Button>
        </>
      )}
    </Answer>
  );
}
