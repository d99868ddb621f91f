"""The addresses that a listing page's scripts ask for their list, and how they link its records.

Nothing is executed. A script is searched for calls that fetch, their addresses are put together from its literals
and the values it gives its names, and the most promising come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote, urlsplit

from portal_crawler.extract.addresses import FILES
from portal_crawler.extract.literals import GAP, PAGE_END, PAGE_START, UNKNOWN, PageNumber, read_value
from portal_crawler.extract.page import Page
from portal_crawler.extract.page_links import absolute
from portal_crawler.extract.script_names import MOST_SCRIPT, ScriptNames, counts_pages, inline_scripts

# No list page needs more tries; each is a request to the portal.
MOST_REQUESTS = 12
# What a call is given; a list of articles is not sent.
_MOST_VALUES = 500
_MOST_CALLS = 500
_CALL = re.compile(
    r"(?<![\w$.])(?P<name>[\w$.]{0,60}(?:fetch|getJSON|ajax|axios|jsonp|request|https?|getScript|loadScript|loadJs|load|get|open))\s*\(\s*",
    re.I,
)
_BASE = re.compile(
    r"(?<![\w$])(?:base_?(?:url|api|path)|(?:api|host|root)_?(?:base|root|host|url))['\"]?\s{0,9}[:=]\s{0,9}"
    r"['\"`]((?:https?:)?//[^'\"`\s]{3,200}|/[\w/-]{2,80})['\"`]",
    re.I,
)
_SOURCE = re.compile(r"\.src\s*=\s*(?=['\"`\w])")
_PARTS = re.compile(
    r"(?<![\w$])['\"]?(?P<key>url|data|params|type|method|dataType|jsonp|jsonpCallback)['\"]?\s*+(?::\s*+|(?=[,}]))"
)
_DATA_FILE = re.compile(r"""["'`](?P<url>[^"'`\s<>(){}]{1,300}?\.(?:json|jsonp)(?:\?[^"'`\s<>]{0,200})?)["'`]""", re.I)
_LIST_FILE = re.compile(r"(?:callback|jsonp|cb)=|\.jsonp?\b|/\w{0,60}(?:list|news|data)[\w-]{0,60}\.js(?:\?|$)", re.I)
_PROMISING = re.compile(r"list|news|article|json|api|channel|content|cms|column|page|doc|info|node|more|data", re.I)
# What a list page asks for beside its list.
_OTHER = re.compile(
    r"(?<![a-z])(?:hot\w*|rank\w*|ads?|advert\w*|banner\w*|slide\w*|weather\w*|tianqi|comments?|count\w*|stat|stats|statistics?|"
    r"clicks?|hits?|login|vote\w*|share|related|recommend\w*|tuijian|track|token|captcha|friendlinks?)(?![a-z])",
    re.I,
)
_UNPROMISING = re.compile(
    r"user|search|config|menu|nav|video|wx|weixin|log[/?.]|online|link|tag|top|foot|head|theme|lang|geo|ip[/?.]|area",
    re.I,
)
_LIBRARY = re.compile(
    r"jquery|vue|react|swiper|bootstrap|echarts|layui|layer|lodash|moment|polyfill|\.min\.js|axios|share|stat|baidu|analytics|"
    r"qrcode|cnzz|hm\.js|count|ad[_/.-]|video|player|weixin|jweixin|slide|lazyload|html5|respond|md5|crypto|iscroll|pace|init",
    re.I,
)


@dataclass(frozen=True, slots=True)
class ListRequest:
    """An address that may give a list. pager: the same with `{page}` in the place of the number that pages."""

    url: str
    pager: str | None = None
    trust: int = 0


def list_requests(page: Page) -> tuple[str, ...]:
    """Absolute URLs that the page's scripts ask for lists, the most promising first."""
    return tuple(request.url for request in scripted_requests(page))


