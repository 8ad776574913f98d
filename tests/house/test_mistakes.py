"""What the service says is wrong, and its other language in the pages: each text of the one is in the other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAID = (
    "event/selector/parser.py",
    "event/moment.py",
    "access/policy.py",
    "access/conditions.py",
    "delivery/audit.py",
    "delivery/inspection.py",
    "delivery/manifest.py",
)
WORDS = ROOT / "console-ui/src/words/mistakes.ts"
# Told somewhere else, or put together of others
NOT_OURS = {
    "{} or {}",
    "line {}, column {}",
    ", found {}",
    "{}: expected {}",
    "the policy cannot be used: ",
    "missing manifest",
    "altered manifest",
    "missing newest",
    "actiontrail delivery manifest v1",
    "a check goes on from what `next` said, and from nowhere else",
    "{}: there are no objects to be checked; {} keep some",
    "the check was stopped",
}
TOGETHER = {"expected {}", "expected {}, found {}"}


def texts(source: Path) -> Iterator[str]:
    """Every text in `source` that is no docstring, with `{}` for what is put in."""
    tree = ast.parse(source.read_text())
    skipped = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values if isinstance(part, ast.Constant)}
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.value


def test_every_mistake_that_the_pages_show_has_its_words_in_chinese_and_no_other_is_translated() -> None:
    """A mistake is read at three in the morning, in one's own language."""
    said = {text.removeprefix("$: ") for name in SAID for text in texts(ROOT / "src/actiontrail" / name)}
    sentences = {text for text in said if re.search(r"[a-z]{2,} [a-z{]|\} [a-z]{2,}", text)}
    shown = {
        (double or single).replace('\\"', '"').replace("\\\\", "\\")
        for double, single in re.findall(
            r"^  (?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'): ", WORDS.read_text(), re.MULTILINE
        )
    }
    missing = {text for text in sentences - shown - NOT_OURS if not text.startswith("that ")}

    assert len(shown) > 70, "the catalogue was read"
    assert (missing, shown - said - TOGETHER) == (set(), set())
