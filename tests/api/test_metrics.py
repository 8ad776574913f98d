"""Figures: what the page promises is what is said, and Prometheus can read it."""

from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families

from actiontrail.api import metrics
from actiontrail.api.metrics import HttpMeters, RecorderMeters

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "metrics.md"


def test_the_page_lists_every_metric_as_it_is() -> None:
    """An alert on a name that does not exist never fires."""
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| `")]

    assert rows == [
        f"| `{name}` | {row.kind} | {', '.join(f'`{label}`' for label in row.labels)} | {row.help} |"
        for name, row in metrics.TABLE.items()
    ]


def test_both_processes_figures_make_one_page() -> None:
    """The recorder appends the reader's page; a family twice would make Prometheus drop all of it."""
    recorder = RecorderMeters()
    recorder.taken(accepted=3, repeated=1, refused={"EventTooLarge": 2})
    HttpMeters(recorder.registry, "http").answered(207, 0.01)
    reader = CollectorRegistry()
    HttpMeters(reader, "query").answered(200, 0.01)
    page = (metrics.text(recorder.registry) + metrics.text(reader)).decode()

    families = [family.name for family in text_string_to_metric_families(page)]
    assert len(families) == len(set(families))
    assert 'actiontrail_events_refused_total{reason="EventTooLarge"} 2.0' in page


def test_a_histogram_that_somebody_else_keeps_is_read_as_one() -> None:
    """The sequencer counts its own fsyncs; their buckets must add up for Prometheus too."""
    registry = CollectorRegistry()
    counts = [(0.001, 1), (0.01, 3), (float("inf"), 4)]
    metrics.add_live(registry, lambda: [metrics.buckets("actiontrail_fsync_seconds", counts, 0.5)])

    assert b"actiontrail_fsync_seconds_count 4.0" in metrics.text(registry)
