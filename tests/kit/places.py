"""The places that destinations deliver to, each with a peer that answers, keeps what it got, and fails on demand."""

import atexit
import errno
import json
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.kit import odps, oss, s3, sls
from tests.kit.blobs import AzureBlobs, Blobs
from tests.kit.delivery import ACCOUNT, a_batch, of_objects
from tests.kit.faults import Fault, Shim, shimmed
from tests.kit.log import LogKit
from tests.kit.odps import OdpsPeer
from tests.kit.oss import OssPeer
from tests.kit.sls import SlsPeer
from tests.kit.streams import KafkaPeer, SyslogPeer, WebhookPeer, certificate, facts

from actiontrail.delivery import logrows
from actiontrail.delivery.destination import Aim, Destination, Means, PlaceOutage
from actiontrail.delivery.destinations import Ground, Reach, kafka, open_bucket, open_destination
from actiontrail.delivery.identity import distinct

SIGNER = LogKit().signer
PATIENCE_SECONDS = 60.0
FAILURES = ("no effect", "with effect", "denied", "outage")


def aim(address: str, key: tuple[str, str] | None = None, **options: str) -> Aim:
    """What a trail called `main` aims at, in Hangzhou."""
    credentials = dict(zip(("id", "secret"), key, strict=True)) if key else {}
    means = Means(region="cn-hangzhou", options=options, credentials=credentials)
    return Aim("main", ACCOUNT, "cn-hangzhou", "", address, means)


@dataclass
class Peer:
    """One place. `held` are the events that a careful reader finds there; `content` everything, to the byte.

    `failing` makes each call fail in one of `FAILURES` while it is entered. `absent` is the address of
    a place that is not there, if one can tell; `unable` are the failures that this kind of place cannot have.
    """

    address: str
    ground: Ground
    content: Callable[[], dict[str, bytes]]
    held: Callable[[], list[str]]
    failing: Callable[[str], AbstractContextManager[None]]
    absent: str = ""
    absent_ground: Ground | None = None
    options: dict[str, str] = field(default_factory=dict)
    double: Any = None
    unable: tuple[str, ...] = ()
    key: tuple[str, str] | None = None

    def open(self, *, absent: bool = False, hasty: bool = False) -> Destination:
        """The destination, as a courier opens it.

        What is to go well may take as long as a busy machine takes. `hasty`: for a call that is to fail, and for some
        kinds of place fails only once their short limit is over.
        """
        address = self.absent if absent else self.address
        ground = self.absent_ground if absent and self.absent_ground else self.ground
        if not (hasty or absent):
            ground = patient(ground)
        return open_destination(aim(address, self.key, **self.options), ground)


def patient(ground: Ground) -> Ground:
    """The same places, with all the time that anybody needs."""
    reach = {kind: replace(one, timeout_s=PATIENCE_SECONDS) for kind, one in ground.reach.items()}
    return replace(ground, reach=reach)


def patiently(call: Callable[[], None]) -> None:
    """What a hasty destination is to do well: asked again while a busy machine makes it late."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return call()
        except PlaceOutage:
            if time.monotonic() > deadline:
                raise


def outages(peer: Peer, fault: str, *, calls: int) -> list[float | None]:
    """A batch is put so many times, and each time the next call in turn breaks; what each outage said of waiting."""
    found = []
    for place in range(calls):
        peer.double.faults.clear()
        peer.double.faults.extend([""] * place + [fault])
        destination = peer.open()
        try:
            destination.put(a_batch())
        except PlaceOutage as error:
            found.append(error.retry_after)
        destination.close()
    peer.double.faults.clear()
    return found


def files_under(root: Path) -> dict[str, bytes]:
    """Every file under `root` by its path, drafts too."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def _rows(root: Path) -> list[str]:
    lines = [json.loads(line) for body in files_under(root).values() for line in body.decode().splitlines()]
    return sorted(row["event"] for row in logrows.distinct(lines))


