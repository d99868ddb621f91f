"""Pagers that a script turns: the addresses of pages are sums in a script, `'index_' + i + '.html'`.

Which page comes next stands in the call behind 下一页, in the option behind the selected one, in the script's own
count, or in 共N页 and the page's own address. What form the addresses have, the script says, or a link to any page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal_crawler.extract.page import Page

# The end of a literal, a name or a sum in the middle, and the beginning of the next literal.
_SUM = re.compile(
    r"(?<![\w./?&=%:-])(?P<before>[\w./?&=%:-]{1,200}[_=/-])[\"'`]\s{0,9}\+\s{0,9}"
    r"(?P<middle>[\w.$()\[\]+\- ]{1,60}?)\s{0,9}"
    r"(?:\+\s{0,9}[\"'`](?P<after>\.\w{2,6}|[&/][\w=&%./-]{0,80}|))?(?=[\"'`;\s)&?\\]|$)"
)
_TEMPLATE = re.compile(
    r"(?<![\w./?&=%:-])(?P<before>[\w./?&=%:-]{0,200}[_=/-])\$\{(?P<middle>[\w.+\- ]{1,40})\}(?P<after>\.\w{2,6})?"
)
_PAGES = re.compile(r"page|^i$|^n$|^num$|^p$|^pn$|value|^no$|^index$|^idx$|^j$|^k$|^x$|selectedIndex", re.I)
_NO_PAGES = re.compile(r"count|total|size|channel|cate|month|year|date|time|random", re.I)
_LIST_NAME = re.compile(
    r"(?:^|/)(?:index|list|default|node|page|more|channel|[^\W\d]*+\d)[\w-]++(?<=[_-])$|[?&]\w*(?:page|pn|p|no)=$|/page/$",
    re.I,
)
_CURRENT = re.compile(
    r"(?<![\w$.])(?:_?n?(?:curr?(?:ent)?|now|this)_?(?:page|index|pageindex|pageno)|pageindex|page_?no|page)\s{0,9}=\s{0,9}['\"]?(\d{1,5})",
    re.I,
)
_COUNT = re.compile(
    r"(?<![\w$.])(?:(?:count|total|max|all)_?pages?|pages?_?(?:count|total|num|nums|max)|pagecount|_?npagecount|pages)\s{0,9}=\s{0,9}['\"]?(\d{1,6})",
    re.I,
)
_CALL = re.compile(r"\(\s*['\"]?(\d{1,5})['\"]?\s*[,)]")
_NEXT = re.compile(
    r"^[\[【<(（\s]*(?:下一页|下一頁|下页|后一页|后页|后頁|下一步|next(?:\s*page)?)[\]】>）)\s›»>]*$", re.I
)
_TOTAL = re.compile(
    r"共\s{0,9}(\d{1,9})\s{0,9}页|页次\s{0,9}[:：]?\s{0,9}\d{1,9}\s{0,9}/\s{0,9}(\d{1,9})|第?\s{0,9}\d{1,9}\s{0,9}/\s{0,9}(\d{1,9})\s{0,9}页"
    r"|总页数\s{0,9}[:：]?\s{0,9}(\d{1,9})"
)
_ONE_OF = re.compile(
    r"页次\s{0,9}[:：]?\s{0,9}(\d{1,9})\s{0,9}/|第\s{0,9}(\d{1,9})\s{0,9}页|第?\s{0,9}(\d{1,9})\s{0,9}/\s{0,9}\d{1,9}\s{0,9}页"
    r"|当前(?:第|页)?\s{0,9}[:：]?\s{0,9}(\d{1,9})"
)
_NUMBERED = re.compile(r"^(?P<before>.*[_-])(?P<number>\d{1,5})(?P<after>\.\w{2,6})$")


@dataclass(frozen=True, slots=True)
class _Form:
    """An address with a place for the number of a page."""

    before: str
    after: str

    def filled(self, number: int) -> str:
        return f"{self.before}{number}{self.after}"


def turned_page(page: Page) -> str | None:
    """The address, as the page would write it, of the next page of a list whose pager is a script; None elsewhere."""
    form = next(_script_forms(page), None)
    if form is not None:
        number = _called(page) or _option(page) or _counted(page)
        if number is not None:
            return form.filled(number)
    total, current = _said(page, _TOTAL), _said(page, _ONE_OF) or _own_number(page.url) or 1
    if not total or current >= total:
        return None
    if form is not None:
        return form.filled(current + 1)
    return _linked_form(page, total, current)


def _script_forms(page: Page) -> Iterator[_Form]:
    """The forms of list addresses that scripts and handlers put together."""
    for text in _scripts(page):
        for pattern in (_SUM, _TEMPLATE):
            for match in pattern.finditer(text):
                middle = match["middle"].strip("() ")
                named = re.findall(r"[A-Za-z_$][\w$]*", middle)
                counts = any(_PAGES.search(name) for name in named) and not any(map(_NO_PAGES.search, named))
                if counts and _LIST_NAME.search(match["before"]) and ".js" not in (match["after"] or ""):
                    after = match["after"] or ""
                    if match["before"].endswith("=") or after:
                        yield _Form(match["before"], after)


def _scripts(page: Page) -> Iterator[str]:
    for element in page.root.iter("script"):
        if element.text and len(element.text) < 200_000:
            yield re.sub(r"^[ \t]*//.*$", "", element.text, flags=re.M)
    for element in page.root.iter("select", "a", "input", "button"):
        for name in ("onchange", "onclick"):
            if handler := element.get(name):
                yield handler


def _called(page: Page) -> int | None:
    """The number in the call behind 下一页."""
    for anchor in page.root.iter("a", "span", "button", "input", "li"):
        if not _NEXT.match("".join(anchor.itertext()).strip() or anchor.get("value") or ""):
            continue
        for name in ("href", "onclick"):
            if match := _CALL.search(anchor.get(name) or ""):
                own = _own_number(page.url)
                return int(match[1]) if own is None or int(match[1]) > own else None
    return None


def _option(page: Page) -> int | None:
    """The number of the option behind the selected one, where the options of a `<select>` are numbers."""
    for select in page.root.iter("select"):
        options = list(select.iter("option"))
        values = [(option.get("value") or "".join(option.itertext())).strip() for option in options]
        if len(options) < 2 or not all(value.isdecimal() and len(value) < 6 for value in values):
            continue
        marked = [index for index, option in enumerate(options) if option.get("selected") is not None]
        own = _own_number(page.url)
        same = [index for index, value in enumerate(values) if own is not None and int(value) == own]
        current = (same or marked or [0])[0]
        return int(values[current + 1]) if current + 1 < len(values) else None
    return None


def _counted(page: Page) -> int | None:
    """The number behind the script's own, within its count."""
    for text in _scripts(page):
        current, count = _CURRENT.search(text), _COUNT.search(text)
        if current and count:
            number, most = int(current[1]), int(count[1])
            # Counted from 0, the last page has the number below the count.
            from_zero = number == 0 or _own_number(page.url) is None
            if number + 1 < most or (number + 1 == most and not from_zero):
                return number + 1
            if number + 1 == most and number == 1:
                return most
    return None


