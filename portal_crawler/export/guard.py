"""Text that a spreadsheet takes for a formula, made plain text.

A cell that begins with one of these characters is calculated when a CSV file is opened, and may send the sheet's
contents away. OWASP's ASVS (1.2.10) has an apostrophe put before it, in CSV and in Excel files alike: an Excel
file's cell is never calculated itself, but sheets get saved as CSV.
"""

from __future__ import annotations

import re

# Full-width forms are converted while typing and importing under Chinese and Japanese settings. An apostrophe before
# one of these gets another one, so that taking one away gives the text back.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guarded(text: str) -> str:
    """Text with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + text if _FORMULA.match(text) else text


def without_nul(text: str) -> str:
    """Text with NUL replaced as HTML replaces it; CSV readers end a file there, and XML cannot hold it."""
    return text.replace("\0", "\ufffd") if "\0" in text else text
