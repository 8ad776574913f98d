"""One-time passwords from an authenticator app (RFC 6238), and the codes for when it is lost. Pure, but for chance.

A code is good once: the step that it belongs to is remembered, and no code of that step or an earlier one
is taken again.
"""

import hashlib
import hmac
import secrets
from io import BytesIO

import pyotp
import segno

STEP_SECONDS = 30
DIGITS = 6
STEPS_AROUND = 1  # how many steps a clock may be off, to either side
RECOVERY_CODES = 10
ISSUER = "ActionTrail"


def new_secret() -> str:
    """160 bits, as apps take them."""
    return pyotp.random_base32(32)


def uri(secret: str, account: str, user_name: str) -> str:
    """What an app scans."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS).provisioning_uri(
        name=f"{user_name}@{account}", issuer_name=ISSUER
    )


def picture(text: str) -> str:
    """`text` as a QR code in SVG, black on white in any theme."""
    out = BytesIO()
    segno.make(text, error="m", micro=False).save(
        out,
        kind="svg",
        scale=4,
        border=3,
        dark="#000",
        light="#fff",
        xmldecl=False,
        svgns=True,
        omitsize=True,
    )
    return out.getvalue().decode()


def step_of(secret: str, code: str, now: float, *, after: int) -> int | None:
    """The step that `code` is of, near `now` and later than the step `after`; None if it is of none."""
    if len(code) != DIGITS or not (code.isascii() and code.isdigit()):
        return None
    maker = pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)
    here = int(now) // STEP_SECONDS
    found = None
    for step in range(here - STEPS_AROUND, here + STEPS_AROUND + 1):
        if hmac.compare_digest(maker.generate_otp(step), code) and step > after:
            found = step
    return found


def new_recovery_codes() -> list[str]:
    """Codes for when the app is lost, 80 random bits each."""
    return [
        "-".join(secrets.token_hex(10)[at : at + 5] for at in range(0, 20, 5)) for _ in range(RECOVERY_CODES)
    ]


def digest_of(code: str) -> str:
    """How a recovery code is kept: it is random enough that a plain hash hides it."""
    return hashlib.sha256(code.strip().lower().replace(" ", "").encode("utf-8", "replace")).hexdigest()
