// Everything one access key did, and what lives on from it: the page for the morning after.
import { useState } from "react";
import { Answer } from "../../parts/Answer.tsx";
import { Card, counts, Lines, Top } from "../../parts/Lines.tsx";
import { actorPath, eventPath, Link, resourcePath } from "../../parts/Link.tsx";
import { PlaceNote, usePlaces } from "../../parts/Places.tsx";
import { Moment } from "../../parts/Moment.tsx";
import { plain } from "../../event/inert.ts";
import { compose } from "../../query/language.ts";
import { service } from "../../service/client.ts";
import { pages, type KeyPage } from "../../service/pages.ts";
import { useAnswer } from "../../service/hooks.ts";
import type { Found } from "../../service/types.ts";
import { usePreferences } from "../../shell/preferences.ts";
import { count, useSay } from "../../shell/words.ts";
import { tone } from "../../parts/EventList.tsx";
import { SentenceLine } from "../../parts/SentenceLine.tsx";

const STEPS_MAX = 300;

export function LeakedKey({ id }: { id: string }) {
  const say = useSay();
  const asked = useAnswer(`leaked${id}`, (signal) => pages.key(id, {}, signal));
  return (
    <section className="leaked" aria-label={say("actor.leaked")}>
      <p className="faint">{say("actor.leaked.hint")}</p>
      <Answer asked={asked} lines={6}>{(page) => <Damage page={page} />}</Answer>
    </section>
  );
}

function Damage({ page }: { page: KeyPage }) {
  const say = useSay();
  const { language } = usePreferences();
  const number = (one: number) => count(one, language);
  // The address that came last is where a thief would be: the story begins with it, and the rest is one choice away.
  const places = usePlaces(page.addresses.map((one) => one.value));
  const [address, setAddress] = useState(() => (page.addresses.length > 1 ? [...page.addresses].sort((one, other) => other.first.localeCompare(one.first))[0]?.value : "") ?? "");
  return (
    <div className="grid" style={{ marginTop: 0 }}>
      <Card title={say("actor.users")}>
        <Top values={page.owners.map((one) => ({ value: one.value, count: page.events }))} link={(value) => actorPath(page.owners.find((one) => one.value === value)?.kind ?? "user", value)} />
        {page.origin && <p><span className="faint">{say("actor.origin")}</span> <Link to={eventPath(page.origin.eventId)}><Moment at={page.origin.time} /></Link></p>}
      </Card>
      <Card title={say("actor.leaked.made")}>
        {page.made.length === 0 ? <p className="faint">{say("overview.none")}</p> : (
          <ul className="top">
            {page.made.map((one) => (
              <li key={`${one.eventId}${one.value}`}>
                <span className="badge bad">{one.eventName}</span>
                <Link to={one.kind === "key" ? actorPath("key", one.value) : one.kind === "user" || one.kind === "role" ? actorPath(one.kind, one.value) : eventPath(one.eventId)}><bdi>{plain(one.value, 60)}</bdi></Link>
                {one.to && <span className="faint">→ {plain(one.to, 40)}</span>}
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title={say("actor.heirs")}>
        {page.heirs.length === 0 ? <p className="faint">{say("overview.none")}</p> : (
          <ul className="top">
            {page.heirs.map((one) => (
              <li key={`${one.kind}${one.value}`}>
                <span className="badge warn">{one.generation}</span>
                <Link to={actorPath(one.kind === "key" ? "key" : "user", one.value)}><bdi>{plain(one.value, 60)}</bdi></Link>
                <span className="number">{number(one.events)} · {number(one.writes)} {say("actor.writes")}</span>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title={say("actor.addresses")}>
        <ul className="top">
          {page.addresses.map((one) => (
            <li key={one.value}>
              <button type="button" className="link" aria-pressed={address === one.value} onClick={() => setAddress(address === one.value ? "" : one.value)}><bdi>{plain(one.value, 60)}</bdi></button>
              <PlaceNote spot={places.data?.places.find((spot) => spot.address === one.value)} />
              <span className="faint"><Moment at={one.first} /></span>
              <span className="number">{number(one.count)}</span>
            </li>
          ))}
        </ul>
      </Card>
      <Card title={say("actor.refused")}><Top values={page.refused.slice(0, 10).map((one) => ({ value: `${one.eventName} · ${one.errorCode}`, count: one.count }))} /></Card>
      <Card title={say("actor.resources")}><Top values={page.resources.slice(0, 12).map((one) => ({ value: one.id, count: one.writes + one.reads }))} link={resourcePath} /></Card>
      <Card title={say("actor.agents")}><Top values={counts(page.agents)} /></Card>
      <Card title={say("actor.discovery")}><Top values={page.discovery.slice(0, 12).map((one) => ({ value: one.eventName, count: one.count }))} /></Card>
      <Card title={say("overview.sensitive")}><Lines lines={page.sensitive.slice(0, 20)} /></Card>
      <Card wide title={<>{say("actor.leaked.story")} <AddressChoice address={address} page={page} choose={setAddress} /></>}><Story id={page.accessKeyId} address={address} /></Card>
    </div>
  );
}

function AddressChoice({ address, page, choose }: { address: string; page: KeyPage; choose: (address: string) => void }) {
  const say = useSay();
  return (
    <select className="select" aria-label={say("actor.addresses")} value={address} onChange={(event) => choose(event.target.value)}>
      <option value="">{say("actor.leaked.all")}</option>
      {page.addresses.map((one) => <option key={one.value} value={one.value}>{say("actor.leaked.from", { address: plain(one.value, 60) })}</option>)}
    </select>
  );
}

/** All of it in order, reads too: how somebody looks around tells who they are. */
function Story({ id, address }: { id: string; address: string }) {
  const say = useSay();
  const chips = [{ field: "userIdentity.accessKeyId", value: id, not: false }, ...(address ? [{ field: "sourceIpAddress", value: address, not: false }] : [])];
  const query = compose("", chips);
  const asked = useAnswer(`story${query}`, (signal) => service.search({ query, order: address ? "oldest" : "newest", limit: STEPS_MAX }, signal));
  return (
    <Answer asked={asked}>
      {(page) => (
        <ol className="timeline">
          {page.events.map((found: Found) => (
            <li key={found.index} className={tone(found)}>
              <div className="line"><Link to={eventPath(found.event.eventId)}><Moment at={found.event.eventTime} /></Link> <SentenceLine event={found.event} channel={found.channel} /></div>
            </li>
          ))}
          {page.nextToken && <p className="faint">{say("actor.leaked.more", { n: STEPS_MAX })}</p>}
        </ol>
      )}
    </Answer>
  );
}
