"""Where addresses are, from files made for this: every shape of file, every kind of address, files that change or break."""

import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from mmdb_writer import MMDBWriter
from netaddr import IPSet

from actiontrail.query.geography import BadAddressDatabase, Geography, Spot, verify

MIB = 1024 * 1024

CITY = {
    "81.2.69.0/24": {
        "country": {"iso_code": "GB", "names": {"en": "United Kingdom"}},
        "city": {"names": {"en": "London", "zh-CN": "伦敦"}},
    },
    "2a02:ff80::/32": {"country": {"iso_code": "DE"}},
}
NETWORK = {
    "81.2.69.0/24": {"autonomous_system_number": 20712, "autonomous_system_organization": "Example ISP"}
}
LITE = {
    "81.2.69.0/24": {
        "country": "United Kingdom",
        "country_code": "GB",
        "asn": "AS64500",
        "as_name": "Another ISP",
    }
}


def a_file(path: Path, content: dict[str, Any], *, version: int = 6, kind: str = "Test-City") -> Path:
    writer = MMDBWriter(version, kind, ipv4_compatible=version == 6)
    for network, said in content.items():
        writer.insert_network(IPSet([network]), said)
    writer.to_db_file(str(path))
    return path


def a_large_file(path: Path, size: int) -> Path:
    """A city database with so much more between its data and what is told of it, where nothing is looked for."""
    whole = a_file(path, CITY).read_bytes()
    end = whole.rindex(b"\xab\xcd\xefMaxMind.com")
    path.write_bytes(whole[:end] + bytes(size) + whole[end:])
    return path


def test_several_files_tell_one_place(tmp_path: Path) -> None:
    """One knows the city, another the network; the first that says something is believed."""
    files = [
        a_file(tmp_path / "city.mmdb", CITY),
        a_file(tmp_path / "as.mmdb", {"81.2.69.0/24": NETWORK["81.2.69.0/24"]}, version=4),
        a_file(tmp_path / "lite.mmdb", {"81.2.69.0/24": LITE["81.2.69.0/24"]}, version=4),
    ]
    geography = Geography(files)
    london = Spot(
        address="81.2.69.160", kind="public", country="GB", city="London", city_zh="伦敦", asn="AS20712", network="Example ISP"
    )  # fmt: skip

    assert geography.of(["81.2.69.160", "2a02:ff80::1"]) == [
        london,
        Spot(address="2a02:ff80::1", kind="public", country="DE"),
    ]
    assert [told.split(",")[0] for told in geography.known] == ["Test-City"] * 3


def test_the_names_of_another_maker_are_read_too(tmp_path: Path) -> None:
    """IPinfo's fields stand beside each other, without nesting."""
    geography = Geography([a_file(tmp_path / "lite.mmdb", LITE, version=4)])

    assert geography.of(["81.2.69.160", "::ffff:81.2.69.160"]) == [
        Spot(address=told, kind="public", country="GB", asn="AS64500", network="Another ISP")
        for told in ("81.2.69.160", "::ffff:81.2.69.160")
    ]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("81.2.70.1", "public"),
        ("10.1.2.3", "private"),
        ("100.64.0.1", "private"),
        ("fd00::1", "private"),
        ("127.0.0.1", "special"),
        ("203.0.113.66", "special"),
        ("2001:db8::1", "special"),
        ("224.0.0.1", "special"),
        ("fe80::1", "special"),
        ("Internal", "name"),
        ("ecs.aliyuncs.com", "name"),
        ("81.2.69.160.", "name"),
        ("", "none"),
    ],
)
def test_what_is_no_address_of_the_world_is_said_to_be_none(tmp_path: Path, address: str, kind: str) -> None:
    """And no file is asked for it, whatever it would say."""
    everywhere = {"0.0.0.0/1": CITY["81.2.69.0/24"], "128.0.0.0/1": CITY["81.2.69.0/24"]}
    files = [] if kind == "public" else [a_file(tmp_path / "all.mmdb", everywhere, version=4)]

    assert Geography(files).of([address]) == [Spot(address=address, kind=kind)]  # type: ignore[arg-type]


def test_a_new_file_is_read_without_a_restart_and_a_broken_one_is_not(tmp_path: Path) -> None:
    """Publishers send a new file each week; a download that broke off is no reason to forget."""
    file = a_file(tmp_path / "city.mmdb", CITY)
    geography = Geography([file])
    assert geography.of(["81.2.69.160"])[0].country == "GB"

    fresh = a_file(tmp_path / "new.mmdb", {"81.2.69.0/24": {"country": {"iso_code": "FR"}}})
    fresh.replace(file)
    assert geography.of(["81.2.69.160"])[0].country == "FR"
    file.write_bytes(file.read_bytes()[:100])
    assert geography.of(["81.2.69.160"])[0].country == "FR"
    file.unlink()
    assert geography.of(["81.2.69.160"])[0].country == "FR"


@pytest.mark.parametrize("content", [None, b"", b"not a database", b"\xab\xcd\xefMaxMind.com"])
def test_what_is_no_database_is_refused_by_name(tmp_path: Path, content: bytes | None) -> None:
    """An operator reads which file, and why."""
    file = tmp_path / "x.mmdb"
    if content is not None:
        file.write_bytes(content)

    for look in (Geography, verify):
        with pytest.raises(BadAddressDatabase, match=r"x\.mmdb"):
            look([file])


def test_a_file_is_not_held_in_memory_and_a_look_at_it_holds_nothing(tmp_path: Path) -> None:
    """City databases are 60 to 130 MB; the recorder only wants to know that they are some."""
    file = a_large_file(tmp_path / "city.mmdb", 64 * MIB)
    tracemalloc.start()
    try:
        verify([file])
        looked = tracemalloc.get_traced_memory()[1]
        geography = Geography([file])
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert (looked < MIB, held < 4 * MIB, geography.of(["81.2.69.160"])[0].city) == (True, True, "London")


def test_a_file_that_is_cut_short_in_place_is_read_on_to_its_end(tmp_path: Path) -> None:
    """Whoever reads a mapped file that somebody shortens is killed by the system: a copy is read, which nobody can name."""
    file = a_large_file(tmp_path / "city.mmdb", 4 * MIB)
    geography = Geography([file])
    with file.open("r+b") as held:
        held.truncate(100)

    assert [one.country for one in geography.of(["81.2.69.160", "2a02:ff80::1"])] == ["GB", "DE"]


def test_a_file_that_is_broken_within_tells_nothing_and_fails_nobody(tmp_path: Path) -> None:
    """Its head and tail are whole, so it opens; the places of other files are still told."""
    broken, sound = (
        a_file(tmp_path / "broken.mmdb", CITY),
        a_file(tmp_path / "sound.mmdb", NETWORK, version=4),
    )
    held = broken.read_bytes()
    begin = held.index(bytes(16)) + 16  # behind the tree
    broken.write_bytes(held[:begin] + b"\xff" * 40 + held[begin + 40 :])

    [spot] = Geography([broken, sound]).of(["81.2.69.160"])

    assert (spot.country, spot.asn) == ("", "AS20712")


def test_values_of_other_types_are_left_out(tmp_path: Path) -> None:
    """A file may hold anything."""
    odd = {"81.2.69.0/24": {"country": {"iso_code": 7}, "city": ["x"], "asn": {"a": 1}, "as_name": "y" * 500}}
    [spot] = Geography([a_file(tmp_path / "odd.mmdb", odd, version=4)]).of(["81.2.69.160"])

    assert (spot.country, spot.city, spot.asn, len(spot.network)) == ("", "", "", 200)
