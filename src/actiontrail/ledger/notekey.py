"""The note key at rest: the secret that signs checkpoints, in `DATA/keys/note.key`.

With a passphrase the file is sealed (scrypt, AES-256-GCM), and neither the folder nor its backup gives
the key away. Without, it is plain PKCS#8 that only its owner may read, and `openssl pkey` understands it.

Rotation destroys the old key. Its steps can be broken off anywhere and are taken up again by the next
`rotate`; until the new key's file has its final name, the old key signs.
"""

import base64
import binascii
import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from actiontrail.errors import Corruption, Refusal
from actiontrail.ledger import handover
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.note import BadKey, Signer, Verifier
from actiontrail.store import files

FILE_NAME = "note.key"
NEXT_NAME = "note.key.next"
HANDOVER_DIGITS = 6
_PLAIN = b"actiontrail note key v1 plain"
_SEALED = b"actiontrail note key v1 scrypt"
_SALT_BYTES = 16
_NONCE_BYTES = 12
_SCRYPT = {"n": 2**15, "r": 8, "p": 1, "maxmem": 64 * 1024 * 1024}  # about 0.1 s, once at start


class NoteKeyMissing(Refusal):
    """There is no note key here: the record was not created, or the folder came back without its keys."""


class NoteKeyExists(Refusal):
    """There is a note key already; a new one, without a hand-over, would disown every checkpoint."""


class NoteKeyLocked(Refusal):
    """The note key is sealed, and the passphrase is missing or wrong."""


class NoteKeyBroken(Corruption):
    """The note key's file is not what we wrote."""


def create(folder: Path, name: str, passphrase: bytes | None = None) -> Signer:
    """A new key called `name`, durably in `folder`. Raises `NoteKeyExists` rather than replace one."""
    path = folder / FILE_NAME
    if path.exists():
        raise NoteKeyExists(f"{path} exists; use `actiontrail keys rotate` to hand over to a new key")
    signer = Signer.generate(name)
    files.make_folder(folder)
    folder.chmod(0o700)
    files.replace(path, _encode(signer, passphrase), mode=0o600)
    return signer


def load(folder: Path, passphrase: bytes | None = None) -> Signer:
    """The key in `folder` that signs now."""
    return _read(folder / FILE_NAME, passphrase)


def rotate(folder: Path, handovers: Path, at: Checkpoint, passphrase: bytes | None = None) -> Signer:
    """A new key, handed over to by the old one in a note under `handovers`, which is told the log's size and root.

    The caller keeps everybody else from signing meanwhile. The point of no return is the new file's
    name: the old key is gone after it.
    """
    old = load(folder, passphrase)
    waiting = folder / NEXT_NAME
    if waiting.exists():
        new = _read(waiting, passphrase)
    else:
        new = Signer.generate(old.name)
        files.replace(waiting, _encode(new, passphrase), mode=0o600)
    files.make_folder(handovers)
    files.replace(_handover_path(handovers, old, new), handover.sign(at.origin, at.size, at.root, old, new))
    waiting.replace(folder / FILE_NAME)
    files.sync_folder(folder)
    return new


def kept_handovers(handovers: Path) -> list[bytes]:
    """The hand-over notes under `handovers`, oldest first."""
    if not handovers.is_dir():
        return []
    return [path.read_bytes() for path in sorted(handovers.iterdir()) if path.name.isdigit()]


def shown_handovers(handovers: Path, vkey: str) -> list[bytes]:
    """The hand-over notes that led to `vkey`, oldest first: all but the one of a rotation that was broken off."""
    kept = kept_handovers(handovers)
    if kept and handover.verify(kept[-1]).old == vkey:
        del kept[-1]
    return kept


def trusted(vkey: str, origin: str, handovers: Path) -> tuple[Verifier, ...]:
    """The keys whose signature under a checkpoint of this log counts for its own operator: `vkey` and those before it."""
    return tuple([Verifier(key) for key in handover.predecessors(vkey, kept_handovers(handovers), origin)])


def _handover_path(handovers: Path, old: Signer, new: Signer) -> Path:
    """Where the note goes: after the last, or over the one that a broken rotation of the same keys left."""
    kept = kept_handovers(handovers)
    number = len(kept)
    if kept:
        last = handover.verify(kept[-1])
        if (last.old, last.new) == (old.vkey, new.vkey):
            number -= 1
    return handovers / f"{number:0{HANDOVER_DIGITS}d}"


def _encode(signer: Signer, passphrase: bytes | None) -> bytes:
    name = signer.name.encode()
    if passphrase is None:
        key = Ed25519PrivateKey.from_private_bytes(signer.seed)
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return b"\n".join((_PLAIN, name, pem))
    salt, nonce = os.urandom(_SALT_BYTES), os.urandom(_NONCE_BYTES)
    sealed = _cipher(passphrase, salt).encrypt(nonce, signer.seed, _SEALED + name)
    return b"\n".join((_SEALED, name, base64.b64encode(salt + nonce + sealed), b""))


def _read(path: Path, passphrase: bytes | None) -> Signer:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise NoteKeyMissing(f"{path} is missing; restore it from the backup of the data folder") from error
    header, _, rest = content.partition(b"\n")
    name, _, body = rest.partition(b"\n")
    try:
        if header == _PLAIN:
            return Signer(name.decode(), _plain_seed(body))
        if header == _SEALED:
            return Signer(name.decode(), _unseal(body, name, passphrase, path))
    except (ValueError, BadKey) as error:  # base64, PEM, UTF-8 and key lengths all complain with it
        raise NoteKeyBroken(
            f"{path} is not a note key; restore it from the backup of the data folder"
        ) from error
    raise NoteKeyBroken(f"{path} is not a note key; restore it from the backup of the data folder")


def _plain_seed(pem: bytes) -> bytes:
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not Ed25519")  # noqa: TRY004 - the file's content, not our caller's type
    return key.private_bytes_raw()


def _unseal(body: bytes, name: bytes, passphrase: bytes | None, path: Path) -> bytes:
    if passphrase is None:
        raise NoteKeyLocked(
            f"{path} is sealed; name the file with its passphrase in the setting `passphrase_file`"
        )
    payload = base64.b64decode(body.removesuffix(b"\n"), validate=True)
    salt, nonce, sealed = payload[:16], payload[16:28], payload[28:]
    if len(sealed) != 48:  # the seed and the tag
        raise binascii.Error("cut short")
    try:
        return _cipher(passphrase, salt).decrypt(nonce, sealed, _SEALED + name)
    except InvalidTag as error:
        raise NoteKeyLocked(f"the passphrase does not open {path}, or the file was altered") from error


def _cipher(passphrase: bytes, salt: bytes) -> AESGCM:
    return AESGCM(hashlib.scrypt(passphrase, salt=salt, dklen=32, **_SCRYPT))
