"""Why nothing was found: gaps, silent sources, and what a selector left out."""

import datetime as dt
from collections.abc import Iterator

import pytest
from tests.kit.pages import World, a_world, ms

from actiontrail.query.pages.empty import why
from actiontrail.query.pages.ground import Span


@pytest.fixture(scope="module")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Three days: on the second nothing came at all; of Kms only writes ever came; Rds came on the first day only."""
    made = a_world(
        tmp_path_factory.mktemp("gaps"),
        [
            an(hour, service, rw)
            for hour, service, rw in (
                (1, "Ecs", "Read"),
                (2, "Kms", "Write"),
                (3, "Rds", "Read"),
                (50, "Ecs", "Write"),
                (52, "Kms", "Write"),
            )
        ],
        [],
    )
    yield made
    made.projection.close()


def an(hour: int, service: str, rw: str) -> dict[str, object]:
    moment = dt.datetime.fromtimestamp(ms(0) / 1000, dt.UTC) + dt.timedelta(hours=hour)
    return {
        "eventId": f"E-{hour}",
        "eventName": "Do",
        "eventTime": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "serviceName": service,
        "eventRW": rw,
        "userIdentity": {"type": "ram-user", "userName": "alice"},
    }


@pytest.mark.parametrize(
    ("query", "span", "expected"),
    [
        ("", (24, 48), ("Gap", 3, 50)),
        ("serviceName: Ecs", (24, 48), ("SilentSource", 1, 50)),
        ("serviceName: Rds and alice", (48, 60), ("SilentSource", 3, None)),
        ("serviceName: Kms and eventRW: Read", (0, 60), ("SelectedAway", None, None)),
        ("serviceName: Kms and not eventRW: Write", (0, 60), ("SelectedAway", None, None)),
        ("serviceName: Kns", (0, 60), ("NoSuchSource", None, None)),
    ],
)
def test_a_gap_a_silent_source_and_what_a_selector_left_out_are_told(
    gaps: World, query: str, span: tuple[int, int], expected: tuple[str, int | None, int | None]
) -> None:
    """Nothing was done, or nothing was recorded: an investigator must know which."""

    def at(hour: int | None) -> str:
        return "" if hour is None else str(an(hour, "", "")["eventTime"])

    start, end = (ms(0) + hour * 3_600_000 for hour in span)
    found = {one.code: one for one in why(gaps.ground(), query, Span(start, end)).reasons}
    code, before, after = expected

    assert (found[code].nearest, found[code].until) == (at(before), at(after))
    assert found[code].suggestion == {"SelectedAway": "Write", "NoSuchSource": "Kms"}.get(code, "")


def test_a_source_that_sends_reads_is_not_said_to_be_selected(gaps: World) -> None:
    """The reason is given only where it is one."""
    found = why(gaps.ground(), "serviceName: Ecs and eventRW: Read and nobody", Span(ms(0), ms(3))).reasons

    assert "SelectedAway" not in {one.code for one in found}
