"""Secrets at rest: sealed with ChaCha20-Poly1305 under one key, kept in `DATA/keys/seal.key`.

A sealed secret opens only under the name it was sealed for, so one row's secret cannot be laid into
another row. The key file is readable by its owner alone; with a passphrase it is wrapped as well
(scrypt), and then neither the folder nor a backup of it gives a secret away.
"""

import base64
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from actiontrail.errors import Corruption, Refusal
from actiontrail.store import files

FILE_NAME = "seal.key"
_PLAIN = b"actiontrail seal key v1 plain"
_WRAPPED = b"actiontrail seal key v1 scrypt"
_KEY_BYTES = 32
_NONCE_BYTES = 12
_SALT_BYTES = 16
_SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}  # about 0.1 s: once at start
_FORMAT = b"\x01"  # first byte of what `seal` returns


class SealMissing(Refusal):
    """There is no seal key here: the record was not created, or the folder was restored without its keys."""


class SealExists(Refusal):
    """There is a seal key already; a new one would make every sealed secret unreadable."""


class PassphraseNeeded(Refusal):
    """The seal key is wrapped, and no passphrase file is set."""


class WrongPassphrase(Refusal):
    """The passphrase does not open the seal key."""


class SealBroken(Corruption):
    """A sealed secret, or the seal key's file, is not what we wrote."""


class Sealer:
    """Seals and opens secrets. Holds the key in memory; never shows it."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = ChaCha20Poly1305(key)

    def __repr__(self) -> str:
        return "Sealer(…)"

    @classmethod
    def create(cls, folder: Path, passphrase: bytes | None = None) -> "Sealer":
        """A new key, durably in `folder`. Raises `SealExists` rather than replace one."""
        path = folder / FILE_NAME
        if path.exists():
            raise SealExists(f"{path} exists; a new key would make every sealed secret unreadable")
        files.make_folder(folder)
        folder.chmod(0o700)
        key = os.urandom(_KEY_BYTES)
        files.replace(path, _wrap(key, passphrase), mode=0o600)
        return cls(key)

    @classmethod
    def open(cls, folder: Path, passphrase: bytes | None = None) -> "Sealer":
        """The key that `create` left in `folder`."""
        path = folder / FILE_NAME
        try:
            content = path.read_bytes()
        except FileNotFoundError as error:
            raise SealMissing(f"{path} is missing; restore it from the backup of the data folder") from error
        return cls(_unwrap(content, passphrase, path))

    def seal(self, secret: bytes, name: str) -> bytes:
        """`secret`, readable only with this key and under `name`."""
        nonce = os.urandom(_NONCE_BYTES)
        return _FORMAT + nonce + self._cipher.encrypt(nonce, secret, name.encode())

    def unseal(self, sealed: bytes, name: str) -> bytes:
        """What `seal` was given. Raises `SealBroken` for anything else."""
        if sealed[:1] != _FORMAT:
            raise SealBroken(f"the sealed secret of {name} is in no format we know")
        try:
            return self._cipher.decrypt(
                sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :], name.encode()
            )
        except InvalidTag as error:
            raise SealBroken(
                f"the sealed secret of {name} was altered, or sealed under another key"
            ) from error

    def derive(self, purpose: str) -> bytes:
        """Another key, for `purpose` alone, the same each time; it tells nothing of this one."""
        return hmac.digest(self._key, b"actiontrail derived key\n" + purpose.encode(), "sha256")


def read_passphrase(path: str) -> bytes | None:
    """The content of the file that the setting `passphrase_file` names, without its last line break."""
    if not path:
        return None
    try:
        passphrase = Path(path).read_bytes().rstrip(b"\r\n")
    except OSError as error:
        raise PassphraseNeeded(f"the passphrase file {path} cannot be read: {error.strerror}") from error
    if not passphrase:
        raise PassphraseNeeded(f"the passphrase file {path} is empty")
    return passphrase


def _wrap(key: bytes, passphrase: bytes | None) -> bytes:
    if passphrase is None:
        return b"\n".join((_PLAIN, base64.b64encode(key), b""))
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    wrapped = _wrapping(passphrase, salt).encrypt(nonce, key, _WRAPPED)
    return b"\n".join((_WRAPPED, base64.b64encode(salt + nonce + wrapped), b""))


def _unwrap(content: bytes, passphrase: bytes | None, path: Path) -> bytes:
    try:
        header, body, end = content.split(b"\n")
        payload = base64.b64decode(body, validate=True)
    except ValueError as error:
        raise SealBroken(
            f"{path} is not a seal key; restore it from the backup of the data folder"
        ) from error
    if end or header not in (_PLAIN, _WRAPPED):
        raise SealBroken(f"{path} is not a seal key; restore it from the backup of the data folder")
    key = payload if header == _PLAIN else _unwrap_with(payload, passphrase, path)
    if len(key) != _KEY_BYTES:
        raise SealBroken(f"{path} is cut short")
    return key


def _unwrap_with(payload: bytes, passphrase: bytes | None, path: Path) -> bytes:
    if passphrase is None:
        raise PassphraseNeeded(
            f"{path} is wrapped with a passphrase; name its file in the setting `passphrase_file`"
        )
    salt, rest = payload[:_SALT_BYTES], payload[_SALT_BYTES:]
    try:
        return _wrapping(passphrase, salt).decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _WRAPPED)
    except InvalidTag as error:
        raise WrongPassphrase(f"the passphrase does not open {path}") from error


def _wrapping(passphrase: bytes, salt: bytes) -> ChaCha20Poly1305:
    return ChaCha20Poly1305(hashlib.scrypt(passphrase, salt=salt, dklen=_KEY_BYTES, **_SCRYPT))
