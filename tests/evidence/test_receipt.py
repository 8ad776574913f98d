"""The evidence of one event: what it shows, what it does not, and what must not pass for it."""

import base64
import hashlib
import json
import shutil
import subprocess
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.kit.evidence import EVENT, evidence, line_of, log_with
from tests.kit.log import ORIGIN, LogKit

from actiontrail.errors import Corruption
from actiontrail.event import record
from actiontrail.event.formats import declaring
from actiontrail.evidence import receipt
from actiontrail.evidence.check import check
from actiontrail.evidence.receipt import BadEvidence
from actiontrail.ledger import handover, proof
from actiontrail.ledger.checkpoint import BadCheckpoint
from actiontrail.ledger.note import BadNote, Signer
from actiontrail.ledger.proof import Proof
from actiontrail.ledger.tree import BadProof

LINE = line_of(7)
LOG = log_with(LINE, at=137, size=300)
VKEY = LOG.signer.vkey
FILE = evidence(LOG, LINE, 137)


def test_a_true_file_shows_that_this_record_is_in_the_log_and_no_more_than_that() -> None:
    """Every sentence is one that holds for this file; what it leaves open is said as plainly."""
    verdict = receipt.verify(FILE, [VKEY])

    assert (verdict.shown, verdict.not_shown) == (
        (
            (
                f"This exact record (SHA-256 {hashlib.sha256(LINE).hexdigest()}) is entry 137, counted from 0, of "
                f"the log {ORIGIN} when that had 300 entries. One changed byte would show. It tells of "
                "DeleteInstance (event id 11111111-2222-3333-4444-555555555555)."
            ),
            f"The log's size and root are signed by {VKEY[:24]}, which you named as trusted.",
            (
                "The recorder says that it received the event at 2026-01-02T03:04:05.678901Z, through "
                "key:LTAI5tExample, in the format actiontrail, as record 7 of the account 1000000000000001."
            ),
            "Nothing in the event was masked.",
        ),
        (
            "That the event truly happened as it tells: what is proved is what was sent to the recorder.",
            (
                "That the log is complete. What was never sent is not in it; that nothing sent was left out, for "
                "this account, takes all its records, whose numbers must run from 1 to 7 and on without a gap."
            ),
            (
                "That everybody is shown the same log. Its operator could keep two and sign both; compare this "
                "checkpoint with one that somebody else has kept, or have it witnessed."
            ),
            "That the clock of the recorder was right: the times are its own word.",
            "That the key belongs to whom you think: it came from you.",
        ),
    )


def test_the_record_comes_out_of_the_file_as_it_was_stored() -> None:
    """The file alone is enough to read what happened."""
    assert receipt.line_in(FILE) == LINE


def test_a_masked_record_says_which_places_and_that_they_are_not_known() -> None:
    """A reader must not take a mask for what was sent."""
    line = line_of(1, masked=("requestParameters.Password",))
    verdict = receipt.verify(evidence(log_with(line, at=0, size=1), line, 0), [VKEY])

    assert (verdict.shown[-1], verdict.not_shown[0]) == (
        "Masked before anything was stored, because it was known to be secret: requestParameters.Password.",
        "What the masked values were.",
    )


def test_the_file_is_small_at_ten_million_entries() -> None:
    """At most 2.5 kB for an event of 1.4 kB, so that it can be mailed, printed, kept by the thousand."""
    line = line_of(9_999_999, padding=700)
    hashes = [hashlib.sha256(b"%d" % level).digest() for level in range(24)]

    size = len(receipt.make(line, 9_999_998, LOG.checkpoint(), hashes))

    assert (len(line) >= 1400, size <= 2560) == (True, True), f"{len(line)} -> {size}"


@pytest.mark.parametrize(
    "change", [(b"DeleteInstance", b"CreateInstance"), (b"1000000000000001", b"1000000000000002")]
)
def test_attack_a_record_edited_in_the_file(change: tuple[bytes, bytes]) -> None:
    """The story told to the auditor is another than the one recorded."""
    edited = proof.encode(replace(proof.parse(FILE), extra=zlib.compress(LINE.replace(*change))))

    with pytest.raises(BadProof, match="another root"):
        receipt.verify(edited, [VKEY])


def test_attack_a_file_for_another_log_with_its_own_key() -> None:
    """Whoever names the key decides; the file cannot bring its own."""
    forged = LogKit(seed=b"\x66" * 32)
    forged.add(*(record.entry(line) for line in [LINE] * 138))

    with pytest.raises(BadNote, match="no trusted key"):
        receipt.verify(evidence(forged, LINE, 137), [VKEY])


def test_attack_a_trusted_key_speaks_for_a_log_of_another_name() -> None:
    """A key trusted for one log must not vouch for any log it likes, unless the reader says so."""
    proof_of_other = replace(
        proof.parse(FILE),
        checkpoint=LOG.signer.sign(
            LOG.checkpoint().decode().partition("\n\n")[0].replace("one", "two") + "\n"
        ),
    )
    file = proof.encode(proof_of_other)

    with pytest.raises(BadCheckpoint, match="name the origin"):
        receipt.verify(file, [VKEY])
    assert receipt.verify(file, [VKEY], "log.example/two").facts["origin"] == "log.example/two"


