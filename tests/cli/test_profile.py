"""Which server is asked, and as whom: the environment, the profile file, and never a mixture of two credentials."""

from pathlib import Path

import pytest

from actiontrail.cli.profile import DEFAULT_ENDPOINT, BadProfile, Profile, load

FILE = """
[default]
endpoint = "http://default.example"
access_key_id = "LTAIdefault"
access_key_secret = "default-secret"
security_token = "default-token"

[prod]
endpoint = "https://prod.example"
token = "at_prod"
"""
BY_KEY = {"ALIBABA_CLOUD_ACCESS_KEY_ID": "LTAIenv", "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "env-secret"}


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "actiontrail" / "config.toml"
    path.parent.mkdir()
    path.write_text(FILE)
    return {"XDG_CONFIG_HOME": str(tmp_path)}


def test_without_anything_it_is_the_server_on_this_machine(tmp_path: Path) -> None:
    """What `make run` serves."""
    assert load("", {"HOME": str(tmp_path)}) == Profile(endpoint=DEFAULT_ENDPOINT)


def test_the_default_profile_fills_in_what_the_environment_does_not_say(home: dict[str, str]) -> None:
    """One endpoint for the day, the key from the file."""
    assert load("", home | {"ACTIONTRAIL_ENDPOINT": "http://env.example"}) == Profile(
        "http://env.example", "LTAIdefault", "default-secret", "default-token"
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (BY_KEY, Profile("http://default.example", "LTAIenv", "env-secret")),
        ({"ACTIONTRAIL_TOKEN": "at_env"}, Profile("http://default.example", token="at_env")),
    ],
)
def test_a_credential_of_the_environment_is_not_mixed_with_one_of_the_file(
    home: dict[str, str], environment: dict[str, str], expected: Profile
) -> None:
    """A key with another key's security token is refused by every server, with a puzzling message."""
    assert load("", home | environment) == expected


def test_a_profile_that_is_named_goes_before_the_environment(home: dict[str, str]) -> None:
    """Who types --profile prod means it."""
    assert load("prod", home | BY_KEY) == Profile("https://prod.example", token="at_prod")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("nobody", FILE, r"no profile \[nobody\]; it has: default, prod"),
        ("", "[default", "config.toml"),
        ("", "default = 3", "must be a table"),
        ("", '[default]\npassword = "x"', "password"),
        ("", "[default]\nendpoint = 3", "endpoint"),
    ],
)
def test_a_wrong_profile_file_says_what_is_wrong(
    home: dict[str, str], name: str, text: str, message: str
) -> None:
    """Read by somebody who wrote it a year ago."""
    Path(home["XDG_CONFIG_HOME"], "actiontrail", "config.toml").write_text(text)

    with pytest.raises(BadProfile, match=message):
        load(name, home)
