"""Bytes and rows at rest.

Lives here: durable files, the ledger's lock row, the one door to the control database and its migrations.
Never here: what the bytes mean.
May import: event, errors.
Start at: files.py, then database.py.
"""
