"""sqlite-utils without pandas and NumPy, which it imports wherever they are installed, to know their types by name.

Nothing here stores those, and they would cost every command half a second and 80 MB.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["Database", "Migrations"]

_modules: dict[str, Any] = sys.modules
_hidden = [name for name in ("pandas", "numpy") if name not in _modules]
for _name in _hidden:
    # Whatever is None here cannot be imported, and sqlite-utils goes on without it.
    _modules[_name] = None
try:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations
finally:
    for _name in _hidden:
        del _modules[_name]
