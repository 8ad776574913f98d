"""SLS logstores, by the official client.

A project must be there; the logstore and its index are made when they are missing. What is put twice is
there twice, as in every log service: each pack carries an identity by which a reader drops repeats (see
`logrows.distinct`). The client's own retries are off: they would keep a courier busy for ten seconds.
"""

from collections.abc import Callable
from typing import Any, Never

from aliyun.log import IndexConfig, LogClient, LogException, LogItem, PutLogsRequest
from aliyun.log.credentials import Credentials as LogCredentials
from aliyun.log.index_config import IndexJsonKeyConfig, IndexKeyConfig

from actiontrail.delivery import logrows
from actiontrail.delivery.batch import Batch
from actiontrail.delivery.destination import NoSuchPlace, PlaceDenied, PlaceOutage
from actiontrail.delivery.destinations.ground import Address, Credentials, Ground
from actiontrail.delivery.destinations.role import credentials_of

OURS = "actiontrail-log-"  # projects for data events, one a region, which the service makes itself
TTL_DAYS = 3650  # which the service takes for "for ever"
SHARDS = 2
INDEXED = (
    "acsRegion",
    "additionalEventData.mfaChecked",
    "apiVersion",
    "errorCode",
    "errorMessage",
    "eventCategory",
    "eventId",
    "eventName",
    "eventRW",
    "eventSource",
    "eventType",
    "eventVersion",
    "recipientAccountId",
    "requestId",
    "requestParameterJson",
    "resourceName",
    "resourceType",
    "serviceName",
    "sourceIpAddress",
    "userAgent",
    "userIdentity.accessKeyId",
    "userIdentity.accountId",
    "userIdentity.principalId",
    "userIdentity.type",
    "userIdentity.userName",
)
_TOKENS = [*", '\";=()[]{}?@&<>/:\n\t\r"]
_AGAIN = {"WriteQuotaExceed", "ShardWriteQuotaExceed", "ReadQuotaExceed", "ExceedQuota", "ServerBusy"}
_GONE = {"ProjectNotExist", "ProjectForbidden"}


def open_sls(address: Address, ground: Ground) -> "Logstore":
    """The logstore that `sls://PROJECT/LOGSTORE` names. Raises `BadAddress`."""
    reach = ground.of("sls")
    project, logstore = address.named("LOGSTORE")
    region = address.region or reach.region
    create = project.startswith(OURS)
    read = credentials_of(address, reach)
    read()  # what is missing is told at once
    version = address.option("signature", "v4", among=("v4", "v1"))
    client = _Client(
        reach.endpoint.replace("{region}", region), read, (version, region), by_path=reach.path_style
    )
    client.timeout = reach.timeout_s
    return Logstore(client, project, logstore, create=create)


class Logstore:
    """One logstore of one project; with `create` the project is ours to make."""

    def __init__(self, client: "_Client", project: str, logstore: str, *, create: bool) -> None:
        self._client, self._project, self._logstore, self._create = client, project, logstore, create
        self._ready = False

    def probe(self) -> None:
        """As `Destination.probe`: asks for the project, then offers a pack that is none.

        The service asks who we are and whether we may write before it reads what came, and refuses it
        then; or it says that the logstore is not there yet, which the first batch changes.
        """
        try:
            self._client.get_project(self._project)
            self._client.put_log_raw(self._project, self._logstore, _NoPack())
        except LogException as error:
            missing = self._create and error.get_error_code() == "ProjectNotExist"
            if not missing and not _shows_access(error):
                self._raise(error)

    def furnish(self) -> None:
        """As `Furnished.furnish`: the logstore and its index."""
        try:
            self._make()
        except LogException as error:
            self._raise(error)

    def put(self, batch: Batch) -> None:
        """As `Destination.put`; what was put before is there twice, and droppable."""
        try:
            for pack in logrows.packs(batch):
                if not self._ready:
                    self._make()
                    self._ready = True
                self._client.put_logs(self._request(pack))
        except LogException as error:
            self._ready = False
            self._raise(error)

    def close(self) -> None:
        """Give connections back."""
        self._client.close()

    def _request(self, pack: logrows.Pack) -> PutLogsRequest:
        return PutLogsRequest(
            self._project,
            self._logstore,
            logrows.TOPIC,
            logrows.SOURCE,
            [LogItem(row.time, contents=[("event", row.event)]) for row in pack.rows],
            compress=True,
            logtags=list(pack.tags),
        )

    def _make(self) -> None:
        """The logstore and its index are there; or we may not make them, and the next call tells whether we need to."""
        if self._create:
            _tolerating(
                {"ProjectAlreadyExist"}, lambda: self._client.create_project(self._project, "ActionTrail")
            )
        _tolerating(
            {"LogStoreAlreadyExist"},
            lambda: self._client.create_logstore(
                self._project, self._logstore, shard_count=SHARDS, preserve_storage=True, ttl=TTL_DAYS
            ),
        )
        _tolerating(
            {"IndexAlreadyExist", "LogStoreNotExist"},
            lambda: self._client.create_index(self._project, self._logstore, index()),
        )

    def _raise(self, error: LogException) -> Never:
        code, status = str(error.get_error_code()), int(error.resp_status)
        told = f"the logstore {self._project}/{self._logstore}: {status} {code} {error.get_error_message()}"[
            :500
        ]
        if code in _GONE:
            raise NoSuchPlace(told) from error
        if (
            status == 429 or code in _AGAIN or code == "LogStoreNotExist"
        ):  # a new one takes a minute to be everywhere
            raise PlaceOutage(told) from error
        raise PlaceDenied(told) from error


