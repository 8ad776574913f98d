"""Where everything of a record lies in its data folder. Pure."""

from pathlib import Path
from typing import NamedTuple


class Places(NamedTuple):
    """The files and folders of the record in `data`."""

    data: Path

    @property
    def ledger(self) -> Path:
        """All that the ledger keeps."""
        return self.data / "ledger"

    @property
    def segments(self) -> Path:
        """The records."""
        return self.ledger / "segments"

    @property
    def tiles(self) -> Path:
        """The hash files, one per level."""
        return self.ledger / "tile"

    @property
    def checkpoint(self) -> Path:
        """The published checkpoint."""
        return self.ledger / "checkpoint"

    @property
    def handover(self) -> Path:
        """Notes by which one signing key names the next."""
        return self.ledger / "handover"

    @property
    def repeats(self) -> Path:
        """The memory of event ids."""
        return self.data / "repeats"

    @property
    def run(self) -> Path:
        """What lives only as long as a process does: sockets and locks."""
        return self.data / "run"

    @property
    def bells(self) -> Path:
        """Where readers hang up their bells."""
        return self.run / "bells"

    @property
    def writer(self) -> Path:
        """The file that the one writer holds locked."""
        return self.run / "writer.lock"
