"""Proofs for people: what an auditor can check without us.

Lives here: the evidence of one event (record, digest, inclusion proof, checkpoint) made, and verified in plain
words; that a later log extends an earlier one; receipts, and the evidence that what they promise was kept.
Never here: hashing and signatures themselves (ledger).
May import: query, capture, access and below.
Start at: receipt.py (one event), then acknowledgement.py (the receipt of many).
"""
