"""Trails as their owners change them: create, update, start, stop, delete, and look at them.

Every change that decides what a trail delivers is one transaction that also says from which place of
the ledger on it counts. What was recorded before that place is delivered by the old word, what
comes after by the new one, however late the couriers are and whatever crashes.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from actiontrail.delivery import figures, tables, trails
from actiontrail.delivery.destination import Aim, Furnished, Means, NoSuchPlace, Open, PlaceDenied
from actiontrail.delivery.rules import Rules
from actiontrail.delivery.tables import Place
from actiontrail.delivery.trails import Directory, NoSuchTrail, Settings, Slot, Trail
from actiontrail.errors import Outage, Refusal
from actiontrail.event.regions import REGIONS
from actiontrail.store.database import Database

Given = Mapping[str, Means]  # how other places are written to, by their address
_TRIES = 5

_GLOBAL = sa.text("SELECT region FROM global_events WHERE account = :account")
_SET_GLOBAL = sa.text(
    "INSERT INTO global_events (account, region) VALUES (:account, :region)"
    " ON CONFLICT (account) DO UPDATE SET region = excluded.region"
)
_ABANDON = sa.text(
    "UPDATE delivery_jobs SET status = 3, error = 'the trail was deleted', updated = :now"
    " WHERE trail = :trail AND status < 2"
)

_MISSING: Mapping[str, type[Refusal]] = {
    "oss": trails.NoSuchBucket,
    "sls": trails.NoSuchLogProject,
    "maxcompute": trails.NoSuchMaxComputeProject,
}
_DENIED: Mapping[str, type[Refusal]] = {
    "oss": trails.BucketDenied,
    "sls": trails.LogProjectDenied,
    "maxcompute": trails.MaxComputeDenied,
}


class Seal(Protocol):
    """Makes secrets unreadable at rest."""

    def seal(self, secret: bytes, name: str) -> bytes:
        """`secret`, readable only under `name`."""
        ...

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """What `seal` was given."""
        ...


class New(NamedTuple):
    """A trail that somebody wants."""

    account: str
    name: str
    home_region: str
    settings: Settings
    organization: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What trails lean on. `size` says how many records the ledger has."""

    database: Database
    seal: Seal
    open: Open
    size: Callable[[], int]
    now: Callable[[], float]
    directory: Directory
    global_region: str  # where global events are stored unless an account says otherwise
    changed: Callable[[], None] = lambda: None  # is told after every change


