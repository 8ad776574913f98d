"""The record: an append-only list of entries that can prove itself.

Lives here: the Merkle tree, its tiles, checkpoints and proofs (pure); the segments; the one
sequencer that writes; the readers and followers that read; fsck, which re-derives everything.
Never here: what an event means, who asked, where it is delivered.
May import: store, event, errors.
Start at: sequencer.py, then reader.py and follower.py.
"""
