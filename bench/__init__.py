"""Measurements: what the service reaches, beside what others reach, in one run on one machine.

Lives here: the generator of events, the peers, the load client, the rows of the table, the report.
Never here: anything that the service or its tests need in order to be right.
Start at: run.py, then rows.py.
"""
