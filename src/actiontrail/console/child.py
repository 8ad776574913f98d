"""One process of the service, as the supervisor starts it: `python -m actiontrail.console.child DATA HOST PORT ROLE`.

Not for people: `actiontrail serve --roles` is. Refusals and outages end it with one line on standard error.
"""

import sys
from pathlib import Path

from actiontrail.console import serve
from actiontrail.errors import Corruption, Outage, Refusal

_EXIT = {Refusal: 3, Outage: 4, Corruption: 5}


def main() -> int:
    """Run the role that the command line names; the exit code."""
    _, data, host, port, role = sys.argv
    assert role in ("record", "read"), "the supervisor knows the roles"
    try:
        return serve.run(
            Path(data), host=host, port=int(port), roles="record" if role == "record" else "read"
        )
    except (Refusal, Outage, Corruption) as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return next(code for kind, code in _EXIT.items() if isinstance(error, kind))


if __name__ == "__main__":
    sys.exit(main())
