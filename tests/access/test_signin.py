"""Signing in: what is learned from an answer, how often one may guess, what is good once."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest

from actiontrail.access.grants import Grants
from actiontrail.access.guesses import FREE, LONGEST_SECONDS, PER_ADDRESS, SigninLocked, pause
from actiontrail.access.passwords import Passwords, WeakPassword, check_new
from actiontrail.access.seal import Sealer
from actiontrail.access.signin import (
    SETUPS_MAX,
    NotLinked,
    NoTotp,
    SignIn,
    WrongCode,
    WrongSetup,
    WrongSignin,
)
from actiontrail.access.users import User, UserChange
from actiontrail.errors import Refusal
from actiontrail.store.database import Database

CHEAP = Passwords(time_cost=1, memory_kib=8, threads=1)
RIGHT = "correct horse 7"


class Clock:
    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """Signing in over a small database, at a clock that a test moves."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.database = Database.open(folder)
        self.signin = SignIn(self.database, Sealer(b"k" * 32), passwords=CHEAP, now=self.clock)
        self.account = self.signin.accounts.create("one").id

    def user(self, name: str = "alice", password: str = RIGHT) -> User:
        made = self.signin.users.create(self.account, name)
        self.signin.set_password(made, password)
        return made

    def try_(
        self, name: str = "alice", password: str = RIGHT, code: str = "", address: str = "192.0.2.1"
    ) -> str:
        """The name of the answer: `in`, or the refusal's."""
        try:
            self.signin.by_password(self.account, name, password, code, address)
        except Refusal as error:
            return type(error).__name__
        return "in"

    def code(self, secret: str, *, steps: int = 0) -> str:
        return pyotp.TOTP(secret).generate_otp(int(self.clock.now) // 30 + steps)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.database.close()


def test_the_right_password_signs_in(desk: Desk) -> None:
    """And the user remembers when."""
    user = desk.user()
    proven = desk.signin.by_password(desk.account, "ALICE", RIGHT, "", "192.0.2.1")
    after = desk.signin.users.by_id(user.id)

    assert (proven.user.id, proven.mfa, proven.bound) == (user.id, False, "")
    assert after is not None
    assert after.last_login == int(desk.clock.now)


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("alice", "wrong password"),
        ("nobody", RIGHT),
        ("alice", ""),
        ("alice", "x" * 100_000),
        ("", ""),
        ("alice\0", RIGHT),
        ("\ud800", RIGHT),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(desk: Desk, name: str, password: str) -> None:
    """Neither a name nor a password is confirmed."""
    desk.user()

    with pytest.raises(WrongSignin, match=r"^the account, the user name or the password is wrong$"):
        desk.signin.by_password(desk.account, name, password, "", "192.0.2.1")


def test_a_name_that_nobody_has_costs_as_much_work(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock tells an attacker nothing: one hash is checked in either case."""
    desk.user()
    checked: list[bool] = []
    real = Passwords.matches
    monkeypatch.setattr(Passwords, "matches", lambda self, kept, password: (checked.append(kept is None), real(self, kept, password))[1])  # fmt: skip

    answers = [desk.try_("alice", "wrong password"), desk.try_("nobody", "wrong password")]

    assert (answers, checked) == (["WrongSignin"] * 2, [False, True])


def test_a_user_who_was_disabled_is_out(desk: Desk) -> None:
    """And is told what any stranger is."""
    desk.user()
    desk.signin.users.update(desk.account, "alice", UserChange(state="Inactive"))

    assert desk.try_() == "WrongSignin"


@pytest.mark.parametrize("name", ["alice", "nobody"])
def test_mistakes_lock_a_name_for_ever_longer_whether_or_not_anybody_has_it(desk: Desk, name: str) -> None:
    """The first ones are free, and time alone unlocks."""
    desk.user()
    free = [desk.try_(name, "wrong password", address=f"192.0.2.{at}") for at in range(FREE)]
    locked = desk.try_(name, RIGHT, address="192.0.2.99")
    desk.clock.now += pause(FREE)
    again = desk.try_(name, "wrong password")
    desk.clock.now += pause(FREE)
    still = desk.try_(name, RIGHT)
    desk.clock.now += pause(FREE + 1)

    assert (free, locked, again, still) == (
        ["WrongSignin"] * FREE,
        "SigninLocked",
        "WrongSignin",
        "SigninLocked",
    )
    assert desk.try_(name, RIGHT) == ("in" if name == "alice" else "WrongSignin")


def test_a_lock_grows_to_a_quarter_of_an_hour_and_no_longer() -> None:
    """Else a stranger could keep somebody out for good."""
    assert [pause(failures) for failures in (0, 4, 5, 6, 7, 11, 12, 10_000)] == [0, 0, 15, 30, 60, 900, LONGEST_SECONDS, LONGEST_SECONDS]  # fmt: skip


def test_an_administrator_unlocks_at_once(desk: Desk) -> None:
    """`actiontrail users unlock`."""
    desk.user()
    for number in range(FREE):
        desk.try_("alice", "wrong password", address=f"192.0.2.{number}")

    assert (desk.try_(), desk.signin.guesses.unlock(desk.account, "Alice"), desk.try_()) == (
        "SigninLocked",
        True,
        "in",
    )


def test_being_right_forgets_the_mistakes(desk: Desk) -> None:
    """Typing errors of a month do not add up."""
    desk.user()

    assert [
        desk.try_(password=one) for one in ["wrong password"] * 4 + [RIGHT] + ["wrong password"] * 4 + [RIGHT]
    ][-1] == "in"


def test_one_address_guesses_at_many_names_and_is_slowed_down(desk: Desk) -> None:
    """Spraying one password over all users locks nobody out, and gets nowhere."""
    answers = [desk.try_(f"user-{number}", "Summer2026!!", address="198.51.100.1") for number in range(70)]
    elsewhere = desk.try_("user-99", "Summer2026!!", address="198.51.100.2")
    desk.clock.now += 1

    assert (answers.count("WrongSignin"), answers[-1], elsewhere) == (
        PER_ADDRESS,
        "SigninLocked",
        "WrongSignin",
    )
    assert desk.try_("user-98", "Summer2026!!", address="198.51.100.1") == "WrongSignin"


def test_many_tries_at_once_are_no_way_around_the_count(desk: Desk) -> None:
    """A try is counted before it is judged."""
    desk.user()
    answers: list[str] = []
    threads = [
        threading.Thread(target=lambda number=number: answers.append(desk.try_(password="wrong password", address=f"192.0.2.{number}")))  # type: ignore[misc]
        for number in range(12)
    ]  # fmt: skip
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (answers.count("WrongSignin"), answers.count("SigninLocked")) == (FREE, 12 - FREE)


def with_totp(desk: Desk) -> tuple[User, str, list[str]]:
    user = desk.user()
    secret = desk.signin.begin_totp(user)
    codes = desk.signin.confirm_totp(user, desk.code(secret))
    desk.clock.now += 60
    return user, secret, codes


def test_with_an_app_the_password_alone_is_not_enough(desk: Desk) -> None:
    """And a wrong password does not learn that a code would be needed."""
    _, secret, _ = with_totp(desk)

    assert [desk.try_(), desk.try_(password="wrong password"), desk.try_(code="000000"), desk.try_(code=desk.code(secret))] == [
        "CodeNeeded",
        "WrongSignin",
        "WrongCode",
        "in",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "answer"), [(-2, "WrongCode"), (-1, "in"), (0, "in"), (1, "in"), (2, "WrongCode")]
)
def test_a_clock_may_be_half_a_minute_off(desk: Desk, steps: int, answer: str) -> None:
    """Telephones are; more than that would be a gift."""
    _, secret, _ = with_totp(desk)
    desk.clock.now += 300

    assert desk.try_(code=desk.code(secret, steps=steps)) == answer


def test_a_code_is_good_once(desk: Desk) -> None:
    """Whoever looks over a shoulder has half a minute, and no code: nor an earlier one that was not used."""
    _, secret, _ = with_totp(desk)
    code, before = desk.code(secret), desk.code(secret, steps=-1)

    assert [desk.try_(code=one) for one in (code, code, before)] == ["in", "WrongCode", "WrongCode"]


def test_the_code_that_confirmed_the_app_does_not_sign_in(desk: Desk) -> None:
    """It was used."""
    user = desk.user()
    secret = desk.signin.begin_totp(user)
    code = desk.code(secret)
    desk.signin.confirm_totp(user, code)

    assert desk.try_(code=code) == "WrongCode"


def test_asking_for_a_code_buys_no_guess(desk: Desk) -> None:
    """Whoever has the password tries codes no faster by asking with and without one in turn."""
    with_totp(desk)
    answers = [
        desk.try_(code="000000" if number % 2 else "", address=f"192.0.2.{number}") for number in range(12)
    ]

    assert answers[FREE:] == ["SigninLocked"] * (12 - FREE)


def test_a_recovery_code_is_good_once(desk: Desk) -> None:
    """Each of the ten, however it is typed."""
    user, _, codes = with_totp(desk)
    answers = [desk.try_(code=one) for one in (codes[0], codes[0], codes[1].upper())]

    assert (answers, desk.signin.ways(user).recovery_codes, len(set(codes))) == (
        ["in", "WrongCode", "in"],
        8,
        10,
    )


def test_neither_a_secret_nor_a_code_is_readable_in_the_database(desk: Desk) -> None:
    """A copy of the database signs nobody in."""
    _, secret, codes = with_totp(desk)
    desk.database.close()
    kept = b"".join(path.read_bytes() for path in Path(desk.database._engine.url.database or "").parent.iterdir() if path.is_file())  # fmt: skip

    assert [one for one in (secret, codes[0], RIGHT) if one.encode() in kept] == []


def test_an_app_that_was_not_confirmed_is_not_asked_for(desk: Desk) -> None:
    """Somebody who closed the page in between is not locked out."""
    desk.signin.begin_totp(desk.user())

    assert desk.try_() == "in"


def test_an_app_is_not_replaced_without_removing_the_old_one(desk: Desk) -> None:
    """A stolen session would otherwise move the second factor to the thief."""
    user, _, _ = with_totp(desk)

    with pytest.raises(NoTotp):
        desk.signin.begin_totp(user)


def test_a_first_password_has_to_be_changed(desk: Desk) -> None:
    """Whoever gave it knows it."""
    user = desk.user()
    given = desk.signin.give_password(user)
    first = desk.signin.by_password(desk.account, "alice", given, "", "")
    desk.signin.set_password(user, "another horse 8")

    assert (first.bound, desk.signin.by_password(desk.account, "alice", "another horse 8", "", "").bound) == (
        "password",
        "",
    )


def test_a_hash_of_another_cost_is_made_anew_at_the_next_sign_in(desk: Desk) -> None:
    """So that a higher cost reaches those who were here before."""
    user = desk.user()
    dearer = SignIn(desk.database, Sealer(b"k" * 32), passwords=Passwords(1, 16, 1), now=desk.clock)
    before = desk.signin._kept(user)
    dearer.by_password(desk.account, "alice", RIGHT, "", "")
    after = desk.signin._kept(user)

    assert before is not None
    assert after is not None
    assert ("m=8," in before[0], "m=16," in after[0], desk.try_()) == (True, True, "in")


@pytest.mark.parametrize(
    "password",
    ["short", "a" * 129, "aaaaaaaaaaaa", "Password123", "alice-is-great", "tab\tinside-it", "line\nbreak-x"],
)
def test_a_weak_password_is_refused_with_the_reason(password: str) -> None:
    """Rules that one can read, and no more of them than help."""
    with pytest.raises(WeakPassword):
        check_new(password, "alice")


def test_a_good_password_in_any_script_is_taken(desk: Desk) -> None:
    """Ten characters of Chinese are stronger than most."""
    desk.user(password="春眠不觉晓处处闻啼鸟")

    assert desk.try_(password="春眠不觉晓处处闻啼鸟") == "in"


def test_the_set_up_link_makes_the_first_administrator_once(desk: Desk) -> None:
    """And nobody after."""
    token = desk.signin.offer_setup(desk.account) or ""
    user = desk.signin.take_setup(desk.signin.ready_setup(token, "admin", RIGHT))
    having = Grants(desk.database).attached(desk.account, user.id)

    assert (
        [one.policy_name for one in having],
        desk.try_("admin"),
        desk.signin.offer_setup(desk.account),
    ) == (
        ["AdministratorAccess"],
        "in",
        None,
    )
    with pytest.raises(WrongSetup):
        desk.signin.take_setup(desk.signin.ready_setup(token, "mallory", RIGHT))


def test_a_set_up_link_ends_with_its_day_and_with_the_use_of_another(desk: Desk) -> None:
    """One that lies in an old log opens nothing; a restart in between ends none that somebody was sent."""
    old = desk.signin.offer_setup(desk.account) or ""
    desk.clock.now += 24 * 3600
    with pytest.raises(WrongSetup):
        desk.signin.take_setup(desk.signin.ready_setup(old, "admin", RIGHT))
    first, second = (desk.signin.offer_setup(desk.account) or "" for _ in range(2))
    desk.signin.take_setup(desk.signin.ready_setup(first, "admin", RIGHT))
    desk.signin.forget(desk.signin.users.get(desk.account, "admin"))

    with pytest.raises(WrongSetup):
        desk.signin.take_setup(desk.signin.ready_setup(second, "admin", RIGHT))


def test_each_account_has_set_up_links_of_its_own(desk: Desk) -> None:
    """That people of one account can sign in lets nobody into another; nor does the link of one."""
    other = desk.signin.accounts.create("other").id
    mine, theirs = (desk.signin.offer_setup(one) or "" for one in (desk.account, other))
    desk.signin.take_setup(desk.signin.ready_setup(mine, "admin", RIGHT))
    user = desk.signin.take_setup(desk.signin.ready_setup(theirs, "admin", RIGHT))

    assert (user.account, desk.signin.offer_setup(desk.account), desk.signin.offer_setup(other)) == (
        other,
        None,
        None,
    )


def test_no_more_set_up_links_are_good_than_anybody_needs(desk: Desk) -> None:
    """A service that restarts for ever fills no table."""
    links = [desk.signin.offer_setup(desk.account) or "" for _ in range(SETUPS_MAX + 5)]
    with desk.database.read() as connection:
        kept = connection.exec_driver_sql("SELECT count(*) FROM setups").scalar_one()

    assert (kept, len(set(links))) == (SETUPS_MAX, SETUPS_MAX + 5)


def test_a_weak_password_does_not_use_up_the_set_up_link(desk: Desk) -> None:
    """One may try again."""
    token = desk.signin.offer_setup(desk.account) or ""
    with pytest.raises(WeakPassword):
        desk.signin.take_setup(desk.signin.ready_setup(token, "admin", "weak"))

    assert desk.signin.take_setup(desk.signin.ready_setup(token, "admin", RIGHT)).name == "admin"


def test_an_identity_is_linked_by_name_once_and_by_its_subject_ever_after(desk: Desk) -> None:
    """Whoever takes over the name at the provider does not take over the user here."""
    user = desk.user()
    first = desk.signin.by_identity("https://id.test", "subject-1", desk.account, "alice")
    renamed = desk.signin.by_identity("https://id.test", "subject-1", desk.account, "alice.new")

    assert (first.user.id, renamed.user.id) == (user.id, user.id)
    with pytest.raises(NotLinked):
        desk.signin.by_identity("https://id.test", "subject-2", desk.account, "alice")
    with pytest.raises(NotLinked):
        desk.signin.by_identity("https://id.test", "subject-3", desk.account, "nobody")


def test_a_lock_says_how_long_it_lasts(desk: Desk) -> None:
    """So that a page can count down."""
    desk.user()
    for number in range(FREE):
        desk.try_("alice", "wrong password", address=f"192.0.2.{number}")
    with pytest.raises(SigninLocked) as caught:
        desk.signin.by_password(desk.account, "alice", RIGHT, "", "192.0.2.9")

    assert caught.value.retry_after == pause(FREE)


def test_what_proves_nothing_is_refused(desk: Desk) -> None:
    """Confirming without beginning."""
    with pytest.raises(NoTotp):
        desk.signin.confirm_totp(desk.user(), "000000")
    with pytest.raises(WrongCode):
        desk.signin._take_code(desk.user("bob"), "000000")
