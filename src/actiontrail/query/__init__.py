"""The searchable copy of the record, and the questions asked of it.

Lives here: the projection in ClickHouse (embedded or a server) and its projector, the selector
compiled to SQL, LookupEvents, search, facets, histogram, the SQL guard, tail and export; what the
console's pages ask (pages/), kept questions, scenes, where addresses are, how long all is searchable.
Never here: the truth. All of it can be deleted and rebuilt from entry 0 of the ledger.
May import: ledger and below.
Start at: projection.py, then search.py.
"""
