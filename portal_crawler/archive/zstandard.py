"""Zstandard as Python 3.14 has it, or as the same code is installed for earlier versions."""

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["zstd"]
