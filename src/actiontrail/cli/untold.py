"""What was changed in files beside the service, told as events: the log's signing key, and the settings.

No transaction of the control database knows of a file. So `serve` and `keys rotate` compare what there is with what was
told last (`store/told.py`), and tell the difference: a command that was broken off, or an editor, hides nothing. A
hand-over has ids of its own, so that telling it twice records it once.
"""

import base64
import hashlib
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import msgspec

from actiontrail import config
from actiontrail.access.accounts import Accounts
from actiontrail.api.deeds import Deed, Telling
from actiontrail.cli.operate import own_vkey
from actiontrail.cli.recording import UNKNOWN, Operating, operating
from actiontrail.ledger import handover, notekey
from actiontrail.ledger.places import Places
from actiontrail.store.told import Told

HANDOVERS: Final = "hand-overs"  # how many of them were told
SETTINGS: Final = "settings"  # what they were when they were told
URLS: Final = ("database", "clickhouse")  # settings that can hold a password
LOG_KEY: Final = "ACS::ActionTrail::LogKey"


def tell(data: Path, *, operator: str = UNKNOWN) -> None:
    """Whatever was not told yet is on its way when this returns. `operator` is who did it, where that is known."""
    settings = config.load(data)
    with operating(data) as record:
        there = notekey.shown_handovers(Places(data).handover, own_vkey(data, settings))
        _tell_handovers(record, there, operator)
        _tell_settings(record, settings)


def _tell_handovers(record: Operating, there: Sequence[bytes], operator: str) -> None:
    """The log's key concerns everybody whose events it vouches for: each account is told."""
    told = Told(record.database)
    known = int(told.get(HANDOVERS) or 0)
    if known >= len(there):
        return
    accounts = [one.id for one in Accounts(record.database).list()]
    record.chronicle.tell(*_of_handovers(record, there[known:], accounts, operator))
    told.put(HANDOVERS, str(len(there)))


def _of_handovers(
    record: Operating, notes: Sequence[bytes], accounts: Sequence[str], operator: str
) -> Iterator[Telling]:
    for note in notes:
        step = handover.verify(note)
        deed = Deed(
            action="actiontrail:RotateLogKey",
            parameters={
                "Origin": step.origin,
                "Size": step.size,
                "Root": base64.b64encode(step.root).decode(),
                "OldKey": step.old,
                "NewKey": step.new,
            },
            references={LOG_KEY: (handover.name_of(step.old), handover.name_of(step.new))},
        )
        for account in accounts:
            yield record.telling(deed, account, operator=operator, request_id=_id(note, account))


def _id(note: bytes, account: str) -> str:
    """The same for the same hand-over and account, whoever tells it, and however often."""
    return str(uuid.UUID(bytes=hashlib.sha256(note + account.encode()).digest()[:16], version=5)).upper()


def _tell_settings(record: Operating, settings: config.Config) -> None:
    """The settings are the operator's: the first account is told what is no more as it was told last."""
    told = Told(record.database)
    now = shown(settings)
    kept = told.get(SETTINGS)
    before: dict[str, str] = (
        shown(config.Config()) if kept is None else msgspec.json.decode(kept, type=dict[str, str])
    )
    differing = {
        name: {"Before": before.get(name, ""), "Now": now.get(name, "")}
        for name in sorted(before.keys() | now.keys())
        if before.get(name) != now.get(name)
    }
    encoded = msgspec.json.encode(now).decode()
    if not differing:
        if kept is None:
            told.put(SETTINGS, encoded)
        return
    first = Accounts(record.database).list()[0].id
    deed = Deed(action="actiontrail:UpdateSettings", parameters={"Settings": differing})
    with record.doing(deed, first, operator=UNKNOWN):
        told.put(SETTINGS, encoded)


def shown(settings: config.Config) -> dict[str, str]:
    """Each setting as its file would write it, and no password."""
    values = {name: getattr(settings, name) for name in settings.__struct_fields__}
    for name in URLS:
        values[name] = _without_password(values[name])
    return {name: config.written(value) for name, value in values.items()}


def _without_password(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:  # nothing opens it either; whoever opens it says so
        return "…"
    user, at, place = parts.netloc.rpartition("@")
    name = user.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{name}{at}{place}", query="…" if parts.query else ""))
