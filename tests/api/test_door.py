"""The door: who is believed, and who is turned away and why."""

from collections.abc import Callable

import pytest
from tests.kit.caller import NOW, SECRET, KeyRing, a_caller, a_ring, acs3, at, rpc

from actiontrail.access.keys import Credential, _digest
from actiontrail.api import door as doors
from actiontrail.api.door import Door
from actiontrail.api.nonces import Nonces, NonceUsed, TooOld
from actiontrail.api.signature import Sent, SignatureMismatch
from actiontrail.api.throttle import Throttle, Throttled


def a_door(ring: KeyRing | None = None) -> Door:
    return Door(ring or a_ring(), clock_skew_seconds=900, now=lambda: NOW)


def a_ring_with_a_session() -> KeyRing:
    ring = a_ring()
    caller = a_caller("STS.ONE", kind="session")
    ring.keys["STS.ONE"] = Credential(caller, "Active", SECRET, _digest("TOK"), int(NOW) + 60)
    ring.keys["STS.OVER"] = Credential(caller, "Active", SECRET, _digest("TOK"), int(NOW))
    return ring


def bearer(token: str, target: str = "/v1/events") -> Sent:
    return Sent("POST", target, {"host": "h", "authorization": f"Bearer {token}"}, b"")


@pytest.mark.parametrize(
    "make",
    [
        acs3,
        lambda: acs3("POST", "/v1/events", b"{}"),
        lambda: acs3(dated=NOW - 900),
        lambda: rpc({"Action": "A"}),
        lambda: rpc({"Action": "A"}, form=True),
        lambda: rpc({"Action": "A"}, algorithm="HMAC-SHA256"),
        lambda: acs3(key_id="STS.ONE", x_acs_security_token="TOK"),
        lambda: rpc({"SecurityToken": "TOK"}, key_id="STS.ONE"),
        lambda: bearer("at_good"),
    ],
)
def test_who_signs_well_is_let_in(make: Callable[[], Sent]) -> None:
    """Every form that official clients use."""
    assert a_door(a_ring_with_a_session()).caller(*make()).account == "1000000000000001"


@pytest.mark.parametrize(
    ("make", "refusal"),
    [
        (lambda: acs3(secret="WRONG"), SignatureMismatch),
        (lambda: rpc({}, secret="WRONG"), SignatureMismatch),
        (lambda: acs3(key_id="LTAINOBODY"), doors.UnknownAccessKey),
        (lambda: rpc({}, key_id="LTAINOBODY"), doors.UnknownAccessKey),
        (lambda: acs3(key_id="LTAIDISABLED"), doors.InactiveAccessKey),
        (lambda: acs3(dated=NOW - 901), doors.ClockSkew),
        (lambda: acs3(dated=NOW + 901), doors.ClockSkew),
        (lambda: rpc({}, dated=NOW - 901), doors.ClockSkew),
        (lambda: rpc({"Timestamp": "yesterday"}), doors.MalformedTime),
        (lambda: rpc({"Timestamp": "2026-13-02T03:04:05Z"}), doors.MalformedTime),
        (lambda: acs3(nonce="n" * 129), doors.NonceMissing),
        (lambda: rpc({}, path="/v1/search"), doors.RpcElsewhere),
        (lambda: acs3(key_id="STS.ONE"), doors.SecurityTokenMissing),
        (lambda: acs3(key_id="STS.ONE", x_acs_security_token="OTHER"), doors.SecurityTokenWrong),
        (lambda: acs3(x_acs_security_token="TOK"), doors.SecurityTokenWrong),
        (lambda: acs3(key_id="STS.OVER", x_acs_security_token="TOK"), doors.SecurityTokenExpired),
        (lambda: bearer("eyJhbGciOi"), doors.UnknownToken),
        (lambda: bearer("at_none"), doors.UnknownToken),
        (lambda: bearer("at_off"), doors.InactiveAccessKey),
    ],
)
def test_who_does_not_is_turned_away_by_name(make: Callable[[], Sent], refusal: type[Exception]) -> None:
    """Each reason has its own public code; a client's remedy depends on it."""
    with pytest.raises(refusal):
        a_door(a_ring_with_a_session()).caller(*make())


