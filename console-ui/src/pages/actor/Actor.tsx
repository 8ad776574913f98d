// Somebody, or something that acts: a user, a role, a key, an address. What they usually do, and what is new.
import { Segmented } from "antd";
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Card, counts, Lines, Tile, Top } from "../../parts/Lines.tsx";
import { actorPath, Link, resourcePath } from "../../parts/Link.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { PlaceNote, PlacesCard, usePlaces } from "../../parts/Places.tsx";
import { openRange, RangePicker } from "../../parts/RangePicker.tsx";
import { plain } from "../../event/inert.ts";
import { ACTOR_FIELD, ACTOR_KINDS } from "../../query/actors.ts";
import { toQuestion, type Range } from "../../query/range.ts";
import { pages, type ActorPage } from "../../service/pages.ts";
import { useAnswer } from "../../service/hooks.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { zoneName } from "../../shell/moments.ts";
import { eventsLink, go, useRoute } from "../../shell/route.ts";
import { useKeys } from "../../shell/keys.ts";
import { through } from "../../shell/rows.ts";
import { showSeen } from "../../shell/seen.ts";
import { count, useSay, type Word } from "../../shell/words.ts";
import { CompareWith } from "./CompareWith.tsx";
import { Heat } from "./Heat.tsx";
import { LeakedKey } from "./LeakedKey.tsx";

const LISTS: [string, Word, string][] = [
  ["services", "actor.services", "serviceName"], ["events", "actor.operations", "eventName"], ["addresses", "actor.addresses", "sourceIpAddress"],
  ["errorCodes", "actor.errors", "errorCode"], ["channels", "actor.channels", ""], ["regions", "actor.regions", "acsRegion"],
  ["keys", "actor.keys", "userIdentity.accessKeyId"], ["users", "actor.users", "userIdentity.userName"], ["agents", "actor.agents", "userAgent"],
];

export default function Actor({ kind, id }: { kind: string; id: string }) {
  const say = useSay();
  const { zone } = usePreferences();
  const [range, setRange] = useState<Range>({ from: "-7d", to: "now" });
  const [now] = useState(() => Date.now());
  const { search, path } = useRoute();
  const habits = new URLSearchParams(search).get("view") === "habits";
  const known = ACTOR_KINDS.includes(kind) ? kind : "user";
  const minutes = zone === "utc" ? 0 : -new Date().getTimezoneOffset();
  const asked = useAnswer(`actor${known}${id}${JSON.stringify(range)}${minutes}`, async (signal) => {
    const page = await pages.actor(known, id, toQuestion(range, now), minutes, signal);
    showSeen(page.seen);
    return page;
  });
  const [comparing, setComparing] = useState(false);
  const all = eventsLink({ f: [[ACTOR_FIELD[known] ?? "", id]], from: range.from, to: range.to });
  const turn = () => known === "key" && go(habits ? path : `${path}?view=habits`);
  useKeys("actor", { ...through(".tile[href], .top a, .timeline .line > a"), range: openRange, view: turn, compare: () => setComparing(true), search: () => go(all) });
  return (
    <main className="page">
      <div className="head-line">
        <h1><span className="faint">{say(`actor.${known === "principal" ? "user" : known}` as Word)}</span> <bdi>{plain(id, 120)}</bdi></h1>
        {known === "address" && <Whereabouts address={id} />}
        <span className="grow" />
        <Link to={all} title="/">{say("actor.all")}</Link>
        <CompareWith kind={known} id={id} range={range} open={comparing} show={setComparing} />
        {(known !== "key" || habits) && <RangePicker range={range} choose={setRange} />}
      </div>
      {known === "key" && (
        <Segmented className="views" value={habits ? "habits" : "leaked"} onChange={(view) => go(view === "habits" ? `${path}?view=habits` : path)} aria-label={say("actor.view")}
          options={[{ value: "leaked", label: say("actor.leaked") }, { value: "habits", label: say("actor.habits") }]} />
      )}
      {known === "key" && !habits ? <LeakedKey id={id} /> : <Answer asked={asked} lines={8}>{(page) => <Dossier page={page} />}</Answer>}
    </main>
  );
}

function Whereabouts({ address }: { address: string }) {
  const asked = usePlaces([address]);
  return <PlaceNote spot={asked.data?.places[0]} />;
}

