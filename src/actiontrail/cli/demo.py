"""`actiontrail sample` and `actiontrail demo`: the made-up account, to look at, and a record filled with it.

`demo` is what `make run` runs. It makes the record if there is none, serves it, and fills in the
sample account if the record is empty. `serve` never makes sample data.
"""

import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from actiontrail.cli import moments, output
from actiontrail.cli.operate import DATA, Data, Json, found, need_port, show_console, show_created
from actiontrail.cli.sample import ACCOUNT, SEED

START_SECONDS = 120.0
LOOK_SECONDS = 0.1
OWN_MAX = 1_000  # a record with more events of its own is in use
QUIET = '\nlog_level = "warning"  # a person reads this terminal\n'


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
    app.command()(demo)
    app.command()(sample)


def sample(
    *,
    account: Annotated[str, typer.Option("--account", help="The account id that the events name.")] = ACCOUNT,
    seed: Annotated[
        int, typer.Option("--seed", help="Another seed gives other ids and another fortnight.")
    ] = SEED,
    now: Annotated[str, typer.Option("--now", help="The moment at which the fourteen days end.")] = "now",
    as_json: Json = False,  # noqa: ARG001 - it is JSON in any case
) -> None:
    """Print the sample account's events, one on each line: an ordinary fortnight, and one night that is not.

    They are made up. `serve` never makes any; `make run` imports them into an empty record.
    """
    for line in lines(account, seed, moments.parse(now, datetime.now(UTC))):
        sys.stdout.buffer.write(line)
    sys.stdout.flush()


def lines(account: str, seed: int, now: datetime) -> list[bytes]:
    """The events as lines of JSON."""
    import msgspec

    from actiontrail.cli import sample as account_sample

    return [
        msgspec.json.encode(event) + b"\n" for event in account_sample.events(now, account=account, seed=seed)
    ]


def demo(
    *,
    data: Data = DATA,
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The port to listen on, on this machine only.")
    ] = 8770,
) -> None:
    """Serve a record to try things on: made on the first run, with the sample account in it if it is empty."""
    from actiontrail import config
    from actiontrail.cli import untold
    from actiontrail.console import serve as processes
    from actiontrail.ledger.places import Places

    need_port("127.0.0.1", port)  # before anything is made: the secret is shown once
    endpoint = f"http://127.0.0.1:{port}"
    output.line(f"ActionTrail on {endpoint}   (Ctrl-C stops it)")
    if not Places(data).segments.is_dir():
        show_created(found(data, name="demo"))
        with (data / config.FILE_NAME).open("a") as file:
            file.write(QUIET)
    else:
        output.line(
            f"The record is in {data}; `actiontrail keys create --data {data}` makes another access key."
        )
    untold.tell(data)
    show_console(data, endpoint)
    threading.Thread(target=_fill_when_ready, args=(data, endpoint), name="sample", daemon=True).start()
    raise typer.Exit(processes.run(data, host="127.0.0.1", port=port, roles="all"))


def _fill_when_ready(data: Path, endpoint: str) -> None:
    from actiontrail.errors import Outage, Refusal

    try:
        if _ready(endpoint) and _is_empty(data):
            stored = fill(data, endpoint, datetime.now(UTC))
            output.line(
                f"The sample account is in: {stored:,} events. Try: actiontrail lookup --event-name StopLogging"
            )
    except (Refusal, Outage) as error:
        output.line(f"The sample account could not be filled in: {error}")


def _ready(endpoint: str) -> bool:
    import httpx

    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{endpoint}/readyz", timeout=5, trust_env=False).status_code == httpx.codes.OK:
                return True
        except httpx.HTTPError:
            pass
        threading.Event().wait(LOOK_SECONDS)
    return False


def _is_empty(data: Path) -> bool:
    """Whether nothing is recorded but what the service told of itself, as of its first key."""
    from actiontrail.capture.own import SOURCE
    from actiontrail.event import record
    from actiontrail.ledger.reader import Reader

    reader = Reader(data)
    try:
        first = [record.parse(line).source for line in reader.lines(0, limit=OWN_MAX)]
        return len(first) < OWN_MAX and set(first) <= {SOURCE}
    finally:
        reader.close()


def fill(data: Path, endpoint: str, now: datetime) -> int:
    """Record the sample account through the front door, with a token that is deleted afterwards; how many went in."""
    from actiontrail.cli.client import Client
    from actiontrail.cli.importing.reading import BATCH_EVENTS, Batch
    from actiontrail.cli.importing.sending import Sender
    from actiontrail.cli.importing.sources import Source
    from actiontrail.cli.keys import opened
    from actiontrail.cli.profile import Profile
    from actiontrail.cli.recording import the_account

    source = Source("the sample account", "actiontrail")
    with opened(data) as keys:
        account = the_account(keys, "")
        token = keys.create_token(account, note="fills in the sample account")
        try:
            told = lines(account, SEED, now)
            pieces = [told[first : first + BATCH_EVENTS] for first in range(0, len(told), BATCH_EVENTS)]
            batches = [Batch(source, 1, len(piece), b"".join(piece), 0) for piece in pieces]
            sender = Sender(lambda: Client(Profile(endpoint, token=token.token)), patience=60.0)
            return sum(outcome.stored for outcome in sender.send_all(batches, connections=1))
        finally:
            keys.delete(token.token_id)
