"""Who may do what.

Lives here: accounts, access keys and their sealed secrets, ingest tokens, short-lived credentials.
Never here: how a signature travels on the wire (api), what is recorded (capture).
May import: ledger and below.
Start at: keys.py.
"""
