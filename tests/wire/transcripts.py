"""Plain-text transcripts: what was sent, and exactly what came back.

A transcript is a file `*.txt` of exchanges:

    # a sentence that says what it shows
    > GET /?Action=DescribeRegions&Version=2020-07-06
    > x-acs-action: …        (a header; any number)
    > {"a": 1}               (after an empty `>` line: the body)
    < 200 application/json;charset=utf-8
    < {"RequestId": "…"}

The runner signs each request (`> !rpc`, `> !unsigned`, `> !token at_good`, `> !as LTAIALICE` choose another way), and writes
`…` for request ids, host ids and tokens in the answer, so that what is left is compared to the letter.

`> !first POST /?…` is sent before it; what that answered stands in later lines as `{Name}`.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, quote

from tests.kit.caller import acs3, rpc

from actiontrail.api.signature import Sent, parameters

_HIDDEN = {"RequestId", "NextToken", "QueryId", "TimeStamp"}
_MADE = {"TemplateId": "utpl-"}  # hidden where it begins so; others are the same everywhere


@dataclass(frozen=True)
class Exchange:
    """One request and what must come back."""

    title: str
    request: tuple[str, ...]
    expected: str
    file: str = ""

    def before(self) -> list[str]:
        """Methods and targets of what is sent before."""
        return [line.removeprefix("!first ") for line in self.request if line.startswith("!first ")]

    def sent(self, known: Mapping[str, str]) -> Sent:
        """The request, signed as it says; `known` is what stands for the names in braces."""
        lines = [filled(line, known) for line in self.request if not line.startswith("!first ")]
        how = [line[1:].split() for line in lines if line.startswith("!")]
        lines = [line for line in lines if not line.startswith("!")]
        method, target = lines[0].split(" ", 1)
        split = lines.index("") if "" in lines else len(lines)
        headers = dict(line.split(": ", 1) for line in lines[1:split])
        body = "\n".join(lines[split + 1 :]).encode()
        match how[0] if how else ["acs3"]:
            case ["rpc"]:
                return rpc(dict(parse_qsl(target.partition("?")[2])), method=method)
            case ["form"]:
                return rpc(dict(parse_qsl(body.decode())), form=True)
            case ["unsigned"]:
                return Sent(method, target, {"host": "actiontrail.test"} | headers, body)
            case ["token", token]:
                bearer = {"host": "actiontrail.test", "authorization": f"Bearer {token}"}
                return Sent(method, target, bearer | headers, body)
            case ["as", key_id]:
                return acs3(method, target, body, key_id=key_id, **headers)
            case _:
                return acs3(method, target, body, **headers)


def filled(line: str, known: Mapping[str, str]) -> str:
    """`line` with what is known in place of names in braces."""
    return re.sub(r"\{([A-Z]\w+)\}", lambda found: quote(known[found[1]], safe=""), line)


def asked(sent: Sent) -> tuple[str, str]:
    """The version and the operation that a request names, wherever it does."""
    given = parameters(sent.target, sent.headers, sent.body)
    version = given.get("Version", sent.headers.get("x-acs-version", ""))
    return version, given.get("Action", sent.headers.get("x-acs-action", ""))


def read(path: Path) -> list[Exchange]:
    """The exchanges of one transcript."""
    exchanges = []
    for block in re.split(r"\n(?=# )", path.read_text()):
        title, *lines = block.strip().splitlines()
        request = tuple(line[2:] for line in lines if line.startswith(">"))
        expected = "\n".join(line[2:] for line in lines if line.startswith("<"))
        exchanges.append(Exchange(title.removeprefix("# "), request, expected, path.stem))
    return exchanges


def shown(status: int, content_type: str, body: bytes) -> str:
    """An answer as transcripts write it."""
    text = body.decode()
    for name in _HIDDEN:
        text = re.sub(rf'("{name}":)"[^"]+"', r'\1"…"', text)
        text = re.sub(rf"(<{name}>)[^<]+", r"\1…", text)
    for name, begin in _MADE.items():
        text = re.sub(rf'("{name}":)"{begin}[^"]+"', rf'\1"{begin}…"', text)
    if content_type.startswith("application/json"):
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    return f"{status} {content_type}\n{text.rstrip()}"
