"""Exports of any size: written in the background to a file, counted and hashed, and kept for a day to be fetched.

An export is a folder with its file and `job.json`, which is all that is known of it. It sees the ledger as far as
it was searchable when it was asked for; so an export that was interrupted begins again by itself and gives the same
bytes. Fetching can be taken up anywhere, for a file that is done never changes.
"""

import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from actiontrail.errors import Outage, Refusal
from actiontrail.event.selector import parse
from actiontrail.query.export import TYPES, Wanted, refuse_unknown, write_all
from actiontrail.query.search import Asked, Search
from actiontrail.store import files

KEPT_SECONDS = 24 * 3600
KEPT_MAX = 20  # of one account, those at work too
FREE_BYTES_MIN = 1024 * 1024 * 1024  # what an export leaves for the record, unless somebody says otherwise
TOLD_SECONDS = 0.5
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
log = structlog.get_logger(__name__)


class NoSuchExport(Refusal):
    """The account has no export of this id: it never had, or it was kept long enough."""


class NotDone(Refusal):
    """The export has no file yet."""


class TooManyExports(Refusal):
    """The account keeps as many exports as it may."""


class DiskFull(Refusal):
    """The disk has less room than an export leaves for the record."""


class Asker(NamedTuple):
    """Who wants an export, and the request by which they asked: what the record and the log know it by."""

    user: str
    request: str = ""


class _Dropped(Exception):
    """Nobody wants this export any more."""


class Job(msgspec.Struct, frozen=True):
    """One export. Moments are seconds since 1970, 0 where they have not come; `sha256` is of the whole file."""

    id: str
    account: str
    by_user: str
    query: str
    start_ms: int | None
    end_ms: int | None
    form: str
    zone: str
    bom: bool
    as_of: int
    asked: float
    state: str = WAITING
    rows: int = 0
    size: int = 0
    sha256: str = ""
    error: str = ""
    ended: float = 0.0
    request: str = ""
    fault: str = ""  # the name of the failure

    @property
    def expires(self) -> float:
        """When it is deleted; 0 while it is at work."""
        return self.ended + KEPT_SECONDS if self.ended else 0.0


