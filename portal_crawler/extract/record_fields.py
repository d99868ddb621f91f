"""What an object in data says when it is an article's record: its address, its title, its time."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from portal_crawler.article import BEIJING, Entry
from portal_crawler.extract.addresses import FILES
from portal_crawler.extract.times import find_stamp

_URL_KEYS = (
    "url linkurl docpuburl puburl link href articleurl contenturl detailurl newsurl docurl arcurl titleurl htmlurl "
    "staticurl pageurl weburl pcurl pclink pubpath shareurl sharelink path uri filepath htmlpath outlink jumpurl "
    "turl l surl wapurl murl mobileurl h5url"
).split()
_ID_KEYS = "id articleid contentid newsid docid aid nid infoid cid itemid articlesid guid uuid key code".split()
_TITLE_KEYS = (
    "title doctitle headline articletitle newstitle listtitle showtitle linktitle fulltitle maintitle subject topic "
    "name t text caption stitle shorttitle"
).split()
_NO_URL = re.compile(r"img|pic|thumb|cover|image|logo|icon|video|audio|avatar|author|channel|column|node|cate|comment")
_NO_TITLE = re.compile(
    r"summary|abstract|content|desc|digest|intro|memo|source|author|editor|origin|channel|column|cate|node|site|type|"
    r"keyword|tag|url|link|user|reporter|dept|date|time|org"
)
_TIME = re.compile(r"time|date|pub|day|shijian|riqi|release|created|issue")
_NO_TIME = re.compile(
    r"update|modif|^mtime|lastm|edit|expire|end|start|over|delete|del$|cache|url|by$|user|path|status|flag"
)
_TIME_ORDER = ("pub", "release", "issue", "date", "time", "show", "creat", "add", "input")
_URL_FORM = re.compile(r"^(?:https?:)?//|^/|^\.{1,2}/|\.s?html?$", re.I)
_DOMAIN = re.compile(r"^(?:[\w-]+\.)+(?:com|cn|net|org|gov|edu)(?:[/:]|$)", re.I)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_WIDE = re.compile(r"[\u3400-\u9fff]")
_FIELD = re.compile(r"\{([\w.]+)\}")
_AMERICAN = re.compile(r"([01]?\d)/([0-3]?\d)/(20\d\d)(\s+\d\d:\d\d(?::\d\d)?)?")
# Epoch times of news on the web: 1999 to 2096, in seconds.
_EPOCH = range(915_148_800, 4_000_000_000)
# Whether a text is a time does not depend on the day.
_ANY_DAY = datetime(2020, 6, 15, 12, tzinfo=BEIJING)


@dataclass(frozen=True, slots=True)
class Frame:
    """What the page that shows a list says of it, and the list's own data does not.

    url: the page's address, which addresses in records are relative to. links: how addresses are made of a record's
    fields, as "/a/{id}.html". pager: address of the data with `{page}` in the place of its number, where known.
    """

    url: str
    links: tuple[str, ...] = ()
    pager: str | None = None


def entry_of(record: dict[str, Any], frame: Frame) -> Entry | None:
    """The entry that an object stands for; None where it lacks a title or an address."""
    fields = fields_of(record)
    title = title_of(fields)
    if title is None:
        return None
    url = _address(fields, frame)
    return Entry(url, title, moment_of(fields)) if url else None


def fields_of(record: dict[str, Any]) -> dict[str, Any]:
    """A record's fields with those of the objects inside, their names in lower case without `_` and `-`."""
    fields: dict[str, Any] = {}
    for key, value in record.items():
        if not isinstance(value, dict):
            fields.setdefault(_plain(key), value)
    for key, value in record.items():
        if isinstance(value, dict):
            outer = _plain(key)
            for inner, deep in value.items():
                name = _plain(inner)
                if not isinstance(deep, dict):
                    keeps = outer in ("article", "content", "news", "data", "source", "item", "doc", "info", "fields")
                    fields.setdefault(name if keeps else f"{outer}.{name}", deep)
    return fields


def _plain(key: str) -> str:
    return str(key).lower().replace("_", "").replace("-", "")


def title_of(fields: dict[str, Any]) -> str | None:
    """The title among a record's fields."""
    for key in _TITLE_KEYS:
        value = fields.get(key)
        if isinstance(value, str) and len(text := clean_text(value)) >= 2 and not _URL_FORM.match(text):
            return text
    longest = ""
    for key, value in fields.items():
        if isinstance(value, str) and _WIDE.search(value[:500]) and not _NO_TITLE.search(key):
            text = clean_text(value)
            if len(longest) < len(text) <= 100:
                longest = text
    return longest if len(longest) >= 4 else None


