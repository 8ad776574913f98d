"""Several columns counted by value in one pass over the events, and which of them a row of the answer is about. Pure."""

from collections.abc import Sequence


class Groupings:
    """The pieces of a statement that groups by each of `columns` alone. Constants of ours, nothing that a caller wrote."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._count = len(columns)
        self.which = f"grouping({', '.join(columns)})"
        self.value = (
            f"concat({', '.join(f'toString({column})' for column in columns)})"  # the others are empty
        )
        self.sets = f"GROUPING SETS ({', '.join(f'({column})' for column in columns)})"

    def at(self, which: int) -> int:
        """The place of the column that a row with this `which` is about: the one bit that is not set, from the left."""
        return self._count - int(which ^ ((1 << self._count) - 1)).bit_length()
