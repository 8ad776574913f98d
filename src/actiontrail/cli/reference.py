"""The reference pages that are made from the code: commands, settings, the public API's operations, our own document.

`python -m actiontrail.cli.reference FOLDER` (that is `make docs`) writes them. A test fails when what is
there is not what this would write. Of `api.md` only what follows its introduction is made.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import typer
from msgspec import Meta

from actiontrail import config
from actiontrail.api import openapi
from actiontrail.api.operations import SPECS
from actiontrail.api.operations.table import Field, Spec
from actiontrail.api.wire import row_of
from actiontrail.cli.failure import EXIT_CODES
from actiontrail.cli.main import app

CLI_HEAD = """# Commands

Made from the code by `make docs`. Each command also has `--help`, and
`actiontrail --install-completion` teaches your shell to complete them.

Commands that ask a server find it and sign in by

- `ACTIONTRAIL_ENDPOINT` (default `http://127.0.0.1:8770`),
- `ALIBABA_CLOUD_ACCESS_KEY_ID` and `ALIBABA_CLOUD_ACCESS_KEY_SECRET`, with `ALIBABA_CLOUD_SECURITY_TOKEN` for a
  short-lived key, or `ACTIONTRAIL_TOKEN` for an ingest token (which can import and nothing else),
- or a profile, `--profile NAME` (or `ACTIONTRAIL_PROFILE`), in `~/.config/actiontrail/config.toml`. What the
  environment says goes before what the profile says, unless `--profile` is given:

```toml
[default]
endpoint = "http://127.0.0.1:8770"
access_key_id = "LTAI…"
access_key_secret = "…"
```

With `--json` standard output holds one JSON value, or one per line, and nothing else; an error is
`{"error": {"code", "message", "remedy"}}` on standard error.
"""


def commands_page() -> str:
    """The page of commands and exit codes."""
    root = typer.main.get_command(app)
    parts = [CLI_HEAD, "## Exit codes\n", "| Code | Meaning |", "|---|---|"]
    parts += [f"| {code} | {meaning} |" for code, meaning in EXIT_CODES.items()]
    for name, command in walk(root, "actiontrail"):
        parts.append(f"\n## `{name}`\n\n{(command.help or '').strip()}\n")
        rows = [_row(parameter) for parameter in command.params if parameter.name != "help"]
        if rows:
            parts += ["| Argument or option | Default | Meaning |", "|---|---|---|", *rows]
    return "\n".join(parts) + "\n"


def walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer keeps click's classes private
    """Every command below `command` that is no group, by its full name."""
    children = getattr(command, "commands", None)
    if children is None:
        yield name, command
        return
    for child_name, child in children.items():
        yield from walk(child, f"{name} {child_name}")


def _row(parameter: Any) -> str:  # noqa: ANN401 - as above
    argument = parameter.param_type_name == "argument"
    named = parameter.metavar or parameter.name.upper()
    if argument and parameter.nargs == -1:
        named += "…"
    spelled = named if argument else ", ".join((*parameter.opts, *parameter.secondary_opts))
    default = parameter.default
    shown = (
        ""
        if default in (None, False, "") or default == [] or callable(default) or argument
        else f"`{default}`"
    )
    if parameter.required:
        shown = "required"
    environment = f" Environment: `{parameter.envvar}`." if getattr(parameter, "envvar", None) else ""
    return f"| `{spelled}` | {shown} | {(parameter.help or '').strip()}{environment} |".replace("||", "| |")


def settings_page() -> str:
    """The page of settings."""
    lines = [
        "# Settings",
        "",
        "Made from the code by `make docs`. They stand in `config.toml` in the data folder, which `actiontrail init`",
        "writes; an unknown name or a value out of its limits is an error at start. `actiontrail config` prints those",
        "in force.",
        "",
        "| Setting | Default | Limits | What it does, and what turning it costs |",
        "|---|---|---|---|",
    ]
    hints = get_type_hints(config.Config, include_extras=True)
    defaults = config.Config()
    for name, text in config.helps().items():
        default = msgspec.json.encode(getattr(defaults, name)).decode()
        lines.append(f"| `{name}` | `{default}` | {_limits(hints[name].__metadata__[0])} | {text} |")
    return "\n".join(lines) + "\n"


def _limits(meta: Meta) -> str:
    if meta.pattern:
        return f"`{meta.pattern}`".replace("|", "\\|")
    if meta.ge is not None and meta.le is not None:
        return f"{meta.ge}…{meta.le}"
    return ""


def operations_page(head: str) -> str:
    """The page of the public API's operations, below its introduction `head`."""
    return head + "\n\n".join(_operation(spec) for spec in SPECS) + "\n"


def head_of(page: str) -> str:
    """The introduction of the page of operations, which is written by hand."""
    return page[: page.index("\n## ") + 1]


def _operation(spec: Spec) -> str:
    rate = f"At most {spec.calls_per_second} calls a second and account"
    lines = [
        f"## {spec.name} ({spec.version})",
        "",
        spec.summary,
        "",
        f"Called with {' or '.join(spec.methods)}. A policy allows it as `{spec.action}` on `{spec.resource}`. {rate}.",
    ]
    if spec.parameters:
        lines += ["", "| Parameter | Type | Needed | Rule | What it is |", "|---|---|---|---|---|"]
    for parameter in spec.parameters:
        needed = "yes" if parameter.required else "no"
        rule = parameter.rule().replace("|", "\\|")
        lines.append(f"| `{parameter.name}` | {parameter.kind} | {needed} | {rule} | {parameter.note} |")
    if spec.answer:
        lines += ["", "| Answer | Type | Always | What it is |", "|---|---|---|---|"]
        lines += _fields(spec.answer, "")
    codes = dict.fromkeys(row_of(error).code.replace("{0.name}", "<Parameter>") for error in spec.errors)
    if codes:
        lines += ["", f"Its own refusals: {', '.join(f'`{code}`' for code in codes)}."]
    return "\n".join(lines)


def _fields(fields: tuple[Field, ...], above: str) -> Iterator[str]:
    for field in fields:
        name = f"{above}{field.name}{'[]' if field.many else ''}"
        yield f"| `{name}` | {field.type()} | {'yes' if field.always else 'no'} | {field.note} |"
        yield from _fields(field.fields, f"{name}.")


def write(folder: Path) -> None:
    """All of them into `folder`."""
    (folder / "cli.md").write_text(commands_page())
    (folder / "settings.md").write_text(settings_page())
    (folder / "openapi.json").write_bytes(openapi.encoded())
    operations = folder / "api.md"
    operations.write_text(operations_page(head_of(operations.read_text())))


if __name__ == "__main__":
    write(Path(sys.argv[1]))
