"""A session of the console, as it is shown: to whoever is signed in, and to those who look after them."""

import msgspec

from actiontrail.access.consoles import Session
from actiontrail.api.routes import Answered
from actiontrail.event.moment import of_seconds


class SessionShown(Answered, frozen=True):
    """Where somebody is signed in: since when, last seen, until when at most, and from where."""

    id: str
    begun: str
    seen: str
    ends: str
    mfa: bool
    method: str
    address: str
    agent: str


class OpenSession(SessionShown, frozen=True, kw_only=True):
    """One of one's own sessions."""

    current: bool


def shown(one: Session) -> SessionShown:
    """One of somebody's sessions."""
    return SessionShown(
        id=one.id,
        begun=of_seconds(one.begun),
        seen=of_seconds(one.seen),
        ends=of_seconds(one.ends),
        mfa=one.mfa,
        method=one.method,
        address=one.address,
        agent=one.agent,
    )


def own(one: Session, *, current: Session) -> OpenSession:
    """One of one's own, beside the one that asks."""
    return OpenSession(**msgspec.structs.asdict(shown(one)), current=one.id == current.id)