def clean_text(value: str) -> str:
    """A field's text as a reader sees it: without tags, entities or doubled blanks."""
    text = html.unescape(_TAG.sub("", html.unescape(value) if "&lt;" in value else value))
    # Halves of characters, which scripts may hold and no encoding can write.
    return " ".join(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").split()).strip()


def _address(fields: dict[str, Any], frame: Frame) -> str | None:
    for key in _URL_KEYS:
        if url := _absolute(fields.get(key), frame.url):
            return url
    named = [(key, value) for key, value in fields.items() if isinstance(value, str) and not _NO_URL.search(key)]
    for key, value in named:
        if ("url" in key or "link" in key or "href" in key or key.isdecimal()) and (url := _absolute(value, frame.url)):
            return url
    for template in frame.links:
        if url := _filled(template, fields):
            return urljoin(frame.url, url)
    return None


def _filled(template: str, fields: dict[str, Any]) -> str | None:
    """A link's template with a record's own values; None where the record lacks one."""
    values = {}
    for name in _FIELD.findall(template):
        value = fields.get(_plain(name))
        if name == "id" and value is None:
            value = next((fields[key] for key in _ID_KEYS if key in fields), None)
        if isinstance(value, bool) or not isinstance(value, str | int) or not str(value).strip():
            return None
        values[name] = str(value).strip()
    return str(_FIELD.sub(lambda match: quote(values[match[1]], safe="/:?&=.%"), template))


def _absolute(value: Any, base: str) -> str | None:
    """The article that a field leads to; None for what is no address of a page."""
    if not isinstance(value, str):
        return None
    value = html.unescape(value.strip())
    if not value or len(value) > 1000 or any(character.isspace() for character in value) or "<" in value:
        return None
    if _DOMAIN.match(value):
        value = f"//{value}"
    if not ("/" in value or "?" in value or value.lower().endswith((".html", ".htm", ".shtml"))):
        return None
    try:
        url: str = urljoin(base, value)
        split = urlsplit(url)
        _ = split.port
    except ValueError:
        return None
    if split.scheme not in ("http", "https") or not split.hostname or FILES.search(split.path):
        return None
    return url.partition("#")[0] if "#/" not in url and "#!" not in url else url


def moment_of(fields: dict[str, Any]) -> str | None:
    """The time of publication among a record's fields, as text."""
    named = [key for key in fields if _TIME.search(key)]
    order = {key: _time_rank(key) for key in named}
    for key in sorted(named, key=lambda name: order[name]):
        if text := _moment(fields[key]):
            return text
    for key, value in fields.items():
        if key.isdecimal() and isinstance(value, str) and len(value) <= 20 and (text := _moment(value)):
            return text
    return None


def _time_rank(key: str) -> tuple[bool, int]:
    place = next((number for number, word in enumerate(_TIME_ORDER) if word in key), len(_TIME_ORDER))
    return _NO_TIME.search(key) is not None, place


def _moment(value: Any) -> str | None:
    """A time as text: epoch seconds and milliseconds in Beijing time, text as it is written."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, list):
        if 3 <= len(value) <= 7 and all(isinstance(part, int) for part in value) and 1990 < value[0] < 2100:
            day = "-".join(f"{part:02d}" for part in value[:3])
            return f"{day} {':'.join(f'{part:02d}' for part in value[3:6])}".strip()
        return None
    text = clean_text(str(value)) if isinstance(value, str | int | float) else ""
    digits = re.fullmatch(r"(?:/?Date\()?(\d{10}|\d{13})(?:\.\d+)?(?:[+-]\d{4})?(?:\)/?)?", text)
    if digits:
        seconds = int(digits[1]) // (1000 if len(digits[1]) == 13 else 1)
        return f"{datetime.fromtimestamp(seconds, BEIJING):%Y-%m-%d %H:%M:%S}" if seconds in _EPOCH else None
    if match := re.fullmatch(r"((?:19|20)\d\d)([01]\d)([0-3]\d)(?:([0-2]\d)([0-5]\d)([0-5]\d))?", text):
        day = f"{match[1]}-{match[2]}-{match[3]}"
        return f"{day} {match[4]}:{match[5]}:{match[6]}" if match[4] else day
    if not 3 <= len(text) <= 40:
        return None
    if match := _AMERICAN.fullmatch(text):
        return f"{match[3]}-{int(match[1]):02d}-{int(match[2]):02d}{match[4] or ''}"
    if re.search(r"T\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$", text):
        try:
            return f"{datetime.fromisoformat(text).astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
        except ValueError:
            pass
    if find_stamp(text, fetched_at=_ANY_DAY) or re.fullmatch(r"[01]?\d[-/月.][0-3]?\d日?", text):
        return text
    return None
