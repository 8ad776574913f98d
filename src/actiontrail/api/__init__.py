"""The faces on HTTP.

Lives here: signatures and sessions, the one gate, the wire format of the public API and its operations, ingest,
our own REST interface (search, pages, `trails/`, access in `people/`, sign-in) and its OpenAPI document, the tiles, what is
recorded of each request, and the two applications (recorder and reader) that serve all this.
Never here: what an answer is made of; every operation asks a room below.
May import: service and below.
Start at: app.py, then gate.py and wire.py.
"""
