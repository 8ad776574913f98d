"""The web console: its built pages, served beside the interface that they use.

Lives here: the pages' files and their headers, and the reader with the pages in front of it.
Never here: any answer of its own. The pages ask `/v1/…` as everybody does.
May import: api and below.
Start at: site.py, then child.py.
"""