def test_attack_another_log_than_the_one_that_was_asked_for() -> None:
    """The origin that the reader names is not a suggestion."""
    with pytest.raises(BadCheckpoint, match="another log"):
        receipt.verify(FILE, [VKEY], "log.example/two")


def test_a_file_signed_after_a_rotation_is_believed_by_who_trusts_the_first_key() -> None:
    """An auditor's key is years old; the hand-overs lead from it to today's."""
    first = Signer(ORIGIN, b"\x01" * 32)
    note = handover.sign(ORIGIN, 100, b"\2" * 32, first, LOG.signer)

    verdict = receipt.verify(FILE, [first.vkey], handovers=[note])

    assert "to which the key that you named as trusted has handed over" in verdict.shown[1]
    with pytest.raises(BadNote, match="no trusted key"):
        receipt.verify(FILE, [first.vkey])


def test_a_file_signed_before_a_rotation_is_believed_by_who_trusts_the_new_key() -> None:
    """The new key signed what it took over; so the old one's word counts as far as that went."""
    new = Signer(ORIGIN, b"\x01" * 32)
    note = handover.sign(ORIGIN, 300, b"\2" * 32, LOG.signer, new)

    verdict = receipt.verify(FILE, [new.vkey], handovers=[note])

    assert "which has handed over to the key that you named as trusted" in verdict.shown[1]


@pytest.mark.parametrize("trusted", [LOG.signer, Signer(ORIGIN, b"\x01" * 32)])
def test_attack_a_checkpoint_signed_with_a_key_that_was_handed_over_before(trusted: Signer) -> None:
    """Whoever kept a copy of the old key can still sign; no log of that size was ever that key's."""
    note = handover.sign(ORIGIN, 299, b"\2" * 32, LOG.signer, Signer(ORIGIN, b"\x01" * 32))

    with pytest.raises(handover.BadHandover, match="after it had handed the log over with 299"):
        receipt.verify(FILE, [trusted.vkey], handovers=[note])


def test_attack_a_checkpoint_of_the_new_key_from_before_its_time() -> None:
    """The new key never signed so short a log."""
    first = Signer(ORIGIN, b"\x01" * 32)
    note = handover.sign(ORIGIN, 301, b"\2" * 32, first, LOG.signer)

    with pytest.raises(handover.BadHandover, match="handed over with 301"):
        receipt.verify(FILE, [first.vkey], handovers=[note])


def test_attack_a_zip_bomb() -> None:
    """A file of a few kilobytes that unpacks to gigabytes is refused before it does."""
    bomb = zlib.compress(bytes(receipt.LINE_BYTES_MAX + 1), 9)
    file = proof.encode(Proof(0, (), LOG.checkpoint(), bomb))

    with pytest.raises(BadEvidence, match="larger than"):
        receipt.verify(file, [VKEY])


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        (None, "no extra line"),
        (b"", "breaks off"),
        (b"not zlib", "not compressed"),
        (zlib.compress(LINE)[:-1], "breaks off"),
        (zlib.compress(LINE) + b"\0", "more in the file"),
        (zlib.compress(LINE) + zlib.compress(b"a second record"), "more in the file"),
    ],
)
def test_a_file_whose_record_is_not_exactly_one_is_refused(extra: bytes | None, why: str) -> None:
    """Nothing may ride along unproved."""
    file = proof.encode(replace(proof.parse(FILE), extra=extra))

    with pytest.raises(BadEvidence, match=why):
        receipt.verify(file, [VKEY])


def test_an_entry_that_is_no_record_is_not_called_one() -> None:
    """Somebody's log may hold anything; we speak of records only."""
    for line in (b"hello", b"[" * 50_000, b'{"account":1}'):
        log = log_with(line, at=0, size=1)
        with pytest.raises(BadEvidence, match="not the record of an event"):
            receipt.verify(evidence(log, line, 0), [VKEY])


def test_a_record_of_a_format_we_cannot_read_is_proved_all_the_same() -> None:
    """Bytes are proved, not our understanding of them."""
    line = line_of(1, format="from-the-future")
    verdict = receipt.verify(evidence(log_with(line, at=0, size=1), line, 0), [VKEY])

    assert verdict.facts["event"] == {}


def test_an_event_of_a_declared_format_is_told_of_to_who_knows_the_format() -> None:
    """The file holds the event and not the mapping; a guess must not look like the event's own words."""
    line = line_of(1, event={"what": "SellCow", "who": "jack", "action": "guess"}, format="shop")
    file = evidence(log_with(line, at=0, size=1), line, 0)
    formats = declaring({"shop": {"eventName": "what", "userIdentity.userName": "who"}})

    told = check(file, [VKEY], formats=formats).facts["event"]

    assert (told["eventName"], told["user"]) == ("SellCow", "jack")
    assert check(file, [VKEY]).facts["event"] == {}


