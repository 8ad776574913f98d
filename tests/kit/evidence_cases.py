"""The table of evidence that both verifiers are held to: `actiontrail verify` and the console. Makes `tests/evidence/cases.json`.

Run it (`python -m tests.kit.evidence_cases`) after the format of a kind of evidence has changed, and look at what changed in the table.
"""

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.kit.evidence import EVENT, evidence, line_of
from tests.kit.log import ORIGIN, LogKit

from actiontrail.event import record
from actiontrail.evidence import consistency
from actiontrail.ledger import handover, tree
from actiontrail.ledger.note import Signer

TABLE = Path(__file__).parents[1] / "evidence" / "cases.json"
FIRST, SECOND, STRANGER = (Signer(ORIGIN, bytes([number]) * 32) for number in (1, 2, 3))
SENT = [
    EVENT | {"eventId": f"sent-{number}", "requestParameters": {"Password": "secret"}} for number in range(3)
]
MASKED = [one | {"requestParameters": {"Password": "***"}} for one in SENT]


def _log(signer: Signer, size: int, changed: int = -1) -> LogKit:
    """Twelve records, of which the three from 5 on are those of `SENT`; signed by `signer`."""
    lines = [line_of(number + 1, event=EVENT | {"eventId": f"before-{number}"}) for number in range(12)]
    for number, event in enumerate(MASKED):
        lines[5 + number] = line_of(6 + number, event=event, masked=("requestParameters.Password",))
    if changed >= 0:
        lines[changed] = line_of(99)
    log = LogKit(seed=signer.seed)
    log.add(*(record.entry(line) for line in lines[:size]))
    log_lines[id(log)] = lines
    return log


log_lines: dict[int, list[bytes]] = {}


def _handover(old: Signer, new: Signer, log: LogKit, size: int) -> str:
    root = tree.Edge.from_subtrees(size, log.subtree(size)).root()
    return handover.sign(ORIGIN, size, root, old, new).decode()


@dataclass
class Case:
    """One file, whom its reader trusts, and what must come of it: the step that fails, or none."""

    name: str
    file: bytes
    step: str = ""
    key: str = FIRST.vkey
    handovers: list[str] = field(default_factory=list)
    evidence: dict[str, Any] | None = None
    sent: bytes | None = None
    every_byte: bool = False


def _event_cases() -> list[Case]:
    old, new = _log(FIRST, 9), _log(SECOND, 12)
    late = _log(FIRST, 12)
    by_old, by_new, by_late = (evidence(log, log_lines[id(log)][6], 6) for log in (old, new, late))
    notes = [_handover(FIRST, SECOND, new, 10)]
    further = [*notes, _handover(SECOND, STRANGER, new, 11)]
    text = by_old.decode()
    return [
        Case("an event", by_old, every_byte=True),
        Case("an event, of a key that signed nothing", by_old, "signature", STRANGER.vkey),
        Case("an event under the old key, for who trusts the new one", by_old, "", SECOND.vkey, notes),
        Case("an event under the new key, for who trusts the old one", by_new, "", FIRST.vkey, notes),
        Case("an event under the new key, without the hand-over", by_new, "signature"),
        Case("an event under the old key, signed after the hand-over", by_late, "handover", SECOND.vkey, notes),
        Case("the same, for who trusts the old key", by_late, "handover", FIRST.vkey, notes),
        Case("an event behind two hand-overs", by_new, "handover", FIRST.vkey, further),
        Case("a hand-over that was altered", by_new, "handover", FIRST.vkey, [notes[0].replace("size 10", "size 9")]),
        Case("hand-overs out of order", by_old, "handover", FIRST.vkey, further[::-1]),
        Case("a hand-over missing in between", by_old, "handover", FIRST.vkey, [notes[0], _handover(STRANGER, FIRST, new, 12)]),
        Case("an altered size", text.replace("\n9\n", "\n8\n").encode(), "signature"),
        Case("another index", text.replace("index 6", "index 5").encode(), "root"),
        Case("an empty file", b"", "read"),
        Case("a picture", b"\x89PNG\r\n\x1a\n" + bytes(64), "read"),
        Case("UTF-16", text.encode("utf-16"), "read"),
        Case("a byte order mark", b"\xef\xbb\xbf" + by_old, "read"),
        Case("a text that is none", b"hello\n\nworld\n", "read"),
        Case("JSON that is no evidence", b'{"Version": 1, "Statement": []}', "read"),
        Case("a list", b"[1, 2]", "read"),
        Case("JSON that breaks off", b'{"kind": "actiontrail consistency v1",\n "old": ', "read"),
    ]  # fmt: skip


