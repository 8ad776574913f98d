// A moment in the zone of the header's switch; the other zone in its title.
import { ago, moment, zoneName } from "../shell/moments.ts";
import { usePreferences } from "../shell/preferences.ts";

export function Moment({ at, relative = false }: { at: string | number; relative?: boolean }) {
  const { zone, language } = usePreferences();
  const other = zone === "utc" ? "local" : "utc";
  const title = `${moment(at, zone, true)} ${zoneName(zone)} · ${moment(at, other, true)} ${zoneName(other)}`;
  const machine = new Date(at);
  return (
    <time dateTime={Number.isNaN(machine.getTime()) ? undefined : machine.toISOString()} title={title}>
      {relative ? ago(at, Date.now(), language) : moment(at, zone)}
    </time>
  );
}
