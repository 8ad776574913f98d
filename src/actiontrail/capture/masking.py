"""Known secrets, replaced before anything is durable. Pure.

The record can never be edited, so a password that gets in stays in. Only the bytes of the value
are replaced; every other byte of the event, its key order and its numbers are as they came, and
`mask` says which places it changed. Values that look like a mask already, booleans, nulls and empty
strings are left alone.

Most events hold no such name. `Masker.suspects` tells so for a whole batch at once, with an automaton
made from the table; only a suspect is looked at key by key, and only what then holds a secret's
name is walked.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import accumulate
from typing import Final, NamedTuple

import msgspec

MASK: Final = b"***"
PATHS_MAX: Final = 64  # places named in a record; a line must not grow with what was masked
_NESTED_MAX: Final = 4  # JSON inside strings inside JSON …
_VERDICTS_MAX: Final = 20_000  # names remembered; a source that invents names must not fill memory


class Rule(NamedTuple):
    """Names of one kind of secret, in lower case without `_` and `-`; `*` stands for any run of characters.

    With `deep`, an object under such a name is a bag of secrets and all its values are masked.
    """

    pattern: str
    why: str
    deep: bool = False


SECRETS: Final = (
    Rule(
        "*password",
        "signs a person in: Password, NewPassword, OldPassword, LoginPassword, MasterUserPassword, tdeCredentialPassword",
    ),
    Rule("*passwords", "several of them"),
    Rule("*passwd", "the short spelling"),
    Rule("*pwd", "the shorter spelling"),
    Rule("*passphrase", "opens a key"),
    Rule("*secret", "AccessKeySecret, ClientSecret, AppSecret, SharedSecret"),
    Rule("*secretkey", "the other half of an access key"),
    Rule("*secretaccesskey", "what AWS calls it"),
    Rule("*secretvalue", "what a secrets manager keeps"),
    Rule("secretdata*", "what KMS keeps (PutSecretValue, CreateSecret)", deep=True),
    Rule("secretstring", "what AWS Secrets Manager keeps", deep=True),
    Rule("secretbinary", "the same, in Base64"),
    Rule("stringdata", "what a Kubernetes Secret keeps", deep=True),
    Rule(
        "*token",
        "whoever holds it is let in: SecurityToken, AccessToken, RefreshToken, session and bearer tokens",
    ),
    Rule("*tokens", "several of them"),
    Rule("*privatekey", "proves an identity: certificates, key pairs"),
    Rule("*privatekeybody", "what DescribeKeyPairs and CreateKeyPair call it"),
    Rule("*apikey", "a password for programs"),
    Rule("*sharedkey", "IPsec and storage accounts: PreSharedKey, SharedKey"),
    Rule("psk", "the same, in VPN gateways"),
    Rule("*accountkey", "opens an Azure storage account"),
    Rule("*connectionstring", "holds a password as a rule"),
    Rule("authorization", "a header that signs or bears"),
    Rule("*proxyauthorization", "the same, for a proxy"),
    Rule("cookie", "a header that holds a session"),
    Rule("setcookie", "the same, on the way back"),
    Rule("plaintext", "what KMS encrypts, or a data key it made"),
    Rule("samlassertion*", "signs a person in through an identity provider"),
    Rule("samlresponse", "the same"),
    Rule("userdata", "a start-up script, where passwords are often written; other providers hide it too"),
)

VISIBLE: Final = (
    Rule("nexttoken", "a place in a list"),
    Rule("*nextpagetoken", "a place in a list"),
    Rule("*pagetoken", "a place in a list"),
    Rule("*continuationtoken", "a place in a list"),
    Rule("*continuetoken", "a place in a list"),
    Rule("*synctoken", "a place in a stream"),
    Rule("*clienttoken", "makes a call idempotent; investigators join retries by it"),
    Rule("*clientrequesttoken", "the same"),
    Rule("*idempotencytoken", "the same"),
    Rule("httptokens", "a setting: whether instance metadata asks for a token"),
    Rule("hashedtoken", "a digest, which names a token without being one"),
    Rule("nopassword", "a setting"),
    Rule("resetpassword", "a setting"),
    Rule("generaterandompassword", "a setting"),
    Rule("generatesecret", "a setting"),
    Rule("inheritpassword", "a setting"),
    Rule("passwordinherit", "a setting"),
    Rule("forcepassword", "a setting"),
)

_TYPE = "::"  # ACS::KMS::Secret is a type of resources, and below it stand their names
_KUBERNETES = b"audit.k8s.io"
_KUBERNETES_SECRETS = (b'"Secret"', b'"SecretList"', b'"secrets"')
_PEM = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")

_STRING = rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"'
_TOKEN = re.compile(_STRING + rb'|([{}\[\],:])|([^\s{}\[\],:"]+)')
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)", re.DOTALL
)
_PAIR = re.compile(rb"(?<![\w.\-])([\w.\-]{2,64})=([^&\s\"\\,;]+)")
_QUIET = frozenset((b"true", b"false", b"null"))

_NAME_ENDS = r'(?:[._-][0-9]+)*[_-]*\\*["=]'
_OFTEN = (b'"clienttoken"', b'"nexttoken"', b'::secret"')  # look like secrets, are none, and are everywhere
_OTHER_SIGNS = (r"\\u00", "private key-----", r"\"secrets?(?:list)?\"")
_FEW = 4  # so many events are looked at one by one: the automaton takes a fifth of a millisecond to make


class Masked(NamedTuple):
    """The event's bytes as they may be kept, and the dotted places where a secret was."""

    event: bytes
    paths: tuple[str, ...]