class Trails:
    """The trails of all accounts. Safe to share between threads."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self.database = around.database

    def find(self, account: str, name: str, region: str = "") -> Trail:
        """The trail of that name, in `region` if one was addressed. Raises `NoSuchTrail`."""
        with self.database.read() as connection:
            return _found(connection, account, name, region)

    def all(self, account: str) -> list[Trail]:
        """Every trail of `account`, the oldest first."""
        with self.database.read() as connection:
            return tables.trails_of(connection, account)

    def places(self, trail: Trail) -> list[Place]:
        """Where it delivers to and how that goes, places of backfills left out."""
        with self.database.read() as connection:
            return [place for place in tables.places_of(connection, trail.id) if place.job is None]

    def everywhere(self, trail: Trail) -> list[Place]:
        """All places that anything of it goes to, those of backfills too."""
        with self.database.read() as connection:
            return tables.places_of(connection, trail.id)

    def check_free(self, trail: Trail) -> None:
        """Raises `BucketTaken` if another trail of its account delivers to the same bucket and prefix."""
        self._check_bucket(trail, self.all(trail.account))

    def create(self, new: New, means: Given | None = None) -> Trail:
        """The new trail, Fresh: it delivers nothing before `start`. Every place was really asked.

        Raises what is wrong with the name, the settings or a place.
        """
        trails.check_name(new.name)
        settings = trails.with_roles(new.settings, new.account)
        trails.check(settings)
        organization = self._around.directory(new.account) if new.organization else None
        if new.organization and organization is None:
            raise trails.NoOrganization(f"{new.account} does not manage an organization")
        wanted = new._replace(settings=settings)
        trail = would_be(wanted, int(self._around.now()), organization.id if organization else "")
        self._check_room(trail, self.all(new.account))
        self._probe(trail, [slot for slot in self._slots(trail) if slot.kind != "data"], means or {})
        try:
            with self.database.begin() as connection:
                self._check_room(trail, tables.trails_of(connection, new.account))
                tables.insert_trail(connection, trail)
                self._settle(connection, trail, means or {})
        except sa.exc.IntegrityError as error:  # somebody made it at the same moment
            raise trails.TrailExists(f"the account has a trail {trail.name}") from error
        self._furnish(trail, self._slots(trail), means or {})
        self._around.changed()
        return trail

    def update(
        self,
        trail: Trail,
        change: Callable[[Settings], Settings],
        *,
        asked: Iterable[str] = (),
        means: Given | None = None,
    ) -> Trail:
        """`trail` with what `change` makes of its settings. Places of the kinds `asked`, and new ones, were really asked.

        Raises what is wrong with the new settings or a place.
        """
        kinds = frozenset(asked)
        for _ in range(_TRIES):
            changed = replace(trail, settings=trails.with_roles(change(trail.settings), trail.account))
            trails.check(changed.settings)
            self._check_bucket(changed, self.all(trail.account))
            before = {slot.address for slot in self._slots(trail)}
            fresh = [
                slot
                for slot in self._slots(changed)
                if slot.kind != "data" and (slot.kind in kinds or slot.address not in before)
            ]
            self._probe(changed, fresh, means or {})
            with self.database.begin() as connection:
                if tables.hold(connection, trail.id, trail.revision):
                    changed = replace(changed, updated=int(self._around.now()), revision=trail.revision + 1)
                    tables.update_trail(connection, changed)
                    self._settle(connection, changed, means or {})
                    self._turn(connection, changed)
                    break
            trail = self.find(trail.account, trail.name)
        else:
            raise Outage("the trail is being changed by others; try again", retry_after=1)
        self._furnish(changed, fresh, means or {})
        self._around.changed()
        return changed

    def start(self, account: str, name: str, region: str = "") -> None:
        """What is recorded from now on will be delivered. Nothing happens if that is so already."""
        with self.database.begin() as connection:
            trail = _found(connection, account, name, region)
            if trail.logging:
                return
            now = int(self._around.now())
            at = self._boundary(connection, trail)
            tables.update_trail(connection, replace(trail, status="Enable", started=now))
            tables.open_span(connection, trail.id, at, self._rules(connection, trail))
            tables.begin_at(connection, trail.id, at)
            figures.set_enabled(connection, account, tables.enabled(connection, account), now)
        self._around.changed()

    def stop(self, account: str, name: str, region: str = "") -> None:
        """What is recorded from now on will not be delivered; what was recorded before still is."""
        with self.database.begin() as connection:
            trail = _found(connection, account, name, region)
            if not trail.logging:
                return
            now = int(self._around.now())
            tables.update_trail(connection, replace(trail, status="Disable", stopped=now))
            tables.close_span(connection, trail.id, self._boundary(connection, trail))
            figures.set_enabled(connection, account, tables.enabled(connection, account), now)
        self._around.changed()

    def delete(self, account: str, name: str, region: str = "") -> None:
        """The trail is gone, with its couriers and whatever they had not delivered yet."""
        with self.database.begin() as connection:
            trail = _found(connection, account, name, region)
            now = int(self._around.now())
            connection.execute(_ABANDON, {"trail": trail.id, "now": now})
            tables.delete_trail(connection, trail.id)
            figures.set_enabled(connection, account, tables.enabled(connection, account), now)
        self._around.changed()

    def global_region(self, account: str) -> str:
        """Where the account's global events are stored."""
        with self.database.read() as connection:
            return self._global(connection, account)

    def set_global_region(self, account: str, region: str) -> None:
        """Global events recorded from now on are stored in `region`."""
        with self.database.begin() as connection:
            connection.execute(_SET_GLOBAL, {"account": account, "region": region})
            for trail in tables.trails_of(connection, account):
                self._turn(connection, trail, revise=True)
        self._around.changed()

    def follow_directory(self) -> None:
        """Trails of organizations take up accounts that joined, and leave those that left."""
        with self.database.read() as connection:
            several = [one for one in tables.all_trails(connection) if one.organization and one.logging]
            behind = [one for one in several if self._behind(connection, one)]
        for one in behind:
            with self.database.begin() as connection:
                if tables.hold(connection, one.id, one.revision):
                    self._turn(connection, one, revise=True)

    def aim(self, trail: Trail, place: Place) -> Aim:
        """What the destination `place` is opened with."""
        return aim_at(trail, place.address, self.means(place))

    def rules(self, trail: Trail) -> Rules:
        """What a trail such as this would deliver if it were started now."""
        with self.database.read() as connection:
            return self._rules(connection, trail)

    def means(self, place: Place) -> Means:
        """How `place` is written to."""
        return msgspec.json.decode(self._around.seal.unseal(place.means, _sealed_as(place.id)), type=Means)

    def sealed(self, place: str, means: Means) -> bytes:
        """`means` as the row of `place` keeps them."""
        return self._around.seal.seal(msgspec.json.encode(means), _sealed_as(place))

    def _slots(self, trail: Trail) -> list[Slot]:
        return trails.slots(trail, tuple(REGIONS))

    def _check_room(self, trail: Trail, others: list[Trail]) -> None:
        """Raises if the account may not have `trail` besides `others`."""
        if any(one.name == trail.name for one in others):
            raise trails.TrailExists(f"the account has a trail {trail.name}")
        if trail.organization:
            if any(one.organization for one in others):
                raise trails.TooManyOrganizationTrails("the account has a trail of its organization")
        else:
            here = [one for one in others if not one.organization and one.home_region == trail.home_region]
            if len(here) >= trails.TRAILS_MAX:
                raise trails.TooManyTrails(f"the account has {len(here)} trails in {trail.home_region}")
        self._check_bucket(trail, others)

    def _check_bucket(self, trail: Trail, others: list[Trail]) -> None:
        own = trail.settings
        for one in others:
            theirs = one.settings
            same = (own.oss_bucket, own.oss_prefix) == (theirs.oss_bucket, theirs.oss_prefix)
            if own.oss_bucket and same and one.id != trail.id:
                raise trails.BucketTaken(f"the trail {one.name} delivers to {own.oss_bucket} there")

    def _probe(self, trail: Trail, slots: Iterable[Slot], means: Given) -> None:
        """Really ask each place. Raises what the public API calls its refusal, or an outage."""
        for slot in slots:
            aim = aim_at(trail, slot.address, means.get(slot.address, slot.means))
            destination = self._around.open(aim)
            try:
                destination.probe()
            except NoSuchPlace as error:
                raise _MISSING.get(slot.kind, NoSuchPlace)(str(error)) from error
            except PlaceDenied as error:
                raise _DENIED.get(slot.kind, PlaceDenied)(str(error)) from error
            finally:
                destination.close()

    def _furnish(self, trail: Trail, slots: Iterable[Slot], means: Given) -> None:
        """A logstore is there as soon as its trail is, with its index. Where that fails, the first batch sees to it."""
        for slot in slots:
            if slot.kind != "sls":
                continue
            destination = self._around.open(aim_at(trail, slot.address, means.get(slot.address, slot.means)))
            if isinstance(destination, Furnished):
                with suppress(Refusal, Outage):
                    destination.furnish()
            destination.close()

    def _settle(self, connection: Connection, trail: Trail, means: Given) -> None:
        """The rows of its places are those that its settings mean."""
        wanted = {(slot.kind, slot.slot): slot for slot in self._slots(trail)}
        here = [
            place
            for place in tables.places_of(connection, trail.id)
            if place.job is None and not place.leaving
        ]
        begun = None if trail.started is None else self._boundary(connection, trail)
        for place in here:
            slot = wanted.pop((place.kind, place.slot), None)
            if slot is not None and slot.address == place.address:
                if slot.kind != "other" or slot.address in means:
                    sealed = self.sealed(place.id, means.get(slot.address, slot.means))
                    tables.set_means(connection, place.id, sealed)
                continue
            if slot is None:
                _end_at(connection, place, self._boundary(connection, trail))
            else:
                self._insert(connection, trail, slot, means, _hand_over(connection, place))
        for slot in wanted.values():
            self._insert(connection, trail, slot, means, begun)

    def _insert(self, connection: Connection, trail: Trail, slot: Slot, means: Given, at: int | None) -> None:
        place = tables.fresh(trail.id, slot, at, int(self._around.now()))
        sealed = self.sealed(place.id, means.get(slot.address, slot.means))
        tables.insert_place(connection, replace(place, means=sealed))

    def _turn(self, connection: Connection, trail: Trail, *, revise: bool = False) -> None:
        """From here on its present rules count; nothing happens if they are those that counted."""
        spans = tables.spans_of(connection, trail.id)
        chosen = self._rules(connection, trail)
        if not trail.logging or spans[-1].rules == chosen:
            return
        if revise:
            tables.update_trail(connection, trail)
        at = self._boundary(connection, trail)
        tables.close_span(connection, trail.id, at)
        tables.open_span(connection, trail.id, at, chosen)

    def _behind(self, connection: Connection, trail: Trail) -> bool:
        return tables.spans_of(connection, trail.id)[-1].rules != self._rules(connection, trail)

    def _boundary(self, connection: Connection, trail: Trail) -> int:
        """The place of the ledger that means now; nothing of the trail was sealed beyond it."""
        return max(self._around.size(), tables.reached(connection, trail.id))

    def _rules(self, connection: Connection, trail: Trail) -> Rules:
        organization = self._around.directory(trail.account) if trail.organization else None
        return trails.rules(trail, organization, self._global(connection, trail.account))

    def _global(self, connection: Connection, account: str) -> str:
        found = connection.execute(_GLOBAL, {"account": account}).scalar()
        return str(found) if found else self._around.global_region


