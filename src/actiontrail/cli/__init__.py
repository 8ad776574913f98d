"""The front door: the `actiontrail` command.

Lives here: one module per family of commands, the profile, the signed client, the import of files,
the sample account, the exit codes.
Never here: logic that a server, or a library, could want too.
May import: everything.
Start at: main.py, then failure.py and client.py.
"""
