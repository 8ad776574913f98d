"""MaxCompute by its own client: the table, its partitions, and batches that come again."""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.kit.delivery import ACCOUNT, HAPPENED_MS, a_batch, chosen, texts
from tests.kit.places import Peer, aim, maxcompute_table, outages

from actiontrail.delivery.destination import BadAddress
from actiontrail.delivery.destinations import Ground, Reach, open_destination


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[Peer]:
    with maxcompute_table(tmp_path) as opened:
        yield opened


def test_a_table_is_made_with_its_columns_and_partitions(peer: Peer) -> None:
    """Its layout is documented, and questions are written against it."""
    destination = peer.open()
    destination.put(a_batch())
    destination.close()
    sheet = peer.double.projects["my_project"]["actiontrail_main"]

    assert (sheet.columns, sheet.keys) == (
        [
            ("ledger_index", "bigint"),
            ("account", "string"),
            ("region", "string"),
            ("category", "string"),
            ("happened_ms", "bigint"),
            ("event", "string"),
        ],
        [("ds", "string"), ("batch", "string")],
    )


def test_a_row_holds_an_event_and_where_the_ledger_has_it(peer: Peer) -> None:
    """One whole value."""
    destination = peer.open()
    batch = a_batch(chosen(7, errorMessage="拒绝"), start=5, end=9)
    destination.put(batch)
    destination.close()

    assert peer.double.rows("my_project", "actiontrail_main") == {
        "ds=20260925,batch=r1_5_9": [
            [7, ACCOUNT, "cn-hangzhou", "Management", HAPPENED_MS, batch.events[0].event.decode()]
        ]
    }


@pytest.mark.parametrize("fault", ["429", "500", "503", "lost", "cut", "half"])
def test_any_broken_call_is_an_outage_at_once_and_the_next_try_makes_it_whole(peer: Peer, fault: str) -> None:
    """The client alone would wait for minutes, and on 429 for ever; the courier has the patience."""
    begun = time.monotonic()
    broken = outages(peer, fault, calls=12)
    destination = peer.open()
    destination.put(a_batch())
    destination.close()

    assert (len(broken) > 3, peer.held(), time.monotonic() - begun < 60) == (True, texts(a_batch()), True)


def test_a_large_batch_is_all_there(peer: Peer) -> None:
    """In as many blocks as it takes; the service may take its time over each."""
    batch = a_batch(*(chosen(index, requestParameterJson="x" * 20_000) for index in range(1200)))
    patient = replace(peer.ground.of("maxcompute"), timeout_s=120)
    destination = open_destination(aim(peer.address), replace(peer.ground, reach={"maxcompute": patient}))
    destination.put(batch)
    destination.close()

    assert len(peer.held()) == 1200


def test_a_table_with_a_hyphen_is_refused(tmp_path: Path) -> None:
    """No statement could name it."""
    ground = Ground(tmp_path, {"maxcompute": Reach("http://127.0.0.1:1")})
    with pytest.raises(BadAddress):
        open_destination(aim("maxcompute://p/a-b"), ground)