class _NoPack:
    """What no service takes for a pack of rows."""

    def SerializeToString(self) -> bytes:  # noqa: N802 - the client calls it so
        """Bytes that are no message."""
        return b"\xff\xff\xff\xff"


class _Provider:
    """Asks for the credentials each time that a request is signed."""

    def __init__(self, read: Callable[[], Credentials]) -> None:
        self._read = read

    def get_credentials(self) -> LogCredentials:
        """As the client wants them."""
        known = self._read()
        return LogCredentials(known.id, known.secret, known.token or None)


class _Client(LogClient):  # type: ignore[misc] # the client has no types
    """The official client, which says at once that the service did not answer."""

    def __init__(
        self, endpoint: str, read: Callable[[], Credentials], signing: tuple[str, str], *, by_path: bool
    ) -> None:
        super().__init__(
            endpoint,
            source=logrows.SOURCE,
            auth_version=signing[0],
            region=signing[1],
            credentials_provider=_Provider(read),
        )
        if by_path:
            self._isRowIp = True  # the project stands in the Host header only
        self._told_endpoint = endpoint

    def _sendRequest(self, *arguments: Any, **named: Any) -> Any:  # noqa: N802, ANN401 - the client's own
        try:
            return super()._sendRequest(*arguments, **named)
        except LogException as error:
            if error.resp_status >= 500 or error.get_error_code() in {"LogRequestError", "RequestTimeout"}:
                raise PlaceOutage(
                    f"SLS did not answer at {self._told_endpoint}: {error.resp_status} {str(error.get_error_message())[:300]}"
                ) from error
            raise

    def close(self) -> None:
        """Give connections back."""
        self._session.close()


def index() -> IndexConfig:
    """The index of a trail's logstore: the fields that ActionTrail's own questions and alerts use."""
    fields = IndexJsonKeyConfig(index_all=True, max_depth=-1)
    for name in INDEXED:
        fields.add_key(name, "text", doc_value=True)
    event = IndexKeyConfig(_TOKENS, index_type="json", doc_value=True, json_key_config=fields)
    tag = IndexKeyConfig(_TOKENS, index_type="text", doc_value=True)
    keys = {"event": event, "__topic__": tag, f"__tag__:{logrows.PACK}": tag}
    return IndexConfig(ttl=TTL_DAYS, key_config_list=keys)


def _tolerating(codes: set[str], call: Callable[[], object]) -> None:
    """`call`, where these codes say that all is well, and one of denial that others have to do it."""
    try:
        call()
    except LogException as error:
        denied = error.resp_status == 403 or error.get_error_code() == "Unauthorized"
        if error.get_error_code() not in codes and not (denied and error.get_error_code() not in _GONE):
            raise


def _shows_access(error: LogException) -> bool:
    return error.get_error_code() == "LogStoreNotExist" or (
        error.resp_status == 400
        and error.get_error_code() in {"PostBodyInvalid", "InvalidLogGroup", "PostBodyUncompressError"}
    )
