"""A small MaxCompute: projects, tables and uploads by the tunnel, as far as a delivery uses them.

Signatures (HMAC-SHA1) are checked as the service documents them. What is uploaded is read by the official
library's own reader, checksums included. An upload is there when it is committed; with `overwrite` it takes
the place of its whole partition.
"""

import base64
import hashlib
import hmac
import io
import json
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.sax.saxutils import escape

from odps.models import TableSchema
from odps.tunnel.io.reader import TunnelRecordReader
from tests.kit.http_peer import Answer, HttpPeer, Request

KEY_ID, KEY_SECRET = "LTAI5tOdpsPeer", "odps-peer-secret"
_CODES = {403: "NoPermission", 404: "NoSuchProject", 429: "FlowExceeded", 500: "InternalServerError"}
_HEADERS = {
    "Content-Type": "application/xml",
    "x-odps-request-id": "R",
    "x-odps-owner": "o",
    "x-odps-creation-time": "Fri, 27 Nov 2026 00:00:00 GMT",
    "Last-Modified": "Fri, 27 Nov 2026 00:00:00 GMT",
}
_COLUMN = re.compile(r"`(\w+)`\s+(\w+)", re.IGNORECASE)


@dataclass
class Sheet:
    """One table: its columns and partition keys, and the rows of each partition."""

    columns: list[tuple[str, str]]
    keys: list[tuple[str, str]]
    partitions: dict[str, list[list[Any]]] = field(default_factory=dict)

    def described(self) -> dict[str, Any]:
        def told(pairs: list[tuple[str, str]]) -> list[dict[str, Any]]:
            return [{"name": name, "type": kind, "comment": "", "nullable": True} for name, kind in pairs]

        return {"columns": told(self.columns), "partitionKeys": told(self.keys)}


@dataclass
class Upload:
    """One session of the tunnel."""

    table: Sheet
    partition: str
    overwrite: bool
    blocks: dict[int, list[list[Any]]] = field(default_factory=dict)


class OdpsPeer(HttpPeer):
    """Tables by project and name."""

    def __init__(self, *projects: str) -> None:
        self.projects: dict[str, dict[str, Sheet]] = {name: {} for name in projects}
        self.uploads: dict[str, Upload] = {}
        super().__init__(
            self._carry_out, lambda status: _error(status, _CODES.get(status, "ServiceUnavailable"))
        )

    def rows(self, project: str, table: str) -> dict[str, list[list[Any]]]:
        """The rows of each partition."""
        sheet = self.projects[project].get(table)
        return sheet.partitions if sheet else {}

    def _carry_out(self, request: Request) -> Answer:
        if not good_signature(request):
            return _error(401, "SignatureNotMatch")
        query = dict(parse_qsl(request.query, keep_blank_values=True))
        _, _, project, *rest = (
            [*request.path.split("/"), ""] if request.path.count("/") < 2 else request.path.split("/")
        )
        tables = self.projects.get(project)
        if tables is None:
            return _error(404, "NoSuchProject")
        match rest:
            case []:
                return _xml(f"<Project><Name>{project}</Name><State>AVAILABLE</State></Project>")
            case ["instances"]:
                return self._create(request, tables, project)
            case ["instances", number]:
                task = "<Tasks><Task Type='SQL'><Name>SQLCreateTableTask</Name><Status>Success</Status></Task></Tasks>"
                return _xml(
                    f"<Instance><Name>{number}</Name><Owner>o</Owner><Status>Terminated</Status>{task}</Instance>"
                )
            case ["tables", name]:
                sheet = tables.get(name)
                if sheet is None:
                    return _error(404, "NoSuchTable")
                if "uploads" in query or "uploadid" in query:
                    return self._tunnel(request, sheet, query)
                schema = escape(json.dumps(sheet.described()))
                return _xml(f"<Table><Name>{name}</Name><Schema format='Json'>{schema}</Schema></Table>")
        return _error(400, "InvalidParameter")

    def _create(self, request: Request, tables: dict[str, Sheet], project: str) -> Answer:
        told = request.body.decode()
        name = re.search(r"CREATE TABLE IF NOT EXISTS \w+\.`(\w+)`", told)
        assert name, told
        before, _, behind = told.partition("PARTITIONED BY")
        columns = [(one, kind.lower()) for one, kind in _COLUMN.findall(before) if one != name[1]]
        keys = [(one, kind.lower()) for one, kind in _COLUMN.findall(behind)]
        tables.setdefault(name[1], Sheet(columns, keys))
        return Answer(201, b"", {"Location": f"{self.url}/projects/{project}/instances/1"})

    def _tunnel(self, request: Request, sheet: Sheet, query: dict[str, str]) -> Answer:
        if "uploads" in query:
            number = f"U{len(self.uploads)}"
            self.uploads[number] = Upload(sheet, query["partition"], query.get("overwrite") == "true")
        else:
            number = query["uploadid"]
        upload = self.uploads[number]
        if request.method == "PUT":
            upload.blocks[int(query["blockid"])] = _records(request.body, sheet)
        elif request.method == "POST" and "uploads" not in query:
            rows = [row for block in sorted(upload.blocks) for row in upload.blocks[block]]
            kept = [] if upload.overwrite else sheet.partitions.get(upload.partition, [])
            sheet.partitions[upload.partition] = kept + rows
        told = {
            "UploadID": number,
            "Status": "normal",
            "Schema": sheet.described(),
            "UploadedBlockList": [{"BlockID": block} for block in upload.blocks],
        }
        return Answer(200, json.dumps(told).encode(), {"Content-Type": "application/json"})


def _records(body: bytes, sheet: Sheet) -> list[list[Any]]:
    schema = TableSchema.from_lists([name for name, _ in sheet.columns], [kind for _, kind in sheet.columns])

    class Stream(io.BytesIO):
        """What the reader takes for an answer of the service."""

    reader = TunnelRecordReader(schema, lambda *_, **__: Stream(body))
    return [list(record.values) for record in reader]


def good_signature(request: Request) -> bool:
    """Whether `request` is signed with our key, in the older way."""
    own = {name: value for name, value in request.headers.items() if name.startswith("x-odps-")}
    signed = {"content-type": "", "content-md5": "", "date": request.headers.get("date", "")}
    signed |= {
        name: request.headers[name] for name in ("content-type", "content-md5") if name in request.headers
    }
    signed |= own
    asked = sorted(parse_qsl(request.query, keep_blank_values=True))
    resource = unquote(request.path)
    if asked:
        resource += "?" + "&".join(f"{name}={value}" if value else name for name, value in asked)
    lines = [request.method]
    lines += [f"{name}:{signed[name]}" if name in own else signed[name] for name in sorted(signed)]
    text = "\n".join([*lines, resource])
    good = base64.b64encode(hmac.new(KEY_SECRET.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return hmac.compare_digest(f"ODPS {KEY_ID}:{good}", request.headers.get("authorization", ""))


def _xml(text: str) -> Answer:
    return Answer(200, f"<?xml version='1.0'?>{text}".encode(), dict(_HEADERS))


def _error(status: int, code: str) -> Answer:
    text = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message><RequestId>R</RequestId><HostId>h</HostId></Error>"
    return Answer(status, text.encode(), dict(_HEADERS))
