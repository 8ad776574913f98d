"""How far a run has come, so that a long one that was broken off goes on where it was.

Written whole after every round and every row. What a row was doing when it was broken off is done again.
"""

from pathlib import Path

import msgspec

from bench.rows import Plan


class Progress(msgspec.Struct, kw_only=True):
    """What has been measured so far. `path` is where it is kept; nowhere if the run is not to be kept."""

    plan: Plan
    path: str = ""
    done: list[str] = []
    turns: int = 0  # rounds of taking in that are over
    stored: int = 0  # events in the record
    rates: dict[str, list[float]] = {}
    lags: list[float] = []
    memory: dict[str, float] = {}
    figures: dict[str, float] = {}
    beside: dict[str, dict[str, float]] = {}
    details: dict[str, dict[str, float]] = {}
    notes: list[str] = []

    def save(self) -> None:
        """Keep it as it stands."""
        if self.path:
            draft = Path(self.path).with_suffix(".new")
            draft.write_bytes(msgspec.json.encode(self))
            draft.replace(self.path)

    def remember(self, memory: dict[str, float]) -> None:
        """`memory` was seen: the highest counts."""
        for role, value in memory.items():
            self.memory[role] = max(self.memory.get(role, 0.0), value)


def begun(plan: Plan, folder: Path | None) -> Progress:
    """A run of `plan`: the one that was broken off in `folder`, if there is one."""
    if folder is None:
        return Progress(plan=plan)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "progress.json"
    if not path.exists():
        return Progress(plan=plan, path=str(path))
    found = msgspec.json.decode(path.read_bytes(), type=Progress)
    same = found.plan._replace(end=plan.end) == plan
    assert same, (
        f"{folder} holds a run of other sizes, {found.plan}: go on with those, or name another folder"
    )
    return found
