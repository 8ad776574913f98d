"""Trails over our own interface, under `/v1/trails` and `/v1/trail-tests`: made, changed, tried before and looked at after.

`values.py` has what is asked and answered, `routes.py` a row for each address.
Start at: routes.py, then rest.py.
"""
