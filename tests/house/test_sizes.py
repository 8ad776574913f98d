"""The walls of the house: how long a module or a function may grow before it must be taken apart."""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "actiontrail"
MODULE_LINES_MAX = 600
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 6
WORDS = ("Manager", "Helper", "Handler", "Base", "Info")
FILES = ("utils", "util", "common", "misc", "helpers")


def modules() -> Iterator[tuple[str, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield str(path.relative_to(SOURCE)), path.read_text()


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for name, text in modules():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.lineno} {node.name}", node


def is_face(name: str) -> bool:
    """Commands and route functions take as many parameters as people may type."""
    return name.startswith(("cli/", "api/"))


def parameters(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
    return len([name for name in names if name not in {"self", "cls"}])


def test_no_module_is_longer_than_its_wall() -> None:
    """Above this nobody reads a module whole."""
    long = [(name, text.count("\n")) for name, text in modules() if text.count("\n") > MODULE_LINES_MAX]

    assert long == []


def test_no_function_is_longer_than_its_wall() -> None:
    """One level of story fits on a screen."""
    long = [
        (name, node.end_lineno - node.lineno + 1)
        for name, node in functions()
        if node.end_lineno and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]

    assert long == []


def test_no_function_takes_too_many_parameters() -> None:
    """Seven parameters are a value that has no name yet. Faces are exempt: their parameters are what people type."""
    many = [
        (name, parameters(node))
        for name, node in functions()
        if not is_face(name) and parameters(node) > PARAMETERS_MAX
    ]

    assert many == []


def test_every_module_says_what_it_is() -> None:
    """Its first line is the answer to "what is this file?"."""
    assert [name for name, text in modules() if not ast.get_docstring(ast.parse(text))] == []


def test_no_class_or_module_has_an_empty_name() -> None:
    """`Manager`, `Helper` and `utils` say that nobody knew what the thing is for."""
    classes = [
        f"{name} {node.name}"
        for name, text in modules()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ClassDef) and node.name.endswith(WORDS)
    ]
    files = [name for name, _ in modules() if Path(name).stem in FILES]

    assert classes + files == []
