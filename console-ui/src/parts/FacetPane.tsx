// The commonest values of some fields with their counts: a click includes, Alt-click or the minus excludes.
import { memo, useState } from "react";
import { plain } from "../event/inert.ts";
import type { Chip } from "../query/language.ts";
import type { Facets } from "../service/types.ts";
import { count, useSay } from "../shell/words.ts";
import { usePreferences } from "../shell/preferences.ts";

export const FACET_FIELDS = [
  "eventName", "userIdentity.userName", "serviceName", "errorCode", "sourceIpAddress", "channel", "eventRW", "userIdentity.accessKeyId",
  "resourceType", "eventType", "acsRegion", "userIdentity.type", "userAgent",
];
const SHOWN = 6;

interface Props {
  facets: Facets | undefined;
  chips: readonly Chip[];
  toggle: (chip: Chip) => void;
  /** Opens the statistics of a field; without one, of one that is still to be named. */
  ask: (field?: string) => void;
  busy?: boolean;
}

export const FacetPane = memo(function FacetPane({ facets, chips, toggle, ask, busy = false }: Props) {
  const say = useSay();
  return (
    <nav className="facets" aria-label={say("events.facets")} aria-busy={busy}>
      <p className="faint hint">{say("events.facetHint")}</p>
      {FACET_FIELDS.map((field) => (
        <Facet key={field} field={field} values={facets?.facets[field] ?? []} chips={chips} toggle={toggle} ask={ask} />
      ))}
      <button type="button" className="link" onClick={() => ask()}>{say("stats.other")}</button>
    </nav>
  );
});

function Facet({ field, values, chips, toggle, ask }: Pick<Props, "chips" | "toggle" | "ask"> & { field: string; values: { value: string; count: number }[] }) {
  const say = useSay();
  const { language } = usePreferences();
  const [whole, setWhole] = useState(false);
  if (values.length === 0 || (values.length === 1 && values[0]?.value === "")) return null;
  const most = Math.max(...values.map((one) => one.count), 1);
  return (
    <section className="facet" data-field={field}>
      <h3><button type="button" className="facet-name" title={say("stats.title", { field })} aria-haspopup="dialog" onClick={() => ask(field)}>{field.replace("userIdentity.", "")}</button></h3>
      <ul>
        {values.slice(0, whole ? undefined : SHOWN).map(({ value, count: number }) => {
          const text = value === "" ? say("events.facetsEmpty") : plain(value, 120);
          const chosen = chips.find((chip) => chip.field === field && chip.value === value);
          return (
            <li key={value} className={chosen ? (chosen.not ? "chosen not" : "chosen") : undefined}>
              <button
                type="button"
                className="facet-value"
                data-value={value}
                aria-pressed={Boolean(chosen && !chosen.not)}
                title={plain(value, 400)}
                onClick={(event) => toggle({ field, value, not: event.altKey })}
              >
                <span className="share" style={{ width: `${(number / most) * 100}%` }} />
                <bdi>{text}</bdi>
                <span className="number">{count(number, language)}</span>
              </button>
              <button type="button" className="minus" aria-label={say("events.exclude", { field, value: text })} title={say("events.exclude", { field, value: text })} onClick={() => toggle({ field, value, not: true })}>
                −
              </button>
            </li>
          );
        })}
      </ul>
      {values.length > SHOWN && (
        <button type="button" className="link" aria-expanded={whole} onClick={() => setWhole(!whole)}>
          {whole ? "▴" : `▾ ${values.length - SHOWN}`}
          <span className="sr-only"> {field}</span>
        </button>
      )}
    </section>
  );
}
