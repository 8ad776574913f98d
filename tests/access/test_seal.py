"""Secrets at rest."""

from pathlib import Path

import pytest

from actiontrail.access.seal import (
    FILE_NAME,
    PassphraseNeeded,
    SealBroken,
    Sealer,
    SealExists,
    SealMissing,
    WrongPassphrase,
    read_passphrase,
)


@pytest.mark.parametrize("passphrase", [None, b"correct horse"])
def test_a_secret_opens_after_a_restart(tmp_path: Path, passphrase: bytes | None) -> None:
    """The key on disk is the key that sealed, wrapped or not."""
    sealed = Sealer.create(tmp_path / "keys", passphrase).seal(b"secret", "LTAI1")

    assert Sealer.open(tmp_path / "keys", passphrase).unseal(sealed, "LTAI1") == b"secret"


def test_a_secret_opens_only_under_its_own_name() -> None:
    """Whoever can write to the database could otherwise lay their own known secret under another's key."""
    sealer = Sealer(b"k" * 32)

    with pytest.raises(SealBroken):
        sealer.unseal(sealer.seal(b"secret", "LTAI1"), "LTAI2")


@pytest.mark.parametrize("place", [0, 5, 14, -1])
def test_an_altered_secret_is_found(place: int) -> None:
    """Any changed byte is noticed, whether of the format, the nonce, the text or the tag."""
    sealer = Sealer(b"k" * 32)
    sealed = bytearray(sealer.seal(b"secret", "LTAI1"))
    sealed[place] ^= 1

    with pytest.raises(SealBroken):
        sealer.unseal(bytes(sealed), "LTAI1")


def test_the_key_file_is_its_owners_alone(tmp_path: Path) -> None:
    """Without a passphrase the file's permissions are the protection."""
    Sealer.create(tmp_path / "keys")

    assert (
        (tmp_path / "keys" / FILE_NAME).stat().st_mode & 0o777,
        (tmp_path / "keys").stat().st_mode & 0o777,
    ) == (0o600, 0o700)


def test_a_passphrase_is_needed_where_one_was_set(tmp_path: Path) -> None:
    """A stolen folder does not open."""
    Sealer.create(tmp_path, b"correct horse")

    with pytest.raises(PassphraseNeeded):
        Sealer.open(tmp_path)
    with pytest.raises(WrongPassphrase):
        Sealer.open(tmp_path, b"wrong horse")


def test_a_seal_key_is_never_replaced_or_made_up(tmp_path: Path) -> None:
    """A new key would silently turn every secret into noise."""
    with pytest.raises(SealMissing):
        Sealer.open(tmp_path)
    Sealer.create(tmp_path)
    with pytest.raises(SealExists):
        Sealer.create(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"actiontrail seal key v1 plain\nAAAA\n", b"actiontrail seal key v9\nAAAA\n"]
)
def test_a_damaged_key_file_is_told_from_a_missing_one(tmp_path: Path, content: bytes) -> None:
    """The remedy differs: restore the file, rather than look for it."""
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(SealBroken):
        Sealer.open(tmp_path)


def test_a_passphrase_file_ends_where_its_line_ends(tmp_path: Path) -> None:
    """Editors add a line break; it is not meant."""
    (tmp_path / "phrase").write_bytes(b"correct horse\n")

    assert (read_passphrase(str(tmp_path / "phrase")), read_passphrase("")) == (b"correct horse", None)


def test_a_derived_key_is_stable_and_its_purpose_its_own() -> None:
    """Page tokens outlive a restart, and tell nothing of other keys."""
    one, two = Sealer(b"k" * 32), Sealer(b"k" * 32)

    assert (one.derive("page") == two.derive("page"), one.derive("page") == one.derive("other")) == (
        True,
        False,
    )