class _Span(NamedTuple):
    start: int
    end: int
    value: bytes
    path: str


class _Malformed(Exception):
    """Not JSON; whoever reads the event next will say where."""


class Masker:
    """Knows which names are secrets: the table above and the operator's additions."""

    def __init__(self, additions: Iterable[str] = ()) -> None:
        added = tuple(Rule(_plain(name), "named by the operator") for name in additions)
        self._secrets = (*added, *SECRETS)
        self._added = frozenset(rule.pattern for rule in added)
        self._signs = "|".join(dict.fromkeys((*map(_sign, self._secrets), *_OTHER_SIGNS)))
        self._seen = re.compile(self._signs.encode())
        self._verdicts: dict[bytes, int] = {}
        self._often = tuple(name for name in _OFTEN if self._judge(name.strip(b'"')) == _OPEN)

    def suspects(self, events: list[bytes]) -> list[bool]:
        """For each of `events` whether it may hold a secret; False is certain."""
        found = self._signed(events)
        doubtful = [place for place, seen in enumerate(found) if seen]
        again = self._signed([self._without_the_often_seen(events[place].lower()) for place in doubtful])
        for place, seen in zip(doubtful, again, strict=True):
            found[place] = seen
        return found

    def _signed(self, events: list[bytes]) -> list[bool]:
        if len(events) < _FEW:
            return [self._seen.search(event.lower()) is not None for event in events]
        import pyarrow as pa
        import pyarrow.compute as pc

        # made from buffers: `pa.array` of a list would load pandas, which holds up the first bodies for a second
        ends = array("q", accumulate(map(len, events), initial=0))
        parts = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(events).lower())]
        texts = pa.Array.from_buffers(pa.large_binary(), len(events), parts)
        found: list[bool] = pc.match_substring_regex(texts, pattern=self._signs).to_pylist()
        return found

    def _without_the_often_seen(self, lowered: bytes) -> bytes:
        for name in self._often:
            lowered = lowered.replace(name, b"")
        return lowered

    def mask(self, event: bytes) -> Masked:
        """`event` without its known secrets. What is no JSON comes back unchanged: the next reader refuses it."""
        if self._seen.search(event.lower()) is None:
            return Masked(event, ())
        return self.mask_suspect(event)

    def mask_suspect(self, event: bytes) -> Masked:
        """As `mask`, of an event that `suspects` does not rule out."""
        escaped = b"\\u00" in event
        kubernetes = _KUBERNETES in event and any(word in event for word in _KUBERNETES_SECRETS)
        if not (escaped or kubernetes or self._suspect(event)):
            return Masked(event, ())
        try:
            spans = list(_Walk(self._verdict_of(kubernetes)).spans(event))
        except _Malformed:
            return Masked(event, ())
        return _replaced(event, spans) if spans else Masked(event, ())

    def _suspect(self, event: bytes) -> bool:
        if b'" ' in event or b'"\t' in event or b"PRIVATE KEY-----" in event:
            return True
        verdict = self._verdict
        if any(verdict(piece[piece.rfind(b'"') + 1 :]) for piece in event.split(b'":')):
            return True
        return b"=" in event and any(verdict(match[1]) for match in _PAIR.finditer(event))

    def _verdict_of(self, kubernetes: bool) -> Callable[[bytes], int]:  # noqa: FBT001
        if not kubernetes:
            return self._verdict
        return lambda name: _DEEP if name == b"data" else self._verdict(name)

    def _verdict(self, name: bytes) -> int:
        found = self._verdicts.get(name)
        if found is None:
            if len(self._verdicts) >= _VERDICTS_MAX:
                self._verdicts.clear()
            found = self._verdicts[name] = self._judge(name)
        return found

    def _judge(self, name: bytes) -> int:
        steps = [
            step for step in name.decode("utf-8", "replace").rstrip("\\").split(".") if not step.isdigit()
        ]
        plain = _plain(steps[-1]) if steps else ""
        for rule in self._secrets:
            if fnmatchcase(plain, rule.pattern):
                told = rule.pattern in self._added
                if not told and (_TYPE in plain or any(fnmatchcase(plain, seen.pattern) for seen in VISIBLE)):
                    return _OPEN
                return _DEEP if rule.deep else _FLAT
        return _OPEN


_OPEN, _FLAT, _DEEP = 0, 1, 2  # not a secret; its scalars are; all below it is


class _Frame:
    """One object or array on the way down."""

    __slots__ = ("hot", "index", "is_object", "name", "wants_name")

    def __init__(self, *, is_object: bool, hot: int) -> None:
        self.is_object = is_object
        self.hot = hot
        self.name = ""
        self.wants_name = is_object
        self.index = 0