def _linked_form(page: Page, total: int, current: int) -> str | None:
    """The next number in the form that a link to any page of the list has, mostly that of the last."""
    directory = page.url.partition("?")[0].rpartition("/")[0]
    highest: tuple[int, str, str] | None = None
    for anchor in page.root.iter("a"):
        href = (anchor.get("href") or "").strip()
        match = _NUMBERED.match(href)
        if not match or int(match["number"]) > total or not _LIST_NAME.search(match["before"].removeprefix("./")):
            continue
        place = match["before"].rpartition("/")[0]
        if place in ("", ".") or place.rstrip("/") == directory or directory.endswith(place):
            highest = max(highest or (0, "", ""), (int(match["number"]), match["before"], match["after"]))
    if highest is None or _own_number(page.url) is not None:
        return None
    label = _last_labelled(page)
    # Where the last page's number is one below the count, counting began at 0.
    from_zero = label is not None and label == total - 1
    return f"{highest[1]}{current + (0 if from_zero else 1)}{highest[2]}"


def _last_labelled(page: Page) -> int | None:
    for anchor in page.root.iter("a"):
        if "".join(anchor.itertext()).strip() in ("尾页", "末页", "最后一页", "最后页", "末尾页"):
            match = _NUMBERED.match((anchor.get("href") or "").strip())
            return int(match["number"]) if match else None
    return None


def _said(page: Page, pattern: re.Pattern[str]) -> int | None:
    numbers = [
        int(next(filter(None, match.groups())))
        for line in page.lines
        if "页" in line.text
        for match in pattern.finditer(line.text)
    ]
    return max(numbers, default=None)


def _own_number(url: str) -> int | None:
    match = re.search(r"[_-](\d{1,5})\.\w{2,6}$|[?&](?:page|p|pn|pageno)=(\d{1,5})(?:&|$)", url, re.I)
    return int(match[1] or match[2]) if match else None
