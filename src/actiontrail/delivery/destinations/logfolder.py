"""Logstores under the data folder: what SLS would hold, as NDJSON files.

`logstores/PROJECT/LOGSTORE/START-END.jsonl` holds the rows of one batch, spelled as a log service answers
them. A batch that is put again writes the same file, so here nothing needs to be dropped by a reader.
"""

from pathlib import Path

import msgspec

from actiontrail.delivery import logrows, partition
from actiontrail.delivery.batch import Batch
from actiontrail.delivery.destinations.folder import Folder
from actiontrail.delivery.destinations.ground import Address, Ground

LOGSTORES = "logstores"


def open_logfolder(address: Address, ground: Ground) -> "LogFolder":
    """The logstore that `sls://PROJECT/LOGSTORE` names, under the data folder. Raises `BadAddress`."""
    project, logstore = address.named("LOGSTORE")
    return LogFolder(ground.data / LOGSTORES / project, logstore, create=ground.of("sls").create)


class LogFolder:
    """One logstore. A project is made when it is first needed, unless the settings say otherwise."""

    def __init__(self, project: Path, logstore: str, *, create: bool) -> None:
        self._project = Folder(project, create=create)
        self._logstore = logstore

    def probe(self) -> None:
        """As `Destination.probe`."""
        self._project.probe()

    def furnish(self) -> None:
        """As `Furnished.furnish`: the logstore's folder."""
        self._project.make(self._logstore)

    def put(self, batch: Batch) -> None:
        """As `Destination.put`."""
        lines = []
        for pack in logrows.packs(batch):
            told = {"__topic__": logrows.TOPIC, "__source__": logrows.SOURCE}
            told |= {f"__tag__:{name}": value for name, value in pack.tags}
            lines += [
                msgspec.json.encode({"__time__": str(row.time), **told, "event": row.event})
                for row in pack.rows
            ]
        if lines:
            run = partition.safe(batch.run or "0")
            name = f"{run}/{batch.start:020d}-{batch.end:020d}.jsonl"
            self._project.put(f"{self._logstore}/{name}", b"\n".join(lines) + b"\n", "application/x-ndjson")

    def close(self) -> None:
        """Nothing is held."""
