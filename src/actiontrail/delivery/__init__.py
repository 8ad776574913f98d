"""Trails: which events go where, and the couriers that bring them there, each event once.

Lives here: trails and their rules, batches, what an object or a log row holds and is called, manifests,
the destinations by kind, couriers, backfill; trying a destination out, and checking what was delivered.
Never here: what is recorded, or who may change a trail.
May import: ledger and below.
Start at: batch.py, then destination.py and courier.py.
"""
