"""The faces on HTTP.

Lives here: signatures, the wire format of the public API and its operations, ingest, our own REST
interface, the tiles, and the two applications (recorder and reader) that serve them.
Never here: what an answer is made of; every operation asks a room below.
May import: service and below.
Start at: app.py, then wire.py.
"""
