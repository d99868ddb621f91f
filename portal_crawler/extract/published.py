"""When an article was published: which of a page's many times is its own.

The line near the headline speaks before everything that is not shown to readers; a time that says it is of
another thing (注册时间, 截止时间), the date of today in a masthead and dates inside the text do not count.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from portal_crawler.extract.labels import kind_alone, read_labels
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import Stamp, find_compact_date, find_stamp, read_unusual

_NOT_ITS_OWN: Final = re.compile(
    r"今天是|今天[:：]|现在(?:是|时间)|注册时间|最后登录|截止|活动时间|采访|农历|有效期|登录时间"
)
_META_NAMES: Final = (
    "publishdate",
    "pubdate",
    "article:published_time",
    "og:published_time",
    "og:release_date",
    "datepublished",
    "publish_time",
    "publishtime",
    "pubtime",
    "firstpublishedtime",
    "apub:time",
    "weibo: article:create_at",
    "dc.date.issued",
    "releasedate",
    "datetime",
)
# A document's own dates, which the page that carries it is not younger than.
_OF_DOCUMENT: Final = frozenset("成文日期 成文时间 发文日期 生成日期 印发日期 制发日期".split())
_JSON_DATE: Final = re.compile(r'"(?:datePublished|pubDate|publishTime|publish_time|pubtime)"\s*:\s*"([^"]{8,40})"')
_URL_DATE: Final = re.compile(
    r"/(?P<y>(?:19|20)\d\d)[-/_]?(?P<m>[01]\d)[-/_]?(?P<d>[0-3]\d)(?=[/_.-]|$)|/(?P<y2>20\d\d)/(?P<m2>[01]?\d)/(?P<d2>[0-3]?\d)/|t(?P<y3>20\d\d)(?P<m3>[01]\d)(?P<d3>[0-3]\d)_"
)
_DAY: Final = re.compile(r"(?<![\d-])(\d{1,2})[-/月](\d{2}|\d(?!\d))(?=日|[\s\d])")
_DATE_PART: Final = re.compile(r"[\d\s:/.\-年月日]{2,16}")
_RECORD_DATE: Final = re.compile(r"<date>([^<]{8,40})</date>")


@dataclass(frozen=True, slots=True)
class Published:
    """A publish time and the rule that found it."""

    stamp: Stamp
    rule: str


def find_published(page: Page, near: Iterable[int], below: Iterable[int]) -> Published | None:
    """The publish time of an article page.

    near: indices of the lines around the headline, in order of trust. below: of the lines under the text.
    """
    url_date = url_stamp(page.url)
    year = int(url_date.value[:4]) if url_date else None
    shown = _shown(page, near, year, "above text")
    if shown and shown.rule.split()[0] in _OF_DOCUMENT:
        return _hidden(page) or shown
    return (
        shown
        or _shown(page, below, year, "below text", labelled_only=True)
        or _hidden(page)
        or (Published(url_date, "url") if url_date else None)
    )


def _shown(
    page: Page, indices: Iterable[int], year: int | None, place: str, *, labelled_only: bool = False
) -> Published | None:
    bare: Published | None = None
    changed: Published | None = None
    for index in indices:
        text = _joined_date(page, index)
        if not text or len(text) > 200 or _NOT_ITS_OWN.search(text):
            continue
        labels = page.lines[index].labels if text == page.lines[index].text else read_labels(text)
        for item in labels:
            if item.kind in ("time", "changed"):
                stamp = _stamp(page, item.value[:60], year) or read_unusual(item.value[:60], page.fetched_at)
                if stamp and item.kind == "time":
                    return Published(stamp, f"{item.label} {place}")
                if stamp and changed is None:
                    changed = Published(stamp, f"{item.label} {place}")
        if (stamp := _stamp(page, text, year)) and (told := _told_by_cell(page, index)):
            if told[0] == "time":
                return Published(stamp, f"{told[1]} {place}")
            if told[0] == "changed":
                changed = changed or Published(stamp, f"{told[1]} {place}")
            continue
        wanted = bare is None and (labels or not labelled_only)
        if wanted and stamp and (changed is None or changed.stamp.value != stamp.value):
            bare = Published(stamp, place)
    return bare or changed


def _told_by_cell(page: Page, index: int) -> tuple[str, str] | None:
    """The kind of the label in the cell before a line's (<th>成文日期</th><td>2024-04-02</td>), and the label."""
    if index < 1 or page.blocks.tags[page.lines[index].block] not in ("td", "dd") or page.lines[index].labels:
        return None
    label = "".join(page.lines[index - 1].text.split()).rstrip(":：")
    kind = kind_alone(label)
    return (kind, label) if kind else None


def _joined_date(page: Page, index: int) -> str:
    """A line's text, with the lines below it where year, day and clock each stand in a line of their own."""
    text = page.lines[index].text
    if not _DATE_PART.fullmatch(text):
        return text
    for line in page.lines[index + 1 : index + 3]:
        if not _DATE_PART.fullmatch(line.text):
            break
        text += f" {line.text}"
    return text


def _stamp(page: Page, text: str, year: int | None) -> Stamp | None:
    """The time in a shown text; a year that it lacks is taken from where the page writes the same day in full."""
    stamp = find_stamp(text, fetched_at=page.fetched_at, year=year)
    if stamp is None and (day := _DAY.search(text)):
        same_day = rf"(?<!\d)((?:19|20)\d\d)[-/.年]0?{int(day[1])}[-/.月]0?{int(day[2])}(?!\d)"
        if match := re.search(same_day, page.text):
            stamp = find_stamp(text, year=int(match[1]))
    return stamp


def _hidden(page: Page) -> Published | None:
    """A publish time that the page carries without showing it."""
    named: dict[str, str] = {}
    for element in page.root.iterfind(".//meta"):
        key = element.get("name") or element.get("property") or element.get("itemprop")
        if key and (content := element.get("content")):
            named.setdefault(key.strip().lower(), content)
    found: Published | None = None
    for name in _META_NAMES:
        if name in named and (stamp := _written(named[name])):
            if found is None:
                found = Published(stamp, f"meta {name}")
            if stamp.precision != "day" and stamp.value[:10] == found.stamp.value[:10]:
                return Published(stamp, f"meta {name}")
    if found is not None:
        return found
    for match in _JSON_DATE.finditer(page.text):
        if stamp := _written(_unescaped(match[1])):
            return Published(stamp, "json")
    place = page.text.find("<enpproperty")
    if place >= 0 and (record := _RECORD_DATE.search(page.text, place)) and (stamp := _written(record[1])):
        return Published(stamp, "enpproperty")
    return None


def _written(text: str) -> Stamp | None:
    return find_stamp(text) or find_compact_date(text)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def url_stamp(url: str) -> Stamp | None:
    """The day that an article's address names, as most CMSs write it (/2021/11/19/, t20211119_), None without one."""
    try:
        match = _URL_DATE.search(urlsplit(url).path)
    except ValueError:  # what is no address names no day: http://[::1/
        return None
    if not match:
        return None
    parts = [part for part in match.groups() if part]
    return find_stamp("-".join(parts))
