// Where addresses are, and whose they are, as far as the operator's files say: asked once for all that a page shows.
import { placeText, networkText } from "../event/place.ts";
import { plain } from "../event/inert.ts";
import { pages, type Count, type Spot } from "../service/pages.ts";
import { useAnswer } from "../service/hooks.ts";
import { usePreferences } from "../shell/preferences.ts";
import { count, useSay, type Say } from "../shell/words.ts";
import { Answer } from "./Answer.tsx";
import { Card } from "./Lines.tsx";
import { actorPath, Link } from "./Link.tsx";

const ASKED_MAX = 100;
const SHOWN_PER_PLACE = 4;

export function usePlaces(addresses: readonly string[]) {
  const wanted = [...new Set(addresses)].filter((one) => one && !one.includes(",")).slice(0, ASKED_MAX);
  return useAnswer(wanted.length === 0 ? "" : `places ${wanted.join()}`, (signal) => pages.places(wanted, signal));
}

/** What is known of one address, as a note behind it. */
export function PlaceNote({ spot }: { spot: Spot | undefined }) {
  const say = useSay();
  const { language } = usePreferences();
  if (!spot) return null;
  const text = [placeOf(spot, say, language), networkText(spot)].filter(Boolean).join(" · ");
  return text ? <span className="faint" title={plain(text, 300)}>{plain(text, 60)}</span> : null;
}

/** The places of addresses, those with most events first. */
export function PlacesCard({ addresses }: { addresses: readonly Count[] }) {
  const say = useSay();
  const asked = usePlaces(addresses.map((one) => one.value));
  if (addresses.length === 0) return null;
  return (
    <Card title={say("places.title")}>
      <Answer asked={asked} lines={2}>
        {({ places, databases }) => (
          <>
            <PlaceList places={places} addresses={addresses} />
            <p className="faint">{databases.length === 0 ? say("places.none") : say("places.by", { what: databases.map((one) => plain(one, 60)).join(" · ") })}</p>
          </>
        )}
      </Answer>
    </Card>
  );
}

interface Place {
  name: string;
  events: number;
  addresses: string[];
}

function PlaceList({ places, addresses }: { places: readonly Spot[]; addresses: readonly Count[] }) {
  const say = useSay();
  const { language } = usePreferences();
  return (
    <ul className="top places">
      {grouped(places, addresses, (spot) => placeOf(spot, say, language) || say("places.unknown")).map((one) => (
        <li key={one.name}>
          <strong>{plain(one.name, 80)}</strong>
          <span className="place-addresses">
            {one.addresses.slice(0, SHOWN_PER_PLACE).map((address) => <Link key={address} to={actorPath("address", address)}><bdi>{plain(address, 50)}</bdi></Link>)}
            {one.addresses.length > SHOWN_PER_PLACE && <span className="faint">+{count(one.addresses.length - SHOWN_PER_PLACE, language)}</span>}
          </span>
          <span className="number">{count(one.events, language)}</span>
        </li>
      ))}
    </ul>
  );
}

function grouped(places: readonly Spot[], addresses: readonly Count[], name: (spot: Spot) => string): Place[] {
  const found = new Map<string, Place>();
  for (const spot of places) {
    const key = [name(spot), networkText(spot)].filter(Boolean).join(" · ");
    const place = found.get(key) ?? { name: key, events: 0, addresses: [] };
    place.events += addresses.find((one) => one.value === spot.address)?.count ?? 0;
    place.addresses.push(spot.address);
    found.set(key, place);
  }
  return [...found.values()].sort((one, other) => other.events - one.events);
}

function placeOf(spot: Spot, say: Say, language: string): string {
  if (spot.kind === "private") return say("places.private");
  if (spot.kind === "special") return say("places.special");
  if (spot.kind === "name") return say("places.service");
  return placeText(spot, language);
}
