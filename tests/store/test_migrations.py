"""What migrations make of what was there before them."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from actiontrail.store.database import Database

_JOB = sa.text(
    "INSERT INTO delivery_jobs (account, trail, trail_name, home_region, token, status, created, updated, start_ms,"
    " end_ms, first, stop, rules, addresses, regions, error)"
    " VALUES (:account, 't', 't', 'r', '', 2, 0, 0, 0, 1, 0, 1, '{}', '[]', '[]', '')"
)


def test_jobs_that_somebody_knows_keep_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """0007 gives each account its own numbering, which goes on after the highest that it was told."""
    with monkeypatch.context() as patched:
        patched.setattr("actiontrail.store.database.HEAD", "0006")
        before = Database.open(tmp_path)
        with before.begin() as connection:
            for account in ("1", "2", "1"):
                connection.execute(_JOB, {"account": account})
        before.close()
    after = Database.open(tmp_path)
    with after.read() as connection:
        jobs = connection.execute(sa.text("SELECT account, number FROM delivery_jobs ORDER BY id")).all()
        last = connection.execute(
            sa.text("SELECT account, last FROM delivery_job_numbers ORDER BY account")
        ).all()
    after.close()

    assert (jobs, last) == ([("1", 1), ("2", 2), ("1", 3)], [("1", 3), ("2", 2)])