@pytest.mark.parametrize("make", [acs3, lambda: rpc({"Action": "A"})])
def test_a_request_counts_once(make: Callable[[], Sent]) -> None:
    """Whoever records a signed request on the way cannot send it again."""
    door, sent = a_door(), make()
    door.caller(*sent)

    with pytest.raises(NonceUsed):
        door.caller(*sent)


def test_a_request_that_was_not_believed_does_not_use_up_its_nonce() -> None:
    """Otherwise a stranger could spend other people's nonces."""
    door = a_door()
    with pytest.raises(SignatureMismatch):
        door.caller(*acs3(nonce="same", secret="WRONG"))

    assert door.caller(*acs3(nonce="same")).account


def test_whether_a_key_is_disabled_is_told_to_its_owner_alone() -> None:
    """Without the secret, a disabled key looks like any other."""
    with pytest.raises(SignatureMismatch):
        a_door().caller(*acs3(key_id="LTAIDISABLED", secret="WRONG"))


def test_only_credentials_that_were_believed_count_as_used() -> None:
    """`last used` tells an investigator when a key really worked."""
    ring = a_ring()
    door = a_door(ring)
    door.caller(*acs3())
    with pytest.raises(SignatureMismatch):
        door.caller(*acs3(secret="WRONG"))

    assert ring.seen == ["LTAITESTKEYID"]


def test_the_memory_of_nonces_is_bounded_and_no_replay_gets_in() -> None:
    """Under a flood the oldest minute is forgotten, and nothing dated then is accepted any more."""
    nonces = Nonces(window_seconds=900, most=3)
    nonces.take("k", "old", dated=NOW - 120, now=NOW)
    for number in range(4):
        nonces.take("k", f"new-{number}", dated=NOW, now=NOW) if number < 3 else None

    with pytest.raises(TooOld):
        nonces.take("k", "old", dated=NOW - 120, now=NOW)


def test_a_nonce_is_free_again_when_its_request_could_not_be_sent_any_more() -> None:
    """Memory is given back; the clock window refuses the old request by then."""
    nonces = Nonces(window_seconds=900, most=10)
    nonces.take("k", "n", dated=NOW, now=NOW)
    later = NOW + 1800

    nonces.take("k", "n", dated=later, now=later)


def test_a_nonce_belongs_to_its_key() -> None:
    """Two clients that count from one must not block each other."""
    nonces = Nonces(window_seconds=900)
    nonces.take("k", "1", dated=NOW, now=NOW)

    nonces.take("other", "1", dated=NOW, now=NOW)


def test_a_throttle_lets_through_what_it_says() -> None:
    """So many at once, then one each part of a second; what was refused does not count."""
    clock = [NOW]
    throttle = Throttle({}, now=lambda: clock[0])
    outcomes = []
    for moment in (0, 0, 0, 0.4, 0.5, 0.5, 10, 10, 10):
        clock[0] = NOW + moment
        try:
            throttle.take("a", "LookupEvents", 2)
            outcomes.append("in")
        except Throttled as error:
            outcomes.append(f"{error.retry_after:.1f}")

    assert outcomes == ["in", "in", "0.5", "0.1", "in", "0.5", "in", "in", "0.5"]


def test_an_operators_rate_goes_before_the_rows() -> None:
    """The managed service allows two lookups a second; a small machine may want that, too."""
    throttle = Throttle({"LookupEvents": 1}, now=lambda: NOW)
    throttle.take("a", "LookupEvents", 100)

    with pytest.raises(Throttled):
        throttle.take("a", "LookupEvents", 100)


def test_accounts_do_not_use_up_each_others_calls() -> None:
    """One account's loop is not another's outage."""
    throttle = Throttle({}, now=lambda: NOW)
    throttle.take("a", "LookupEvents", 1)

    throttle.take("b", "LookupEvents", 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (at(NOW), int(NOW)),
        ("2026-02-30T00:00:00Z", None),
        ("2026-01-02T03:04:60Z", None),
        ("2026-01-02 03:04:05", None),
        ("٢٠٢٦-01-02T03:04:05Z", None),
        ("", None),
    ],
)
def test_times_are_read_in_one_form_only(text: str, expected: int | None) -> None:
    """A lenient parser and a strict client disagree one day."""
    assert doors.parse_time(text) == expected
