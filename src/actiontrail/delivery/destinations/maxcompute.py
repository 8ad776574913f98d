"""MaxCompute tables, by the official client; without an endpoint, files under the data folder.

Each batch has a partition of its own, which an upload writes over as a whole: the same batch again leaves
the same rows. The table is made when it is missing. The client's own retries are off; they are the courier's.
"""

import math
from typing import Any, Never

import msgspec

from actiontrail.delivery import partition
from actiontrail.delivery.batch import Batch, Chosen
from actiontrail.delivery.cut import fitted
from actiontrail.delivery.destination import BadAddress, Destination, NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.folder import Folder
from actiontrail.delivery.destinations.ground import Address, Ground
from actiontrail.delivery.destinations.role import credentials_of

TABLES = "tables"
VALUE_BYTES_MAX = 8 << 20
COLUMNS = ("ledger_index", "account", "region", "category", "happened_ms", "event")
_NUMBERS = {"ledger_index", "happened_ms"}
_AGAIN = {408, 425, 429}


def open_maxcompute(address: Address, ground: Ground) -> Destination:
    """The table that `maxcompute://PROJECT/TABLE` names. Raises `BadAddress` or `NoCredentials`."""
    project, table = address.named("TABLE")
    reach = ground.of("maxcompute")
    if not reach.endpoint:
        return TableFolder(Folder(ground.data / TABLES / project, create=reach.create), table)
    if "-" in table:
        raise BadAddress(f"{address.text}: the name of a table has no hyphens")
    read = credentials_of(address, reach)
    read()  # what is missing is told at once
    from odps import ODPS, options
    from odps.accounts import CloudAccount, StsAccount

    options.retry_times = 0
    options.connect_timeout = options.read_timeout = math.ceil(
        reach.timeout_s
    )  # its client refuses a fraction

    def connected() -> ODPS:
        """A client with the credentials that are good now."""
        key = read()
        who = StsAccount(key.id, key.secret, key.token) if key.token else CloudAccount(key.id, key.secret)
        endpoint = reach.endpoint.replace("{region}", address.region or reach.region)
        return ODPS(who, project=project, endpoint=endpoint, tunnel_endpoint=reach.tunnel_endpoint or None)

    return Table(connected, project, table)


def values(event: Chosen) -> tuple[int, str, str, str, int, str]:
    """The row of `event`, in the order of `COLUMNS`. Pure."""
    text = fitted(event, VALUE_BYTES_MAX).decode()
    return event.index, event.account, event.region, event.category, event.happened_ms, text


def spec(batch: Batch) -> tuple[str, str]:
    """The partition of `batch`: the day on which it was sealed, and the batch. Pure."""
    run = partition.safe(batch.run or "0").replace(".", "_")
    return f"{batch.sealed_at:%Y%m%d}", f"{run}_{batch.start}_{batch.end}"


class TableFolder:
    """A table as files: `tables/PROJECT/TABLE/ds=…/batch=….jsonl`, a line for each row."""

    def __init__(self, project: Folder, table: str) -> None:
        self._project, self._table = project, table

    def probe(self) -> None:
        """As `Destination.probe`."""
        self._project.probe()

    def put(self, batch: Batch) -> None:
        """As `Destination.put`."""
        if not batch.events:
            return
        day, name = spec(batch)
        rows = [dict(zip(COLUMNS, values(event), strict=True)) for event in batch.events]
        body = b"".join([msgspec.json.encode(row) + b"\n" for row in rows])
        self._project.put(f"{self._table}/ds={day}/batch={name}.jsonl", body, "application/x-ndjson")

    def close(self) -> None:
        """Nothing is held."""


class Table:
    """One table of one project."""

    def __init__(self, connected: Any, project: str, table: str) -> None:  # noqa: ANN401 - the client has no types
        self._connected, self._project, self._table = connected, project, table

    def probe(self) -> None:
        """As `Destination.probe`: asks for the project; whether a table may be made shows when the first is."""
        client = self._connected()
        try:
            client.get_project(self._project).reload()
        except Exception as error:  # noqa: BLE001 - the client's errors have no common class
            self._raise(error)
        finally:
            client.rest.session.close()

    def put(self, batch: Batch) -> None:
        """As `Destination.put`."""
        if not batch.events:
            return
        client = self._connected()
        try:
            self._upload(client, batch)
        except Exception as error:  # noqa: BLE001 - the client's errors have no common class
            self._raise(error)
        finally:
            client.rest.session.close()

    def close(self) -> None:
        """Nothing is held between batches."""

    def _upload(self, client: Any, batch: Batch) -> None:  # noqa: ANN401 - the client has no types
        from odps.tunnel import TableTunnel
        from odps.tunnel.retry import TunnelRetryHandler
        from odps.tunnel.tabletunnel import TableUploadSession

        class Once(TunnelRetryHandler):  # type: ignore[misc] # the client has no types
            """Tries once."""

            def get_retry_policy(self, status_code: int | None) -> Any:  # noqa: ANN401, ARG002
                """None at all."""
                return self._default_retry_policy

        class Session(TableUploadSession):  # type: ignore[misc]
            """An upload that tries each call once."""

            retry_handler = Once()

        if not client.exist_table(self._table):
            self._make(client)
        tunnel = TableTunnel(client)
        day, name = spec(batch)
        session = Session(
            tunnel.tunnel_rest,
            client.get_table(self._table),
            f"ds='{day}',batch='{name}'",
            create_partition=True,
            overwrite=True,
        )
        with session.open_record_writer() as writer:
            for event in batch.events:
                writer.write(session.new_record(list(values(event))))
        session.commit(writer.get_blocks_written())

    def _make(self, client: Any) -> None:  # noqa: ANN401
        from odps.models import TableSchema

        kinds = ["bigint" if name in _NUMBERS else "string" for name in COLUMNS]
        schema = TableSchema.from_lists(list(COLUMNS), kinds, ["ds", "batch"], ["string", "string"])
        client.create_table(self._table, schema, if_not_exists=True)

    def _raise(self, error: Exception) -> Never:
        from odps import errors

        if isinstance(error, PlaceDenied | PlaceOutage):
            raise error
        if not isinstance(error, errors.BaseODPSError | OSError):
            raise error  # a bug, and not the service's
        status = int(getattr(error, "status_code", None) or 0)
        told = f"the table {self._project}.{self._table}: {status} {type(error).__name__}: {str(error)[:300]}"
        if isinstance(error, errors.NoSuchProject):
            raise NoSuchPlace(told) from error
        again = isinstance(
            error, errors.InternalServerError | errors.RequestQuotaExceeded | errors.ODPSClientError
        )
        if again or status >= 500 or status in _AGAIN or not status:
            raise PlaceOutage(told) from error
        raise PlaceDenied(told) from error
