"""Signed notes (C2SP signed-note): a text, and who vouches for it. Pure.

The text of a note may be used only after a signature by a key that the reader already trusted has
been verified. Unknown keys are passed over; a known key whose signature fails spoils the whole note.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from actiontrail.errors import Corruption

NOTE_BYTES_MAX = 1024 * 1024
SIGNATURES_MAX = 100
ED25519 = 1
ECDSA = 2
_SIGNED_BY = "— "
_KEY_ID_BYTES = 4
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_KEY_ID_HEX = re.compile(r"[0-9a-f]{8}")
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


class BadNote(Corruption):
    """A note is malformed, or nobody we trust has signed it."""


class BadKey(Corruption):
    """A verifier key is malformed, or of a kind that is not understood."""


class Signature(NamedTuple):
    """One signature line: the key's name and id, and the signature itself."""

    name: str
    key_id: bytes
    value: bytes


class Note(NamedTuple):
    """A note taken apart. Nothing in it is to be believed yet."""

    text: str
    signatures: tuple[Signature, ...]


class Opened(NamedTuple):
    """A text that may be believed as far as `verifiers` are, each of which has signed it."""

    text: str
    verifiers: tuple["Verifier", ...]


def key_id(name: str, kind: int, public_key: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    if kind == ECDSA:
        return hashlib.sha256(public_key).digest()[:_KEY_ID_BYTES]
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public_key).digest()[:_KEY_ID_BYTES]


def good_name(name: str) -> bool:
    """Whether `name` may name a key: not empty, no white space, no plus, no control characters."""
    return (
        bool(name)
        and "+" not in name
        and not any(char.isspace() or char < " " for char in name)
        and _is_utf8(name)
    )


@dataclass(frozen=True, slots=True)
class Verifier:
    """A key that the reader trusts, from its `vkey` text; raises `BadKey` for anything else."""

    vkey: str
    name: str = field(init=False)
    key_id: bytes = field(init=False)
    _key: Ed25519PublicKey | ec.EllipticCurvePublicKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Take the text apart once, so that a bad key is known before it is needed."""
        name, hexed, encoded = _vkey_parts(self.vkey)
        public = _decode64(encoded)
        if not public:
            raise BadKey(f"the verifier key of {name} is not base64")
        loaded = _load(public[0], public[1:], name)
        if key_id(name, public[0], public[1:]) != bytes.fromhex(hexed):
            raise BadKey(
                f"the verifier key of {name} does not have the id {hexed} that it claims: a typing error?"
            )
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "key_id", bytes.fromhex(hexed))
        object.__setattr__(self, "_key", loaded)

    def verify(self, text: str, signature: bytes) -> None:
        """`signature` is this key's over `text`, or `BadNote`."""
        try:
            if isinstance(self._key, Ed25519PublicKey):
                self._key.verify(signature, text.encode())
            else:
                self._key.verify(signature, text.encode(), ec.ECDSA(hashes.SHA256()))
        except InvalidSignature as error:
            raise BadNote(
                f"the signature of {self.name} is false: the text was changed, or the key is another"
            ) from error


@dataclass(frozen=True, slots=True)
class Signer:
    """An Ed25519 key that signs under `name`. `seed` is the secret, 32 bytes, and is never printed."""

    name: str
    seed: bytes = field(repr=False)
    vkey: str = field(init=False, compare=False)
    _key: Ed25519PrivateKey = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Derive the public half."""
        if not good_name(self.name):
            raise BadKey(
                f"{self.name!r} cannot name a key: it must have neither white space nor a plus, and not be empty"
            )
        key = Ed25519PrivateKey.from_private_bytes(self.seed)
        public = key.public_key().public_bytes_raw()
        encoded = base64.b64encode(bytes([ED25519]) + public).decode()
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "vkey", f"{self.name}+{key_id(self.name, ED25519, public).hex()}+{encoded}")

    @classmethod
    def generate(cls, name: str) -> Self:
        """A new key from the system's randomness."""
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @property
    def verifier(self) -> Verifier:
        """The public half, as others hold it."""
        return Verifier(self.vkey)

    def sign(self, text: str) -> bytes:
        """The note of `text`, signed by this key."""
        return sign(text, self)

    def line(self, text: str) -> str:
        """The signature line of this key under `text`."""
        own_id = bytes.fromhex(self.vkey.removeprefix(self.name + "+")[:8])
        return (
            f"{_SIGNED_BY}{self.name} {base64.b64encode(own_id + self._key.sign(text.encode())).decode()}\n"
        )


