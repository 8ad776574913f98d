"""A small transparency log in memory: entries in, tiles, checkpoints and proofs out."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from actiontrail.ledger import checkpoint, tree
from actiontrail.ledger.checkpoint import Checkpoint
from actiontrail.ledger.note import Signer, Verifier
from actiontrail.ledger.proof import Proof
from actiontrail.ledger.tiles import subtree_from_tiles

ORIGIN = "log.example/one"


@dataclass
class LogKit:
    """A log that keeps its tiles as the real one does: one run of hashes per level."""

    origin: str = ORIGIN
    seed: bytes = b"\x07" * 32
    entries: list[bytes] = field(default_factory=list)
    levels: list[bytes] = field(default_factory=list)
    edge: tree.Edge = field(default_factory=tree.Edge)

    @property
    def signer(self) -> Signer:
        return Signer(self.origin, self.seed)

    @property
    def verifier(self) -> Verifier:
        return self.signer.verifier

    def add(self, *entries: bytes) -> "LogKit":
        grown = self.edge.append(tree.leaf_hashes(entries))
        for level, new in enumerate(grown.tiles):
            self.levels[level : level + 1] = [(self.levels[level] if level < len(self.levels) else b"") + new]
        self.edge = grown.edge
        self.entries += entries
        return self

    def tile(self, level: int, number: int, width: int) -> bytes:
        start = number * 256 * 32
        return self.levels[level][start : start + width * 32]

    def subtree(self, size: int | None = None) -> tree.Subtree:
        return subtree_from_tiles(self.tile, self.edge.size if size is None else size)

    def checkpoint(self, size: int | None = None, extensions: Sequence[str] = ()) -> bytes:
        size = self.edge.size if size is None else size
        root = tree.Edge.from_subtrees(size, self.subtree(size)).root()
        return checkpoint.sign(Checkpoint(self.origin, size, root, tuple(extensions)), self.signer)

    def proof(self, index: int, size: int | None = None, extra: bytes | None = None) -> Proof:
        size = self.edge.size if size is None else size
        hashes = tree.inclusion(index, size, self.subtree(size))
        return Proof(index, tuple(hashes), self.checkpoint(size), extra)