def would_be(new: New, now: int, organization: str = "") -> Trail:
    """The trail that `new` would be: Fresh, and nowhere kept."""
    return Trail(
        id=tables.new_id(),
        account=new.account,
        name=new.name,
        home_region=new.home_region,
        organization=organization,
        status="Fresh",
        created=now,
        updated=now,
        started=None,
        stopped=None,
        revision=1,
        settings=new.settings,
    )


def _found(connection: Connection, account: str, name: str, region: str) -> Trail:
    trail = tables.trail_named(connection, account, name)
    if trail is None or (region and trail.home_region != region):
        raise NoSuchTrail(name)
    return trail


def _end_at(connection: Connection, place: Place, boundary: int) -> None:
    """`place` still gets what was recorded before `boundary`, and then is forgotten."""
    if place.position is None:
        tables.delete_places(connection, [place.id])
    else:
        tables.set_until(connection, place.id, boundary)


def _hand_over(connection: Connection, place: Place) -> int | None:
    """`place` gets nothing more than what is under way to it. Answers where its heir begins."""
    if place.sealed is None:
        tables.delete_places(connection, [place.id])
        return place.position
    tables.set_until(connection, place.id, place.sealed.end)
    return place.sealed.end


def aim_at(trail: Trail, address: str, means: Means) -> Aim:
    """What a destination of `trail` at `address` is opened with."""
    return Aim(trail.name, trail.account, trail.home_region, trail.organization, address, means)


def _sealed_as(place: str) -> str:
    return f"place:{place}"
