"""The sample account: some three thousand made-up events of the last fourteen days. Pure.

An ordinary fortnight of a small company (people at their desks, robots at all hours, mistakes), and
in it the story of an intrusion. Everything is invented: addresses and names are those reserved
for documentation. The same seed gives the same story with the same event ids at any time; the
ordinary events also depend on the day, because people do not work on Sundays.
"""

from datetime import datetime

from actiontrail.cli.sample import fortnight, story
from actiontrail.cli.sample.shapes import Scene

ACCOUNT = "1000000000000042"
SEED = 7


def events(now: datetime, *, account: str = ACCOUNT, seed: int = SEED) -> list[dict[str, object]]:
    """The events that happened before `now` (which knows its time zone), oldest first."""
    told = [
        *fortnight.events(now, Scene(f"{seed}/fortnight", account)),
        *story.events(now, Scene(f"{seed}/story", account)),
    ]
    return sorted(told, key=lambda event: (str(event["eventTime"]), str(event["eventId"])))
