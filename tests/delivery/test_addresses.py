"""Which addresses a trail may have: those that can be understood, and those that the settings allow."""

from pathlib import Path

import pytest
from tests.kit.log import LogKit
from tests.kit.places import aim

from actiontrail import config, service
from actiontrail.config import BadConfig
from actiontrail.delivery.destination import BadAddress
from actiontrail.delivery.destinations import KINDS, Ground, Reach, open_destination
from actiontrail.delivery.destinations.folder import Folder
from actiontrail.delivery.destinations.logfolder import LogFolder
from actiontrail.delivery.destinations.maxcompute import TableFolder

OPEN = ("maxcompute://p/t", "oss://audit", "sls://p/l")


@pytest.mark.parametrize(
    "address",
    [
        "",
        "audit",
        "oss://",
        "oss:///prefix",
        "oss://A_B",
        "oss://a",
        "oss://audit/../x",
        "oss://audit/a//b",
        "oss://audit/a\\b",
        "oss://audit/%2e%2e/x",
        "oss://audit/a%00b",
        "oss://key@audit",
        "oss://audit#x",
        "oss://audit?colour=red",
        "oss://audit?layout",
        "sls://project",
        "sls://project/a/b",
        "sls://../x",
        "maxcompute://p/../t",
        "ftp://host/x",
    ],
)
def test_an_address_that_cannot_be_understood_is_refused(tmp_path: Path, address: str) -> None:
    """Before a trail is made, and before anything is touched; a prefix must not lead out of its bucket."""
    with pytest.raises(BadAddress):
        open_destination(aim(address), Ground(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_without_endpoints_the_places_of_the_public_api_are_folders(tmp_path: Path) -> None:
    """A laptop has no cloud."""
    kinds = [type(open_destination(aim(address), Ground(tmp_path))).__name__ for address in OPEN]

    assert kinds == [TableFolder.__name__, "Objects", LogFolder.__name__]


@pytest.mark.parametrize("scheme", sorted(KINDS.keys() - {"oss", "sls", "maxcompute"}))
def test_every_other_kind_is_for_who_runs_the_service_to_allow(tmp_path: Path, scheme: str) -> None:
    """Whoever may create trails must not make the service write anywhere that it can reach."""
    with pytest.raises(BadAddress, match="in the settings"):
        open_destination(aim(f"{scheme}://host/x"), Ground(tmp_path))


@pytest.mark.parametrize("path", ["/etc", "/srv/audit/../../etc", "/srv/auditors", "/"])
def test_a_folder_lies_under_the_one_that_the_settings_name(tmp_path: Path, path: str) -> None:
    """The service's own files are folders too."""
    with pytest.raises(BadAddress, match="nowhere else"):
        open_destination(aim(f"file://{path}"), Ground(tmp_path, {"file": Reach("/srv/audit")}))


def test_a_webhook_begins_as_the_settings_say(tmp_path: Path) -> None:
    """A network has addresses that only the service can reach, and nobody may ask them through it."""
    ground = Ground(tmp_path, {"http": Reach("http://hooks.example/audit/")})
    with pytest.raises(BadAddress, match="begin with"):
        open_destination(aim("http://169.254.169.254/latest", ("", "s")), ground)


def test_a_table_of_the_settings_for_a_kind_that_there_is_not_is_refused(tmp_path: Path) -> None:
    """A typing error would leave a destination unreached, or open."""
    (tmp_path / config.FILE_NAME).write_text("[destinations.os3]\nregion = 'x'\n")
    with pytest.raises(BadConfig, match="os3"):
        service.ground_of(tmp_path, config.load(tmp_path), LogKit().signer)


def test_the_settings_reach_the_destinations(tmp_path: Path) -> None:
    """Every line of a table means something."""
    told = """[destinations.oss]
endpoint = "https://e"
region = "r"
credentials = "env:X"
path_style = true
sts_endpoint = "https://s"
tunnel_endpoint = "https://t"
ca_file = "/ca"
create = false
timeout_seconds = 5
"""
    (tmp_path / config.FILE_NAME).write_text(told)
    ground = service.ground_of(tmp_path, config.load(tmp_path), LogKit().signer)

    assert ground.of("oss") == Reach(
        "https://e", "r", "env:X", True, "https://s", "https://t", "/ca", False, 5.0
    )


def test_a_folder_is_read_where_it_is(tmp_path: Path) -> None:
    """Listings leave drafts out: a put that broke off is no object."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / ".x.new").write_bytes(b"half")
    (tmp_path / "a" / "x").write_bytes(b"whole")

    assert [entry.key for entry in Folder(tmp_path, create=False).entries("")] == ["a/x"]
