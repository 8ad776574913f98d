"""Commands for whoever runs the service: `init`, `serve`, `fsck`, `config`, `version`.

They work on a data folder of this machine. `init` makes a record and refuses a folder that holds
anything; `serve` refuses a folder without one: a wrong path can never start a second record.
"""

from pathlib import Path
from typing import Annotated

import typer

from actiontrail import __version__
from actiontrail.cli import output
from actiontrail.errors import Refusal

Data = Annotated[
    Path, typer.Option("--data", envvar="ACTIONTRAIL_DATA", help="The data folder of the record.")
]
Json = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
DATA = Path("data")


class NoRecord(Refusal):
    """The folder holds no record, so the command has nothing to work on."""


def need_record(data: Path) -> None:
    """Raise `NoRecord` unless `data` holds a record."""
    if not (data / "ledger").is_dir():
        raise NoRecord(
            f"{data} holds no record; name the right folder with --data, or make one: actiontrail init --data {data}"
        )


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.command()(config)
    app.command()(version)


def version(*, as_json: Json = False) -> None:
    """Which version this is."""
    if as_json:
        output.one({"version": __version__})
    else:
        output.line(f"actiontrail {__version__}")


def config(*, data: Data = DATA, as_json: Json = False) -> None:
    """Every setting in force, and what turning it costs. Settings are changed in DATA/config.toml."""
    from actiontrail import config as settings

    effective, unset = settings.load(data), settings.Config()
    told = [
        {
            "name": name,
            "value": getattr(effective, name),
            "default": getattr(unset, name),
            "help": text,
        }
        for name, text in settings.helps().items()
    ]
    if as_json:
        output.one({"file": str(data / settings.FILE_NAME), "settings": told})
        return
    import msgspec

    output.line(
        f"# {data / settings.FILE_NAME}"
        + ("" if (data / settings.FILE_NAME).exists() else " (not there: all defaults)")
    )
    for setting in told:
        changed = (
            ""
            if setting["value"] == setting["default"]
            else f"  # default: {msgspec.json.encode(setting['default']).decode()}"
        )
        output.line(
            f"\n# {setting['help']}\n{setting['name']} = {msgspec.json.encode(setting['value']).decode()}{changed}"
        )
