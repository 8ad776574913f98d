// A trail made or changed. While one types, it is told what the choice would have taken along yesterday.
import { Button, Input } from "antd";
import { useState, type FormEvent } from "react";
import { Dialog } from "../../parts/Dialog.tsx";
import { compose, type Chip } from "../../query/language.ts";
import { iso } from "../../query/range.ts";
import { service } from "../../service/client.ts";
import { useAnswer } from "../../service/hooks.ts";
import { trails, type TrailForm, type TrailShown } from "../../service/trails.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { Trouble, useTry } from "../settings/Own.tsx";

const DAY_MS = 86_400_000;

export function TrailEditor({ trail, close, done }: { trail: TrailShown | null; close: () => void; done: () => void }) {
  const say = useSay();
  const [form, setForm] = useState<TrailForm>({
    name: trail?.name ?? "",
    address: "",
    credentials: { id: "", secret: "" },
    eventRW: (trail?.eventRW as TrailForm["eventRW"] | undefined) ?? "All",
    trailRegion: trail?.trailRegion ?? "All",
  });
  const { busy, trouble, run } = useTry();
  const set = (change: Partial<TrailForm>) => setForm((old) => ({ ...old, ...change }));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      await (trail ? trails.change(form) : trails.create(form));
      done();
    });
  };
  return (
    <Dialog title={trail ? `${say("trails.edit")}: ${trail.name}` : say("trails.new")} close={close}>
      <form className="form" onSubmit={submit}>
        <Trouble text={trouble} />
        {!trail && <label>{say("trails.name")}<Input value={form.name} onChange={(event) => set({ name: event.target.value })} minLength={6} maxLength={36} pattern="[a-z][a-z0-9_\-]+" required spellCheck={false} /></label>}
        <label>
          {say("trails.destination")}
          <Input value={form.address} onChange={(event) => set({ address: event.target.value })} placeholder={trail?.destinations[0]?.address ?? "oss://bucket/prefix · s3://bucket/prefix · file:///folder"} required={!trail} spellCheck={false} />
        </label>
        <details>
          <summary>{say("trails.credentials")}</summary>
          <label>{say("actor.key")}<Input value={form.credentials.id} autoComplete="off" onChange={(event) => set({ credentials: { ...form.credentials, id: event.target.value } })} /></label>
          <label>{say("trails.secret")}<Input.Password value={form.credentials.secret} autoComplete="off" onChange={(event) => set({ credentials: { ...form.credentials, secret: event.target.value } })} /></label>
        </details>
        <label>
          {say("trails.rw")}
          <select className="select" value={form.eventRW} onChange={(event) => set({ eventRW: event.target.value as TrailForm["eventRW"] })}>
            {["All", "Write", "Read"].map((value) => <option key={value} value={value}>{value}</option>)}
          </select>
        </label>
        <label>{say("trails.regions")}<Input value={form.trailRegion} onChange={(event) => set({ trailRegion: event.target.value })} spellCheck={false} /></label>
        <Would form={form} />
        <div><Button type="primary" htmlType="submit" loading={busy}>{say(trail ? "trails.save" : "trails.create")}</Button></div>
      </form>
    </Dialog>
  );
}

/** How many of yesterday's events this would have chosen. */
function Would({ form }: { form: TrailForm }) {
  const say = useSay();
  const { language } = usePreferences();
  const [now] = useState(() => Date.now());
  const chips: Chip[] = form.eventRW === "All" ? [] : [{ field: "eventRW", value: form.eventRW, not: false }];
  const regions = form.trailRegion.split(",").map((one) => one.trim()).filter((one) => one && one !== "All");
  for (const value of regions) chips.push({ field: "acsRegion", value, not: false });
  const query = compose("", chips);
  const span = { start: iso(now - DAY_MS), end: iso(now) };
  const asked = useAnswer(`would${query}`, async (signal) => {
    const [chosen, all] = await Promise.all([service.histogram({ query, ...span, buckets: 1 }, signal), service.histogram({ query: "", ...span, buckets: 1 }, signal)]);
    return { n: chosen.total, all: all.total };
  });
  return <p className="faint" role="status">{asked.data ? say("trails.would", { n: count(asked.data.n, language), all: count(asked.data.all, language) }) : "…"}</p>;
}
