"""The questions that investigators ask, by scene: a catalogue kept as data, in `scenes.toml`. Pure.

A template is a selector, as conditions that all hold, and SQL over what it chooses; `Template.query` is both in
one line, as search takes it. Ids are made from the tokens, so they are the same in every house and version.
"""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

import msgspec

FILE = "scenes.toml"
SCENE_TYPE, TEMPLATE_TYPE = "normal", "audit"


class Said(NamedTuple):
    """One text in English and in Chinese."""

    english: str
    chinese: str

    def within(self, language: str) -> str:
        """In the language with this code; anything but Chinese is English."""
        return self.chinese if language.lower().startswith("zh") else self.english


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question. Each of `when` is `field: value`."""

    token: str
    name: Said
    about: Said
    when: tuple[str, ...]
    sql: str

    @property
    def id(self) -> str:
        """As the public API writes ids of templates."""
        return f"tpl-{_tail(self.token)}"

    @property
    def selector(self) -> str:
        """All conditions in the search language; everything if there are none."""
        return " and ".join(self.when) or "*"

    @property
    def query(self) -> str:
        """The whole question, as search takes it."""
        return f"{self.selector} | {self.sql}"

    def params(self) -> str:
        """The conditions as the public API writes them: JSON, one object for each."""
        return msgspec.json.encode([_param(at, one) for at, one in enumerate(self.when)]).decode()


class Scene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Questions of one kind."""

    token: str
    name: Said
    about: Said
    template: tuple[Template, ...]

    @property
    def id(self) -> str:
        """As the public API writes ids of scenes."""
        return f"sc-{_tail(self.token)}"

    def speaks_of(self, word: str) -> bool:
        """Whether `word` stands in a text of it or of its questions, in either language, in any case."""
        told: tuple[Scene | Template, ...] = (self, *self.template)
        texts = (text for one in told for text in (one.token, *one.name, *one.about))
        return any(word.lower() in text.lower() for text in texts)


class _Catalogue(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    scene: tuple[Scene, ...]


@cache
def catalogue() -> tuple[Scene, ...]:
    """Every scene, in the order of the file."""
    text = resources.files(__package__).joinpath(FILE).read_bytes()
    return msgspec.toml.decode(text, type=_Catalogue).scene


@cache
def by_id() -> Mapping[str, Scene]:
    """Every scene by its id."""
    return {scene.id: scene for scene in catalogue()}


def _tail(token: str) -> str:
    digest = hashlib.sha256(token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _param(at: int, condition: str) -> dict[str, object]:
    key, _, value = condition.partition(": ")
    said: dict[str, object] = {"oper": "AND"} if at else {}
    return said | {
        "key": key,
        "value": value,
        "type": "system",
        "display": True,
        "displayKey": key,
        "displayValue": value,
        "displayValueEn": value,
    }
