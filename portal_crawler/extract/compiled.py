"""Where the compiled copies of this package's modules are, if they are of the sources that lie here.

Compiled copies stand in a directory whose name is made from what was compiled, so that one of other sources is never
found: an edited module runs from its source until `make` has compiled it again. Without a compiler there is no such
directory, and all modules run from their sources, with the same results.
"""

from __future__ import annotations

import os
from hashlib import blake2b
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

# What reads each page. The others are called by few pages, or spend their time in libraries.
MODULES = (
    "assemble",
    "body",
    "boilerplate",
    "breadcrumb",
    "byline",
    "byline_lines",
    "decode",
    "head",
    "headline",
    "images",
    "labels",
    "lines",
    "names",
    "page",
    "published",
    "text",
    "text_lines",
    "times",
    "traditional",
    "unlabelled",
    "weighing",
)
# The library in which the code of all of them is; each module's own file only opens it.
LIBRARY = "native__mypyc"
# What this package imports, and a compiled module may hold constants and types of.
_BELOW = ("article.py", "urls.py")
# Set, it makes Python run the sources, for comparisons.
UNCOMPILED = "PORTAL_CRAWLER_UNCOMPILED"
_SUFFIX = EXTENSION_SUFFIXES[0]


def compiled_modules() -> list[str]:
    """The directory of the compiled modules, to be searched before that of the sources; none without them."""
    directory = directory_of(Path(__file__).parent)
    if os.environ.get(UNCOMPILED) or not is_complete(directory):
        return []
    return [str(directory)]


def directory_of(package: Path) -> Path:
    """Where the modules of a package's directory are, or would be, once compiled for this Python."""
    seen = blake2b(_SUFFIX.encode(), digest_size=12)
    for source in (*sorted(package.glob("*.py")), *(package.parent / name for name in _BELOW)):
        content = source.read_bytes()
        seen.update(f"{source.name} {len(content)}\n".encode())
        seen.update(content)
    return package / "_compiled" / f"{_SUFFIX.split('.')[1]}_{seen.hexdigest()}".replace("-", "_")


def is_complete(directory: Path) -> bool:
    """Whether all of the compiled modules are in a directory."""
    return all((directory / f"{name}{_SUFFIX}").is_file() for name in (LIBRARY, *MODULES))
