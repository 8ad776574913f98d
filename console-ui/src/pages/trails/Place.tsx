// One destination in the form, asked while one types: what was looked at, and what is wrong at its field, with its remedy.
import { CheckCircleFilled, CloseCircleFilled, InfoCircleOutlined, LoadingOutlined, MinusCircleOutlined } from "@ant-design/icons";
import { Button } from "antd";
import { useId } from "react";
import { plain } from "../../event/inert.ts";
import { Failed } from "../../parts/Failed.tsx";
import { useAnswer } from "../../service/hooks.ts";
import { trails, type CheckShown } from "../../service/trails.ts";
import { useSay, type Word } from "../../shell/words.ts";
import { askable, KINDS, LAYOUTS, probeAsked, schemeOf, type Kind, type PlaceForm, type TrailForm } from "./form.ts";
import { useSettled } from "./parts.tsx";

const SETTLE_MS = 600;
const CREDENTIALS: [string, Word][] = [["id", "trails.credentials.id"], ["secret", "trails.secret"], ["token", "trails.token"]];

interface Props {
  place: PlaceForm;
  number: number;
  form: TrailForm;
  trail: string;
  set: (change: Partial<PlaceForm>) => void;
  remove: (() => void) | undefined;
}

export function Place({ place, number, form, trail, set, remove }: Props) {
  const say = useSay();
  const id = useId();
  const asking = useSettled(askable(place) ? probeAsked(place, form.name, trail) : null, SETTLE_MS);
  const text = JSON.stringify(asking);
  const asked = useAnswer(asking ? text : "", (signal) => trails.probe(JSON.parse(text) as NonNullable<typeof asking>, signal));
  const settled = text === JSON.stringify(askable(place) ? probeAsked(place, form.name, trail) : null);
  const found = settled && asking && !asked.loading ? asked.data?.destinations[0] : undefined;
  const failed = found?.checks.find((check) => check.state === "failed");
  const field = { "aria-invalid": Boolean(failed), "aria-describedby": `${id}-check`, className: "text", spellCheck: false } as const;
  const others = form.places.filter((one) => one.key !== place.key).map((one) => one.kind);
  return (
    <fieldset className="group inner place" data-good={found?.good}>
      <legend>{say("trails.place.n", { n: number })}</legend>
      <div className="pair">
        <label>{say("trails.kind")}
          <select className="select tall" value={place.kind} onChange={(event) => set({ kind: event.target.value as Kind })}>
            {KINDS.map((kind) => <option key={kind} value={kind} disabled={kind !== "other" && others.includes(kind)}>{say(`trails.kind.${kind}`)}</option>)}
          </select>
        </label>
        {remove && <Button size="small" onClick={remove} className="remove">{say("trails.place.remove")}</Button>}
      </div>
      {place.kind === "oss" && (
        <div className="pair">
          <label>{say("trails.bucket")}<input {...field} value={place.bucket} onChange={(event) => set({ bucket: event.target.value })} required /></label>
          <label>{say("trails.prefix")}<input {...field} aria-invalid={failed?.code === "BadPrefix"} value={place.prefix} onChange={(event) => set({ prefix: event.target.value })} /></label>
        </div>
      )}
      {(place.kind === "sls" || place.kind === "maxcompute") && (
        <label>{say("trails.arn")}<input {...field} value={place.arn} placeholder={place.kind === "sls" ? "acs:log:REGION:ACCOUNT:project/NAME" : "acs:odps:REGION:ACCOUNT:project/actiontrail_NAME"} onChange={(event) => set({ arn: event.target.value })} required /></label>
      )}
      {place.kind === "other" && <Address place={place} set={set} field={field} />}
      <div id={`${id}-check`} role="status" aria-live="polite" className="check">
        {!asking ? <p className="faint">{say("trails.check.wait")}</p> : !settled || asked.loading ? <p className="faint"><LoadingOutlined /> {say("trails.check")}</p> : asked.failure ? <Failed failure={asked.failure} again={asked.again} /> : found ? <Checks checks={found.checks} good={found.good} failed={failed} /> : null}
      </div>
    </fieldset>
  );
}

function Address({ place, set, field }: { place: PlaceForm; set: Props["set"]; field: object }) {
  const say = useSay();
  const scheme = schemeOf(place.address);
  const kept = place.kept !== "" && place.kept === place.address.trim();
  const option = (name: string, value: string) => set({ options: { ...place.options, [name]: value } });
  return (
    <>
      <label>{say("trails.address")}<input {...field} value={place.address} placeholder="s3://bucket/prefix" onChange={(event) => set({ address: event.target.value })} required /></label>
      {scheme === "" && <p className="faint">{say("trails.address.hint")}</p>}
      {(scheme === "s3" || scheme === "oss") && (
        <div className="pair">
          <label>{say("trails.option.sse")}
            <select className="select tall" value={place.options.sse ?? ""} onChange={(event) => option("sse", event.target.value)}>
              <option value="">{say(kept ? "trails.option.kept" : "trails.option.sse.none")}</option>
              {["AES256", "KMS"].map((one) => <option key={one}>{one}</option>)}
            </select>
          </label>
          {place.options.sse === "KMS" && <label>{say("trails.option.kms")}<input className="text" value={place.options.kms_key_id ?? ""} onChange={(event) => option("kms_key_id", event.target.value)} spellCheck={false} /></label>}
        </div>
      )}
      {["s3", "gs", "az", "file", "oss"].includes(scheme) && (
        <label>{say("trails.option.layout")}
          <select className="select tall" value={place.options.layout ?? ""} onChange={(event) => option("layout", event.target.value)}>
            {kept && <option value="">{say("trails.option.kept")}</option>}
            {LAYOUTS.map((one, at) => <option key={one} value={at === 0 && !kept ? "" : one}>{one}</option>)}
          </select>
        </label>
      )}
      {scheme !== "file" && (
        <details>
          <summary>{say("trails.credentials")}</summary>
          {kept && <p className="faint">{say("trails.credentials.kept")}</p>}
          {CREDENTIALS.map(([name, word]) => (
            <label key={name}>{say(word)}<input className="text" type={name === "id" ? "text" : "password"} autoComplete="off" value={place.credentials[name] ?? ""} onChange={(event) => set({ credentials: { ...place.credentials, [name]: event.target.value } })} /></label>
          ))}
        </details>
      )}
    </>
  );
}

const ICONS = {
  passed: <CheckCircleFilled className="good" />,
  failed: <CloseCircleFilled className="bad" />,
  skipped: <MinusCircleOutlined className="faint" />,
  told: <InfoCircleOutlined className="faint" />,
};

function Checks({ checks, good, failed }: { checks: readonly CheckShown[]; good: boolean; failed: CheckShown | undefined }) {
  const say = useSay();
  return (
    <>
      {failed ? (
        <p className="bad remedy" data-code={failed.code}>{say(`trails.why.${failed.code}` as Word)}{failed.message && <span className="said">{plain(failed.message, 220)}</span>}</p>
      ) : (
        good && <p className="good">{say("trails.check.good")}</p>
      )}
      <ul className="checks">
        {checks.map((check) => (
          <li key={check.name} data-check={check.name} data-state={check.state} className={check.name === "transit" && check.code === "plain" ? "warn" : undefined}>
            {ICONS[check.state]} {say(`trails.check.${check.name}`)}
            {check.state === "told" ? <>: {say(`trails.${check.name as "transit" | "rest"}.${check.code}` as Word)}</> : <span className="sr-only">: {say(`trails.check.${check.state}`)}</span>}
          </li>
        ))}
      </ul>
    </>
  );
}
