"""Signed notes, verifier keys and checkpoints: the published vectors, and what must not be believed."""

import base64
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actiontrail.errors import Corruption
from actiontrail.ledger import checkpoint, note
from actiontrail.ledger.checkpoint import BadCheckpoint, Checkpoint
from actiontrail.ledger.note import BadKey, BadNote, Signer, Verifier
from actiontrail.ledger.tree import EMPTY_ROOT

TEST_DATA = os.environ.get("ACTIONTRAIL_TEST_DATA")
SIGNER = Signer("log.example/one", b"\x07" * 32)
OTHER = Signer("log.example/two", b"\x08" * 32)
TEXT = "This is an example message.\n"

# The example of the signed-note specification.
SPEC_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
SPEC_NOTE = (
    "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERY"
    "NZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()


def _vectors(kind: str) -> list[dict[str, Any]]:
    if not TEST_DATA:
        return []
    found: list[dict[str, Any]] = json.loads(
        Path(TEST_DATA, "tlog", "note_checkpoint_vectors.json").read_text()
    )[kind]
    return found


def _is_good(action: Callable[[], object]) -> bool:
    try:
        action()
    except Corruption:
        return False
    return True


def test_the_example_of_the_specification_opens() -> None:
    """A note that somebody else's code has signed."""
    assert note.open_note(SPEC_NOTE, [Verifier(SPEC_VKEY)]) == "This is an example message.\n"


def test_a_note_is_what_the_format_says_to_the_byte() -> None:
    """Ed25519 signs the same text always the same way, so the whole note can be told beforehand."""
    signature = SIGNER._key.sign(TEXT.encode())
    line = base64.b64encode(SIGNER.verifier.key_id + signature).decode()

    assert SIGNER.sign(TEXT) == f"{TEXT}\n— log.example/one {line}\n".encode()


def test_a_secret_is_not_in_what_is_printed() -> None:
    """A key that lands in a log or a traceback is lost."""
    assert str(SIGNER.seed) not in repr(SIGNER)


def test_a_text_with_empty_lines_is_parted_from_its_signatures_at_the_last_one() -> None:
    """The poem of the specification has one too."""
    text = "one\n\n— two AAAAAAAA\n\nthree\n"

    assert note.open_note(SIGNER.sign(text), [SIGNER.verifier]) == text


def test_two_signatures_and_only_those_that_are_trusted_vouch() -> None:
    """A witness adds its line; who does not know it is not troubled by it."""
    both = note.sign(TEXT, SIGNER, OTHER)

    assert note.verify(both, [OTHER.verifier]).verifiers == (OTHER.verifier,)


def test_a_note_with_sixteen_signatures_is_taken() -> None:
    """The least that the specification asks of a verifier."""
    signers = [Signer(f"witness.example/{number}", bytes([number]) * 32) for number in range(16)]

    opened = note.verify(note.sign(TEXT, *signers), [signer.verifier for signer in signers])

    assert len(opened.verifiers) == 16


def test_a_known_key_with_a_false_signature_spoils_the_note_though_another_is_true() -> None:
    """Somebody tampered; that another line is intact is no reason to go on."""
    one, two = SIGNER.sign(TEXT), OTHER.sign(TEXT + "more\n")
    mixed = one + two.rpartition(b"\n\n")[2]

    with pytest.raises(BadNote, match=r"log\.example/two is false"):
        note.open_note(mixed, [SIGNER.verifier, OTHER.verifier])


def test_a_key_of_the_same_name_but_another_id_is_a_stranger() -> None:
    """Name and id together are the key."""
    impostor = Signer(SIGNER.name, b"\x09" * 32)

    with pytest.raises(BadNote, match="no trusted key"):
        note.open_note(impostor.sign(TEXT), [SIGNER.verifier])


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (b"", "without signatures"),
        (TEXT.encode(), "without signatures"),
        (TEXT.encode() + b"\n", "without signatures"),
        (SIGNER.sign(TEXT)[:-1], "without signatures"),
        (SIGNER.sign(TEXT) + b"\n", "without signatures"),
        (SIGNER.sign(TEXT).replace(b"example message", b"exemple message"), "false"),
        (SIGNER.sign(TEXT).replace("— ".encode(), b"- "), "signature line"),
        (SIGNER.sign(TEXT).replace(b"one ", b"one  "), "signature line"),
        (SIGNER.sign(TEXT).replace(b"log.example/one", b"log+example/one"), "signature line"),
        (SIGNER.sign(TEXT).replace(b"log.example/one", "log\u00a0one".encode()), "signature line"),
        (SIGNER.sign(TEXT) + "— a AAAA\n".encode(), "signature line"),
        (SIGNER.sign(TEXT) + "— a AAAAAAB=\n".encode(), "signature line"),
        (SIGNER.sign(TEXT).replace(b"This", b"Thi\r"), "control"),
        (SIGNER.sign(TEXT).replace(b"This", b"\0his"), "control"),
        (SIGNER.sign(TEXT).replace(b"This", b"\xffhis"), "UTF-8"),
        (SIGNER.sign(TEXT) + "— a AAAAAAAA\n".encode() * 100, "101 signatures"),
        (b"x" * note.NOTE_BYTES_MAX + SIGNER.sign(TEXT), "are the most"),
    ],
)
def test_a_note_that_is_not_as_the_format_says_is_refused(bad: bytes, why: str) -> None:
    """Two readers who take a malformed note apart differently can be told different things."""
    with pytest.raises(BadNote, match=why):
        note.open_note(bad, [SIGNER.verifier])


@pytest.mark.parametrize("text", ["no line break", "tab\there\n", "return\r\n"])
def test_what_no_reader_would_take_is_not_signed(text: str) -> None:
    """A signature that nobody can verify is a fault of the signer."""
    with pytest.raises(BadNote, match="ends with a line break"):
        SIGNER.sign(text)