class Exports:
    """The exports in `folder`. Any thread may ask; one thread of its own writes, one export after the other."""

    def __init__(
        self,
        search: Search,
        folder: Path,
        *,
        free_bytes_min: int = FREE_BYTES_MIN,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._search = search
        self._folder = folder
        self._free_bytes_min = free_bytes_min
        self._now = now
        self._lock = threading.Lock()  # of every `job.json`
        self._wake = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._work, name="exports", daemon=True)

    def start(self) -> None:
        """Go on with what was asked for before."""
        self._thread.start()

    def stop(self) -> None:
        """What is being written begins again after the next start."""
        self._stopping = True
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def begin(self, asked: Asked, wanted: Wanted, by: Asker) -> Job:
        """Ask for an export. Raises `SelectorError`, `OutOfRange`, `TooManyExports`."""
        parse(asked.query)
        refuse_unknown(wanted)
        self._clear()
        with self._lock:
            if len(list(self._jobs(asked.account))) >= KEPT_MAX:
                raise TooManyExports(f"an account keeps at most {KEPT_MAX} exports; delete one first")
            job = Job(
                id=f"exp-{secrets.token_hex(12)}",
                account=asked.account,
                by_user=by.user,
                request=by.request,
                query=asked.query,
                start_ms=asked.start_ms,
                end_ms=asked.end_ms,
                form=wanted.form,
                zone=wanted.zone,
                bom=wanted.bom,
                as_of=self._search.seen().size,
                asked=self._now(),
            )
            files.make_folder(self._of(job))
            self._keep(job)
        self._wake.set()
        return job

    def jobs(self, account: str) -> list[Job]:
        """The account's exports, newest first."""
        self._clear()
        with self._lock:
            return sorted(self._jobs(account), key=lambda job: (-job.asked, job.id))

    def job(self, account: str, export_id: str) -> Job:
        """One export. Raises `NoSuchExport`."""
        found = next((job for job in self.jobs(account) if job.id == export_id), None)
        if found is None:
            raise NoSuchExport(f"there is no export {export_id[:40]!r}; they are kept for a day")
        return found

    def drop(self, account: str, export_id: str) -> None:
        """The account has no export of this id when this returns; one at work is stopped."""
        with suppress(NoSuchExport):
            job = self.job(account, export_id)
            with self._lock:
                shutil.rmtree(self._of(job), ignore_errors=True)

    def file(self, account: str, export_id: str) -> tuple[Job, Path]:
        """A finished export and its file. Raises `NoSuchExport`, `NotDone`."""
        job = self.job(account, export_id)
        if job.state != DONE:
            raise NotDone(f"the export is {job.state}" + (f": {job.error}" if job.error else ""))
        return job, self._file(job)

    def _of(self, job: Job) -> Path:
        return self._folder / job.account / job.id

    def _file(self, job: Job) -> Path:
        return self._of(job) / f"events.{job.form}"

    def _keep(self, job: Job) -> None:
        files.replace(self._of(job) / "job.json", msgspec.json.encode(job), mode=0o600)

    def _jobs(self, account: str) -> Iterator[Job]:
        for path in (self._folder / account).glob("*/job.json"):
            with suppress(OSError, msgspec.MsgspecError):
                yield msgspec.json.decode(path.read_bytes(), type=Job)

    def _all(self) -> list[Job]:
        if not self._folder.is_dir():
            return []
        return [job for account in self._folder.iterdir() for job in self._jobs(account.name)]

    def _clear(self) -> None:
        """Delete what was kept long enough."""
        with self._lock:
            for job in self._all():
                if job.expires and job.expires <= self._now():
                    shutil.rmtree(self._of(job), ignore_errors=True)

    def _work(self) -> None:
        while not self._stopping:
            with self._lock:
                open_jobs = [job for job in self._all() if job.state in {WAITING, RUNNING}]
            if open_jobs:
                self._write(min(open_jobs, key=lambda job: job.asked))
                continue
            self._wake.wait(60)
            self._wake.clear()

    def _write(self, job: Job) -> None:
        """Write the file of one export, from its beginning, and say how that went."""
        try:
            self._change(job, state=RUNNING, rows=0)
            done = self._written(job)
        except _Dropped:
            return
        except Outage as error:  # the search engine is away: it begins again
            log.warning("an export waits", export=job.id, error=str(error))
            self._wake.clear()
            self._wake.wait(2)
            return
        except (Refusal, OSError) as error:
            self._fail(job, error)
            return
        with suppress(_Dropped):
            self._keep_done(done)

    def _fail(self, job: Job, error: Exception) -> None:
        log.warning("an export failed", export=job.id, request_id=job.request, error=str(error))
        fault = type(error).__name__
        with suppress(_Dropped):
            self._change(job, state=FAILED, error=str(error)[:1000], fault=fault, ended=self._now())

    def _need_room(self) -> None:
        free = shutil.disk_usage(self._folder).free
        if free < self._free_bytes_min:
            raise DiskFull(
                f"the disk has {free:,} bytes left, and an export leaves at least {self._free_bytes_min:,} for the record"
                " (export_free_bytes_min); ask for less, or make room"
            )

    def _written(self, job: Job) -> Job:
        asked = Asked(
            account=job.account, query=job.query, start_ms=job.start_ms, end_ms=job.end_ms, as_of=job.as_of
        )
        wanted = Wanted(job.form, bom=job.bom, zone=job.zone)
        told = [time.monotonic()]

        def watch(rows: int) -> None:
            if self._stopping or not self._of(job).is_dir():
                raise _Dropped
            if time.monotonic() - told[0] >= TOLD_SECONDS:
                told[0] = time.monotonic()
                self._need_room()
                self._change(job, state=RUNNING, rows=rows)

        self._need_room()
        with self._file(job).open("wb") as file:
            part = write_all(self._search, asked, file, wanted, watch)
            file.flush()
            os.fsync(file.fileno())
        return msgspec.structs.replace(
            job, state=DONE, rows=part.rows, size=part.size, sha256=part.sha256, ended=self._now()
        )

    def _keep_done(self, job: Job) -> None:
        with self._lock:
            if not self._of(job).is_dir():
                raise _Dropped
            self._keep(job)

    def _change(self, job: Job, **change: object) -> None:
        self._keep_done(msgspec.structs.replace(job, **change))


def media_type(job: Job) -> str:
    """Of its file."""
    return TYPES[job.form]
