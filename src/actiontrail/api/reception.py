"""Where people sign in, put together: who is believed to be whom, and what of it becomes an event."""

import time
import uuid

import msgspec
from litestar.handlers import HTTPRouteHandler

from actiontrail.api import oidc, session
from actiontrail.api.door import Door
from actiontrail.api.gate import Deeds
from actiontrail.api.origin import networks
from actiontrail.api.session import Desk
from actiontrail.api.visitors import Visitors
from actiontrail.api.visits import Visit, event
from actiontrail.capture.masking import Masker
from actiontrail.event.moment import of_seconds
from actiontrail.service import Reading
from actiontrail.store.outbox import Outbox, Parcel


def visitors(reading: Reading, door: Door) -> Visitors:
    """Callers of our own interface: people with a session, programs that sign."""
    return Visitors(door, reading.people.sessions, address=reading.settings.console_url)


def routes(reading: Reading, known: Visitors, deeds: Deeds) -> list[HTTPRouteHandler]:
    """The handlers of signing in: with a password, and at the provider if one is named."""
    provider = oidc.named(reading.settings)
    settings, outbox, masker = reading.settings, Outbox(reading.database), Masker(reading.settings.mask)

    def tell(visit: Visit) -> None:
        """On its way to the record, whatever happens, when this returns."""
        identity = str(uuid.uuid4()).upper()
        moment = of_seconds(time.time())
        told = masker.mask(msgspec.json.encode(event(visit, identity, moment))).event
        outbox.put([Parcel(identity, visit.account, told)])

    desk = Desk(
        signin=reading.people.signin,
        visitors=known,
        tell=tell,
        deeds=deeds,
        region=settings.region,
        trusted=networks(settings.trusted_proxies),
        ways=(session.Way(name=settings.oidc_name, address=oidc.START),) if provider else (),
    )
    made = session.routes(desk)
    return [*made, *oidc.routes(desk, oidc.SignOn(provider), reading.people.sealer)] if provider else made
