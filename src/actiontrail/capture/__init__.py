"""Requests into records.

Lives here: telling formats apart, taking a body apart line by line, masking known secrets,
admission: what may go to the sequencer and what is refused, with line, reason and remedy.
Never here: HTTP, signatures, the order of the record.
May import: ledger and below.
Start at: intake.py.
"""
