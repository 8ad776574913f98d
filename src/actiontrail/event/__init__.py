"""What an event is, its bytes, and the language that chooses events. All pure.

Lives here: the event model, one module per foreign format, what follows from an event's names (channel, effect,
service, region, resources), moments, the record line, the selector language.
Never here: clocks, files, sockets, who asked, where an event is kept.
May import: errors.
Start at: model.py, then formats/__init__.py and selector/__init__.py.
"""
