"""Articles of which it is known which are one text: reprints of every kind, and texts that only look like it."""

from tests.reprint_maker.collection import Made, make_collection

__all__ = ["Made", "make_collection"]
