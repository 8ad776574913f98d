"""The plan of the house: which rooms there are, what each says of itself, who may import whom."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "actiontrail"
CARD = ("Lives here:", "Never here:", "May import:", "Start at:")


def declared_rooms() -> set[str]:
    """Every room that has a floor in the import contract."""
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    return {room for layer in contract["layers"] for room in re.findall(r"\w+", layer)}


def rooms() -> list[Path]:
    return sorted(folder for folder in SOURCE.iterdir() if (folder / "__init__.py").exists())


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """The import checker over the package in `folder`."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    environment = {**os.environ, "PYTHONPATH": str(folder / "src"), "COLUMNS": "300"}
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_every_room_opens_with_its_card(room: Path) -> None:
    """A card with its four lines tells a stranger where their own line belongs."""
    text = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""

    assert [line for line in CARD if f"\n{line}" not in text] == []


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_where_a_card_says_to_start_there_is_a_file(room: Path) -> None:
    """A card is kept true: it would otherwise send people to modules that are gone."""
    text = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    start = text.split("Start at:")[-1]

    assert [name for name in re.findall(r"[\w/]+\.py", start) if not (room / name).exists()] == []


def test_only_declared_rooms_exist() -> None:
    """A new top-level folder or module needs a floor and a sentence first."""
    found = {
        path.stem for path in SOURCE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }

    assert found - declared_rooms() - {"__init__", "__main__"} == set()


def test_the_architecture_page_tells_of_every_room() -> None:
    """The table of rooms is where people look first; it may not fall behind."""
    page = (ROOT / "ARCHITECTURE.md").read_text()

    assert [room for room in sorted(declared_rooms()) if f"| `{room}` |" not in page] == []


def test_the_import_checker_passes() -> None:
    """The floors hold: nothing imports upwards, and the rooms side by side never import each other."""
    done = lint_imports(ROOT)

    assert (done.returncode, done.stdout if done.returncode else "") == (0, "")


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("event/model.py", "import actiontrail.store.files"),
        ("ledger/__init__.py", "import actiontrail.capture"),
        ("capture/__init__.py", "import actiontrail.query"),
        ("query/__init__.py", "import actiontrail.access"),
        ("errors.py", "import actiontrail.config"),
        ("api/people/values.py", "import actiontrail.api.trails.values"),
        ("api/session.py", "import actiontrail.api.people"),
        ("api/gate.py", "import actiontrail.api.rest"),
    ],
)
def test_the_import_checker_finds_a_planted_import(tmp_path: Path, module: str, line: str) -> None:
    """A guard that was never seen red guards nothing."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    planted = tmp_path / "src" / "actiontrail" / module
    planted.write_text(f"{planted.read_text()}\n{line}\n")

    told = lint_imports(tmp_path).stdout
    importer = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    assert f"actiontrail.{importer} -> {line.split()[1]}" in told


def test_the_import_checker_finds_a_room_without_a_floor(tmp_path: Path) -> None:
    """A folder that nobody declared fails the build."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    attic = tmp_path / "src" / "actiontrail" / "attic"
    attic.mkdir()
    (attic / "__init__.py").write_text('"""Nobody declared this."""\n')

    assert "actiontrail.attic" in lint_imports(tmp_path).stdout


FACELESS = ("event", "access", "capture", "query", "delivery", "evidence")
FACES = re.compile(r"`actiontrail |(?<![\w-])--[a-z]{2,}|\?[a-z]+=|/v1/[a-z]")
# A set-up link can be printed nowhere but at the machine itself, whoever reads this.
EXCEPT = {"access/signin.py"}


@pytest.mark.parametrize("room", FACELESS)
def test_what_a_room_says_names_no_face(room: str) -> None:
    """The same refusal is read in a page, by a program and at a command line: an option of one misleads the others."""
    found = []
    for module in sorted((SOURCE / room).rglob("*.py")):
        name = str(module.relative_to(SOURCE))
        tree = ast.parse(module.read_text())
        prose = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
        said = (
            one
            for one in ast.walk(tree)
            if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in prose
        )
        found += [f"{name}:{one.lineno}" for one in said if name not in EXCEPT and FACES.search(one.value)]

    assert found == []
