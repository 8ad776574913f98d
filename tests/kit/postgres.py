"""A real PostgreSQL on a temporary folder and a Unix socket, where Debian's binaries are found.

Root may not run it, so it runs as `postgres` then; nothing listens on a port.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def binaries() -> Path | None:
    """Where initdb and pg_ctl are; the newest version's."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    here = shutil.which("initdb")
    return Path(here).parent if here else None


@contextmanager
def postgres() -> Iterator[str]:
    """The URL of an empty database; the server is gone in the end. Skips the test where there is none."""
    folder = binaries()
    user = "postgres" if os.geteuid() == 0 else None
    if folder is None:
        pytest.skip("PostgreSQL is not installed")
    if user is not None:
        try:
            pwd.getpwnam(user)
        except KeyError:
            pytest.skip("root may not run PostgreSQL, and there is no user postgres")
    with tempfile.TemporaryDirectory(prefix="at-pg-") as place:
        if user is not None:
            shutil.chown(place, user)
        data = f"{place}/data"
        _run(
            user,
            folder / "initdb",
            "-D",
            data,
            "-A",
            "trust",
            "-U",
            "postgres",
            "-E",
            "UTF8",
            "--locale=C",
            "-N",
        )
        options = f"-c listen_addresses='' -c unix_socket_directories='{place}' -c fsync=off"
        _run(user, folder / "pg_ctl", "-D", data, "-w", "-l", f"{place}/log", "-o", options, "start")
        try:
            yield f"postgresql://postgres@/postgres?host={place}"
        finally:
            _run(user, folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def _run(user: str | None, program: Path, *arguments: str) -> None:
    """The output goes nowhere: a server inherits it, and whoever waits for its end would wait for ever."""
    subprocess.run(
        [str(program), *arguments],
        user=user,
        group=user,
        cwd="/",
        check=True,
        timeout=120,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
