"""The note key at rest, and its rotation, broken off at every step."""

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from actiontrail.ledger import handover, notekey, tree
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.notekey import NoteKeyBroken, NoteKeyExists, NoteKeyLocked, NoteKeyMissing
from actiontrail.store import files

ORIGIN = "log.example/one"
AT = Checkpoint(ORIGIN, 1, tree.root([b"entry"]))


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_a_key_comes_back_as_it_was_made(tmp_path: Path, passphrase: bytes | None) -> None:
    """A record whose key changed by itself is disowned."""
    made = notekey.create(tmp_path / "keys", ORIGIN, passphrase)

    assert notekey.load(tmp_path / "keys", passphrase) == made


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Without a passphrase nothing else protects it."""
    notekey.create(tmp_path / "keys", ORIGIN)

    modes = [stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "keys", tmp_path / "keys/note.key")]
    assert modes == [0o700, 0o600]


def test_a_sealed_key_is_not_in_its_file(tmp_path: Path) -> None:
    """A backup of the folder must not give it away."""
    made = notekey.create(tmp_path, ORIGIN, b"open sesame")

    assert made.seed not in (tmp_path / "note.key").read_bytes()


def test_a_plain_key_is_ordinary_pkcs8(tmp_path: Path) -> None:
    """Operators can carry it elsewhere with their own tools."""
    made = notekey.create(tmp_path, ORIGIN)
    pem = (tmp_path / "note.key").read_bytes().partition(b"-----BEGIN")

    key = load_pem_private_key(pem[1] + pem[2], password=None)

    assert key.private_bytes_raw() == made.seed  # type: ignore[union-attr]


def test_a_second_key_does_not_replace_the_first(tmp_path: Path) -> None:
    """`init` on the wrong folder must not destroy a record's key."""
    notekey.create(tmp_path, ORIGIN)

    with pytest.raises(NoteKeyExists, match="keys rotate"):
        notekey.create(tmp_path, ORIGIN)


@pytest.mark.parametrize(
    ("passphrase", "why"), [(None, "passphrase_file"), (b"open barley", "does not open")]
)
def test_a_sealed_key_stays_shut_without_its_passphrase(
    tmp_path: Path, passphrase: bytes | None, why: str
) -> None:
    """The message says what to do, not how near one was."""
    notekey.create(tmp_path, ORIGIN, b"open sesame")

    with pytest.raises(NoteKeyLocked, match=why):
        notekey.load(tmp_path, passphrase)


def test_a_sealed_key_does_not_open_under_another_name(tmp_path: Path) -> None:
    """The name is sealed with it, so that nobody makes the key sign for another log."""
    notekey.create(tmp_path, ORIGIN, b"open sesame")
    path = tmp_path / "note.key"
    path.write_bytes(path.read_bytes().replace(b"log.example/one", b"log.example/two"))

    with pytest.raises(NoteKeyLocked, match="altered"):
        notekey.load(tmp_path, b"open sesame")


def test_a_missing_key_is_told_apart_from_a_broken_one(tmp_path: Path) -> None:
    """One is restored, the other asked about."""
    with pytest.raises(NoteKeyMissing, match="backup"):
        notekey.load(tmp_path)


@pytest.mark.parametrize("passphrase", [None, b"open sesame"])
def test_a_key_file_cut_anywhere_is_refused(tmp_path: Path, passphrase: bytes | None) -> None:
    """Half a key signs nothing that verifies."""
    notekey.create(tmp_path, ORIGIN, passphrase)
    path = tmp_path / "note.key"
    whole = path.read_bytes()
    for kept in range(0, len(whole) - 2, 3):
        path.write_bytes(whole[:kept])
        with pytest.raises((NoteKeyBroken, NoteKeyLocked)):
            notekey.load(tmp_path, passphrase)


def test_rotation_leaves_a_chain_from_the_first_key_to_the_last(tmp_path: Path) -> None:
    """Each new key is vouched for by the one before."""
    vkeys = [notekey.create(tmp_path / "keys", ORIGIN).vkey]
    for size in (1, 2, 2):
        at = Checkpoint(ORIGIN, size, AT.root)
        vkeys.append(notekey.rotate(tmp_path / "keys", tmp_path / "handover", at).vkey)

    kept = notekey.kept_handovers(tmp_path / "handover")
    assert handover.successors(vkeys[0], kept, ORIGIN) == tuple(vkeys)


def test_the_operator_trusts_the_new_key_and_those_before_it(tmp_path: Path) -> None:
    """The checkpoint in the lock is the old key's until the next round."""
    old = notekey.create(tmp_path / "keys", ORIGIN)
    new = notekey.rotate(tmp_path / "keys", tmp_path / "handover", AT)

    trusted = notekey.trusted(new.vkey, ORIGIN, tmp_path / "handover")

    assert trusted == (new.verifier, old.verifier)


@pytest.mark.parametrize("effect", [False, True], ids=["without effect", "with effect"])
@pytest.mark.parametrize("step", range(12))
def test_a_rotation_broken_at_any_step_is_taken_up_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int, *, effect: bool
) -> None:
    """The key in force is the old or the new one, never neither; afterwards there is one chain, of two keys."""
    old = notekey.create(tmp_path / "keys", ORIGIN)
    (tmp_path / "handover").mkdir()
    with monkeypatch.context() as broken:
        _break(broken, step, effect=effect)
        try:
            done = notekey.rotate(tmp_path / "keys", tmp_path / "handover", AT)
        except OSError:
            done = None
    now = notekey.load(tmp_path / "keys")
    assert now == done or done is None
    if now == old:  # and nobody is told of a hand-over that was not finished
        assert notekey.shown_handovers(tmp_path / "handover", old.vkey) == []
        now = notekey.rotate(tmp_path / "keys", tmp_path / "handover", Checkpoint(ORIGIN, 9, AT.root))

    shown = notekey.shown_handovers(tmp_path / "handover", now.vkey)
    assert handover.successors(old.vkey, shown, ORIGIN) == (old.vkey, now.vkey)


def _break(patch: pytest.MonkeyPatch, step: int, *, effect: bool) -> None:
    """The file call number `step` of a rotation fails, having done its work or not."""
    calls = iter(range(1000))

    def breaking(real):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        def call(*args, **kwargs):  # type: ignore[no-untyped-def]  # noqa: ANN002, ANN003, ANN202
            if next(calls) != step:
                return real(*args, **kwargs)
            if effect:
                real(*args, **kwargs)
            raise OSError(5, "Input/output error")

        return call

    for name in ("write", "fsync"):
        patch.setattr(files.os, name, breaking(getattr(os, name)))
    patch.setattr(Path, "replace", breaking(Path.replace))