def _breaking(root: Path) -> Callable[[str], AbstractContextManager[None]]:
    """The first call on a file under `root` that fits is broken, as a failing disk would."""

    @contextmanager
    def failing(how: str) -> Iterator[None]:
        fault, call = {
            "no effect": (Fault(how, errno.EIO, "none"), "write"),
            "with effect": (Fault(how, errno.EIO, "done"), "replace"),
            "denied": (Fault(how, errno.EACCES, "none"), "open"),
            "outage": (Fault(how, errno.ENOSPC, "half"), "write"),
        }[how]
        with shimmed(Shim(root, 0, fault, only=call)) as shim:
            yield
        assert shim.broke

    return failing


@contextmanager
def embedded_bucket(folder: Path) -> Iterator[Peer]:
    """A bucket under the data folder."""
    root = folder / "buckets" / "audit"
    absent = Ground(folder, {"oss": Reach(create=False)}, SIGNER)
    yield Peer(
        "oss://audit/some/prefix",
        Ground(folder, signer=SIGNER),
        lambda: files_under(root),
        lambda: of_objects(files_under(root)),
        _breaking(root),
        "oss://nobody",
        absent,
    )


@contextmanager
def file_folder(folder: Path) -> Iterator[Peer]:
    """A folder that somebody made."""
    root = folder / "shelf"
    root.mkdir()
    yield Peer(
        f"file://{root}",
        Ground(folder, {"file": Reach(str(folder))}, SIGNER),
        lambda: files_under(root),
        lambda: of_objects(files_under(root)),
        _breaking(root),
        f"file://{folder}/nothing",
    )


@contextmanager
def embedded_logstore(folder: Path) -> Iterator[Peer]:
    """A logstore under the data folder."""
    root = folder / "logstores" / "my-project"
    yield Peer(
        "sls://my-project/actiontrail_main",
        Ground(folder, signer=SIGNER),
        lambda: files_under(root),
        lambda: _rows(root),
        _breaking(root),
        "sls://nobody/actiontrail_main",
        Ground(folder, {"sls": Reach(create=False)}, SIGNER),
    )


def _oss(folder: Path, options: dict[str, str]) -> Iterator[Peer]:
    peer = OssPeer("audit")
    credentials = folder / "oss.key"
    credentials.write_text(f'id = "{oss.KEY_ID}"\nsecret = "{oss.KEY_SECRET}"\n')
    reach = Reach(peer.url, oss.REGION, f"file:{credentials}", path_style=True, timeout_s=5)
    shelf = peer.buckets["audit"]
    try:
        yield Peer(
            "oss://audit/some/prefix",
            Ground(folder, {"oss": reach}, SIGNER),
            lambda: {key: one.body for key, one in shelf.objects.items()},
            lambda: of_objects({key: one.body for key, one in shelf.objects.items()}),
            peer.failing,
            "oss://nobody",
            options=options,
            double=peer,
        )
    finally:
        peer.close()


@contextmanager
def oss_bucket(folder: Path) -> Iterator[Peer]:
    """OSS by its own client, signatures V4."""
    yield from _oss(folder, {})


@contextmanager
def oss_bucket_v1(folder: Path) -> Iterator[Peer]:
    """The same with the older signature, which some stores that speak OSS's protocol still want."""
    yield from _oss(folder, {"signature": "v1"})


def _sls(folder: Path, options: dict[str, str]) -> Iterator[Peer]:
    peer = SlsPeer("my-project")
    (folder / "sls.key").write_text(f'id = "{sls.KEY_ID}"\nsecret = "{sls.KEY_SECRET}"\n')
    reach = Reach(peer.url, "", f"file:{folder}/sls.key", path_style=True, timeout_s=5)
    place = "my-project", "actiontrail_main"
    try:
        yield Peer(
            "sls://my-project/actiontrail_main",
            Ground(folder, {"sls": reach}, SIGNER),
            lambda: {str(number): json.dumps(row).encode() for number, row in enumerate(peer.rows(*place))},
            lambda: sorted(row["event"] for row in logrows.distinct(peer.rows(*place))),
            peer.failing,
            "sls://nobody/actiontrail_main",
            options=options,
            double=peer,
        )
    finally:
        peer.close()


@contextmanager
def sls_logstore(folder: Path) -> Iterator[Peer]:
    """SLS by its own client, signatures V4."""
    yield from _sls(folder, {})


@contextmanager
def sls_logstore_v1(folder: Path) -> Iterator[Peer]:
    """The same with the older signature."""
    yield from _sls(folder, {"signature": "v1"})


