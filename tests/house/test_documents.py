"""The documents say what the code does: settings, commands, dependencies, links."""

import re
import tomllib
from pathlib import Path

import pytest

from actiontrail.api import openapi
from actiontrail.cli import reference

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])


def test_the_page_of_settings_is_made_from_the_code() -> None:
    """An operator who turns a setting reads there what it costs. If this fails: `make docs`."""
    assert (DOCS / "reference" / "settings.md").read_text() == reference.settings_page()


def test_the_page_of_commands_is_made_from_the_code() -> None:
    """Scripts are written from that page. If this fails: `make docs`."""
    assert (DOCS / "reference" / "cli.md").read_text() == reference.commands_page()


def test_the_page_of_operations_is_made_from_the_table() -> None:
    """Whoever writes a client reads there what the door checks. If this fails: `make docs`."""
    page = (DOCS / "reference" / "api.md").read_text()

    assert page == reference.operations_page(reference.head_of(page))


def test_the_document_of_our_own_interface_is_made_from_the_routes() -> None:
    """Clients are generated from it. If this fails: `make docs`."""
    assert (DOCS / "reference" / "openapi.json").read_bytes() == openapi.encoded()


def test_every_command_and_option_says_what_it_does() -> None:
    """`--help` is the document that people have at hand at three in the morning."""
    silent = [
        f"{name} {parameter.name}"
        for name, command in reference.walk(reference.typer.main.get_command(reference.app), "actiontrail")
        for parameter in command.params
        if not parameter.help
    ]

    assert silent == []


_TOLD = re.compile(r"(?:(?<=`)|(?<=^)|(?<=^    )|(?<=bin/))actiontrail ((?:[a-z][a-z-]+ ?){1,2})([^`|#]*)")
_OPTION = re.compile(r"(?<!\S)(--[a-z-]+|-[a-z])(?=[\s=,.)]|$)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_tells_is_one_and_takes_its_options(page: Path) -> None:
    """Whoever copies a line from a page at three in the morning has no time for one that was renamed."""
    commands = dict(reference.walk(reference.typer.main.get_command(reference.app), "actiontrail"))
    families = {name.split()[1] for name in commands if name.count(" ") == 2}
    wrong = []
    for line in page.read_text().splitlines():
        for told in _TOLD.finditer(line):
            words = told[1].split()
            if (words == words[:1] and words[0] in families) or re.search(r" v\d", told[0]):
                continue  # a family as a whole; or the first line of a format of ours
            name = " ".join(["actiontrail", *words[: 2 if words[0] in families else 1]])
            known = (
                {one for parameter in commands[name].params for one in parameter.opts}
                if name in commands
                else set()
            )
            if name not in commands or set(_OPTION.findall(told[2])) - known - {"--help", "-h", "--no-start"}:
                wrong.append(told[0])

    assert wrong == []


def test_every_dependency_says_why_it_is_here() -> None:
    """Code that we answer for without having written it needs a reason."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {
        re.split(r"[\[<>=]", line)[0]
        for lines in (project["dependencies"], *project["optional-dependencies"].values())
        for line in lines
    }
    page = (DOCS / "decisions" / "0002-dependencies.md").read_text()
    explained = set(re.findall(r"^\| `([^`]+)` \| .{10,} \|$", page, re.MULTILINE))

    assert named ^ explained == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(page: Path) -> None:
    """A dead link tells a stranger that nobody reads these pages."""
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_reached_from_the_index() -> None:
    """What nobody links, nobody finds."""
    reached: set[Path] = set()
    waiting = [DOCS / "index.md", ROOT / "README.md"]
    while waiting:
        page = waiting.pop().resolve()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [
            page.parent / link for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", page.read_text())
        ]
    decisions = {page.resolve() for page in (DOCS / "decisions").glob("*.md")}

    assert [str(page.relative_to(ROOT)) for page in PAGES if page.resolve() not in reached | decisions] == []


def test_decisions_are_numbered_once() -> None:
    """A decision is cited by its number for years."""
    numbers = [path.name[:4] for path in (DOCS / "decisions").glob("*.md")]

    assert sorted(numbers) == sorted(set(numbers))
    assert [number for number in numbers if not number.isdigit()] == []


@pytest.mark.parametrize(
    "name",
    [
        "README.md",
        "ARCHITECTURE.md",
        "HOUSE-STYLE.md",
        "CONTRIBUTING.md",
        "SECURITY.md",
        "CHANGELOG.md",
        "LICENSE",
    ],
)
def test_the_house_has_its_papers(name: str) -> None:
    """What a stranger looks for first, under the names by which they look."""
    assert (ROOT / name).stat().st_size > 500


def test_the_index_names_each_page_once() -> None:
    """Two that add a line at the same place leave a list with most of its pages twice."""
    named = re.findall(r"\]\(([^)]+)\)", (DOCS / "index.md").read_text().partition("- **Tutorial**")[2])

    assert sorted(named) == sorted(set(named))
