"""Cloud services: what they are called, and by which events their resources come to be, change and end. Pure.

A catalogue kept as data, in `services.toml`, for what the public API tells of services. An event may name a service
that is not in it; that one is called by its own name.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

FILE = "services.toml"


class Name(NamedTuple):
    """A name in English and in Chinese."""

    english: str
    chinese: str

    def within(self, language: str) -> str:
        """In the language with this code; anything but Chinese is English."""
        return self.chinese if language.lower().startswith("zh") else self.english


class ResourceType(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A type of resource, and the events of its life, by commas."""

    type: str
    name: Name
    create: str
    delete: str
    change: str = ""


class Service(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service by the code under which events name it."""

    code: str
    name: Name
    type: tuple[ResourceType, ...] = ()


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    service: tuple[Service, ...]


@cache
def services() -> Mapping[str, Service]:
    """Every service by its code in lower case, in the order of the file."""
    text = resources.files(__package__).joinpath(FILE).read_bytes()
    return {one.code.lower(): one for one in msgspec.toml.decode(text, type=_Catalogue).service}


def name(code: str) -> Name:
    """What the service is called that events name `code`."""
    found = services().get(code.lower())
    return found.name if found else Name(code, code)
