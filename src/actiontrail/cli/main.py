"""The `actiontrail` command: which commands there are, and how each run ends.

Starting must be quick (`actiontrail version` in well under a third of a second), so a family's
module imports what its commands need inside the command.
"""

import errno
import os
import sys
from collections.abc import Sequence

import typer

from actiontrail.cli import (
    accounts,
    checking,
    deliveries,
    demo,
    failure,
    intake,
    keys,
    operate,
    people,
    policies,
    proofs,
    questions,
    signingin,
    trails,
)
from actiontrail.errors import Corruption, Outage, Refusal

app = typer.Typer(
    name="actiontrail",
    help="The black box recorder of a cloud account: take events in, prove each, find it again.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for family in (
    operate,
    checking,
    intake,
    questions,
    proofs,
    trails,
    deliveries,
    keys,
    people,
    policies,
    signingin,
    accounts,
    demo,
):
    family.register(app)


def main(arguments: Sequence[str]) -> int:
    """Run the command that `arguments` spell; return its exit code. A bug goes through as a traceback."""
    as_json = "--json" in arguments
    if problem := _unreadable(arguments):
        failure.say(failure.Failure("Usage", problem, "", failure.USAGE), as_json=as_json)
        return failure.USAGE
    try:
        outcome = app(args=list(arguments), prog_name="actiontrail", standalone_mode=False)
    except typer.TyperException as error:
        if as_json:
            failure.say(failure.Failure("Usage", error.format_message(), "", failure.USAGE), as_json=True)
        else:
            _show_usage(error)
        return failure.USAGE
    except (Refusal, Outage, Corruption) as error:
        told = failure.describe(error)
        failure.say(told, as_json=as_json)
        return told.exit_code
    except (KeyboardInterrupt, typer.Abort):
        return failure.INTERRUPTED
    except OSError as error:
        if error.errno == errno.EPIPE:  # the reader of our output has gone, as `head` does
            _silence_stdout()
            return failure.OK
        about = failure.of_file(error)
        if about is None:
            raise
        failure.say(about, as_json=as_json)
        return about.exit_code
    return outcome if isinstance(outcome, int) else failure.OK


def _unreadable(arguments: Sequence[str]) -> str:
    """Which argument is not UTF-8, if one is: no name of ours and no event can hold it."""
    for number, argument in enumerate(arguments, 1):
        try:
            argument.encode()
        except UnicodeEncodeError:
            return f"argument {number} is not UTF-8: {argument!a}; give it, or rename the file, in UTF-8"
    return ""


def _show_usage(error: typer.TyperException) -> None:
    show = getattr(error, "show", None)
    if show is None:
        sys.stderr.write(f"actiontrail: {error.format_message()}\n")
    else:
        show()


def _silence_stdout() -> None:
    """Python flushes standard output once more at exit; a closed pipe would complain then."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def run() -> None:
    """The entry point of the script."""
    raise SystemExit(main(sys.argv[1:]))