@contextmanager
def maxcompute_table(folder: Path) -> Iterator[Peer]:
    """MaxCompute by its own client."""
    peer = OdpsPeer("my_project")
    (folder / "odps.key").write_text(f'id = "{odps.KEY_ID}"\nsecret = "{odps.KEY_SECRET}"\n')
    reach = Reach(peer.url, "", f"file:{folder}/odps.key", tunnel_endpoint=peer.url, timeout_s=5)

    def rows() -> list[Any]:
        return [row for part in peer.rows("my_project", "actiontrail_main").values() for row in part]

    try:
        yield Peer(
            "maxcompute://my_project/actiontrail_main",
            Ground(folder, {"maxcompute": reach}, SIGNER),
            lambda: {str(number): json.dumps(row).encode() for number, row in enumerate(rows())},
            lambda: sorted(row[-1] for row in rows()),
            peer.failing,
            "maxcompute://nobody/actiontrail_main",
            double=peer,
        )
    finally:
        peer.close()


@contextmanager
def embedded_table(folder: Path) -> Iterator[Peer]:
    """A table under the data folder."""
    root = folder / "tables" / "my_project"

    def rows() -> list[Any]:
        return [json.loads(line) for body in files_under(root).values() for line in body.splitlines()]

    yield Peer(
        "maxcompute://my_project/actiontrail_main",
        Ground(folder, signer=SIGNER),
        lambda: files_under(root),
        lambda: sorted(row["event"] for row in rows()),
        _breaking(root),
        "maxcompute://nobody/actiontrail_main",
        Ground(folder, {"maxcompute": Reach(create=False)}, SIGNER),
    )


_servers: dict[str, tuple[Any, Any]] = {}  # one of each for a run of the tests; they are slow to start


def _shared(name: str, start: Callable[[], AbstractContextManager[Any]]) -> Any:
    """What `start` gives, started once in this process and ended with it."""
    if name not in _servers:
        stack = ExitStack()
        _servers[name] = stack, stack.enter_context(start())
        atexit.register(stack.close)
    return _servers[name][1]


@contextmanager
def s3_bucket(folder: Path) -> Iterator[Peer]:
    """S3 by obstore, against a server in another process."""
    url = _shared("s3", s3.s3_server)
    name = f"audit-{secrets.token_hex(8)}"
    s3.make_bucket(url, name)
    proxy = s3.S3Proxy(url)
    (folder / "s3.key").write_text('id = "a"\nsecret = "b"\n')
    reach = Reach(proxy.url, "us-east-1", f"file:{folder}/s3.key", timeout_s=5)
    ground = Ground(folder, {"s3": reach}, SIGNER)

    def content() -> dict[str, bytes]:
        bucket = open_bucket(f"s3://{name}", replace(ground, reach={"s3": replace(reach, endpoint=url)}))
        return {entry.key: bucket.read(entry.key) or b"" for entry in bucket.entries("")}

    try:
        yield Peer(
            f"s3://{name}/some/prefix",
            ground,
            content,
            lambda: of_objects(content()),
            proxy.failing,
            "s3://nobody-has-this",
            double=proxy,
        )
    finally:
        proxy.close()


def _blobs(folder: Path, scheme: str, peer: Blobs, reach: Reach) -> Iterator[Peer]:
    try:
        yield Peer(
            f"{scheme}://audit/some/prefix",
            Ground(folder, {scheme: reach}, SIGNER),
            lambda: peer.buckets["audit"],
            lambda: of_objects(peer.buckets["audit"]),
            peer.failing,
            f"{scheme}://nobody",
            double=peer,
        )
    finally:
        peer.close()


@contextmanager
def google_bucket(folder: Path) -> Iterator[Peer]:
    """Google Cloud Storage by obstore."""
    peer = Blobs("audit")
    account = {
        "type": "service_account",
        "disable_oauth": True,
        "client_email": "",
        "private_key": "",
        "private_key_id": "",
    }
    (folder / "gs.key").write_text(f"secret = {json.dumps(json.dumps(account))}\n")
    yield from _blobs(folder, "gs", peer, Reach(peer.url, "", f"file:{folder}/gs.key", timeout_s=5))


