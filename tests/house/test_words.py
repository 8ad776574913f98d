"""What may stand in no file of the house: addresses of registries, paths of somebody's machine, loose locks."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-peers.lock")  # the last stands alone
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".sh",
    ".txt",
    ".json",
    ".yml",
    ".yaml",
    ".service",
    ".ini",
    ".cfg",
    "",
}
# Spelled in pieces, so that this file is not what it finds.
MACHINE_PATHS = re.compile(
    "|".join(
        (
            "/" + "work/",
            "/home/" + r"(?!nonroot|actiontrail)[a-z]",
            "/Us" + "ers/",
            "/tmp/" + "w/",
            "/opt/" + "at/",
        )
    )
)
REGISTRIES = re.compile(
    "|".join((r"https?://", "index-" + "url", "find-" + "links", r"pypi\.", "@ " + "file"))
)


def tracked() -> list[Path]:
    """The files under version control; outside a checkout, all that are not made by tools."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def requirement_names(text: str) -> set[str]:
    return {
        re.split(r"[\[<>=~! ;]", line)[0].lower().replace("_", "-")
        for line in text.splitlines()
        if re.match(r"[A-Za-z]", line)
    }


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_a_registry(lock: str) -> None:
    """A lock with an address in it works only for those who can reach that address, and tells who they are."""
    assert REGISTRIES.findall((ROOT / lock).read_text()) == []


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_a_hash(lock: str) -> None:
    """A version names what we want; a hash, what we get."""
    entries = re.split(r"\n(?=[a-zA-Z])", (ROOT / lock).read_text().strip())

    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_direct_dependency_is_locked() -> None:
    """What pyproject.toml names without a lock would be whatever the registry has today."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    needed = requirement_names("\n".join(project["dependencies"]))
    needed_in_tests = requirement_names("\n".join(project["optional-dependencies"]["test"]))
    needed_by_peers = requirement_names("\n".join(project["optional-dependencies"]["peers"]))
    locked, locked_in_tests, locked_for_peers = (
        requirement_names((ROOT / lock).read_text()) for lock in LOCKS
    )

    assert needed - locked | needed_in_tests - locked_in_tests | needed_by_peers - locked_for_peers == set()


def test_both_locks_agree() -> None:
    """Two versions of one package in one environment would make the second install fail."""
    pins = [
        dict(re.findall(r"^([a-zA-Z0-9_.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in LOCKS[:2]
    ]

    assert {
        name: (version, pins[1][name])
        for name, version in pins[0].items()
        if pins[1].get(name, version) != version
    } == {}


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    """It would be true nowhere else."""
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path.suffix in TEXT
        for match in MACHINE_PATHS.finditer(path.read_text(errors="replace"))
    ]

    assert found == []
