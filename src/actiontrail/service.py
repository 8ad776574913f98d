"""The house put together: make a record, open the recorder, open the reader. No logic.

`create` makes what `open_recorder` and `open_reader` open; neither of these ever makes a record, so a
wrong path can never start a second one. What was opened is closed in the opposite order, and the ledger
is left closed in good order.
"""

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import structlog

from actiontrail import config
from actiontrail.access.accounts import NAME_CHARS_MAX
from actiontrail.access.directory import Directories
from actiontrail.access.keys import Keys
from actiontrail.access.names import check_remark
from actiontrail.access.seal import Sealer, read_passphrase
from actiontrail.capture import intake
from actiontrail.capture.masking import Masker
from actiontrail.capture.own import Own
from actiontrail.config import BadConfig, Config
from actiontrail.delivery.backfill import Backfills
from actiontrail.delivery.changes import Surroundings, Trails
from actiontrail.delivery.courier import Depot, Limits
from actiontrail.delivery.couriers import TICK_SECONDS, Couriers, Wake
from actiontrail.delivery.destinations import KINDS, Ground, Reach, opener, reader, secrecy
from actiontrail.delivery.inspection import Inspections
from actiontrail.delivery.probing import SECONDS as PROBE_SECONDS
from actiontrail.delivery.probing import Prober
from actiontrail.delivery.sheets import Sheets
from actiontrail.delivery.trails import Organization, global_region
from actiontrail.errors import Outage, Refusal
from actiontrail.event import formats
from actiontrail.event.formats import Formats
from actiontrail.event.formats.generic import BadFieldMap
from actiontrail.ledger import notekey, sequencer
from actiontrail.ledger.lately import Lately
from actiontrail.ledger.note import Signer, Verifier, good_name
from actiontrail.ledger.places import Places
from actiontrail.ledger.reader import Reader
from actiontrail.ledger.sequencer import Past, Sequencer
from actiontrail.store import files
from actiontrail.store.database import Database
from actiontrail.store.lock import make_lock, open_lock
from actiontrail.store.outbox import Outbox

if TYPE_CHECKING:
    from actiontrail.access.consoles import Sessions
    from actiontrail.access.signin import SignIn
    from actiontrail.query.engine import Limits as QueryLimits
    from actiontrail.query.exportjobs import Exports
    from actiontrail.query.geography import Geography
    from actiontrail.query.insighttypes import InsightTypes
    from actiontrail.query.projection import Projection
    from actiontrail.query.saved import Saved

ORIGIN_PREFIX: Final = "actiontrail.local/"
PROJECTION: Final = "projection"
EXPORTS: Final = "exports"
READER_SOCKET: Final = "reader.sock"
WAIT_SECONDS: Final = 1.0  # how long the projector sleeps when nothing comes; records wake it
BACKOFF_SECONDS: Final = (0.2, 1.0, 5.0)
SOCKET_PATH_MAX: Final = 100  # the kernel's limit for a Unix socket is 108 bytes

log = structlog.get_logger("actiontrail.service")


class FolderNotEmpty(Refusal):
    """A record is only ever made in an empty folder."""

    def __init__(self, data: Path, found: str) -> None:
        super().__init__(
            f"{data} is not empty: it holds {found}. A new record is made in an empty folder (config.toml may be there)."
        )


class BadOrigin(Refusal):
    """A log's name that no key can bear."""

    def __init__(self, origin: str) -> None:
        super().__init__(
            f"a log cannot be called {origin!r}: a name has neither white space nor a plus, as in log.example.com/audit"
        )


