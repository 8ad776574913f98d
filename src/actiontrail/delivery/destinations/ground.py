"""What a destination needs of the house: its address taken apart, how its kind is reached, who signs.

Credentials are named, not held: `file:PATH` is read again whenever they are needed, so that a short-lived
key that somebody renews in that file stays good; `env:NAME` is NAME_ID, NAME_SECRET and NAME_TOKEN.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from urllib.parse import parse_qsl, unquote, urlsplit

from actiontrail.delivery.destination import BadAddress, PlaceDenied
from actiontrail.ledger.note import Signer

NOTHING: Mapping[str, str] = MappingProxyType({})
_SEGMENT = re.compile(r"[^\x00-\x1f\x7f\\/]+")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
PREFIX_CHARS_MAX = 512


class NoCredentials(PlaceDenied):
    """The credentials that the settings name are not there, or are not what was agreed."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who we are to a destination: a key and its secret, or a user and a password. Never printed."""

    id: str = ""
    secret: str = field(default="", repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """How one kind of place is reached. Empty means the kind's own way; for OSS and SLS, under the data folder."""

    endpoint: str = ""
    region: str = ""
    credentials: str = ""
    path_style: bool = False
    sts_endpoint: str = ""
    tunnel_endpoint: str = ""
    ca_file: str = ""
    create: bool = True
    timeout_s: float = 30.0


@dataclass(frozen=True, slots=True)
class Ground:
    """What all destinations of one house share. Without a `signer`, objects are delivered without manifests."""

    data: Path
    reach: Mapping[str, Reach] = field(default_factory=dict)
    signer: Signer | None = None

    def of(self, kind: str) -> Reach:
        """How `kind` is reached."""
        return self.reach.get(kind, Reach())

    def hurried(self, seconds: float) -> "Ground":
        """The same, for somebody who waits: nothing takes longer than so many seconds."""
        reach = {
            kind: replace(one, timeout_s=min(one.timeout_s, seconds)) for kind, one in self.reach.items()
        }
        return replace(self, reach=reach)


@dataclass(frozen=True, slots=True)
class Address:
    """`scheme://place/path?option=value`, taken apart, and by which means it is written to.

    `given` are credentials that win over those of the settings, `role` is assumed with them.
    """

    text: str
    scheme: str
    place: str
    path: str
    options: Mapping[str, str] = field(default_factory=dict)
    given: Credentials | None = None
    region: str = ""
    role: str = ""

    def option(self, name: str, default: str = "", *, among: tuple[str, ...] = ()) -> str:
        """The option `name`; one `among` those, if any are named. Raises `BadAddress`."""
        value = self.options.get(name, default)
        if among and value not in among:
            raise BadAddress(f"{self.text}: the option {name} is one of {', '.join(among)}, not {value!r}")
        return value

    def named(self, what: str) -> tuple[str, str]:
        """The project and what is in it, from `scheme://project/name`. Raises `BadAddress`."""
        for one in (self.place, self.path):
            if not _NAME.fullmatch(one):
                raise BadAddress(f"{self.text}: it is {self.scheme}://PROJECT/{what}; {one!r} is no name")
        return self.place, self.path

    def needs_bucket(self) -> str:
        """The place, which must be a bucket's name."""
        if not _BUCKET.fullmatch(self.place) or ".." in self.place:
            raise BadAddress(
                f"{self.text}: {self.place!r} is no bucket; 3 to 63 small letters, digits and hyphens are"
            )
        return self.place

    def credentials(self, reach: Reach) -> Credentials:
        """Who we are there, read anew. Raises `NoCredentials`."""
        return self.given or read_credentials(reach.credentials)


def parse_address(text: str, options: Mapping[str, str] = NOTHING) -> Address:
    """The address in `text`; `options` are added to those that it holds. Raises `BadAddress`."""
    try:
        parts = urlsplit(text)
        own = parts.scheme in {"http", "https"}  # whose query is the receiver's
        query = "" if own else parts.query
        given = dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    except ValueError as error:
        raise BadAddress(f"{text!r} is no address: {error}") from error
    if not parts.scheme or parts.fragment or "@" in parts.netloc:
        raise BadAddress(
            f"{text!r} is no address: it is scheme://place/path, without a fragment or credentials"
        )
    if parts.scheme != "file" and not parts.netloc:
        raise BadAddress(f"{text!r} names no place behind {parts.scheme}://")
    path = unquote(parts.path)
    if parts.scheme not in {"file", "http", "https"}:
        path = check_prefix(path.strip("/"), text)
    return Address(text, parts.scheme, parts.netloc, path, MappingProxyType({**given, **options}))


def check_prefix(prefix: str, text: str = "") -> str:
    """`prefix`, which may stand before keys: names with single slashes between, none of them a dot or two."""
    names = prefix.split("/") if prefix else []
    if len(prefix) > PREFIX_CHARS_MAX or any(
        not _SEGMENT.fullmatch(name) or name in {".", ".."} for name in names
    ):
        raise BadAddress(f"{text or prefix}: {prefix[:80]!r} cannot stand before the names of objects")
    return prefix


def read_credentials(reference: str) -> Credentials:
    """The credentials that `reference` names; empty ones for none. Raises `NoCredentials`."""
    kind, _, name = reference.partition(":")
    if not reference:
        return Credentials()
    if kind == "env" and name:
        found = {part: os.environ.get(f"{name}_{part.upper()}", "") for part in ("id", "secret", "token")}
        if not found["secret"]:
            raise NoCredentials(f"{reference}: {name}_ID and {name}_SECRET are not in the environment")
        return Credentials(**found)
    if kind == "file" and name:
        return _read_file(Path(name))
    raise NoCredentials("credentials are named as file:PATH or env:NAME; what the settings say is neither")


def _read_file(path: Path) -> Credentials:
    try:
        found = tomllib.loads(path.read_text())
        known = {"id", "secret", "token"}
        if (
            not found.get("secret")
            or not known.issuperset(found)
            or not all(isinstance(one, str) for one in found.values())
        ):
            raise ValueError("it has other lines")
    except (OSError, ValueError) as error:
        raise NoCredentials(
            f'{path} cannot be read as credentials: lines such as id = "…", secret = "…" and, if there is one, token = "…"'
        ) from error
    return Credentials(**found)
