"""What the pages' questions stand on: statements that are asked beside each other."""

import threading

import pytest

from actiontrail.query.compile import Bindings
from actiontrail.query.pages.ground import AT_ONCE, asides


def test_questions_are_asked_beside_each_other_and_never_too_many() -> None:
    """One page must not take every connection that the engine has, nor wait for one answer after another."""
    meeting = threading.Barrier(AT_ONCE)
    running, most, lock = 0, 0, threading.Lock()

    def ask(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        meeting.wait(30)
        with lock:
            running -= 1
        return number

    with asides() as aside:
        answers = [aside(ask, number) for number in range(3 * AT_ONCE)]
        found = [answer() for answer in answers]

    assert (found, most) == (list(range(3 * AT_ONCE)), AT_ONCE)


def test_after_a_failure_nothing_new_is_asked() -> None:
    """Whoever cancels a page does not pay for the rest of it."""
    asked: list[str] = []
    held = threading.Event()

    def fail() -> None:
        raise ValueError("stopped")

    def wait() -> None:
        held.wait(30)

    def page() -> None:
        with asides() as aside:
            stopped = aside(fail)
            others = [aside(wait) for _ in range(AT_ONCE)]
            later = aside(asked.append, "later")
            for answer in (stopped, *others, later):
                answer()

    with pytest.raises(ValueError, match="stopped"):
        page()
    held.set()

    assert asked == []


def test_values_bound_by_several_at_once_keep_their_names() -> None:
    """Two statements of one page share their bindings; a value under another's name would ask about somebody else."""
    bound, told = Bindings(), []
    meeting = threading.Barrier(8)

    def bind(who: int) -> None:
        meeting.wait(30)
        told.extend((bound.whole(who * 1000 + number), who * 1000 + number) for number in range(200))

    threads = [threading.Thread(target=bind, args=(who,)) for who in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {f"{{{name}:Int64}}": value for name, value in bound.values.items()} == dict(told)
