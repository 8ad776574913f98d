"""A trail's bucket for tests of the check: some batches delivered, and hands that alter it."""

import shutil
from pathlib import Path

from tests.kit.delivery import HAPPENED_MS, a_batch, chosen
from tests.kit.log import LogKit

from actiontrail.delivery import audit
from actiontrail.delivery.audit import Question, Report
from actiontrail.delivery.destinations.folder import Folder
from actiontrail.delivery.destinations.ground import Address
from actiontrail.delivery.destinations.objects import Objects, layout_of
from actiontrail.ledger import checkpoint

LOG = LogKit()
DAY_MS = 86_400_000
REGIONS = ("cn-hangzhou", "cn-beijing", "us-west-1")


class Delivered:
    """Batches of ten records each, two thirds of them chosen, in a folder."""

    def __init__(
        self, root: Path, *, batches: int = 4, first: int = 0, layout: str = "actiontrail", **told: object
    ) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        address = Address("file://x", "file", "", "", {"layout": layout})
        objects = Objects(Folder(root, create=False), layout_of(address), LOG.signer)
        for number in range(batches):
            start = first + number * 10
            events = [
                chosen(index, region=REGIONS[index % 3], happened_ms=HAPPENED_MS - DAY_MS * (index % 2))
                for index in range(start, start + 10)
                if index % 3 != 1
            ]
            fields = {"run_start": first, **told}
            objects.put(a_batch(*events, start=start, end=start + 10, **fields))

    def check(self, **asked: object) -> Report:
        """What the check says of the folder as it is."""
        return audit.check(Folder(self.root, create=False), Question((LOG.verifier,), **asked))  # type: ignore[arg-type]

    def objects(self) -> list[Path]:
        """The objects, by name."""
        return sorted(
            path
            for path in self.root.rglob("*")
            if path.is_file() and "Actiontrail-Manifest" not in str(path)
        )

    def manifests(self) -> list[Path]:
        """The manifests, oldest first."""
        return sorted(self.root.rglob("*.note"))

    def key(self, path: Path) -> str:
        """What `path` is called in the bucket."""
        return path.relative_to(self.root).as_posix()

    def objects_of(self, number: int) -> list[Path]:
        """The objects of one batch."""
        lines = self.manifests()[number].read_text().split("\n\n")[0].splitlines()[2:]
        keys = [line.split('"key":"')[1].split('"')[0] for line in lines]
        return [self.root / key for key in keys]

    def remove_batch(self, number: int) -> None:
        """As somebody does who may delete and knows the layout."""
        for path in [*self.objects_of(number), self.manifests()[number]]:
            path.unlink()

    def copy(self, to: Path) -> "Delivered":
        """The same in another folder."""
        shutil.copytree(self.root, to)
        made = Delivered.__new__(Delivered)
        made.root = to
        return made


def told(report: Report) -> list[tuple[str, str, int | None]]:
    """Kind, touched records and count of each finding."""
    return [(finding.kind, finding.indices, finding.events) for finding in report.findings]


def kept(size: int) -> checkpoint.Checkpoint:
    """The checkpoint of the first `size` records, as somebody kept it elsewhere."""
    log = LogKit().add(*(b"%d" % number for number in range(size)))
    return checkpoint.verify(log.checkpoint(), [LOG.verifier], LOG.origin)
