// A trail made or changed: where to, which is asked while one types, and which events, with what that would have chosen beside it.
import { Button } from "antd";
import { useRef, useState, type FormEvent } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Failed } from "../../parts/Failed.tsx";
import { Link } from "../../parts/Link.tsx";
import { plain } from "../../event/inert.ts";
import { Failure } from "../../service/client.ts";
import { useAnswer, useTry } from "../../service/hooks.ts";
import { trails, type TrailShown } from "../../service/trails.ts";
import { useKeys } from "../../shell/keys.ts";
import { go } from "../../shell/route.ts";
import { useSay, type Word } from "../../shell/words.ts";
import { DataSelectors } from "./DataSelectors.tsx";
import { aPlace, beside, blank, changeAsked, createAsked, formOf, listed, NAME, selectorsAsked, type PlaceForm, type TrailForm as Form } from "./form.ts";
import { trailPath } from "./parts.tsx";
import { Place } from "./Place.tsx";
import { Preview } from "./Preview.tsx";

const INSIGHTS = ["IpInsight", "ApiCallRateInsight", "ApiErrorRateInsight", "AkInsight", "PolicyChangeInsight", "PasswordChangeInsight", "TrailConcealmentInsight"];

export function TrailMaking() {
  const say = useSay();
  return (
    <main className="page trails">
      <nav aria-label={say("trails.title")}><Link to="/trails">← {say("trails.back")}</Link></nav>
      <h1>{say("trails.new")}</h1>
      <Fields trail={null} />
    </main>
  );
}

export function TrailEditing({ name }: { name: string }) {
  const say = useSay();
  const asked = useAnswer(`editing${name}`, (signal) => trails.get(name, signal));
  return (
    <main className="page trails">
      <nav aria-label={say("trails.title")}><Link to={trailPath(name)}>← {plain(name, 60)}</Link></nav>
      <h1>{say("trails.edit")}: <bdi>{plain(name, 60)}</bdi></h1>
      <Answer asked={asked}>{(trail) => <Fields key={trail.updated} trail={trail} />}</Answer>
    </main>
  );
}

/** Everything that was chosen, one call after the other; what was reached of it is said if one of them fails. */
async function keep(form: Form, before: Form | null, halfway: (what: string) => string): Promise<void> {
  const more = beside(form, before);
  if (before) {
    const change = changeAsked(form, before);
    if (Object.keys(change).length) await trails.change(form.name, change);
  } else await trails.create(createAsked(form));
  try {
    const selectors = selectorsAsked(form);
    if (more.data) await (selectors.length ? trails.putDataEvents(form.name, { selectors, regions: listed(form.dataRegions) }) : before && trails.deleteDataEvents(form.name));
    if (more.insights) await trails.putInsights(form.name, form.insights);
    if (!before && form.start && (more.data || more.insights)) await trails.start(form.name);
  } catch (error) {
    if (!before && error instanceof Failure) throw new Failure(error.status, error.code, halfway(error.message), error.requestId);
    throw error;
  }
}

function Fields({ trail }: { trail: TrailShown | null }) {
  const say = useSay();
  const [before] = useState(() => (trail ? formOf(trail) : null));
  const [form, setForm] = useState<Form>(() => (trail ? formOf(trail) : blank()));
  const [tried, setTried] = useState(false);
  const { busy, trouble, run } = useTry();
  const frame = useRef<HTMLFormElement>(null);
  const set = (change: Partial<Form>) => setForm((old) => ({ ...old, ...change }));
  const setPlace = (key: number, change: Partial<PlaceForm>) => setForm((old) => ({ ...old, places: old.places.map((one) => (one.key === key ? { ...one, ...change } : one)) }));
  const leave = () => go(trail ? trailPath(trail.name) : "/trails");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (!trail && !NAME.test(form.name)) return;
    run(async () => {
      await keep(form, before, (what) => say("trails.halfway", { what }));
      go(trailPath(form.name));
    });
  };
  useKeys("trail.form", { save: () => frame.current?.requestSubmit(), leave });
  const badName = !trail && form.name !== "" && !NAME.test(form.name) && (tried || form.name.length > 5 || !/^[a-z][a-z0-9_-]*$/.test(form.name));
  return (
    <div className="trail-form">
      <form className="form" onSubmit={submit} ref={frame} noValidate>
        <Failed failure={trouble} />
        {!trail && (
          <div className="field">
            <label htmlFor="trail-name">{say("trails.name")}</label>
            <input id="trail-name" className="text" value={form.name} onChange={(event) => set({ name: event.target.value })} spellCheck={false} autoFocus maxLength={36} aria-invalid={badName} aria-describedby="trail-name-hint" required />
            <p id="trail-name-hint" className={badName ? "bad" : "faint"}>{badName && <>{say("trails.name.bad")} </>}{say("trails.name.hint")}</p>
          </div>
        )}
        <fieldset className="group">
          <legend>{say("trails.destinations")}</legend>
          {form.places.map((place, at) => (
            <Place key={place.key} place={place} number={at + 1} form={form} trail={trail?.name ?? ""} set={(change) => setPlace(place.key, change)}
              remove={form.places.length > 1 ? () => set({ places: form.places.filter((one) => one.key !== place.key) }) : undefined} />
          ))}
          <div><Button size="small" onClick={() => set({ places: [...form.places, aPlace()] })}>{say("trails.place.add")}</Button></div>
        </fieldset>
        <fieldset className="group">
          <legend>{say("trails.selector")}</legend>
          <div className="pair">
            <label>{say("trails.rw")}
              <select className="select tall" value={form.eventRW} onChange={(event) => set({ eventRW: event.target.value as Form["eventRW"] })}>
                {(["All", "Write", "Read"] as const).map((value) => <option key={value} value={value}>{say(`trails.rw.${value}`)}</option>)}
              </select>
            </label>
            <label>{say("trails.regions")} <span className="faint">({say("trails.regions.hint")})</span>
              <input className="text" value={form.trailRegion} onChange={(event) => set({ trailRegion: event.target.value })} spellCheck={false} />
            </label>
          </div>
          {!trail && <label className="tick"><input type="checkbox" checked={form.organization} onChange={(event) => set({ organization: event.target.checked })} /> {say("trails.organization")}</label>}
          <DataSelectors form={form} set={set} />
          <fieldset className="group inner">
            <legend>{say("trails.insights")}</legend>
            <div className="ticks">
              {INSIGHTS.map((one) => (
                <label key={one} className="tick"><input type="checkbox" checked={form.insights.includes(one)} onChange={(event) => set({ insights: event.target.checked ? [...form.insights, one] : form.insights.filter((other) => other !== one) })} /> {one}</label>
              ))}
            </div>
          </fieldset>
        </fieldset>
        {!trail && <label className="tick"><input type="checkbox" checked={form.start} onChange={(event) => set({ start: event.target.checked })} /> {say("trails.startNow")}</label>}
        <div className="events-bar">
          <Button type="primary" htmlType="submit" loading={busy} title="Ctrl Enter">{say((trail ? "trails.save" : "trails.create") satisfies Word)}</Button>
          <Button onClick={leave} title="Esc">{say("trails.cancel")}</Button>
        </div>
      </form>
      <Preview form={form} />
    </div>
  );
}
