"""Where addresses are and whose they are, as files say that the operator put there. Nothing is asked over a network.

The files are MaxMind DBs (https://maxmind.github.io/MaxMind-DB/), read with the field names of GeoLite2 and DB-IP
(`country.iso_code`, `city.names`, `autonomous_system_number`) and those of IPinfo (`country_code`, `asn`, `as_name`).
What a file says is a hint for people: it is never recorded, and no rule rests on it.
"""

import ipaddress
import shutil
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import maxminddb
import msgspec
import structlog

from actiontrail.errors import Refusal

Kind = Literal["public", "private", "special", "name", "none"]
NAME_CHARS_MAX = 200
PIECE = 1024 * 1024
_LANGUAGES = ("en", "zh-CN")

log = structlog.get_logger("actiontrail.query")


class BadAddressDatabase(Refusal):
    """A file is not there, or is no MaxMind DB."""


class Spot(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """One address. `kind`: `public`; `private` (RFC 1918 and the like); `special` (loopback, link-local, documentation,
    multicast); `name` where a service stands instead of an address; `none` for nothing. The country is an ISO 3166
    code; what is not known is empty.
    """

    address: str
    kind: Kind
    country: str = ""
    city: str = ""
    city_zh: str = ""
    asn: str = ""
    network: str = ""


def verify(files: Sequence[Path]) -> None:
    """Raise `BadAddressDatabase` for a file that `Geography` would not take. Nothing is kept, and next to nothing read."""
    for file in files:
        with _named(file):
            maxminddb.open_database(str(file), maxminddb.MODE_FILE).close()


class Geography:
    """The files, opened. Safe to share between threads. A file that was replaced is opened anew; one that broke keeps its last state."""

    def __init__(self, files: Sequence[Path] = ()) -> None:
        """Raises `BadAddressDatabase`."""
        self._lock = threading.Lock()
        self._files = tuple(files)
        self._open: dict[Path, tuple[tuple[int, ...], maxminddb.Reader]] = {}
        for file in self._files:
            self._open[file] = _opened(file)

    @property
    def known(self) -> tuple[str, ...]:
        """What the files are and from when: `DBIP-City-Lite, 2026-11-01`."""
        told = []
        for reader in self._readers():
            about = reader.metadata()
            day = datetime.fromtimestamp(about.build_epoch, UTC).date()
            told.append(f"{about.database_type[:NAME_CHARS_MAX]}, {day}")
        return tuple(told)

    def of(self, addresses: Iterable[str]) -> list[Spot]:
        """One for each, in their order."""
        readers = self._readers()
        return [_spot(address, readers) for address in addresses]

    def close(self) -> None:
        """Let the files go."""
        with self._lock:
            for _, reader in self._open.values():
                reader.close()
            self._open.clear()

    def _readers(self) -> list[maxminddb.Reader]:
        with self._lock:
            for file in self._files:
                held = self._open.get(file)
                try:
                    if held is None or _state(file) != held[0]:
                        self._open[file] = _opened(file)  # whoever reads the old one reads on
                except (OSError, BadAddressDatabase) as error:
                    log.warning("a database of addresses cannot be read anew", file=str(file), why=str(error))
            return [self._open[file][1] for file in self._files if file in self._open]


def _state(file: Path) -> tuple[int, ...]:
    found = file.stat()
    return (found.st_ino, found.st_mtime_ns, found.st_size)


def _opened(file: Path) -> tuple[tuple[int, ...], maxminddb.Reader]:
    """The file as it is now, mapped from a copy without a name, which nobody can shorten under us: decision 131."""
    with _named(file), file.open("rb") as found, tempfile.NamedTemporaryFile() as copy:
        state = _state(file)
        shutil.copyfileobj(found, copy, PIECE)
        copy.flush()
        return state, maxminddb.open_database(copy.name, maxminddb.MODE_AUTO)


@contextmanager
def _named(file: Path) -> Iterator[None]:
    """What goes wrong with `file` is told with its name."""
    try:
        yield
    except OSError as error:
        raise BadAddressDatabase(f"{file}: {error.strerror or error}") from error
    except (maxminddb.InvalidDatabaseError, ValueError) as error:
        raise BadAddressDatabase(f"{file} is no MaxMind DB: {error}") from error


def _spot(address: str, readers: Sequence[maxminddb.Reader]) -> Spot:
    if not address:
        return Spot(address=address, kind="none")
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return Spot(address=address, kind="name")
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    kind = _kind(parsed)
    if kind != "public":
        return Spot(address=address, kind=kind)
    found: dict[str, str] = {}
    for reader in readers:
        if parsed.version == 6 and reader.metadata().ip_version == 4:
            continue
        said = _said(reader, str(parsed))
        if isinstance(said, Mapping):
            for name, value in _told(said).items():
                if value and not found.get(name):
                    found[name] = value
    return Spot(address=address, kind=kind, **found)


def _said(reader: maxminddb.Reader, address: str) -> object:
    """What the file says; nothing where it is broken, though its beginning and its end are whole."""
    try:
        return reader.get(address)
    except maxminddb.InvalidDatabaseError as error:
        log.warning("a database of addresses is broken", kind=reader.metadata().database_type, why=str(error))
        return None


def _kind(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> Kind:
    if address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified:
        return "special"
    if any(address in net for net in _DOCUMENTATION if net.version == address.version):
        return "special"
    return "public" if address.is_global else "private"


_DOCUMENTATION = tuple(
    ipaddress.ip_network(text) for text in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20")
)  # fmt: skip


def _told(said: Mapping[str, Any]) -> dict[str, str]:
    country = said.get("country")
    city = said.get("city")
    names = city.get("names") if isinstance(city, Mapping) else None
    number = said.get("autonomous_system_number") or said.get("asn") or ""
    code = country.get("iso_code") if isinstance(country, Mapping) else said.get("country_code") or country
    return {
        "country": _text(code)[:2].upper(),
        "city": _text(names.get(_LANGUAGES[0]) if isinstance(names, Mapping) else city),
        "city_zh": _text(names.get(_LANGUAGES[1]) if isinstance(names, Mapping) else ""),
        "asn": f"AS{number}" if isinstance(number, int) else _text(number),
        "network": _text(said.get("autonomous_system_organization") or said.get("as_name")),
    }


def _text(value: object) -> str:
    return value[:NAME_CHARS_MAX] if isinstance(value, str) else ""