class NoRecordHere(Refusal):
    """There is no record in this folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(
            f"{data} holds no record. `actiontrail init --data {data}` makes one; is the path right?"
        )


def formats_of(data: Path, settings: Config) -> Formats:
    """The formats in force for the record in `data`. Raises `BadConfig`, which names the key at fault."""
    try:
        return formats.declaring(settings.formats)
    except BadFieldMap as error:
        raise BadConfig(f"{data / config.FILE_NAME}: {error}") from error


def geography_of(data: Path, settings: Config) -> "Geography":
    """What the operator knows of addresses. Raises `BadConfig`, which names the file at fault."""
    from actiontrail.query.geography import Geography

    with _address_databases(data, settings) as files:
        return Geography(files)


def verify_geography(data: Path, settings: Config) -> None:
    """Raise the `BadConfig` that `geography_of` would; no file is kept."""
    from actiontrail.query.geography import verify

    with _address_databases(data, settings) as files:
        verify(files)


@contextmanager
def _address_databases(data: Path, settings: Config) -> Iterator[list[Path]]:
    from actiontrail.query.geography import BadAddressDatabase

    try:
        yield [data / file for file in settings.address_databases]
    except BadAddressDatabase as error:
        raise BadConfig(f"{data / config.FILE_NAME}: address_databases: {error}") from error


def verify_destinations(data: Path, settings: Config) -> None:
    """Raise `BadConfig` for a kind of destination that there is not."""
    if unknown := sorted(settings.destinations.keys() - KINDS.keys()):
        known = ", ".join(KINDS)
        raise BadConfig(
            f"{data / config.FILE_NAME}: there is no destination {', '.join(unknown)}; there are {known}"
        )


def ground_of(data: Path, settings: Config, signer: Signer) -> Ground:
    """What the destinations of the record in `data` share. Raises `BadConfig` for a kind that there is not."""
    verify_destinations(data, settings)
    reach = {
        scheme: Reach(
            endpoint=reached.endpoint,
            region=reached.region,
            credentials=reached.credentials,
            path_style=reached.path_style,
            sts_endpoint=reached.sts_endpoint,
            tunnel_endpoint=reached.tunnel_endpoint,
            ca_file=reached.ca_file,
            create=reached.create,
            timeout_s=reached.timeout_seconds,
        )
        for scheme, reached in settings.destinations.items()
    }
    return Ground(data, reach, signer)


def managed_by(directories: Directories) -> Callable[[str], Organization | None]:
    """The organization that an account manages: only that account may have a trail of it."""

    def managed(account: str) -> Organization | None:
        found = directories.organization_of(account)
        if found is None or found.management_account != account:
            return None
        return Organization(found.id, found.accounts)

    return managed


class Created(NamedTuple):
    """A new record and its first key, which is shown this once."""

    account_id: str
    access_key_id: str
    access_key_secret: str
    vkey: str
    origin: str


def create(data: Path, *, origin: str = "", account_name: str = "") -> Created:
    """An empty record in `data` with one account and its first access key. If that fails, `data` is as it was.

    The ledger is made last: a folder in which this was broken off is no record, and is refused by `serve`.
    """
    found = sorted(path.name for path in data.iterdir()) if data.exists() else []
    if others := [name for name in found if name != config.FILE_NAME]:
        raise FolderNotEmpty(data, ", ".join(others[:5]))
    check_remark("account's name", account_name, most=NAME_CHARS_MAX)
    if origin and not good_name(origin):
        raise BadOrigin(origin)
    with _undone(data, found):
        return _create(data, origin or ORIGIN_PREFIX + secrets.token_hex(8), account_name)


@contextmanager
def _undone(data: Path, found: Sequence[str]) -> Iterator[None]:
    """If this fails, the folder `data` holds no more than what was `found` in it; nor is it there if it was not."""
    there = data.exists()
    try:
        yield
    except BaseException:
        for path in data.iterdir() if data.is_dir() else ():
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            elif path.name not in found:
                path.unlink(missing_ok=True)
        if not there and data.is_dir():
            data.rmdir()
        raise


def _create(data: Path, origin: str, account_name: str) -> Created:
    settings = config.load(data)
    passphrase = read_passphrase(settings.passphrase_file)
    files.make_folder(data)
    data.chmod(0o700)
    if not (data / config.FILE_NAME).exists():
        files.replace(data / config.FILE_NAME, _settings_text().encode(), mode=0o600)
    signer = notekey.create(data / "keys", origin, passphrase)
    sealer = Sealer.create(data / "keys", passphrase)
    database = Database.open(data, settings.database)
    try:
        keys = Keys(database, sealer)
        key = keys.create_key(keys.create_account(account_name))
    finally:
        database.close()
    lock = make_lock(data, settings.database, signer.name)
    try:
        sequencer.create(data, lock=lock, signer=signer)
    finally:
        lock.close()
    return Created(key.account, key.access_key_id, key.access_key_secret, signer.vkey, signer.name)


def _settings_text() -> str:
    """Every setting, commented out, with its default."""
    lines = ["# Settings of this record. A line without `# ` in front is in force; restart to apply.", ""]
    defaults = Config()
    for name, text in config.helps().items():
        lines += [f"# {text}", f"# {name} = {config.written(getattr(defaults, name))}", ""]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Recorder:
    """What the front door needs."""

    data: Path
    settings: Config
    database: Database
    keys: Keys
    sequencer: Sequencer
    intake: intake.Intake
    outbox: Outbox
    own: Own
    ledger: Reader
    origin: str
    verifiers: tuple[Verifier, ...]
    socket: Path


class People(NamedTuple):
    """What signing in to the console needs."""

    signin: "SignIn"
    sessions: "Sessions"
    sealer: Sealer


@dataclass(frozen=True, slots=True)
class Reading:
    """What answers questions needs."""

    data: Path
    settings: Config
    database: Database
    keys: Keys
    ledger: Reader
    lately: Lately
    projection: "Projection"
    projector: "Projector"
    token_key: bytes
    origin: str
    verifiers: tuple[Verifier, ...]
    socket: Path
    limits: "QueryLimits"
    formats: Formats
    trails: Trails
    backfills: Backfills
    couriers: Couriers
    prober: Prober
    inspections: Inspections
    saved: "Saved"
    exports: "Exports"
    insight_types: "InsightTypes"
    people: People


@contextmanager
def open_recorder(data: Path) -> Iterator[Recorder]:
    """The record in `data`, open for writing. Raises `NoRecordHere`, `SecondWriter`, or what recovery finds."""
    with _opened(data) as (settings, keys, signer, verifiers, stack, database, _):
        known = formats_of(data, settings)
        verify_geography(data, settings)  # or the reader would only start again and again
        lock = open_lock(data, settings.database, signer.name)
        stack.callback(lock.close)
        limits = sequencer.Limits(
            queue_bytes=settings.queue_bytes_max,
            round_bytes=settings.round_bytes_max,
            segment_bytes=settings.segment_bytes_max,
            repeats_hours=settings.repeats_hours,
            repeats_bytes=settings.repeats_bytes_max,
        )
        past = Past(verifiers[1:], known)
        writer = Sequencer.open(data, lock=lock, signer=signer, limits=limits, past=past)
        stack.callback(writer.close)
        ledger = Reader(data)
        stack.callback(ledger.close)
        taking = intake.Intake(
            writer,
            intake.Limits(settings.event_bytes_max, settings.body_bytes_max, settings.nesting_max),
            Masker(settings.mask),
            formats=known,
        )
        log.info("recording", data=str(data), size=ledger.size(), origin=signer.name)
        outbox = Outbox(database)
        own = Own(outbox, taking, database.watch.stamp)
        own.start()
        stack.callback(own.stop)
        yield Recorder(
            data,
            settings,
            database,
            keys,
            writer,
            taking,
            outbox,
            own,
            ledger,
            signer.name,
            verifiers,
            _socket(data),
        )


@contextmanager
def open_reader(data: Path) -> Iterator[Reading]:
    """The record in `data`, open for questions, with its projector at work."""
    from actiontrail.query.engine import Engine
    from actiontrail.query.engine import Limits as QueryLimits
    from actiontrail.query.exportjobs import Exports
    from actiontrail.query.insighttypes import InsightTypes
    from actiontrail.query.projection import Projection
    from actiontrail.query.saved import Saved
    from actiontrail.query.search import Search

    with _opened(data) as opened:
        settings, keys, signer, verifiers, stack, database, sealer = opened
        known = formats_of(data, settings)
        ledger = Reader(data)
        stack.callback(ledger.close)
        lately = Lately(Places(data).repeats, ledger, bytes_max=settings.repeats_bytes_max, formats=known)
        stack.callback(lately.close)
        engine = Engine(
            settings.clickhouse or data / PROJECTION, memory_bytes=settings.projection_memory_bytes_max
        )
        projection = Projection(engine, known, searchable_days=settings.searchable_days)
        stack.callback(projection.close)
        if projection.detached:
            log.warning(
                "the search engine had put broken parts aside; their rows are made again",
                parts=projection.detached,
                again_from=projection.size(),
            )
        projector = Projector(projection, ledger)
        projector.start()
        stack.callback(projector.stop)
        token_key = sealer.derive("page tokens")
        limits = QueryLimits(
            settings.query_seconds_max, settings.query_memory_bytes_max, settings.query_rows_max
        )
        delivery = _delivery(opened, ground_of(data, settings, signer), ledger, known)
        exports = Exports(
            Search(projection, limits=limits, rows_max=limits.rows),
            data / EXPORTS,
            free_bytes_min=settings.export_free_bytes_min,
        )
        exports.start()
        stack.callback(exports.stop)
        delivery.couriers.start()
        stack.callback(delivery.couriers.stop)
        log.info("answering", data=str(data), searchable=projection.size(), size=ledger.size())
        yield Reading(
            data,
            settings,
            database,
            keys,
            ledger,
            lately,
            projection,
            projector,
            token_key,
            signer.name,
            verifiers,
            _socket(data),
            limits,
            known,
            *delivery,
            Saved(database),
            exports,
            InsightTypes(database),
            _people(database, sealer, settings),
        )


def _people(database: Database, sealer: Sealer, settings: Config) -> People:
    from actiontrail.access.consoles import Limits, Sessions
    from actiontrail.access.signin import SignIn
    from actiontrail.access.users import Users

    limits = Limits(settings.console_idle_minutes * 60, settings.console_hours_max * 3600)
    sessions = Sessions(database, Users(database), sealer.derive("csrf tokens"), limits=limits)
    return People(SignIn(database, sealer, need_totp=settings.console_totp_required), sessions, sealer)


class _Opened(NamedTuple):
    """What both processes need, and a stack that closes whatever is put on it."""

    settings: Config
    keys: Keys
    signer: Signer
    verifiers: tuple[Verifier, ...]
    stack: ExitStack
    database: Database
    sealer: Sealer


@contextmanager
def _opened(data: Path) -> Iterator[_Opened]:
    """Open what both processes need; closed again in the end."""
    places = Places(data)
    if not places.segments.is_dir():
        raise NoRecordHere(data)
    settings = config.load(data)
    passphrase = read_passphrase(settings.passphrase_file)
    with ExitStack() as stack:
        database = Database.open(data, settings.database)
        stack.callback(database.close)
        sealer = Sealer.open(data / "keys", passphrase)
        keys = Keys(database, sealer)
        stack.callback(keys.flush)
        signer = notekey.load(data / "keys", passphrase)
        verifiers = notekey.trusted(signer.vkey, signer.name, places.handover)
        yield _Opened(settings, keys, signer, verifiers, stack, database, sealer)


class _Delivery(NamedTuple):
    """Trails, what brings them, what brings the past, what asks places, and what looks whether all is there."""

    trails: Trails
    backfills: Backfills
    couriers: Couriers
    prober: Prober
    inspections: Inspections


def _delivery(opened: _Opened, ground: Ground, ledger: Reader, known: Formats) -> _Delivery:
    settings, wake, open_ = opened.settings, Wake(), opener(ground)
    trails = Trails(
        Surroundings(
            database=opened.database,
            seal=opened.sealer,
            open=open_,
            size=ledger.size,
            now=time.time,
            directory=managed_by(Directories(opened.database)),
            global_region=global_region(settings.region),
            changed=wake.ring,
        )
    )
    depot = Depot(
        trails=trails,
        open=open_,
        ledger=ledger,
        sheets=Sheets(ledger, known, bytes_max=settings.delivery_memory_bytes),
        limits=Limits(settings.delivery_events_max, settings.delivery_bytes_max, settings.delivery_seconds),
        now=time.time,
    )
    tick = min(TICK_SECONDS, max(0.05, settings.delivery_seconds / 4))
    return _Delivery(
        trails,
        Backfills(trails, ledger, changed=wake.ring),
        Couriers(depot, wake, tick=tick),
        Prober(trails, opener(ground.hurried(PROBE_SECONDS)), secrecy(ground), now=time.time),
        Inspections(trails, ledger, reader(ground), opened.verifiers),
    )


def _socket(data: Path) -> Path:
    """Where the reader listens. A path too long for a socket is used by way of the current folder."""
    socket = data.resolve() / "run" / READER_SOCKET
    if len(bytes(socket)) <= SOCKET_PATH_MAX:
        return socket
    return Path(data / "run" / READER_SOCKET)


class Projector:
    """The thread that keeps the projection up with the ledger. A failure is told, and tried again."""

    def __init__(self, projection: "Projection", ledger: Reader) -> None:
        self._projection = projection
        self._ledger = ledger
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="projector", daemon=True)
        self._told: set[str] = set()
        self.failures = 0  # in a row

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch under way and end."""
        self._stop.set()
        self._thread.join()

    def lag(self) -> int:
        """How many records are not searchable yet."""
        return max(0, self._ledger.size() - self._projection.size())

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                if gone := self._projection.expire(self._ledger, datetime.now(UTC)):
                    log.info("no longer searchable", records=gone, since=self._projection.reach.told())
                if not self._projection.follow(self._ledger):
                    self._ledger.wait(self._projection.size(), WAIT_SECONDS)
                self._tell_undeclared()
                self.failures = 0
            except Outage as error:
                self._pause("the search engine did not answer", str(error))
            except Exception as error:
                log.exception("the projector failed", at=self._projection.size())
                self._pause("the projector failed", type(error).__name__)

    def _tell_undeclared(self) -> None:
        """Say once of each format that nobody declares it any more."""
        for name in self._projection.undeclared().keys() - self._told:
            self._told.add(name)
            log.warning(
                "no such format is declared; its records are read by the generic mapping", format=name
            )

    def _pause(self, what: str, why: str) -> None:
        wait = BACKOFF_SECONDS[min(self.failures, len(BACKOFF_SECONDS) - 1)]
        self.failures += 1
        log.warning(what, why=why, retry_seconds=wait)
        self._stop.wait(wait)
