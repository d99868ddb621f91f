"""What a profile may say, and the records it becomes. Every key is known here, and every value is checked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

from lxml.cssselect import CSSSelector

from portal_crawler.article import Channel, Layout, Portal
from portal_crawler.portals.portal_id import id_problem
from portal_crawler.portals.site import is_on

_BRACED = re.compile(r"\{[^{}]*\}")
_PAGER_FIELDS = ("{page}", "{page-1}")
_ARTICLE_FIELDS = ("{id}",)
_HOST = re.compile(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9-]*[a-z0-9](?::\d{1,5})?")


class SchemaError(Exception):
    """A key or value that a profile must not have. place: the way to the key, see `place.line_of`."""

    def __init__(self, place: tuple[str | int, ...], message: str) -> None:
        super().__init__(message)
        self.place = place


def portal_from(table: Mapping[str, Any]) -> Portal:
    """The portal that a profile's parsed TOML describes. Raises SchemaError."""
    top = _Table(table, (), _names(Portal))
    portal_id = top.text("id", required=True)
    if problem := id_problem(portal_id):
        raise top.error("id", f"{portal_id!r} is no portal id: {problem}")
    hosts = top.texts("hosts")
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise top.error("hosts", f"{host!r} is no host name: lower case, no scheme, no path")
    return Portal(
        id=portal_id,
        name=top.text("name", required=True),
        province=top.text("province") or None,
        hosts=hosts,
        verified=top.flag("verified"),
        enabled=top.flag("enabled", default=True),
        channels=tuple(_channel(part, hosts) for part in top.tables("channels", _names(Channel))),
        layouts=tuple(_layout(part) for part in top.tables("layouts", _names(Layout))),
        encoding=_encoding(top),
        entries=top.selector("entries"),
        next_page=top.selector("next_page"),
        pager=_pager(top, hosts),
        article_url=_article_url(top, hosts),
        parts=top.selector("parts"),
        boilerplate=top.texts("boilerplate"),
        delay_s=top.seconds("delay_s"),
        lenient_tls=top.flag("lenient_tls"),
        browser=top.flag("browser"),
    )


def _names(record: type[Portal] | type[Channel] | type[Layout]) -> list[str]:
    return [field.name for field in fields(record)]


def _channel(table: _Table, hosts: tuple[str, ...]) -> Channel:
    """A channel; its name is the last of its path unless given."""
    path = table.texts("path")
    name = table.text("name") or (path[-1] if path else "")
    if not name:
        raise table.error("name", "a channel needs a 'name' or a 'path'")
    url = table.text("url", required=True)
    _check_address(table, "url", url, hosts)
    return Channel(name=name, path=path or (name,), url=url)


def _pager(table: _Table, hosts: tuple[str, ...]) -> str | None:
    """The pattern of a list's pages, which may be relative to the channel's address."""
    pattern = table.template("pager", _PAGER_FIELDS)
    if pattern and re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", pattern):
        _check_address(table, "pager", pattern, hosts)
    return pattern


def _article_url(table: _Table, hosts: tuple[str, ...]) -> str | None:
    pattern = table.template("article_url", _ARTICLE_FIELDS)
    if pattern:
        _check_address(table, "article_url", pattern, hosts)
    return pattern


def _check_address(table: _Table, key: str, url: str, hosts: tuple[str, ...]) -> None:
    """Refuse what is neither an http(s) URL on the portal's hosts nor a path from the root of its host."""
    if url.startswith("/") and not url.startswith("//"):
        return
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        raise table.error(key, f"{url!r} is no http(s) URL and no path that begins with '/'")
    if not is_on(url, hosts):
        raise table.error(key, f"{url!r} is on none of the portal's hosts: {', '.join(hosts) or '(none)'}")


def _layout(table: _Table) -> Layout:
    single = {name: table.selector(name) for name in table.known if name != "remove"}
    remove = table.texts("remove")
    for selector in remove:
        table.check_selector("remove", selector)
    return Layout(remove=remove, **single)


def _encoding(table: _Table) -> str | None:
    name = table.text("encoding")
    if not name:
        return None
    try:
        codecs.lookup(name)
    except LookupError:
        raise table.error("encoding", f"{name!r} is no encoding that Python knows") from None
    return name


class _Table:
    """One table of a profile: its values by key, each with the check that its kind asks for."""

    def __init__(self, values: Mapping[str, Any], place: tuple[str | int, ...], known: Iterable[str]) -> None:
        self.known = tuple(known)
        self._values = values
        self._place = place
        for key in values:
            if key not in self.known:
                nearest = get_close_matches(key, self.known, n=1)
                known = ", ".join(self.known)
                hint = f", did you mean {nearest[0]!r}?" if nearest else f"; known are {known}"
                raise self.error(key, f"unknown key {key!r}{hint}")

    def error(self, key: str, message: str) -> SchemaError:
        return SchemaError((*self._place, key), message)

    def text(self, key: str, *, required: bool = False) -> str:
        """A string, '' for an absent one."""
        value = self._values.get(key, "")
        if not isinstance(value, str):
            raise self.error(key, f"{key!r} must be a string")
        if not value.strip() and (required or key in self._values):
            raise self.error(key, f"{key!r} is empty" if key in self._values else f"{key!r} is missing")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(key, f"{key!r} must be a list of strings")
        return tuple(value)

    def flag(self, key: str, *, default: bool = False) -> bool:
        value = self._values.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"{key!r} must be true or false")
        return value

    def seconds(self, key: str) -> float | None:
        value = self._values.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 3600:
            raise self.error(key, f"{key!r} must be a number of seconds from 0 to 3600")
        return float(value)

    def selector(self, key: str) -> str | None:
        value = self.text(key)
        if not value:
            return None
        self.check_selector(key, value)
        return value

    def template(self, key: str, known: tuple[str, ...]) -> str | None:
        """An address with at least one of the known placeholders and no other braces."""
        value = self.text(key)
        if not value:
            return None
        for name in _BRACED.findall(value):
            if name not in known:
                nearest = get_close_matches(name, known, n=1)
                hint = f"did you mean {nearest[0]!r}?" if nearest else f"known is {' and '.join(known)}"
                raise self.error(key, f"{value!r} has an unknown placeholder {name!r}, {hint}")
        if re.search(r"[{}]", _BRACED.sub("", value)):
            raise self.error(key, f"{value!r} has a brace that belongs to no placeholder")
        if not any(name in value for name in known):
            raise self.error(key, f"{value!r} must have {' or '.join(known)} in it")
        return value

    def check_selector(self, key: str, value: str) -> None:
        try:
            CSSSelector(value)
        except Exception as error:  # cssselect and lxml each have several of their own
            raise self.error(key, f"{value!r} is no CSS selector: {error}") from None

    def tables(self, key: str, known: Iterable[str]) -> list[_Table]:
        value = self._values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self.error(key, f"{key!r} must be an array of tables: [[{key}]]")
        names = list(known)
        return [_Table(item, (key, number), names) for number, item in enumerate(value)]
