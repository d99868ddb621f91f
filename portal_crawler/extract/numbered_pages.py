"""Pagers of numbers: which of them is the page's own, and where the one behind it leads."""

from __future__ import annotations

import re

from lxml import etree

from portal_crawler.extract.page import Page
from portal_crawler.extract.page_links import page_number, same_list, target

_NUMBER = re.compile(r"(?<![\d/共第])\d{1,4}(?![\d/条页])")
_CURRENT = re.compile(r"\b(?:current|cur|active|on|thisclass|thispage|now|selected|hover)\b", re.I)


def numbered(page: Page, anchors: list[tuple[etree._Element, str]]) -> str | None:
    """The link whose number follows the current one's, among links that are numbered in a row."""
    numbers: dict[etree._Element, dict[int, str]] = {}
    for anchor, text in anchors:
        number = text.strip("[]【】()（） ")
        if number.isdecimal() and len(number) < 5:
            for ancestor in list(anchor.iterancestors())[:3]:
                numbers.setdefault(ancestor, {})[int(number)] = anchor.get("href") or ""
    for row, links in numbers.items():
        current = _current_number(row)
        if current is not None and (url := target(page, links.get(current + 1))):
            return url
    if page_number(page.url) is None:
        for links in numbers.values():
            # Without a mark, the page without a number in its address is the first.
            url = target(page, links.get(2))
            if url and 0 not in links and same_list(page.url, url) and page_number(url) is not None:
                return url
        for links in numbers.values():
            if (form := _form_of(page, links)) and same_list(page.url, form[0]):
                own = _number_in(page.url, form)
                if own is None and not target(page, links.get(1)):
                    # What has no number in its address is the first.
                    own = 1
                return target(page, links.get(own + 1)) if own is not None else None
    return None


def _form_of(page: Page, links: dict[int, str]) -> tuple[str, str] | None:
    """What stands before and behind the number in the addresses of a row, where they differ in nothing else."""
    forms = set()
    for number, href in links.items():
        url = target(page, href)
        if url is None and number == 1:
            continue
        before, found, after = (url or "").rpartition(str(number))
        if not found and number == 1:
            # The first page mostly has no number.
            continue
        forms.add((before, after))
    form = forms.pop() if len(forms) == 1 and len(links) > 1 else None
    return form if form and form[0] and not form[0][-1].isdigit() and not form[1][:1].isdigit() else None


def _number_in(url: str, form: tuple[str, str]) -> int | None:
    """The number that an address of this form has."""
    inner = url[len(form[0]) : len(url) - len(form[1])]
    return int(inner) if url == f"{form[0]}{inner}{form[1]}" and inner.isdecimal() and len(inner) < 5 else None


def _current_number(row: etree._Element) -> int | None:
    for element in row.iter("span", "b", "strong", "em", "font", "a", "li", "i"):
        text = "".join(element.itertext()).strip("[]【】()（） \n\t\r\xa0")
        if not text.isdecimal() or len(text) > 4:
            continue
        linked = (
            element.tag == "a" or element.find(".//a") is not None or any(a.tag == "a" for a in element.iterancestors())
        )
        marked = _CURRENT.search(element.get("class") or "") is not None
        if marked or (not linked and element.tag != "li"):
            return int(text)
    # Last, a number that stands in the row as bare text between its links.
    bare = {int(piece) for piece in row.xpath("text()") for piece in _NUMBER.findall(piece)}
    return bare.pop() if len(bare) == 1 else None
