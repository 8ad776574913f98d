"""A small SLS: projects and logstores in memory. Signatures V1 and V4 are checked as the service documents
them; packs are taken apart by the official library's own message classes.

Repeats are kept, as the real one keeps them.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote

import lz4.block
from aliyun.log.log_logs_pb2 import LogGroup
from google.protobuf.message import DecodeError
from tests.kit.http_peer import Answer, HttpPeer, Request

KEY_ID, KEY_SECRET, REGION = "LTAI5tSlsPeer", "sls-peer-secret", "cn-hangzhou"
PACK_BYTES_MAX, PACK_ROWS_MAX = 5 << 20, 10_000
_CODES = {403: "Unauthorized", 404: "ProjectNotExist", 429: "WriteQuotaExceed", 500: "InternalServerError"}

_PROJECT = {
    "description": "",
    "owner": "1",
    "region": REGION,
    "createTime": "2026-01-01 00:00:00",
    "lastModifyTime": "2026-01-01 00:00:00",
}


@dataclass
class Kept:
    """One logstore."""

    packs: list[LogGroup] = field(default_factory=list)
    index: dict[str, Any] | None = None
    made: dict[str, Any] = field(default_factory=dict)


class SlsPeer(HttpPeer):
    """Logstores by project and name."""

    def __init__(self, *projects: str) -> None:
        self.projects: dict[str, dict[str, Kept]] = {name: {} for name in projects}
        super().__init__(self._carry_out, lambda status: _error(status, _CODES.get(status, "ServerBusy")))

    def rows(self, project: str, logstore: str) -> list[dict[str, str]]:
        """The rows of a logstore as GetLogs answers them, oldest first."""
        kept = self.projects[project].get(logstore, Kept())
        return [
            {
                "__time__": str(row.Time),
                "__topic__": pack.Topic,
                "__source__": pack.Source,
                **{f"__tag__:{tag.Key}": tag.Value for tag in pack.LogTags},
                **{one.Key: one.Value for one in row.Contents},
            }
            for pack in kept.packs
            for row in pack.Logs
        ]

    def _carry_out(self, request: Request) -> Answer:
        if wrong := wrong_signature(request):
            return _error(401 if wrong == "SignatureNotMatch" else 400, wrong)
        logstores = self.projects.get(request.headers["host"].split(".")[0])
        if logstores is None:
            return _error(404, "ProjectNotExist")
        match [request.method, *request.path.strip("/").split("/")]:
            case ["GET", ""]:
                return _json(
                    {"projectName": request.headers["host"].split(".")[0], "status": "Normal", **_PROJECT}
                )
            case ["POST", "logstores"]:
                told = json.loads(request.body)
                if told["logstoreName"] in logstores:
                    return _error(400, "LogStoreAlreadyExist")
                logstores[told["logstoreName"]] = Kept(made=told)
                return _json({})
            case [method, "logstores", name, *rest]:
                if name not in logstores:
                    return _error(404, "LogStoreNotExist")
                return _within(request, method, logstores[name], rest)
        return _error(404, "InvalidOperation")


def _within(request: Request, method: str, kept: Kept, rest: list[str]) -> Answer:
    if (method, rest) == ("POST", ["index"]):
        if kept.index is not None:
            return _error(400, "IndexAlreadyExist")
        kept.index = json.loads(request.body)
        return _json({})
    if (method, rest) == ("POST", ["shards", "lb"]):
        return _take(request, kept)
    return _error(404, "InvalidOperation")


def _take(request: Request, kept: Kept) -> Answer:
    size = int(request.headers["x-log-bodyrawsize"])
    if size > PACK_BYTES_MAX:
        return _error(400, "PostBodyTooLarge")
    try:
        raw = request.body
        if request.headers.get("x-log-compresstype") == "lz4":
            raw = lz4.block.decompress(raw, uncompressed_size=size)
        pack = LogGroup.FromString(raw)
    except (DecodeError, lz4.block.LZ4BlockError):
        return _error(400, "PostBodyInvalid")
    if len(raw) != size or len(pack.Logs) > PACK_ROWS_MAX or not pack.Logs:
        return _error(400, "PostBodyInvalid")
    kept.packs.append(pack)
    return Answer(200, b"", {"x-log-requestid": "5C3D"})


def wrong_signature(request: Request) -> str:
    """The code of what is wrong with the signature of `request`; empty if it is good."""
    given = request.headers.get("authorization", "")
    if given.startswith("LOG "):
        if request.body and hashlib.md5(request.body).hexdigest().upper() != request.headers.get(
            "content-md5"
        ):
            return "InvalidContentMD5"
        good = f"LOG {KEY_ID}:{_v1(request)}"
    elif given.startswith("SLS4-HMAC-SHA256 "):
        if hashlib.sha256(request.body).hexdigest() != request.headers["x-log-content-sha256"]:
            return "InvalidContentSHA256"
        good = _v4(request)
    else:
        return "MissingAuthorization"
    return "" if hmac.compare_digest(good, given) else "SignatureNotMatch"


def _v1(request: Request) -> str:
    own = sorted(
        (name, value) for name, value in request.headers.items() if name.startswith(("x-log-", "x-acs-"))
    )
    asked = "&".join(
        f"{name}={value}" for name, value in sorted(parse_qsl(request.query, keep_blank_values=True))
    )
    # x-log-date is set after signing, for proxies that drop Date
    headers = "".join(f"{name}:{value}\n" for name, value in own if name != "x-log-date")
    text = "\n".join(
        [
            request.method,
            request.headers.get("content-md5", ""),
            request.headers.get("content-type", ""),
            request.headers["date"],
            headers + request.path + (f"?{asked}" if asked else ""),
        ]
    )
    return base64.b64encode(hmac.new(KEY_SECRET.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _v4(request: Request) -> str:
    signed = {
        name: value.strip()
        for name, value in request.headers.items()
        if name in {"content-type", "host"} or name.startswith(("x-log-", "x-acs-"))
    }
    asked = sorted(
        (name, quote(value, safe="~")) for name, value in parse_qsl(request.query, keep_blank_values=True)
    )
    canonical = "\n".join(
        [
            request.method,
            request.path,
            "&".join(f"{name}={value}" if value else name for name, value in asked),
            "".join(f"{name}:{signed[name]}\n" for name in sorted(signed)),
            ";".join(sorted(signed)),
            request.headers["x-log-content-sha256"],
        ]
    )
    moment = request.headers["x-log-date"]
    scope = f"{moment[:8]}/{REGION}/sls/aliyun_v4_request"
    text = f"SLS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"aliyun_v4{KEY_SECRET}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return f"SLS4-HMAC-SHA256 Credential={KEY_ID}/{scope},Signature={signature}"


def _json(value: Any) -> Answer:
    return Answer(
        200, json.dumps(value).encode(), {"Content-Type": "application/json", "x-log-requestid": "5C3D"}
    )


def _error(status: int, code: str) -> Answer:
    return Answer(
        status, json.dumps({"errorCode": code, "errorMessage": "no"}).encode(), {"x-log-requestid": "5C3D"}
    )