def scripted_requests(page: Page, scripts: Iterable[str] = ()) -> tuple[ListRequest, ...]:
    """The requests of the page's scripts and of further ones that the page loads, the most promising first."""
    texts = [*inline_scripts(page), *scripts]
    names = ScriptNames(page)
    for text in texts:
        names.read(text[:MOST_SCRIPT])
    found: dict[str, ListRequest] = {}
    bases = {match[1].rstrip("/"): None for text in texts for match in islice(_BASE.finditer(text[:MOST_SCRIPT]), 5)}
    asked = list(_asked(texts, names))
    based = [
        (f"{base}{raw}", trust + 1)
        for base in bases
        for raw, trust in asked
        if re.match(r"/(?!/)", raw) and base not in raw
    ]
    for raw, trust in [*based, *asked, *_elements(page)]:
        for request in _other_starts(_request(page, raw, trust)):
            if request.url not in found or found[request.url].trust < request.trust:
                found[request.url] = request
    return tuple(sorted(found.values(), key=lambda request: -request.trust))[:MOST_REQUESTS]


def loaded_scripts(page: Page) -> tuple[str, ...]:
    """Absolute URLs of the scripts a page loads that may hold its requests; libraries are not among them."""
    found = []
    for element in page.root.iter("script"):
        source = (element.get("src") or "").strip()
        if not source or _LIBRARY.search(source.rpartition("/")[2]) or _LIST_FILE.search(source):
            continue
        try:
            found.append(absolute(page, source))
        except ValueError:
            continue
    # What is a page's own stands last.
    return tuple(dict.fromkeys(reversed(found)))


def _asked(texts: list[str], names: ScriptNames) -> Iterator[tuple[str, int]]:
    for text in texts:
        text = text[:MOST_SCRIPT]
        for match in islice(_CALL.finditer(text), _MOST_CALLS):
            if re.search(r"function\s+$", text[max(0, match.start() - 12) : match.start()]):
                continue
            if raw := _called(text, match.end(), match["name"].lower(), names):
                yield raw, 10
        for match in islice(_SOURCE.finditer(text), _MOST_CALLS):
            raw = _expression(text, match.end(), names)
            if isinstance(raw, str) and _LIST_FILE.search(raw):
                yield raw, 6
        for match in islice(_DATA_FILE.finditer(text), _MOST_CALLS):
            # A piece of a sum is no address.
            if "+" not in text[max(0, match.start() - 3) : match.start()] + text[match.end() : match.end() + 3]:
                yield match["url"], 2


def _expression(text: str, start: int, names: ScriptNames) -> Any:
    try:
        return read_value(text, start, names, names.lookup, most=_MOST_VALUES)[0]
    except ValueError:
        return UNKNOWN


def _called(text: str, start: int, name: str, names: ScriptNames) -> str | None:
    """The address that a call asks for, with its parameters; None for what sends or is no request."""
    if "post" in name:
        return None
    url = _expression(text, start, names)
    if text[start : start + 1] == "{" or isinstance(url, dict):
        options = url if isinstance(url, dict) and "url" in url else _options(text, start, names)
        url = options.get("url")
        if str(options.get("type") or options.get("method") or "get").lower() not in ("get", "jsonp"):
            return None
        parameters = {**_dict(options.get("params")), **_dict(options.get("data"))}
        if str(options.get("dataType")).lower() == "jsonp" or "jsonpCallback" in options:
            given = options.get("jsonpCallback")
            key = options.get("jsonp")
            parameters[key if isinstance(key, str) else "callback"] = given if isinstance(given, str) else "callback"
        return _with(url, parameters) if isinstance(url, str) else None
    rest = start
    try:
        _, rest = read_value(text, start, names, names.lookup, most=_MOST_VALUES)
    except ValueError:
        return None
    following = re.match(r"\s*,\s*", text[rest : rest + 40])
    if name.endswith("open"):
        if not following or not isinstance(url, str) or url.upper() != "GET":
            return None
        url = _expression(text, rest + following.end(), names)
        return url if isinstance(url, str) else None
    if not isinstance(url, str):
        return None
    parameters = {}
    if following:
        at = rest + following.end()
        options = _options(text, at, names) if text[at : at + 1] == "{" else {}
        if str(options.get("method") or options.get("type") or "get").lower() != "get":
            return None
        second = _expression(text, at, names)
        if "params" in options or "data" in options:
            parameters = {**_dict(options.get("params")), **_dict(options.get("data"))}
        elif not {"method", "headers", "type"} & options.keys() and isinstance(second, dict) and "fetch" not in name:
            parameters = second
    if "jsonp" in name and "callback" not in url:
        parameters = {**parameters, "callback": "callback"}
    return _with(url, parameters)


