"""The questions behind the pages: overview, actor, key, resource, surroundings, and the small ones of the search bar.

Each is one function that asks a few bounded statements on one `Ground`; what they answer are frozen
structs whose fields are the public names.
"""