def test_an_event_that_says_no_time_is_told_at_the_time_of_its_receipt_and_this_is_said() -> None:
    """The first of January 1970 is nobody's time."""
    line = line_of(1, event={"id": "1", "action": "sell"}, format="generic")

    told = receipt.verify(evidence(log_with(line, at=0, size=1), line, 0), [VKEY]).facts["event"]

    assert told["eventTime"] == "2026-01-02T03:04:05.678901+00:00"
    assert told["eventTimeSource"] == "received"
    assert "eventTimeSource" not in receipt.verify(FILE, [VKEY]).facts["event"]


def test_a_record_with_a_time_that_is_none_is_proved_all_the_same() -> None:
    """A stranger's log may hold a record that we would never write."""
    line = line_of(1).replace(b"2026-01-02T03:04:05.678901Z", b"yesterday")

    verdict = receipt.verify(evidence(log_with(line, at=0, size=1), line, 0), [VKEY])

    assert (verdict.facts["received"], verdict.facts["event"]) == ("yesterday", {})


def test_attack_terminal_escapes_in_what_an_event_tells() -> None:
    """An attacker chooses names in events; the auditor's screen must not obey them."""
    event = {**EVENT, "eventName": "\x1b[2J\u202eDeleteInstance"}
    line = line_of(1, event=event)
    verdict = receipt.verify(evidence(log_with(line, at=0, size=1), line, 0), [VKEY])

    assert r"\u001b[2J\u202eDeleteInstance" in verdict.shown[0]


@given(st.binary(max_size=60), st.integers(0, len(FILE)), st.integers(0, len(FILE)))
@settings(max_examples=150, deadline=None)
def test_a_file_patched_anywhere_shows_the_same_or_nothing(patch: bytes, start: int, end: int) -> None:
    """Evidence is handled by strangers. Only the signatures of unknown others may differ."""
    patched = FILE[:start] + patch + FILE[end:]
    try:
        verdict = check(patched, [VKEY])
    except Corruption:
        return
    assert verdict.facts == receipt.verify(FILE, [VKEY]).facts


def test_the_file_can_be_checked_without_us_with_openssl_and_sha256sum(tmp_path: Path) -> None:
    """The steps of docs/explanation/proofs.md, done with ordinary tools: hashes by sha256sum, the signature by openssl."""
    if not (shutil.which("openssl") and shutil.which("sha256sum")):
        pytest.skip("openssl and sha256sum are not installed")
    script = _steps_of_the_document()
    (tmp_path / "event.tlog-proof").write_bytes(FILE)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "VKEY": VKEY},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.splitlines()[-2:], done.returncode) == (
        ["Signature Verified Successfully", "the record is in the log"],
        0,
    ), done.stderr


def test_the_steps_with_ordinary_tools_fail_for_another_record(tmp_path: Path) -> None:
    """A check that cannot fail is none."""
    if not (shutil.which("openssl") and shutil.which("sha256sum")):
        pytest.skip("openssl and sha256sum are not installed")
    forged = replace(proof.parse(FILE), extra=zlib.compress(LINE.replace(b"Delete", b"Create")))
    (tmp_path / "event.tlog-proof").write_bytes(proof.encode(forged))

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", _steps_of_the_document()],
        cwd=tmp_path,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "VKEY": VKEY},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0


def _steps_of_the_document() -> str:
    """The shell blocks of the page, in order."""
    page = Path(__file__).parents[2] / "docs/explanation/proofs.md"
    blocks = page.read_text().split("```bash\n")[1:]
    return "\n".join(block.partition("```")[0] for block in blocks)


def test_the_facts_are_the_findings_for_programs() -> None:
    """`verify --json` prints them."""
    facts = check(FILE, [VKEY]).facts

    assert json.loads(json.dumps(facts)) == {
        "kind": "event",
        "origin": ORIGIN,
        "index": 137,
        "size": 300,
        "root": LOG.edge.root().hex(),
        "entry": hashlib.sha256(LINE).hexdigest(),
        "keys": [VKEY],
        "account": "1000000000000001",
        "seq": 7,
        "received": "2026-01-02T03:04:05.678901Z",
        "source": "key:LTAI5tExample",
        "format": "actiontrail",
        "masked": [],
        "event": {
            "eventId": "11111111-2222-3333-4444-555555555555",
            "eventName": "DeleteInstance",
            "eventTime": "2026-01-02T03:04:05+00:00",
            "user": "alice",
        },
    }


def test_the_page_of_the_format_shows_a_file_that_verifies() -> None:
    """docs/reference/evidence-file.md has one whole example, and its key."""
    page = (Path(__file__).parents[2] / "docs/reference/evidence-file.md").read_text()
    file = page.split("```text\n")[1].partition("```")[0].encode()
    vkey = page.split("```text\n")[2].partition("```")[0].strip()

    assert check(file, [vkey]).facts["seq"] == 1
    assert base64.b64decode(file.split(b"\n")[1].removeprefix(b"extra "))[:1] == b"\x78"