def _options(text: str, start: int, names: ScriptNames) -> dict[str, Any]:
    """The options of a call that describe its request; what it does with the answer is not read."""
    found: dict[str, Any] = {}
    end = _closing(text, start)
    for match in _PARTS.finditer(text, start, end):
        if match["key"] not in found:
            if text[match.end() - 1 : match.end()] in ":" or ":" in match[0]:
                value = _expression(text, match.end(), names)
            else:
                value = names.get(match["key"], UNKNOWN)
            if value is not UNKNOWN:
                found[match["key"]] = value
    return found


def _closing(text: str, start: int) -> int:
    depth = 0
    for at in range(start, min(len(text), start + 4000)):
        if text[at] == "{":
            depth += 1
        elif text[at] == "}":
            depth -= 1
            if depth == 0:
                return at + 1
    return min(len(text), start + 4000)


def _dict(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        pairs = [part.partition("=") for part in value.lstrip("?&").split("&")]
        return {key: text for key, _, text in pairs if key}
    return value if isinstance(value, dict) else {}


def _with(url: str, parameters: dict[str, Any]) -> str:
    """An address with parameters added as a query; what is not known is left out."""
    pieces = []
    for key, value in parameters.items():
        if isinstance(value, bool):
            value = str(value).lower()
        if (
            isinstance(value, int)
            and not isinstance(value, bool)
            and (isinstance(value, PageNumber) or counts_pages(key))
        ):
            pieces.append(f"{key}={PAGE_START}{int(value)}{PAGE_END}")
        elif isinstance(value, int | float | str):
            text = str(value)
            pieces.append(f"{key}={text if PAGE_START in text or GAP in text else quote(text, safe=',:/')}")
        elif counts_pages(key):
            pieces.append(f"{key}={PAGE_START}1{PAGE_END}")
    if not pieces:
        return url
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(pieces)}"


def _elements(page: Page) -> Iterator[tuple[str, int]]:
    for element in page.root.iter("script"):
        source = (element.get("src") or "").strip()
        if source and _LIST_FILE.search(source):
            yield source, 4
    for element in page.root.iter("iframe"):
        source = (element.get("src") or "").strip()
        if source and not source.startswith(("about:", "javascript:", "data:")):
            yield source, 0


def _other_starts(request: ListRequest | None) -> Iterator[ListRequest]:
    """A request, and the same from the first page where its script begins elsewhere.

    A script that counts before it asks begins at 0, one that adds to a list shown already at 2.
    """
    if request is None:
        return
    yield request
    if request.pager:
        first = request.pager.replace("{page}", "1")
        number = re.fullmatch(re.escape(request.pager).replace(re.escape("{page}"), r"(\d+)"), request.url)
        if number and number[1] != "1":
            yield ListRequest(first, request.pager, request.trust - 1 if number[1] == "0" else request.trust + 1)


def _request(page: Page, raw: str, trust: int) -> ListRequest | None:
    raw = raw.strip()
    head, _, query = raw.partition("?")
    if GAP in head or not head or len(raw) > 1500 or any(character.isspace() for character in raw):
        return None
    # What is different each time: `_=` and the time, a random number.
    parts = [part for part in query.split("&") if part and GAP not in part]
    parts = [part[:-1] + "callback" if part.endswith("=?") else part for part in parts]
    raw = f"{head}?{'&'.join(parts)}" if parts else head
    if not re.search(r"[/.?]", raw):
        return None
    try:
        plain = absolute(page, raw.replace(PAGE_START, "").replace(PAGE_END, ""))
        split = urlsplit(plain)
        _ = split.port
    except ValueError:
        return None
    path = split.path.removesuffix(".js")
    if split.scheme not in ("http", "https") or not split.hostname or FILES.search(path) or plain == page.url:
        return None
    pager = None
    if raw.count(PAGE_START) == 1:
        # Marks for the number that no address changes when it is made absolute.
        marked = re.sub(f"{PAGE_START}\\d+{PAGE_END}", "PAGE0NUMBER", raw)
        pager = absolute(page, marked).replace("PAGE0NUMBER", "{page}")
    address = f"{split.path}?{split.query}"
    if _OTHER.search(address):
        return None
    trust += 3 if pager else 0
    trust += 2 if _PROMISING.search(address) else 0
    trust -= 4 if _UNPROMISING.search(address) else 0
    if split.path.endswith(".js") and trust < 6 and not _LIST_FILE.search(raw):
        return None
    return ListRequest(plain, pager, trust)
