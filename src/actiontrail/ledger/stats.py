"""What the sequencer counts. Plain numbers, read by metrics; nothing is decided by them."""

from dataclasses import dataclass, field

FSYNC_BUCKETS_S = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, float("inf"))


@dataclass(slots=True)
class Stats:
    """What the sequencer has done since it was opened. Read it, do not write it."""

    rounds: int = 0
    records: int = 0
    repeats: int = 0
    raw_bytes: int = 0
    frame_bytes: int = 0
    fsyncs: int = 0
    fsync_seconds: float = 0.0
    fsync_buckets: list[int] = field(default_factory=lambda: [0] * len(FSYNC_BUCKETS_S))
    swap_seconds: float = 0.0
    queue_bytes: int = 0
    sealed: int = 0
    sealing: int = 0
    sealing_failed: int = 0
    size: int = 0
    stopped: str = ""

    def timed(self, seconds: float) -> None:
        """One more fsync of a round, which took `seconds`."""
        self.fsyncs += 1
        self.fsync_seconds += seconds
        self.fsync_buckets[
            next(place for place, bound in enumerate(FSYNC_BUCKETS_S) if seconds <= bound)
        ] += 1