def sign(text: str, *signers: Signer) -> bytes:
    """The note of `text` under the signatures of all `signers`. Raises `BadNote` if it cannot be a note's text."""
    assert signers
    if not text.endswith("\n") or _CONTROL.search(text):
        raise BadNote("a note's text ends with a line break and holds no other control character")
    return (text + "\n" + "".join([signer.line(text) for signer in signers])).encode()


def parse(note: bytes, *, bytes_max: int = NOTE_BYTES_MAX) -> Note:
    """`note` taken apart, nothing verified, or `BadNote`."""
    if len(note) > bytes_max:
        raise BadNote(f"a note of {len(note)} bytes; {bytes_max} are the most")
    try:
        whole = note.decode()
    except UnicodeDecodeError as error:
        raise BadNote(f"a note that is not UTF-8 at byte {error.start}") from error
    if _CONTROL.search(whole):
        raise BadNote("a note with a control character in it")
    body, blank, lines = whole.rpartition("\n\n")
    if not blank or not lines.endswith("\n"):
        raise BadNote(
            "a note without signatures: no blank line with signature lines behind it, each with a line break"
        )
    signed = lines[:-1].split("\n")
    if len(signed) > SIGNATURES_MAX:
        raise BadNote(f"a note with {len(signed)} signatures; {SIGNATURES_MAX} are the most")
    return Note(body + "\n", tuple([_signature(line) for line in signed]))


def verify(note: bytes, verifiers: Sequence[Verifier], *, bytes_max: int = NOTE_BYTES_MAX) -> Opened:
    """The note's text and which of `verifiers` vouch for it, at least one, or `BadNote`."""
    text, signatures = parse(note, bytes_max=bytes_max)
    known = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    vouching: dict[str, Verifier] = {}
    for name, id_, value in signatures:
        verifier = known.get((name, id_))
        if verifier and verifier.vkey not in vouching:
            verifier.verify(text, value)
            vouching[verifier.vkey] = verifier
    if not vouching:
        by = ", ".join(sorted({f"{name}+{id_.hex()}" for name, id_, _ in signatures}))
        raise BadNote(f"no trusted key has signed this note; it names {by[:300]}")
    return Opened(text, tuple(vouching.values()))


def open_note(note: bytes, verifiers: Sequence[Verifier], *, bytes_max: int = NOTE_BYTES_MAX) -> str:
    """The note's text, once one of `verifiers` is seen to have signed it, or `BadNote`."""
    return verify(note, verifiers, bytes_max=bytes_max).text


def _signature(line: str) -> Signature:
    name, space, encoded = line.removeprefix(_SIGNED_BY).partition(" ")
    value = _decode64(encoded)
    if (
        not line.startswith(_SIGNED_BY)
        or not space
        or not good_name(name)
        or value is None
        or len(value) <= _KEY_ID_BYTES
    ):
        raise BadNote(f"not a signature line: {line[:80]!r}; like — name base64")
    return Signature(name, value[:_KEY_ID_BYTES], value[_KEY_ID_BYTES:])


def _vkey_parts(vkey: str) -> tuple[str, str, str]:
    parts = vkey.split("+", 2)
    if len(parts) != 3 or not good_name(parts[0]) or not _KEY_ID_HEX.fullmatch(parts[1]):
        raise BadKey(f"not a verifier key: {vkey[:80]!r}; like name+0123abcd+base64")
    return parts[0], parts[1], parts[2]


def _load(kind: int, public: bytes, name: str) -> Ed25519PublicKey | ec.EllipticCurvePublicKey:
    """The public key of `kind`; ECDSA is read, for logs of others, but never written."""
    try:
        if kind == ED25519:
            return Ed25519PublicKey.from_public_bytes(public)
        if kind == ECDSA:
            key = load_der_public_key(public)
            if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, _CURVES):
                return key
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadKey(f"the verifier key of {name} holds no public key: {error}") from error
    raise BadKey(
        f"the verifier key of {name} is of kind {kind}, which is not understood; Ed25519 (1) and ECDSA (2) are"
    )


class NotBase64(ValueError):
    """A text is not base64, or not in the one way that base64 writes it: nothing that is verified may be written in two."""


def decode64(text: str) -> bytes:
    """What `text` encodes. Raises `NotBase64`, whose words go on from the name of what was read."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotBase64("is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise NotBase64("is not how base64 writes it")
    return data


def _decode64(text: str) -> bytes | None:
    try:
        return decode64(text)
    except NotBase64:
        return None


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