def _growth_cases() -> list[Case]:
    old, new = _log(FIRST, 5), _log(SECOND, 12)
    same = _log(FIRST, 12)
    notes = [_handover(FIRST, SECOND, new, 10)]
    hashes = tree.consistency(5, 12, new.subtree())
    plain = consistency.make(old.checkpoint(), same.checkpoint(), hashes)
    led = consistency.make(old.checkpoint(), new.checkpoint(), hashes)
    forked = _log(FIRST, 12, changed=2)
    first = base64.b64encode(hashes[0]).decode()
    written = {
        "with a bit set that no byte has": first[:-2] + chr(ord(first[-2]) + 1) + "=",
        "without its padding": first[:-1],
        "with more padding": first + "=",
        "with a line break inside": f"{first[:20]}\\n{first[20:]}",
        "with white space before it": f" {first}",
        "in the alphabet of URLs": base64.urlsafe_b64encode(bytes([255]) * 32).decode(),
        "one byte short": base64.b64encode(hashes[0][:-1]).decode(),
        "one byte long": base64.b64encode(hashes[0] + b"\0").decode(),
        "empty": "",
    }
    return [
        Case("two checkpoints", plain, every_byte=True),
        Case("two checkpoints across a hand-over", led, "", FIRST.vkey, notes),
        Case("two checkpoints across a hand-over, for who trusts the new key", led, "", SECOND.vkey, notes),
        Case("two checkpoints across a hand-over that is not shown", led, "signature"),
        Case(
            "two checkpoints of a log in which an entry was changed",
            consistency.make(
                old.checkpoint(), forked.checkpoint(), tree.consistency(5, 12, forked.subtree())
            ),
            "path",
        ),
        *(
            Case(f"two checkpoints and a hash {how}", plain.replace(first.encode(), text.encode()), "read")
            for how, text in written.items()
        ),
    ]


def _receipt(**change: Any) -> bytes:
    whole = {
        "RequestId": "0A",
        "accepted": 3,
        "repeated": 0,
        "refused": 0,
        "places": [{"item": 1, "index": 5, "count": 3}],
        "checkpoint": _log(FIRST, 9).checkpoint().decode(),
        "results": [{"line": 2, "item": 2, "status": "accepted", "eventId": "sent-1", "index": 6}],
    }
    return json.dumps(whole | change, ensure_ascii=False, separators=(",", ":")).encode()


def _proof(start: int = 5, end: int = 8, changed: int = -1, now: Signer = FIRST) -> dict[str, Any]:
    log, latest = _log(FIRST, 9), _log(now, 12, changed)
    lines = log_lines[id(log)]
    encoded = [base64.b64encode(value).decode() for value in tree.consistency(9, 12, latest.subtree())]
    beside = [base64.b64encode(value).decode() for value in tree.run(start, end, 9, log.subtree())]
    records = [base64.b64encode(line).decode() for line in lines[start:end]]
    return {
        "kind": "actiontrail receipt evidence v1",
        "checkpoint": latest.checkpoint().decode(),
        "hashes": encoded,
        "runs": [{"index": start, "records": records, "hashes": beside}],
    }


def _receipt_cases() -> list[Case]:
    sent = b"\n".join(json.dumps(one).encode() for one in SENT)
    true, proof = _receipt(), _proof()
    notes = [_handover(FIRST, SECOND, _log(SECOND, 12), 10)]
    other = proof | {"runs": [proof["runs"][0] | {"records": proof["runs"][0]["records"][::-1]}]}
    return [
        Case("a receipt, with what was sent", true, evidence=proof, sent=sent, every_byte=True),
        Case("a receipt, for a log that was handed over since", true, "", FIRST.vkey, notes, _proof(now=SECOND), sent),
        Case("a receipt, of a key that signed nothing", true, "signature", STRANGER.vkey, [], proof),
        Case("a receipt without its places", _receipt(places="none"), "read", evidence=proof),
        Case("a receipt that breaks off", true[:-40], "read", evidence=proof),
        Case("a place beyond the signed log", _receipt(places=[{"item": 1, "index": 7, "count": 3}]), "places", evidence=proof),
        Case("more acknowledged than placed", _receipt(accepted=4), "places", evidence=proof),
        Case("an event with two places", _receipt(results=[{"line": 2, "item": 2, "status": "accepted", "index": 7}]), "places", evidence=proof),
        Case("an event that was refused and has a place", _receipt(results=[{"line": 2, "item": 2, "status": "refused"}]), "places", evidence=proof),
        Case("a log that was rewritten since", true, "since", evidence=_proof(changed=6)),
        Case("records in another order", true, "entries", evidence=other),
        Case("a place of which another event is told", _receipt(results=[{"line": 2, "item": 2, "status": "accepted", "eventId": "sent-2", "index": 6}]), "entries", evidence=proof),
        Case("another file than the one that was sent", true, "compare", evidence=proof, sent=sent.replace(b"DeleteInstance", b"CreateInstance")),
        Case("a file with one event less", true, "compare", evidence=proof, sent=sent.partition(b"\n")[0]),
    ]  # fmt: skip


def cases() -> list[Case]:
    """All of them."""
    return [*_event_cases(), *_growth_cases(), *_receipt_cases()]


def _row(case: Case) -> dict[str, Any]:
    return {
        "name": case.name,
        "step": case.step,
        "key": case.key,
        "handovers": case.handovers,
        "file": base64.b64encode(case.file).decode(),
        **({"evidence": case.evidence} if case.evidence else {}),
        **({"sent": base64.b64encode(case.sent).decode()} if case.sent else {}),
        **({"everyByte": True} if case.every_byte else {}),
    }


if __name__ == "__main__":
    TABLE.write_text(json.dumps([_row(case) for case in cases()], indent=1) + "\n")