@contextmanager
def azure_container(folder: Path) -> Iterator[Peer]:
    """Azure Blob by obstore."""
    peer = AzureBlobs("audit")
    (folder / "az.key").write_text('id = "account"\nsecret = "c2VjcmV0"\n')
    yield from _blobs(
        folder, "az", peer, Reach(f"{peer.url}/account", "", f"file:{folder}/az.key", timeout_s=5)
    )


@contextmanager
def kafka_topic(folder: Path) -> Iterator[Peer]:
    """Kafka by librdkafka, against its own mock cluster in another process."""
    cluster: KafkaPeer = _shared("kafka", lambda: closing(KafkaPeer()))
    topic = f"audit-{secrets.token_hex(8)}"

    def held() -> list[str]:
        messages = distinct(cluster.read(topic), lambda one: kafka.key_of(one[2]))
        return sorted(value.decode() for _, value, _ in messages)

    @contextmanager
    def failing(how: str) -> Iterator[None]:
        with cluster.asleep():
            yield

    yield Peer(
        f"kafka://{cluster.brokers}/{topic}",
        Ground(folder, {"kafka": Reach(timeout_s=2)}, SIGNER),
        lambda: {str(number): value for number, (_, value, _) in enumerate(cluster.read(topic))},
        held,
        failing,
        unable=("no effect", "denied"),
        double=cluster,
    )


def _syslog(
    folder: Path, scheme: str, reach: Reach, peer: SyslogPeer, unable: tuple[str, ...]
) -> Iterator[Peer]:
    def held() -> list[str]:
        return sorted(event for _, event in distinct(map(facts, peer.messages), lambda one: one[0]))

    try:
        yield Peer(
            f"{scheme}://127.0.0.1:{peer.port}",
            Ground(folder, {scheme: reach}, SIGNER),
            lambda: {str(number): one.encode() for number, one in enumerate(peer.messages)},
            held,
            peer.failing,
            f"{scheme}://nobody.invalid",
            unable=unable,
            double=peer,
        )
    finally:
        peer.close()


@contextmanager
def syslog_tcp(folder: Path) -> Iterator[Peer]:
    """Syslog over TCP, which knows nobody and denies nothing."""
    yield from _syslog(folder, "syslog+tcp", Reach(timeout_s=0.5), SyslogPeer(), ("denied",))


@contextmanager
def syslog_tls(folder: Path) -> Iterator[Peer]:
    """Syslog over TLS; denied means that the receiver's certificate is a stranger's."""
    good, stranger = certificate(folder, "good"), certificate(folder, "stranger")
    reach = Reach(ca_file=str(good[0]), timeout_s=0.5)
    yield from _syslog(folder, "syslog+tls", reach, SyslogPeer(good, stranger), ())


@contextmanager
def webhook(folder: Path) -> Iterator[Peer]:
    """A receiver that checks signatures."""
    peer = WebhookPeer(b"a shared secret")

    def held() -> list[str]:
        events = distinct(
            (one for _, part in peer.taken for one in part), lambda one: (one["source"], one["id"])
        )
        return sorted(json.dumps(one["data"], separators=(",", ":"), ensure_ascii=False) for one in events)

    try:
        yield Peer(
            f"{peer.url}/hook",
            Ground(folder, {"http": Reach(timeout_s=5)}, SIGNER),
            lambda: {str(number): json.dumps(one).encode() for number, one in enumerate(peer.taken)},
            held,
            peer.failing,
            f"{peer.url}/nowhere",
            key=("", "a shared secret"),
            double=peer,
        )
    finally:
        peer.close()


PEERS: dict[str, Callable[[Path], AbstractContextManager[Peer]]] = {
    "oss": oss_bucket,
    "oss v1": oss_bucket_v1,
    "sls": sls_logstore,
    "sls v1": sls_logstore_v1,
    "s3": s3_bucket,
    "google": google_bucket,
    "azure": azure_container,
    "kafka": kafka_topic,
    "syslog tcp": syslog_tcp,
    "syslog tls": syslog_tls,
    "webhook": webhook,
    "maxcompute": maxcompute_table,
    "embedded table": embedded_table,
    "embedded bucket": embedded_bucket,
    "folder": file_folder,
    "embedded logstore": embedded_logstore,
}
