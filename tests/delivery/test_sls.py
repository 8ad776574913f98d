"""SLS by its own client: what is made, what a row holds, the limits of a pack, and repeats that a reader drops."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.kit.delivery import ACCOUNT, a_batch, chosen, texts
from tests.kit.places import Peer, aim, sls_logstore
from tests.kit.yard import a_farm

from actiontrail.delivery import logrows
from actiontrail.delivery.changes import New
from actiontrail.delivery.destination import PlaceOutage
from actiontrail.delivery.destinations import Ground, open_destination
from actiontrail.delivery.trails import Settings

MADE = "actiontrail_audit-main"
PLACE = ("my-project", "actiontrail_main")


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with sls_logstore(tmp_path) as opened:
        yield opened


def test_the_logstore_is_made_for_ever_and_indexed(peer: Peer) -> None:
    """The official questions and alerts use these fields; an index made later does not reach back."""
    destination = peer.open()
    destination.put(a_batch())
    destination.close()
    kept = peer.double.projects["my-project"]["actiontrail_main"]
    assert kept.index
    fields = kept.index["keys"]["event"]["json_keys"]

    assert (kept.made["ttl"], len(fields), fields["userIdentity.accessKeyId"]) == (
        3650,
        25,
        {"type": "text", "doc_value": True},
    )


def test_a_row_is_to_the_letter(peer: Peer) -> None:
    """Topic, source, the time of the event, and the event as one JSON string."""
    destination = peer.open()
    batch = a_batch(chosen(7), start=5, end=9)
    destination.put(batch)
    destination.close()

    (row,) = peer.double.rows(*PLACE)
    assert row == {
        "__time__": "1790319845",
        "__topic__": "actiontrail_audit_event",
        "__source__": "actiontrail_internal",
        "__tag__:__pack_id__": row["__tag__:__pack_id__"],
        "__tag__:actiontrail_batch": f"{ACCOUNT}/main/r1/5-9/0",
        "event": batch.events[0].event.decode(),
    }


def test_a_batch_whose_answer_was_lost_is_there_twice_and_counted_once(peer: Peer) -> None:
    """A log service keeps both; the pack's identity is the same, and the reader's rule drops the second."""
    destination = peer.open()
    batch = a_batch()
    destination.put(batch)
    peer.double.faults.append("lost")
    with pytest.raises(PlaceOutage):
        destination.put(batch)
    destination.put(batch)
    destination.close()
    rows = peer.double.rows(*PLACE)

    assert (len(rows), peer.held()) == (9, texts(batch))


def test_the_rule_of_readers_leaves_other_peoples_rows_alone() -> None:
    """A logstore may hold more than a trail's events."""
    rows = [{"event": "a"}, {"event": "a"}, {"__tag__:__pack_id__": "X", "event": "a"}]

    assert list(logrows.distinct([*rows, *rows])) == [*rows, *rows]


def test_the_rule_of_readers_keeps_equal_events_of_two_batches() -> None:
    """Two calls may look alike to the second; only the same pack is the same event."""
    packs = [
        pack
        for start in (0, 3)
        for pack in logrows.packs(a_batch(chosen(1, account="1"), start=start, end=9))
    ]
    rows = [
        {**{f"__tag__:{name}": value for name, value in pack.tags}, "event": row.event}
        for pack in packs
        for row in pack.rows
    ]

    assert list(logrows.distinct(rows + rows)) == rows


def test_a_large_batch_goes_in_packs_that_the_service_takes(peer: Peer) -> None:
    """At most 3 MiB and 4 096 rows; the service allows more, and no two of its pages agree how much."""
    many = [chosen(index) for index in range(5000)]
    large = [chosen(5000 + index, requestParameterJson="x" * 900_000) for index in range(4)]
    destination = peer.open()
    destination.put(a_batch(*many, *large))
    destination.close()
    packs = peer.double.projects["my-project"]["actiontrail_main"].packs

    assert [(len(pack.Logs), pack.ByteSize() < 4 << 20) for pack in packs] == [
        (4096, True),
        (907, True),
        (1, True),
    ]


def test_an_event_that_no_log_service_takes_says_what_was_left_out(peer: Peer) -> None:
    """Cut off by the service it would be half a JSON; the whole one is in the ledger, at the index that it names."""
    destination = peer.open()
    destination.put(a_batch(chosen(3, requestParameterJson="x" * 2_000_000), start=3))
    destination.close()
    (row,) = peer.double.rows(*PLACE)
    event = json.loads(row["event"])

    assert (event["eventId"], event["actiontrailCut"]["index"], event["actiontrailCut"]["fields"]) == (
        "E-3",
        3,
        ["requestParameterJson"],
    )


def test_a_logstore_that_somebody_deleted_is_made_again(peer: Peer) -> None:
    """Its absence is an outage for one try, since a new one takes a moment to be everywhere."""
    destination = peer.open()
    destination.put(a_batch())
    peer.double.projects["my-project"].clear()
    with pytest.raises(PlaceOutage):
        destination.put(a_batch(start=3))
    destination.put(a_batch(start=3))
    destination.close()

    assert peer.held() == texts(a_batch(start=3))


def a_trail(folder: Path, ground: Ground) -> None:
    """`audit-main` is made, to the project `my-project`, and not started."""
    farm = a_farm(folder / "house", account=ACCOUNT, open_=lambda place: open_destination(place, ground))
    settings = Settings(sls_project="acs:log:cn-hangzhou::project/my-project")
    farm.trails.create(New(ACCOUNT, "audit-main", "cn-hangzhou", settings))
    farm.database.close()


def test_the_logstore_is_there_as_soon_as_its_trail_is(peer: Peer, tmp_path: Path) -> None:
    """With its index and no row, as the managed service has it: dashboards and alerts are made before the first event."""
    a_trail(tmp_path, peer.ground)
    kept = peer.double.projects["my-project"][MADE]

    assert (kept.made["ttl"], "event" in (kept.index or {"keys": ()})["keys"], kept.packs) == (3650, True, [])


def test_a_logstore_whose_making_failed_is_finished_by_the_first_batch(peer: Peer, tmp_path: Path) -> None:
    """The trail is there all the same: its project was asked, and said yes."""
    peer.double.faults.extend(["", "", "lost"])  # the project, the pack that is none, the logstore
    a_trail(tmp_path, peer.ground)
    begun = peer.double.projects["my-project"][MADE].index
    destination = open_destination(aim(f"sls://my-project/{MADE}"), peer.ground)
    destination.put(a_batch())
    destination.close()

    assert begun is None
    assert peer.double.projects["my-project"][MADE].index
    assert [row["event"] for row in peer.double.rows("my-project", MADE)] == texts(a_batch())


def test_a_logstore_under_the_data_folder_is_there_at_once_too(tmp_path: Path) -> None:
    """Whoever looks there finds it empty, and not missing."""
    a_trail(tmp_path, Ground(tmp_path))

    assert [path.name for path in (tmp_path / "logstores" / "my-project").iterdir()] == [MADE]


def test_a_trail_that_moves_to_another_project_has_its_logstore_there_at_once(tmp_path: Path) -> None:
    """By UpdateTrail as by CreateTrail."""
    ground = Ground(tmp_path)
    a_trail(tmp_path, ground)
    farm = a_farm(tmp_path / "house", account=ACCOUNT, open_=lambda place: open_destination(place, ground))
    moved = Settings(sls_project="acs:log:cn-hangzhou::project/another-project")
    farm.trails.update(farm.trails.find(ACCOUNT, "audit-main"), lambda _: moved)
    farm.database.close()

    assert (tmp_path / "logstores" / "another-project" / MADE).is_dir()