@pytest.mark.parametrize("name", ["", "two words", "plus+plus", "line\nbreak", "wide\u3000space", "\ud800"])
def test_a_name_that_a_signature_line_cannot_carry_is_refused_when_the_key_is_made(name: str) -> None:
    """Found at init, not by the first auditor."""
    with pytest.raises(BadKey, match="cannot name a key"):
        Signer(name, b"\x07" * 32)


@pytest.mark.parametrize(
    "vkey",
    [
        "",
        "a+b",
        SPEC_VKEY.replace("530d903a", "530D903A"),
        SPEC_VKEY.replace("530d903a", "530d903b"),
        SPEC_VKEY.replace("example.com", "example.org"),
        SPEC_VKEY[:-4],
        SPEC_VKEY + "=",
        SIGNER.vkey.replace("+A", "+B"),
        "a+00000000+",
    ],
)
def test_a_verifier_key_that_was_mistyped_is_refused(vkey: str) -> None:
    """Whoever trusts a wrong key trusts nobody; the id in it is there to catch that."""
    with pytest.raises(BadKey):
        Verifier(vkey)


@given(st.binary(max_size=300))
@settings(max_examples=300)
def test_garbage_is_refused_and_never_breaks_a_parser(garbage: bytes) -> None:
    """Notes, checkpoints and keys come from strangers."""
    text = garbage.decode("utf-8", "surrogateescape")
    for parse in (
        lambda: note.parse(garbage),
        lambda: note.parse(TEXT.encode() + b"\n" + garbage),
        lambda: checkpoint.parse(text),
        lambda: checkpoint.parse(f"{text}\n1\n{text}\n"),
        lambda: Verifier(text),
        lambda: Verifier(SPEC_VKEY[:25] + text),
    ):
        _is_good(parse)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1),
    st.integers(1, 2**64 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), max_size=3),
)
def test_a_checkpoint_reads_back_as_it_was_written(
    origin: str, size: int, root: bytes, extensions: list[str]
) -> None:
    """`encode` and `parse` are each other's inverse, and signing adds nothing and takes nothing."""
    whole = Checkpoint(origin, size, root, tuple(extensions))

    assert checkpoint.verify(checkpoint.sign(whole, SIGNER), [SIGNER.verifier], origin) == whole


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (Checkpoint("log.example/one", 5, b"short"), "5 bytes"),
        (Checkpoint("log.example/one", 0, b"\1" * 32), "empty tree"),
        (Checkpoint("log.example/one", -1, b"\1" * 32), "size"),
        (Checkpoint("log.example/one", 2**64, b"\1" * 32), "size"),
        (Checkpoint("", 5, b"\1" * 32), "origin"),
        (Checkpoint("a\nb", 5, b"\1" * 32), "size|line break"),
        (Checkpoint("a", 5, b"\1" * 32, ("",)), "empty line"),
        (Checkpoint("a", 5, b"\1" * 32, ("x\ny",)), "line break"),
    ],
)
def test_a_checkpoint_that_no_verifier_would_take_is_not_signed(bad: Checkpoint, why: str) -> None:
    """A signature cannot be taken back."""
    with pytest.raises(BadCheckpoint, match=why):
        checkpoint.sign(bad, SIGNER)


@pytest.mark.parametrize(
    "size", ["-1", "+1", "01", "1_0", "\u0661", " 1", "1 ", "0x1", "18446744073709551616"]
)
def test_a_size_has_one_spelling(size: str) -> None:
    """What Python would read as a number is not always what the signer meant, nor what Go reads."""
    with pytest.raises(BadCheckpoint, match="size"):
        checkpoint.parse(f"a\n{size}\n{base64.b64encode(EMPTY_ROOT).decode()}\n")


@pytest.mark.parametrize(
    "text", ["a\n1\nYmFuYW5hcw==\n", "a\n1\n" + base64.b64encode(EMPTY_ROOT).decode() + "\n\n"]
)
def test_what_only_has_the_shape_of_a_checkpoint_is_not_believed_though_it_is_signed(text: str) -> None:
    """`parse` reads what the published vectors call valid; `verify` asks for a real root and no empty lines."""
    with pytest.raises(BadCheckpoint, match=r"bytes|empty line"):
        checkpoint.verify(SIGNER.sign(text), [SIGNER.verifier], "a")


@pytest.mark.skipif(not TEST_DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
@pytest.mark.parametrize("vector", _vectors("checkpoint_bodies"), ids=lambda vector: vector["desc"])
def test_a_published_checkpoint_vector(vector: dict[str, Any]) -> None:
    """What other implementations take or refuse."""
    assert _is_good(lambda: checkpoint.parse(vector["checkpoint_body"])) == vector["valid"]


@pytest.mark.skipif(not TEST_DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
@pytest.mark.parametrize("vector", _vectors("notes"), ids=lambda vector: vector["desc"])
def test_a_published_note_vector(vector: dict[str, Any]) -> None:
    """Real checkpoints of other logs, signed with ECDSA."""
    action = lambda: note.open_note(vector["note"].encode(), [Verifier(vector["vkey"])])  # noqa: E731

    assert _is_good(action) == vector["valid"]


@pytest.mark.skipif(not TEST_DATA, reason="ACTIONTRAIL_TEST_DATA is not set")
@pytest.mark.parametrize("vector", _vectors("vkeys"), ids=lambda vector: vector["vkey"])
def test_a_published_verifier_key_vector(vector: dict[str, Any]) -> None:
    """What other implementations take or refuse."""
    assert _is_good(lambda: Verifier(vector["vkey"])) == vector["valid"]
