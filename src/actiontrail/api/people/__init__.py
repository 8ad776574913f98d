"""Who may do what, over HTTP: users, roles, policies, keys, tokens, accounts and how people sign in, under `/v1/access/`.

Each module has one function for each address, `values.py` what is asked and answered, `routes.py` a row for each.
Start at: routes.py.
"""