class _Walk:
    """One pass over a JSON text, from token to token, without recursion but for JSON inside strings."""

    def __init__(self, verdict: Callable[[bytes], int], *, depth: int = 0) -> None:
        self._verdict = verdict
        self._depth = depth
        self._frames: list[_Frame] = []

    def spans(self, text: bytes) -> Iterator[_Span]:
        """Where the secrets are in `text`, from left to right."""
        for match in _TOKEN.finditer(text):
            kind = match.lastindex
            if kind == 2:
                self._turn(match[2])
            elif kind == 1 and self._frames and self._frames[-1].wants_name:
                self._frames[-1].name = _text(match[0])
            elif kind == 1:
                yield from self._string(match)
            elif self._hot() and match[3] not in _QUIET:
                yield _Span(match.start(), match.end(), b'"' + MASK + b'"', self._path())

    def _turn(self, mark: bytes) -> None:
        frames = self._frames
        if mark in b"{[":
            is_object = mark == b"{"
            hot = self._hot()
            frames.append(_Frame(is_object=is_object, hot=_OPEN if is_object and hot != _DEEP else hot))
        elif not frames:
            raise _Malformed
        elif mark in b"}]":
            frames.pop()
        elif mark == b":":
            frames[-1].wants_name = False
        elif frames[-1].is_object:
            frames[-1].wants_name = True
        else:
            frames[-1].index += 1

    def _hot(self) -> int:
        if not self._frames:
            return _OPEN
        frame = self._frames[-1]
        return max(frame.hot, self._verdict(frame.name.encode()) if frame.is_object else _OPEN)

    def _string(self, match: re.Match[bytes]) -> Iterator[_Span]:
        content = match[1]
        start = match.start(1)
        if self._hot():
            if content.strip(b"*"):
                yield _Span(start, match.end(1), MASK, self._path())
        elif _PEM.search(content):
            yield _Span(start, match.end(1), MASK, self._path())
        elif content[:1] in b"{[" and len(content) > 2 and self._depth < _NESTED_MAX:
            yield from self._nested(content, start)
        elif b"=" in content:
            for pair in _PAIR.finditer(content):
                if self._verdict(pair[1]) and pair[2].strip(b"*"):
                    path = f"{self._path()}?{pair[1].decode()}"
                    yield _Span(start + pair.start(2), start + pair.end(2), MASK, path)

    def _nested(self, content: bytes, start: int) -> Iterator[_Span]:
        """JSON inside a string: found in the text it stands for, replaced in the text as it is written."""
        inner, places = _unescaped(content)
        try:
            found = list(_Walk(self._verdict, depth=self._depth + 1).spans(inner))
        except _Malformed:
            return
        for span in found:
            value = span.value.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
            path = f"{self._path()}.{span.path}" if span.path else self._path()
            yield _Span(start + places(span.start), start + places(span.end), value, path)

    def _path(self) -> str:
        return ".".join(frame.name if frame.is_object else str(frame.index) for frame in self._frames)


def _text(quoted: bytes) -> str:
    try:
        return msgspec.json.decode(quoted, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _Malformed from error


def _unescaped(content: bytes) -> tuple[bytes, Callable[[int], int]]:
    """What the string `content` stands for, and a function from a place in that to the place in `content`."""
    inner = _text(b'"' + content + b'"').encode("utf-8", "surrogatepass")
    shifts: list[tuple[int, int]] = []  # from this place on, the written text is so many bytes ahead
    ahead = 0
    for match in _ESCAPE.finditer(content):
        stands_for = len(_text(b'"' + match[0] + b'"').encode("utf-8", "surrogatepass"))
        begins = match.start() - ahead
        ahead += len(match[0]) - stands_for
        shifts.append((begins + stands_for, ahead))

    def place(offset: int) -> int:
        shift = 0
        for begins, ahead in shifts:
            if begins > offset:
                break
            shift = ahead
        return offset + shift

    return inner, place


def _replaced(event: bytes, spans: list[_Span]) -> Masked:
    parts: list[bytes] = []
    done = 0
    for span in spans:
        parts += (event[done : span.start], span.value)
        done = span.end
    parts.append(event[done:])
    paths = [span.path for span in spans]
    if len(paths) > PATHS_MAX:
        paths = [*paths[:PATHS_MAX], f"and {len(paths) - PATHS_MAX} more"]
    return Masked(b"".join(parts), tuple(paths))


def _plain(name: str) -> str:
    return name.lower().replace("_", "").replace("-", "")


def _sign(rule: Rule) -> str:
    """What an event with a name of this rule has in it somewhere, in lower case, as a regular expression."""
    longest = max(re.split(r"[*?]|\[.*?\]", rule.pattern), key=len)
    spelled = "[_-]?".join(map(re.escape, longest))
    ends_it = not rule.pattern.endswith(("*", "?", "]")) and rule.pattern.endswith(longest)
    return spelled + (_NAME_ENDS if ends_it else "")
