"""What is counted and measured, in one table, for Prometheus.

Each process has its own registry; the recorder's `/metrics` appends what the reader says, and a reader
that is down costs its own figures only. `docs/reference/metrics.md` is held to `TABLE` by a test.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

disable_created_metrics()  # type: ignore[no-untyped-call]  # a second series for each counter, which nobody reads

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


class Row(NamedTuple):
    """One metric: its kind, its labels, and what it says."""

    kind: str
    labels: tuple[str, ...]
    help: str


TABLE: Mapping[str, Row] = {
    "actiontrail_events_accepted_total": Row("counter", (), "Events recorded for the first time."),
    "actiontrail_events_repeated_total": Row("counter", (), "Events that had been recorded before."),
    "actiontrail_events_refused_total": Row("counter", ("reason",), "Events refused one by one, by code."),
    "actiontrail_ingest_turned_away_total": Row(
        "counter", ("code",), "Whole bodies refused or pushed back, by code."
    ),
    "actiontrail_http_requests_total": Row(
        "counter",
        ("status",),
        "Requests answered at the front door, by class of status; 4xx also where the caller hung up.",
    ),
    "actiontrail_http_seconds": Row(
        "histogram", (), "Time from a request's headers to the end of its answer."
    ),
    "actiontrail_ledger_size": Row("gauge", (), "Records in the ledger."),
    "actiontrail_rounds_total": Row("counter", (), "Rounds of the sequencer."),
    "actiontrail_round_records_total": Row("counter", (), "Records written by rounds."),
    "actiontrail_round_bytes_total": Row(
        "counter", (), "Bytes of records written by rounds, before compression."
    ),
    "actiontrail_fsync_seconds": Row("histogram", (), "Time that a round waited for the disk."),
    "actiontrail_outbox_events": Row(
        "gauge", (), "Events of the service's own operations on their way to the record."
    ),
    "actiontrail_own_events_recorded_total": Row(
        "counter", (), "Events of the service's own operations that were recorded since the start."
    ),
    "actiontrail_own_events_refused_total": Row(
        "counter",
        (),
        "Events of the service's own operations that could not be recorded since the start; the log says which.",
    ),
    "actiontrail_own_events_unrecorded_total": Row(
        "counter",
        ("reason",),
        "Reads and refused tries that became no event since the start: too many of one key (flood), too many at once (full), or still waiting at the end (stopped).",
    ),
    "actiontrail_ingest_tries_unrecorded_total": Row(
        "counter", ("reason",), "The same, of refused tries to record events."
    ),
    "actiontrail_queue_bytes": Row("gauge", (), "Bytes that wait for the sequencer."),
    "actiontrail_inflight_bytes": Row("gauge", (), "Bytes of requests in memory at the front door."),
    "actiontrail_follower_lag": Row("gauge", ("follower",), "Records that a follower has yet to take."),
    "actiontrail_query_requests_total": Row(
        "counter", ("status",), "Requests that the reader answered, by class of status."
    ),
    "actiontrail_query_seconds": Row("histogram", (), "Time that the reader took to answer."),
    "actiontrail_follower_failures": Row(
        "gauge", ("follower",), "Times in a row that a follower has failed; 0 while all is well."
    ),
    "actiontrail_delivery_places": Row(
        "gauge", (), "Destinations that trails deliver to, those of backfills too."
    ),
    "actiontrail_delivery_failing": Row("gauge", (), "Destinations whose last attempt failed."),
    "actiontrail_delivery_lag": Row(
        "gauge", (), "Records that the destination furthest behind has yet to be asked for."
    ),
    "actiontrail_delivery_events_total": Row("counter", (), "Events delivered since the start."),
    "actiontrail_undeclared_format_records_total": Row(
        "counter",
        (),
        "Records made searchable since the start by the generic mapping, because nobody declares their format now.",
    ),
}


class _Live(Collector):
    """Figures that are asked for when they are wanted."""

    def __init__(self, read: Callable[[], Iterable[Metric]]) -> None:
        self._read = read

    def collect(self) -> Iterator[Metric]:
        yield from self._read()


class RecorderMeters:
    """What the front door counts. `Ingest` and the log tell it."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._accepted = _counter("actiontrail_events_accepted_total", self.registry)
        self._repeated = _counter("actiontrail_events_repeated_total", self.registry)
        self._refused = _counter("actiontrail_events_refused_total", self.registry)
        self._turned_away = _counter("actiontrail_ingest_turned_away_total", self.registry)

    def taken(self, *, accepted: int, repeated: int, refused: Mapping[str, int]) -> None:
        """So many events of one body became this."""
        self._accepted.inc(accepted)
        self._repeated.inc(repeated)
        for code, count in refused.items():
            self._refused.labels(code).inc(count)

    def turned_away(self, code: str) -> None:
        """A whole body was refused, or pushed back."""
        self._turned_away.labels(code).inc()


class HttpMeters:
    """How many requests a process answered, how, and in what time."""

    def __init__(self, registry: CollectorRegistry, what: str) -> None:
        """`what` is `http` at the front door and `query` in the reader: one page holds both, and no name twice."""
        self._requests = _counter(f"actiontrail_{what}_requests_total", registry)
        self._seconds = _histogram(f"actiontrail_{what}_seconds", registry)

    def answered(self, status: int, seconds: float) -> None:
        """One request was answered, or given up (499) by who asked."""
        self._requests.labels(f"{status // 100}xx").inc()
        self._seconds.observe(seconds)


def add_live(registry: CollectorRegistry, read: Callable[[], Iterable[Metric]]) -> None:
    """Have `registry` ask `read` whenever it is asked itself."""
    registry.register(_Live(read))


def gauge(name: str, values: Mapping[tuple[str, ...], float]) -> Metric:
    """A reading of the gauge `name` of the table, by labels."""
    row = TABLE[name]
    family = GaugeMetricFamily(name, row.help, labels=row.labels)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def total(name: str, value: float) -> Metric:
    """A reading of a counter that somebody else keeps."""
    return CounterMetricFamily(name.removesuffix("_total"), TABLE[name].help, value=value)


def totals(name: str, values: Mapping[str, int]) -> Metric:
    """A reading of a counter with one label that somebody else keeps."""
    row = TABLE[name]
    family = CounterMetricFamily(name.removesuffix("_total"), row.help, labels=row.labels)
    for label, value in dict(values).items():
        family.add_metric((label,), value)
    return family


def buckets(name: str, counts: Iterable[tuple[float, int]], sum_seconds: float) -> Metric:
    """A reading of a histogram that somebody else keeps: cumulative counts by upper bound."""
    listed = [("+Inf" if bound == float("inf") else str(bound), count) for bound, count in counts]
    return HistogramMetricFamily(name, TABLE[name].help, buckets=listed, sum_value=sum_seconds)


def text(registry: CollectorRegistry) -> bytes:
    """All of `registry` as Prometheus reads it."""
    return generate_latest(registry)


def _counter(name: str, registry: CollectorRegistry) -> Any:  # noqa: ANN401 - untyped upstream
    row = TABLE[name]
    return Counter(name.removesuffix("_total"), row.help, row.labels, registry=registry)


def _histogram(name: str, registry: CollectorRegistry) -> Any:  # noqa: ANN401 - untyped upstream
    row = TABLE[name]
    return Histogram(
        name,
        row.help,
        row.labels,
        registry=registry,
        buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    )
