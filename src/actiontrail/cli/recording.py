"""Commands that change who may do what, on a record of this machine: each change is an event in the record.

The event commits with the change and is recorded as soon as the service runs. Whoever may run these commands is
the machine's operator, not a caller: the event says `system`, and which user of the machine it was.
"""

import getpass
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from actiontrail import __version__
from actiontrail.errors import Refusal

if TYPE_CHECKING:
    from actiontrail.access.keys import Keys
    from actiontrail.api.chronicle import Chronicle, Doing
    from actiontrail.api.deeds import Deed, Telling
    from actiontrail.service import Created
    from actiontrail.store.database import Database

PROGRAM = "actiontrail-cli"
UNKNOWN = "unknown"  # who did what was found done
ACCOUNT = "ACS::ResourceManager::Account"


class WhichAccount(Refusal):
    """The record has several accounts, or none; or somebody is not named."""


class Operating(NamedTuple):
    """The control database of a record, its credentials, and who tells what is done to them."""

    database: "Database"
    keys: "Keys"
    chronicle: "Chronicle"

    @contextmanager
    def deed(
        self, action: str, account: str, parameters: Mapping[str, Any], names: Mapping[str, str] | None = None
    ) -> Iterator["Doing"]:
        """What is changed inside is told as `action`, done to the resources `names`, by type."""
        from actiontrail.api.deeds import Deed

        references = {kind: (name,) for kind, name in (names or {}).items()}
        with self.doing(
            Deed(action=action, parameters=dict(parameters), references=references), account
        ) as doing:
            yield doing

    @contextmanager
    def doing(self, deed: "Deed", account: str, *, operator: str = "") -> Iterator["Doing"]:
        """What is changed inside is told as `deed` of the machine's operator: whoever runs this, if no other is named."""
        with self.chronicle.doing(self.telling(deed, account, operator=operator)) as doing:
            yield doing

    def telling(self, deed: "Deed", account: str, *, operator: str = "", request_id: str = "") -> "Telling":
        """`deed` as the machine's operator does it."""
        from actiontrail.access.keys import Caller
        from actiontrail.api.deeds import Telling
        from actiontrail.api.origin import Origin
        from actiontrail.api.wire import new_request_id

        return Telling(
            caller=Caller(account, "console", account, PROGRAM, "", any_account=False),
            where=Origin(agent=f"{PROGRAM}/{__version__}"),
            deed=deed,
            request_id=request_id or new_request_id(),
            operator=operator or operator_here(),
        )


@contextmanager
def operating(data: Path) -> Iterator[Operating]:
    """The record in `data`, for commands that change who may do what. Raises where there is no record."""
    from actiontrail import config
    from actiontrail.access.keys import Keys
    from actiontrail.access.seal import Sealer, read_passphrase
    from actiontrail.api.chronicle import Chronicle
    from actiontrail.capture.masking import Masker
    from actiontrail.cli.operate import need_record
    from actiontrail.store.database import Database
    from actiontrail.store.outbox import Outbox

    need_record(data)
    settings = config.load(data)
    sealer = Sealer.open(data / "keys", read_passphrase(settings.passphrase_file))
    database = Database.open(data, settings.database)
    try:
        chronicle = Chronicle(Outbox(database), Masker(settings.mask), region=settings.region, scope="all")
        chronicle.start()
        try:
            yield Operating(database, Keys(database, sealer), chronicle)
        finally:
            chronicle.close()
    finally:
        database.close()


@contextmanager
def of_account(data: Path, named: str) -> Iterator[tuple[Operating, str]]:
    """The record in `data`, and the account that is meant. Raises `WhichAccount`, `UnknownAccount`, and where there is no record."""
    with operating(data) as record:
        yield record, the_account(record.keys, named)


def the_account(keys: "Keys", named: str) -> str:
    """`named`, or the record's account if it has only one. Raises `WhichAccount`, `UnknownAccount`."""
    from actiontrail.access.accounts import UnknownAccount

    accounts = [account for account, _, _ in keys.accounts()]
    if named:
        if named not in accounts:
            raise UnknownAccount(named)
        return named
    if len(accounts) != 1:
        raise WhichAccount(
            f"the record has {len(accounts)} accounts; name one: --account {' or '.join(accounts[:5])}"
        )
    return accounts[0]


def tell_founding(data: Path, made: "Created", name: str) -> None:
    """A new record's account and first key are told; before this nobody was shown the key's secret."""
    said = {"DisplayName": name, "LogOrigin": made.origin, "LogKey": made.vkey}
    with operating(data) as record:
        with record.deed("resourcemanager:CreateAccount", made.account_id, said, {ACCOUNT: made.account_id}):
            pass
        with record.deed("ram:CreateAccessKey", made.account_id, {"UserName": ""}) as doing:
            doing.answered({"AccessKey": {"AccessKeyId": made.access_key_id}})


def operator_here() -> str:
    """The user of the machine who runs this."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container whose user has no name
        return UNKNOWN
