"""The service with its pages: which process runs what.

The pages belong to the reader. The recorder passes their addresses on as it does every question, so that
whatever happens to a page, recording goes on.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from actiontrail.api import serve
from actiontrail.api.serve import Roles

if TYPE_CHECKING:
    from actiontrail.api.asgi import Application
    from actiontrail.service import Reading

CHILD = "actiontrail.console.child"


def run(data: Path, *, host: str, port: int, roles: Roles) -> int:
    """Serve the record in `data` until SIGTERM or SIGINT; the exit code."""
    if roles == "record":
        return serve.run_recorder(data, host=host, port=port)
    if roles == "read":
        return serve.run_reader(data, reader)
    return serve.supervise(data, host=host, port=port, child=CHILD)


def reader(reading: "Reading") -> "Application":
    """What the reader answers, with the pages in front of it."""
    from actiontrail.api import app
    from actiontrail.console.site import with_pages

    return with_pages(app.reader_app(reading))


def address(host: str, port: int) -> str:
    """Where the console is, for somebody on this machine."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host) or (f"[{host}]" if ":" in host else host)
    return f"http://{name}:{port}/console/"
