"""The numbered changes; alembic finds them here by their `revision`."""
