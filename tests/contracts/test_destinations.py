"""What every destination promises, shown with its real client against a peer that answers.

`held` is what a careful reader counts: the union of the objects, or the rows and messages after the
reader's rule has dropped repeats.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.kit.delivery import a_batch, chosen, texts
from tests.kit.places import PEERS, Peer, patiently

from actiontrail.delivery.destination import NoSuchPlace, PlaceDenied, PlaceOutage

REFUSALS = {
    "denied": PlaceDenied,
    "no effect": PlaceOutage,
    "with effect": PlaceOutage,
    "outage": PlaceOutage,
}


@pytest.fixture(params=sorted(PEERS))
def peer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Peer]:
    with PEERS[request.param](tmp_path) as opened:
        yield opened


def test_what_was_put_is_there(peer: Peer) -> None:
    """The whole point."""
    destination = peer.open()
    batch = a_batch(chosen(0), chosen(1, region="cn-beijing"), chosen(2, errorMessage='"拒绝"\\\n'))

    destination.put(batch)
    destination.close()

    assert peer.held() == texts(batch)


def test_the_same_batch_again_changes_nothing(peer: Peer) -> None:
    """A courier that crashed before its cursor moved brings the batch once more, from a new process."""
    batch = a_batch()
    for _ in range(2):
        destination = peer.open()
        destination.put(batch)
        destination.close()

    assert peer.held() == texts(batch)


def test_two_batches_are_both_there(peer: Peer) -> None:
    """A batch never takes the place of another, not even one that was sealed in the same second."""
    destination = peer.open()
    one, two = a_batch(), a_batch(start=3)
    destination.put(one)
    destination.put(two)
    destination.close()

    assert peer.held() == sorted(texts(one) + texts(two))


def test_a_batch_without_events_is_put_and_holds_none(peer: Peer) -> None:
    """Where a trail chose nothing, its ranges join all the same."""
    destination = peer.open()
    destination.put(replace(a_batch(end=5), events=()))
    destination.close()

    assert peer.held() == []


@pytest.mark.parametrize("how", sorted(REFUSALS))
def test_a_failure_says_of_what_kind_it_is_and_the_next_try_makes_it_whole(peer: Peer, how: str) -> None:
    """Whether or not the failed call had an effect, the reader counts each event once in the end."""
    if how in peer.unable:
        pytest.skip("this kind of place cannot fail so")
    batch = a_batch()
    destination = peer.open(hasty=True)
    patiently(destination.probe)
    with peer.failing(how), pytest.raises(REFUSALS[how]):
        destination.put(batch)
    destination.close()
    again = peer.open()
    again.put(batch)
    again.close()

    assert peer.held() == texts(batch)


def test_a_probe_leaves_nothing_behind(peer: Peer) -> None:
    """A trail may be created and thrown away a hundred times, and nobody's bucket shows it."""
    destination = peer.open()
    destination.probe()
    before = peer.content()
    destination.probe()
    destination.close()

    assert (before, peer.content()) == ({}, {})


def test_a_place_that_is_not_there_says_so(peer: Peer) -> None:
    """CreateTrail has a code of its own for it, and so must GetTrailStatus later."""
    if not peer.absent:
        pytest.skip("this kind cannot tell")
    destination = peer.open(absent=True)
    found = []
    for call in (destination.probe, lambda: destination.put(a_batch())):
        try:
            call()
        except NoSuchPlace:
            found.append("no such place")
    destination.close()

    assert found == ["no such place"] * 2
