"""ActionTrail: the black box recorder of a cloud account."""

__version__ = "0.1.0"
