"""`actiontrail sample`: the events of the sample account, to look at or to import elsewhere."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from actiontrail.cli import moments
from actiontrail.cli.operate import Json
from actiontrail.cli.sample import ACCOUNT, SEED


def register(app: typer.Typer) -> None:
    """Put this family's commands into `app`."""
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
