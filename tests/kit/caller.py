"""Builders of signed requests, so that a test shows only what matters to it."""

import itertools
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from actiontrail.access.keys import Caller, Credential
from actiontrail.api import signature
from actiontrail.api.signature import Sent

NOW = 1_800_000_000.0
ALICE, BOB = "200000000000000001", "200000000000000002"  # users, with the keys LTAIALICE and LTAIBOB
KEY_ID, SECRET = "LTAITESTKEYID", "TESTSECRET"
_nonces = itertools.count(1)


def at(seconds: float) -> str:
    """A time as requests write it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def acs3(
    method: str = "POST",
    target: str = "/",
    body: bytes = b"",
    *,
    key_id: str = KEY_ID,
    secret: str = SECRET,
    dated: float = NOW,
    nonce: str = "",
    **headers: str,
) -> Sent:
    """A request signed with ACS3; further headers by name, `_` for `-`."""
    signing = {
        "host": "actiontrail.test",
        "x-acs-date": at(dated),
        "x-acs-signature-nonce": nonce or f"nonce-{next(_nonces)}",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    sent = Sent(method, target, signing, body)
    return sent._replace(headers=signing | signature.sign_acs3(key_id, secret, sent))


def rpc(
    parameters: dict[str, str],
    *,
    method: str = "GET",
    path: str = "/",
    form: bool = False,
    key_id: str = KEY_ID,
    secret: str = SECRET,
    dated: float = NOW,
    nonce: str = "",
    algorithm: str = "HMAC-SHA1",
) -> Sent:
    """A request with signed parameters, in the query or in a form."""
    given = {
        "AccessKeyId": key_id,
        "SignatureMethod": algorithm,
        "SignatureVersion": "1.0",
        "SignatureNonce": nonce or f"nonce-{next(_nonces)}",
        "Timestamp": at(dated),
        **parameters,
    }
    method = "POST" if form else method
    signed = signature.rpc_string_to_sign(method, given)
    given["Signature"] = signature.rpc_signature(secret, signed, algorithm)
    if form:
        headers = {"host": "actiontrail.test", "content-type": signature.FORM}
        return Sent("POST", path, headers, urlencode(given).encode())
    return Sent(method, f"{path}?{urlencode(given)}", {"host": "actiontrail.test"}, b"")


@dataclass
class KeyRing:
    """A small working set of credentials, in memory."""

    keys: dict[str, Credential] = field(default_factory=dict)
    tokens: dict[str, Credential] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    def credential(self, access_key_id: str) -> Credential | None:
        return self.keys.get(access_key_id)

    def token(self, text: str) -> Credential | None:
        return self.tokens.get(text)

    def used(self, credential_id: str) -> None:
        self.seen.append(credential_id)


def a_caller(key_id: str = KEY_ID, *, account: str = "1000000000000001", kind: str = "key") -> Caller:
    return Caller(account, kind, account, "root", key_id, False)  # type: ignore[arg-type]


def a_user_caller(key_id: str, user_id: str, name: str, *, account: str = "1000000000000001") -> Caller:
    return Caller(account, "key", user_id, name, key_id, False, user_id=user_id)


def a_ring() -> KeyRing:
    """An access key, a disabled one, those of two users, and ingest tokens."""
    return KeyRing(
        keys={
            "LTAIALICE": Credential(a_user_caller("LTAIALICE", ALICE, "alice"), "Active", SECRET, None, None),
            "LTAIBOB": Credential(a_user_caller("LTAIBOB", BOB, "bob"), "Active", SECRET, None, None),
            KEY_ID: Credential(a_caller(), "Active", SECRET, None, None),
            "LTAIDISABLED": Credential(a_caller("LTAIDISABLED"), "Inactive", SECRET, None, None),
        },
        tokens={
            "at_good": Credential(a_caller("token-1", kind="token"), "Active", "", None, None),
            "at_off": Credential(a_caller("token-2", kind="token"), "Inactive", "", None, None),
        },
    )
