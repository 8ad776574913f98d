// What is kept, for how long, what it takes, and what another length would let go. Looked at here; set by the machine's operator.
import { Button, Input, Select } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { copy } from "../../parts/copy.ts";
import { Card } from "../../parts/Lines.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { access, type Retention as Kept } from "../../service/access.ts";
import { useAnswer } from "../../service/hooks.ts";
import { useKeys } from "../../shell/keys.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { letGo, size } from "./keeping.ts";

const REBUILD = "actiontrail fsck --rebuild-projection";
const CHOICES = [90, 180, 365, 400, 730, 1095, 1826, 3652, 0];

export function Retention() {
  const say = useSay();
  const { language } = usePreferences();
  const asked = useAnswer("retention", access.retention);
  useKeys("settings.retention", { ask: () => document.getElementById("keep-what")?.focus() });
  return (
    <Card title={say("keep.title")}>
      <Answer asked={asked}>
        {(kept) => (
          <>
            <dl className="facts">
              <dt>{say("keep.ledger")}</dt>
              <dd>{count(kept.seen.ledgerSize, language)} · {say("keep.ledger.for")}</dd>
              <dt>{say("keep.search")}</dt>
              <dd>{kept.searchableDays ? say("keep.search.days", { n: kept.searchableDays }) : say("keep.search.all")}</dd>
              <dt>{say("settings.searchable")}</dt>
              <dd>{kept.seen.since ? <Moment at={kept.seen.since} /> : say("settings.everything")}</dd>
              <dt>{say("keep.lookup")}</dt>
              <dd>{say("keep.lookup.days", { n: kept.lookbackDays })}</dd>
            </dl>
            {kept.searchableBytesARecord !== undefined && <p className="faint">{say("keep.cost", { search: size(kept.searchableBytesARecord), ledger: size(kept.ledgerBytesARecord ?? 0) })}</p>}
            <div className="side-by-side">
              <Months kept={kept} />
              <WhatIf kept={kept} />
            </div>
            <p className="faint">{say("keep.law")}</p>
          </>
        )}
      </Answer>
    </Card>
  );
}

function Months({ kept }: { kept: Kept }) {
  const say = useSay();
  const { language } = usePreferences();
  return (
    <div>
      <h3>{say("keep.months")}</h3>
      <div className="scroll short" tabIndex={0}>
        <table className="plain">
          <thead><tr><th scope="col">{say("keep.month")}</th><th scope="col" className="number">{say("keep.records")}</th><th scope="col" className="number">{say("keep.disk")}</th></tr></thead>
          <tbody>
            {kept.months.toReversed().map((one) => (
              <tr key={one.month}><td>{one.month}</td><td className="number">{count(one.records, language)}</td><td className="number">{kept.searchableBytesARecord === undefined ? "—" : size(one.records * kept.searchableBytesARecord)}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function WhatIf({ kept }: { kept: Kept }) {
  const say = useSay();
  const { language } = usePreferences();
  const [days, setDays] = useState(kept.searchableDays);
  const longer = kept.searchableDays > 0 && (!days || days > kept.searchableDays);
  const gone = letGo(kept.months, days, new Date());
  const told = (): string => {
    if (days && days < kept.lookbackDays) return say("keep.too.short", { n: kept.lookbackDays });
    if (longer) return say("keep.if.back", { n: kept.searchableDays });
    if (!gone) return say("keep.if.none");
    return say("keep.if", { n: count(gone, language), size: size(gone * (kept.searchableBytesARecord ?? 0)) });
  };
  return (
    <div>
      <h3>{say("keep.what")}</h3>
      <div className="form">
        <Select<number> id="keep-what" aria-label={say("keep.what")} value={days} onChange={setDays} virtual={false}
          options={[...new Set([...CHOICES, kept.searchableDays])].map((value) => ({ value, label: value ? say("keep.days", { n: value }) : say("keep.all") }))} />
        <p role="status" data-gone={gone}>{told()}</p>
        <p>{say("keep.how")}</p>
        <Line label="config.toml" text={`searchable_days = ${days}`} />
        {days === kept.searchableDays ? <p className="faint">{say("keep.how.same")}</p> : longer ? (
          <>
            <p>{say("keep.how.longer")}</p>
            <Line label="fsck" text={REBUILD} />
          </>
        ) : <p className="faint">{say("keep.how.shorter")}</p>}
      </div>
    </div>
  );
}

/** One line for the operator, to be taken along. */
function Line({ label, text }: { label: string; text: string }) {
  const say = useSay();
  return (
    <span className="line-to-copy">
      <Input readOnly aria-label={label} value={text} />
      <Button onClick={() => copy(text)}>{say("detail.copy")}</Button>
    </span>
  );
}