function Dossier({ page }: { page: ActorPage }) {
  const say = useSay();
  const { language, zone } = usePreferences();
  const number = (one: number) => count(one, language);
  if (!page.firstSeen) return <p className="faint">{say("actor.none", { id: plain(page.value, 100) })}</p>;
  const chip: [string, string] = [ACTOR_FIELD[page.kind] ?? "", page.value];
  const link = (field: string) => (value: string) => {
    if (field === "sourceIpAddress") return actorPath("address", value);
    if (field === "userIdentity.accessKeyId") return actorPath("key", value);
    if (field === "userIdentity.userName") return actorPath(value.includes(":") ? "role" : "user", value.split(":")[0] ?? value);
    return field ? eventsLink({ f: [chip, [field, value]], from: page.start, to: page.end }) : undefined;
  };
  const fresh = Object.entries(page.new).flatMap(([name, values]) => values.map((one) => ({ name, ...one })));
  return (
    <>
      <div className="tiles">
        <Tile text value={<Moment at={page.firstSeen} />} label={say("actor.first")} />
        <Tile text value={<Moment at={page.lastSeen} />} label={say("actor.last")} />
        <Tile value={number(page.events)} label={say("actor.events")} to={eventsLink({ f: [chip], from: page.start, to: page.end })} />
        <Tile value={number(page.writes)} label={say("actor.writes")} to={eventsLink({ f: [chip], x: [["eventRW", "Read"]], from: page.start, to: page.end })} />
        <Tile value={number(page.failures)} label={say("actor.failures")} alarm={page.failures > 0} to={eventsLink({ f: [chip], x: [["errorCode", ""]], from: page.start, to: page.end })} />
        <Tile value={number(page.sensitive)} label={say("overview.sensitive")} alarm={page.sensitive > 0} to={eventsLink({ f: [chip, ["eventAttributes.SensitiveAction", "true"]], from: page.start, to: page.end })} />
      </div>
      <div className="grid">
        <Card wide title={say("actor.new")} more={<span className="faint">{page.past.events > 0 ? say("actor.past", { n: number(page.past.events) }) : say("actor.noPast")}</span>}>
          {page.past.events > 0 && fresh.length === 0 && <p className="good">{say("actor.new.none")}</p>}
          {page.past.events > 0 && fresh.length > 0 && (
            <table className="plain">
              <tbody>
                {Object.entries(page.new).filter(([, values]) => values.length > 0).map(([name, values]) => (
                  <tr key={name}>
                    <th scope="row">{say(LISTS.find(([list]) => list === name)?.[1] ?? "actor.operations")}</th>
                    <td>
                      {values.slice(0, 14).map((one) => (
                        <span key={one.value} className="badge warn fresh" title={one.first}>
                          <bdi>{plain(one.value, 60)}</bdi> ×{number(one.count)}
                        </span>
                      ))}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </Card>
        <Card wide title={say("actor.heat", { zone: zoneName(zone) })}><Heat hours={page.heat} /></Card>
        {page.kind !== "address" && <PlacesCard addresses={page.counts.addresses ?? []} />}
        {LISTS.filter(([name]) => (page.counts[name] ?? []).length > 0).map(([name, word, field]) => (
          <Card key={name} title={say(word)} more={<span className="faint">{number(page.distinct[name] ?? 0)}</span>}>
            <Top values={counts(page.counts[name]).slice(0, 10)} link={link(field)} />
          </Card>
        ))}
        {page.resources.length > 0 && (
          <Card title={say("actor.resources")}>
            <Top values={page.resources.slice(0, 12).map((one) => ({ value: one.id, count: one.writes + one.reads, note: one.writes > 0 ? <span className="badge">{say("actor.writes")} {number(one.writes)}</span> : undefined }))} link={resourcePath} />
          </Card>
        )}
        {page.sessions.length > 0 && <Card title={say("actor.sessions")}><Top values={counts(page.sessions).slice(0, 10)} link={(value) => actorPath("key", value)} /></Card>}
        {[...page.rolesAssumed, ...page.assumedBy].length > 0 && (
          <Card title={say("actor.roles")}>
            <Top values={[...page.rolesAssumed, ...page.assumedBy].slice(0, 10).map((one) => ({ value: one.role || one.by, count: one.events }))} link={(value) => actorPath("role", value)} />
          </Card>
        )}
        {page.signins.length > 0 && <Card wide title={say("actor.signins")}><Lines lines={page.signins.slice(0, 10)} /></Card>}
      </div>
    </>
  );
}
