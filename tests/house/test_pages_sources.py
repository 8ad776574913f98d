"""What no page of the console uses: words that nobody says, styles that nothing wears."""

import re
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "console-ui" / "src"
WORDS = sorted((SOURCES / "words").glob("*.ts"))
_MADE = re.compile(r"`([a-z]+\.(?:[\w.-]|\$\{[^`]*?\})*)`")  # such as `why.${reason.code}`
_PLAIN = re.compile(r"""["'`]([\w.-]+)["'`]""")


def pages() -> str:
    """All that is written in TypeScript, but for the words themselves and what only tests say."""
    files = (one for one in sorted(SOURCES.rglob("*.ts*")) if one not in WORDS and ".test." not in one.name)
    return "\n".join(one.read_text() for one in files if one.name != "openapi.d.ts")


def test_every_word_is_said_somewhere() -> None:
    """A translator works for nothing on one that is not, and a reader looks for the page that shows it."""
    told = [
        word for file in WORDS for word in re.findall(r'^ +"([\w.-]+)": \[', file.read_text(), re.MULTILINE)
    ]
    code = pages()
    said = set(_PLAIN.findall(code))
    made = [
        re.compile("[\\w.-]+".join(re.escape(piece) for piece in re.split(r"\$\{.*?\}", template)))
        for template in _MADE.findall(code)
        if "${" in template
    ]

    assert len(told) > 500
    assert [word for word in told if word not in said and not any(one.fullmatch(word) for one in made)] == []


def test_every_style_is_worn_somewhere() -> None:
    """What nothing wears is kept and changed with the rest, for nobody."""
    sheet = re.sub(r"/\*.*?\*/", "", (SOURCES / "styles.css").read_text(), flags=re.DOTALL)
    named = set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"\{[^{}]*\}", "{}", sheet)))
    ours = {one for one in named if not one.startswith("ant")}  # the rest are the component library's
    worn = set(re.findall(r"[\w-]+", pages()))

    assert len(ours) > 100
    assert sorted(ours - worn) == []
