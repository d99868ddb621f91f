"""The way from one page of a list in data to the next: by what the data says, and by the number in its address."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

_PAGE_KEYS = frozenset(
    "page p pn pg pgno pgnum pageno pagenum pagenumber pageindex pageidx currentpage curpage curpageno current nowpage "
    "pagenow cp pageid pagecurrent currpage ipage".split()
)
# Keys that as often name a page of the site as count those of a list.
_DOUBTFUL_KEYS = frozenset(("pageid", "current", "from", "begin", "cp"))
_OFFSET_KEYS = frozenset("start offset begin skip from startrecord startindex startrow".split())
_SIZE_KEYS = frozenset("size limit count rows num pagesize perpage length pagecount psize ps row pagelimit".split())
_IN_PATH = re.compile(
    r"^(?P<before>.*(?P<sign>[_/-]))(?P<number>\d{1,4})(?P<after>(?:\.(?:json|jsonp|js|s?html?|do|php|txt))?)$"
)
# A number behind these tells a channel, not a page.
_COUNTS_CHANNELS = re.compile(
    r"(?:^|[/_-])(?:channel|node|cat\w{0,40}|col\w{0,40}|class|type|id|cid|nid|lm|c|tid|n|site|v\d*|api)[_/-]$", re.I
)
_PAGE_WORD = re.compile(r"(?:page|index|list|p|pg)[_/-]$", re.I)
_NEXT_KEYS = ("nextpageurl", "nexturl", "nextlink", "nextpage", "next")
_MORE_KEYS = frozenset("hasmore hasnext hasnextpage more ismore havemore".split())
_LAST_KEYS = frozenset("islast last islastpage isend end nomore isover".split())
_COUNT_KEYS = frozenset(
    "pagecount totalpage totalpages pages pagetotal maxpage lastpage countpage pagenums allpage allpages".split()
)
_TOTAL_KEYS = frozenset(
    "total totalcount totalnum totalelements recordcount totalrecords totalrows totalsize allcount".split()
)


def next_data_page(url: str, around: dict[str, Any], records: int, pager: str | None = None) -> str | None:
    """The address of the next page of a list in data; None where it is the last, or has no number.

    around: the fields beside the records. records: how many the page holds. pager: the address with `{page}` in the
    place of its number, where the script that asks for the list has told it.
    """
    said = {_plain(key): value for key, value in around.items()}
    if (
        not records
        or any(_is(said.get(key), False) for key in _MORE_KEYS)
        or any(_is(said.get(key), True) for key in _LAST_KEYS)
    ):
        return None
    for key in _NEXT_KEYS:
        value = said.get(key)
        if isinstance(value, str) and ("/" in value or "?" in value) and " " not in value:
            return urljoin(url, value)
    if pager and (match := re.fullmatch(_pattern(pager), url)):
        number = int(match[1])
        return None if _is_last(number, said, records) else pager.replace("{page}", str(number + 1))
    try:
        split = urlsplit(url)
    except ValueError:
        return None
    return _by_query(url, said, records) if split.query and _has_number(split.query) else _by_path(url, said, records)


def _pattern(pager: str) -> str:
    return re.escape(pager).replace(re.escape("{page}"), r"(\d{1,6})")


def _plain(key: str) -> str:
    return str(key).lower().replace("_", "").replace("-", "")


def _is(value: Any, wanted: bool) -> bool:
    """Whether a field that is there says yes or no."""
    if isinstance(value, str):
        value = {"true": True, "false": False, "1": True, "0": False}.get(value.lower())
    return isinstance(value, bool | int) and value in (0, 1) and bool(value) is wanted


def _number(said: dict[str, Any], keys: frozenset[str]) -> int | None:
    for key, value in said.items():
        if key in keys and not isinstance(value, bool):
            if isinstance(value, int):
                return value
            if isinstance(value, str) and value.isdecimal() and len(value) < 10:
                return int(value)
    return None


def _is_last(number: int, said: dict[str, Any], records: int) -> bool:
    """Whether what the data counts ends here. A page too many costs a request, one too few costs articles."""
    pages = _number(said, _COUNT_KEYS)
    if pages and number >= pages and pages != records:
        return True
    total = _number(said, _TOTAL_KEYS)
    return bool(total and total != records and number >= 1 and number * records >= total) or bool(
        total and total == records and number == 1 and _number(said, _SIZE_KEYS) not in (None, records)
    )


def _has_number(query: str) -> bool:
    return any(_plain(key) in _PAGE_KEYS | _OFFSET_KEYS and value.isdecimal() for key, value in parse_qsl(query))


def _by_query(url: str, said: dict[str, Any], records: int) -> str | None:
    split = urlsplit(url)
    pairs = parse_qsl(split.query, keep_blank_values=True)
    sizes = [
        int(value)
        for key, value in pairs
        if _plain(key) in _SIZE_KEYS and value.isdecimal() and 0 < int(value) < 10_000
    ]
    for kinds in (_PAGE_KEYS, _OFFSET_KEYS):
        for key, value in sorted(pairs, key=lambda pair: _plain(pair[0]) in _DOUBTFUL_KEYS):
            if _plain(key) not in kinds or not value.isdecimal() or len(value) > 9:
                continue
            number = int(value)
            step = 1 if kinds is _PAGE_KEYS else sizes[0] if sizes else records
            total = _number(said, _TOTAL_KEYS)
            if kinds is _PAGE_KEYS and _is_last(number, said, records):
                return None
            if kinds is _OFFSET_KEYS and total and total > records and number + step >= total + (number > 0):
                return None
            # Only the number, so that what the server does not decode stays as it is.
            following = re.sub(
                rf"((?:^|[?&]){re.escape(key)}=){value}(?=&|$)", rf"\g<1>{number + step}", split.query, count=1
            )
            if following == split.query:
                following = urlencode([(k, str(number + step) if k == key else v) for k, v in pairs])
            return urlunsplit(split._replace(query=following))
    return None


def _by_path(url: str, said: dict[str, Any], records: int) -> str | None:
    split = urlsplit(url)
    match = _IN_PATH.match(split.path)
    if not match:
        return None
    number = int(match["number"])
    current = _number(said, _PAGE_KEYS)
    named = _PAGE_WORD.search(match["before"]) is not None
    if current != number:
        if _COUNTS_CHANNELS.search(match["before"]) or (match["sign"] == "/" and number > 1 and not named):
            return None
        if current is not None and not named:
            return None
    if _is_last(number, said, records):
        return None
    # 02 is followed by 03.
    following = str(number + 1).zfill(len(match["number"]))
    return urlunsplit(split._replace(path=f"{match['before']}{following}{match['after']}"))
