"""Commands for whoever runs the service: `init`, `serve`, `fsck`, `config`, `version`.

They work on a data folder of this machine. `init` makes a record and refuses a folder that holds
anything; `serve` refuses a folder without one: a wrong path can never start a second record.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from actiontrail import __version__
from actiontrail.cli import output
from actiontrail.errors import Refusal

if TYPE_CHECKING:
    from actiontrail.api.serve import Roles
    from actiontrail.config import Config
    from actiontrail.service import Created

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


def own_vkey(data: Path, settings: "Config") -> str:
    """The public half of the key that signs the log now. Raises what the key's file deserves."""
    from actiontrail.access.seal import read_passphrase
    from actiontrail.ledger import notekey

    return notekey.load(data / "keys", read_passphrase(settings.passphrase_file)).vkey


class PortTaken(Refusal):
    """Another program listens where the service should."""


def need_port(host: str, port: int) -> None:
    """Raise `PortTaken` unless the service can listen there; 0 is always free. What it would say itself is for a log."""
    import socket

    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
    except OSError as error:
        raise PortTaken(
            f"{host}:{port} cannot be listened on: {error.strerror or error}. Choose another port: --port, or make run PORT=…"
        ) from error


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.command()(init)
    app.command()(serve)
    app.command()(config)
    app.command()(version)


def init(
    *,
    data: Data = DATA,
    origin: Annotated[
        str, typer.Option(help="The log's name, as in `log.example.com/audit`; otherwise one is made up.")
    ] = "",
    name: Annotated[str, typer.Option(help="A name for the account.")] = "",
    as_json: Json = False,
) -> None:
    """Make an empty record with one account and its first access key, whose secret is shown this once."""
    created = found(data, origin=origin, name=name)
    if as_json:
        output.one(
            {
                "accountId": created.account_id,
                "accessKeyId": created.access_key_id,
                "accessKeySecret": created.access_key_secret,
                "vkey": created.vkey,
                "origin": created.origin,
            }
        )
        return
    output.line(f"A new record in {data}.\n")
    show_created(created)
    output.line(f"\nNow: actiontrail serve --data {data}")


def found(data: Path, *, origin: str = "", name: str = "") -> "Created":
    """A new record, of which its first events tell."""
    from actiontrail import service
    from actiontrail.cli.recording import tell_founding

    created = service.create(data, origin=origin, account_name=name)
    tell_founding(data, created, name)
    return created


def show_created(created: "Created") -> None:
    """What a new record's owner has to write down."""
    output.line(f"account            {created.account_id}")
    output.line(f"access key id      {created.access_key_id}")
    output.line(f"access key secret  {created.access_key_secret}   (shown this once)")
    output.line(f"public key (vkey)  {created.vkey}")
    output.line("                   Keep it apart from the record: evidence is checked with it.")


def serve(
    *,
    data: Data = DATA,
    host: Annotated[str, typer.Option(help="The address to listen on; otherwise the setting `host`.")] = "",
    port: Annotated[
        int | None,
        typer.Option(min=0, max=65535, help="The port to listen on; otherwise the setting `port`, 8770."),
    ] = None,
    roles: Annotated[
        str, typer.Option(help="`all`: both processes, supervised; `record` or `read`: one of them, here.")
    ] = "all",
) -> None:
    """Serve the record until SIGTERM. A folder without a record is refused, so a wrong path starts nothing."""
    from actiontrail import config as settings

    need_record(data)
    if roles not in ("all", "record", "read"):
        raise typer.BadParameter("it is all, record or read", param_hint="--roles")
    in_force = settings.load(data)
    from actiontrail.cli import untold
    from actiontrail.console import serve as processes

    chosen, at = in_force.port if port is None else port, host or in_force.host
    if roles != "read":
        need_port(at, chosen)
        untold.tell(data)
        show_console(data, in_force.console_url or processes.address(at, chosen).removesuffix("/console/"))
    raise typer.Exit(processes.run(data, host=at, port=chosen, roles=_role(roles)))


def show_console(data: Path, endpoint: str) -> None:
    """Where the console is; and for each account of which nobody can sign in, the link that makes its first administrator."""
    from actiontrail.cli import signingin

    output.line(f"The console: {endpoint}/console/")
    offers, more = signingin.offers(data, endpoint)
    for one in offers:
        whose = f"account {one.account}" + (f" ({one.name})" if one.name else "")
        output.line(
            f"Nobody can sign in to {whose} yet. This link makes its first administrator, once, within a day:\n  {one.link}"
        )
    if more:
        output.line(
            f"And {more:,} more accounts of which nobody can sign in: actiontrail users setup-link --account ACCOUNT"
        )


def _role(text: str) -> "Roles":
    if text == "record":
        return "record"
    return "read" if text == "read" else "all"


def version(*, as_json: Json = False) -> None:
    """Which version this is."""
    if as_json:
        output.one({"version": __version__})
    else:
        output.line(f"actiontrail {__version__}")


def config(*, data: Data = DATA, as_json: Json = False) -> None:
    """Every setting in force, and what turning it costs. Settings are changed in DATA/config.toml."""
    from actiontrail import config as settings
    from actiontrail.service import formats_of, verify_destinations, verify_geography

    effective, unset = settings.load(data), settings.Config()
    formats_of(data, effective)
    verify_geography(data, effective)
    verify_destinations(data, effective)
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
    output.line(
        f"# {data / settings.FILE_NAME}"
        + ("" if (data / settings.FILE_NAME).exists() else " (not there: all defaults)")
    )
    for setting in told:
        changed = (
            ""
            if setting["value"] == setting["default"]
            else f"  # default: {settings.written(setting['default'])}"
        )
        output.line(
            f"\n# {setting['help']}\n{setting['name']} = {settings.written(setting['value'])}{changed}"
        )
