// The zone of the header and the zone of the address are one: a link shows a colleague the times that were seen.
import { useEffect, useRef } from "react";
import { zoneId, zoneOf } from "../../shell/moments.ts";
import { prefer, usePreferences } from "../../shell/preferences.ts";

/** Take the zone from the address when it changes, and put it there when the header's switch does. */
export function useZone(tz: string, put: (tz: string) => void): void {
  const { zone } = usePreferences();
  const told = useRef("");
  useEffect(() => {
    const now = zoneId(zone);
    if (tz && tz !== told.current && tz !== now) {
      told.current = tz;
      const named = zoneOf(tz);
      if (named !== null) {
        prefer({ zone: named }, false); // a link changes what is shown, not what is preferred
        return;
      }
    }
    told.current = now;
    if (tz !== now) put(now);
  }, [tz, zone, put]);
}
