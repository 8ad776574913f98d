"""Which server to ask, and as whom: the environment, or a profile file.

A profile that is asked for by name goes before the environment; without a name the environment
goes first, and the profile `default` fills in what it does not say.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from actiontrail.errors import Refusal

DEFAULT_ENDPOINT = "http://127.0.0.1:8770"
ENVIRONMENT = {
    "endpoint": "ACTIONTRAIL_ENDPOINT",
    "access_key_id": "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "access_key_secret": "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "security_token": "ALIBABA_CLOUD_SECURITY_TOKEN",
    "token": "ACTIONTRAIL_TOKEN",
}


class BadProfile(Refusal):
    """The profile file does not say what it should, or a key is missing."""


class Profile(NamedTuple):
    """An endpoint and a credential: an access key, with its security token if it is short-lived, or an ingest token."""

    endpoint: str = DEFAULT_ENDPOINT
    access_key_id: str = ""
    access_key_secret: str = ""
    security_token: str = ""
    token: str = ""

    def __repr__(self) -> str:
        return f"Profile({self.endpoint}, {self.access_key_id or 'no key'})"


def profile_file(environment: Mapping[str, str]) -> Path:
    """Where the profiles are: `~/.config/actiontrail/config.toml`, or below `XDG_CONFIG_HOME`."""
    home = environment.get("XDG_CONFIG_HOME") or str(
        Path(environment.get("HOME", "~")).expanduser() / ".config"
    )
    return Path(home) / "actiontrail" / "config.toml"


def load(name: str, environment: Mapping[str, str] = os.environ) -> Profile:
    """The profile called `name`, or with an empty name what the environment and the profile `default` say."""
    said = {field: environment.get(variable, "") for field, variable in ENVIRONMENT.items()}
    said = {field: value for field, value in said.items() if value}
    written = _read(profile_file(environment), name or "default", required=bool(name))
    if name:
        return Profile(**written)
    if "token" in said or "access_key_id" in said:  # one credential, never a mixture of two
        written = {field: value for field, value in written.items() if field == "endpoint"}
    return Profile(**{**written, **said})


def _read(path: Path, name: str, *, required: bool) -> dict[str, str]:
    try:
        profiles = tomllib.loads(path.read_text())
    except FileNotFoundError:
        profiles = {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadProfile(f"{path}: {error}") from error
    profile = profiles.get(name)
    if profile is None:
        if required:
            known = ", ".join(sorted(profiles)) or "none"
            raise BadProfile(f"{path} has no profile [{name}]; it has: {known}")
        return {}
    if not isinstance(profile, dict):
        raise BadProfile(f"{path}: {name} must be a table, [{name}]")
    wrong = [
        field
        for field, value in profile.items()
        if field not in Profile._fields or not isinstance(value, str)
    ]
    if wrong:
        raise BadProfile(
            f"{path}: [{name}] must hold texts named {', '.join(Profile._fields)}; it holds {', '.join(wrong)}"
        )
    return profile
