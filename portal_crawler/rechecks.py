"""Asking again for stored articles: what an answer means, and when it may be believed.

What an answer says of its article is queued at once. That an article is missing is only believed when the run has
seen all answers, since a portal that answers 404 everywhere is itself what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

from portal_crawler.archive import ArchiveError, read_exchange
from portal_crawler.article import BEIJING, Article, Capture, Portal
from portal_crawler.extract import Page, article_of, read_page
from portal_crawler.extract.absent import same_answer
from portal_crawler.extract.template import Template, parts_of, strip_article
from portal_crawler.store import Due, PageCapture, Store, Writer, due_articles, load_template
from portal_crawler.store.articles import CONTENT, find_capture
from portal_crawler.store.gone import is_outage
from portal_crawler.store.rechecks import put_doubt, put_missing, put_unanswered, put_unchanged, stamp

# At one request a second, re-checks take no more than some minutes of a run; what is left is due in the next one.
MOST_RECHECKS = 500
# A check that had no answer says nothing; it is made again, but not at once.
_WAIT = timedelta(hours=1)
# A time like 3小时前 or 昨天 is read anew with each visit; the first visit was the most exact.
_RELATIVE = re.compile(r"前|刚刚|剛剛|[今昨][天日]")
# Doubts about a page that its stored text had not: better the old text than a broken one.
_BROKEN = ("damaged_text", "too_large", "too_deep", "missing_page", "only_template")
# Less than this share of pairs of letters in common, and another title: another text altogether.
_KINSHIP = 0.2
_AGE = re.compile(r"(?P<count>\d{1,5})(?P<unit>[smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class _Doubtful:
    """An answer to be compared with the portal's answer to an address that does not exist."""

    due: Due
    article: Article
    captures: Sequence[PageCapture]
    page: Page
    doubt: str | None


class Rechecks:
    """The re-checks of one run. unchanged, revised, missing, doubtful, unanswered: how many, so far.

    on_answer: told of each answer its address and what it was: done, blocked or failed. archive: the archive's folder.
    """

    def __init__(
        self, store: Store, writer: Writer, archive: Path, portal: Portal, on_answer: Callable[[str, str], None]
    ) -> None:
        self._store = store
        self._writer = writer
        self._archive = archive
        self._portal = portal
        self._on_answer = on_answer
        self._asked: dict[str, Due] = {}
        self._missing: list[tuple[Due, str, str]] = []
        self._doubtful: list[_Doubtful] = []
        self._present_live = 0
        self._present_suspect = 0
        self.unchanged = 0
        self.revised = 0
        self.doubtful = 0
        self.unanswered = 0
        self.blocked = 0
        self.outage = False

    @property
    def missing(self) -> int:
        """How many articles the portal no longer has."""
        return len(self._missing)

    @property
    def answered(self) -> int:
        """How many re-checks had an answer that says something."""
        return self.unchanged + self.revised + self.doubtful + self.missing

    def begin(self, limit: int) -> list[Due]:
        """The articles to ask for in this run, at most `limit` of them."""
        due = due_articles(self._store, self._portal.id, min(limit, MOST_RECHECKS), schedule=self._writer.schedule)
        self._asked = {item.url: item for item in due}
        return due

    def ask_again(self, due: Due) -> None:
        """Ask for an article that something else than the clock has chosen."""
        self._asked[due.url] = due

    def is_asked(self, url: str) -> bool:
        """Whether an article's address is being re-checked."""
        return url in self._asked

    def find_unchanged(self, url: str, capture: Capture, etag: str | None, last_modified: str | None) -> None:
        """The portal has the article as it is stored: it says so itself (304), or it sent the same bytes."""
        due = self._answered(url)
        self._count_present(due)
        self.unchanged += 1
        self._writer.add_recheck(
            lambda connection, schedule: put_unchanged(
                connection, due.article_id, capture.fetched_at, schedule, etag, last_modified
            )
        )

    def find_missing(self, url: str, capture: Capture, reason: str) -> None:
        """The portal no longer has the article; believed at the end of the run."""
        self._missing.append((self._answered(url), capture.fetched_at, reason))

    def find_nothing(self, url: str, state: str) -> None:
        """There was no answer, or one that says nothing of the article. state: failed, blocked or skipped."""
        due = self._asked.pop(url)
        self._on_answer(url, state)
        # What robots.txt or the crawl's own rules forbid will be no better in an hour, and is nobody's failure.
        self.unanswered += state != "skipped"
        self.blocked += state == "blocked"
        self._postpone(due, timedelta(days=1) if state == "skipped" else _WAIT)

    def find_article(self, article: Article, captures: Sequence[PageCapture], page: Page) -> None:
        """The portal sent a page. page: the first one, parsed. article: what stands on it, less the template."""
        due = self._answered(article.url)
        article = _with_steady_time(article, due.values)
        doubt = _doubt_about(article, due.values)
        if doubt or _is_another(article, due.values):
            self._doubtful.append(_Doubtful(due, article, captures, page, doubt))
        else:
            self._accept(due, article, captures)

    def hosts_in_doubt(self) -> dict[str, str]:
        """For each host that sent doubtful pages, one of the articles' addresses."""
        return {urlsplit(item.due.url).netloc: item.due.url for item in self._doubtful}

    def judge(self, host: str, answer: Page | None) -> None:
        """Decide on a host's doubtful pages. answer: what it sends for an address that does not exist, None if 404."""
        mine = [item for item in self._doubtful if urlsplit(item.due.url).netloc == host]
        self._doubtful = [item for item in self._doubtful if urlsplit(item.due.url).netloc != host]
        for item in mine:
            if answer is not None and same_answer(item.page, answer):
                reason = "answers like any address that does not exist"
                self._missing.append((item.due, item.captures[0].capture.fetched_at, reason))
            elif item.doubt:
                self._flag(item, item.doubt)
            else:
                self._accept(item.due, item.article, item.captures)

    def forget(self) -> None:
        """Believe nothing of what is to be believed at the end of the run."""
        self._missing.clear()

    def close(self) -> None:
        """Believe the missing articles, or nothing of it when most of the portal is missing.

        Pages still in doubt are left: their articles stay due.
        """
        live = sum(due.values["state"] == "live" for due, _, _ in self._missing)
        suspect = sum(due.values["state"] == "suspect" for due, _, _ in self._missing)
        # That suspects are missing still is to be expected: by themselves they do not speak against the portal.
        self.outage = live * 2 > live + self._present_live and is_outage(
            live + suspect + self._present_live + self._present_suspect, live + suspect
        )
        for due, at, reason in self._missing:
            if self.outage:
                self._postpone(due)
            else:
                self._writer.add_recheck(
                    lambda connection, schedule, due=due, at=at, reason=reason: put_missing(  # type: ignore[misc]
                        connection, due.article_id, at, reason, schedule
                    )
                )

    def _answered(self, url: str) -> Due:
        self._on_answer(url, "done")
        return self._asked.pop(url)

    def _count_present(self, due: Due) -> None:
        self._present_live += due.values["state"] == "live"
        self._present_suspect += due.values["state"] == "suspect"

    def _postpone(self, due: Due, wait: timedelta = _WAIT) -> None:
        again = stamp(datetime.now(BEIJING) + wait)
        self._writer.add_recheck(lambda connection, _: put_unanswered(connection, due.article_id, again))

    def _flag(self, item: _Doubtful, doubt: str) -> None:
        self._count_present(item.due)
        self.doubtful += 1
        capture = item.captures[0].capture
        self._writer.add_recheck(
            lambda connection, schedule: put_doubt(
                connection,
                item.due.article_id,
                capture.fetched_at,
                doubt,
                find_capture(connection, capture),
                schedule,
            )
        )

    def _accept(self, due: Due, article: Article, captures: Sequence[PageCapture]) -> None:
        self._count_present(due)
        previous = None
        if _differs(article, due.values):
            # The rules or the template may have changed since, and not the article.
            previous = self._read_again(due)
        is_revised = _differs(article, previous) if previous else _differs(article, due.values)
        self.revised += is_revised
        self.unchanged += not is_revised
        self._writer.add_article(article, captures, previous)

    def _read_again(self, due: Due) -> Article | None:
        """What today's rules read on the pages of the last revision; None when they cannot be read any more."""
        pages = []
        try:
            for capture in due.captures:
                exchange = read_exchange(self._archive, capture.file, capture.offset, capture.length)
                pages.append(
                    read_page(
                        exchange.content(),
                        capture.url,
                        content_type=capture.content_type,
                        portal=self._portal,
                        fetched_at=exchange.fetched_at,
                    )
                )
        except ArchiveError:
            return None
        article = replace(article_of(pages, portal=self._portal), url=due.url)
        template = self._writer.template or load_template(self._store.connection, self._portal.id)
        if article.body and template:
            article = strip_article(article, Template.from_json(template), parts_of(article, pages))
        return None if _doubt_about(article, due.values) else _with_steady_time(article, due.values)


def parse_schedule(text: str) -> tuple[timedelta, ...]:
    """Ages written as `1h,1d,7d,30d`: whole numbers of seconds, minutes, hours or days. Raises ValueError."""
    ages = []
    for part in text.replace(" ", "").split(","):
        match = _AGE.fullmatch(part)
        if not match or not int(match["count"]):
            raise ValueError(f"{part!r} is no age, write ages as 1h,1d,7d,30d")
        ages.append(timedelta(seconds=int(match["count"]) * _SECONDS[match["unit"]]))
    return tuple(sorted(set(ages)))


def _differs(article: Article, other: Article | dict[str, object]) -> bool:
    values = other if isinstance(other, dict) else {name: getattr(other, name) for name in CONTENT}
    return any(getattr(article, name) != values[name] for name in CONTENT)


def _with_steady_time(article: Article, stored: dict[str, object]) -> Article:
    """The article with the stored time, if all that its page says now is how long ago that was."""
    if article.published_raw is None or not _RELATIVE.search(article.published_raw) or not stored["published_at"]:
        return article
    names = ("published_at", "published_precision", "published_raw")
    return replace(article, **{name: stored[name] for name in names})  # type: ignore[arg-type]


def _doubt_about(article: Article, stored: dict[str, object]) -> str | None:
    """Why a page cannot be the article's new state, None when it can."""
    if article.body is None and stored["body"] is not None:
        return "empty_body"
    if article.title is None and stored["title"] is not None:
        return "no_title"
    before = str(stored["warnings"])
    return next((name for name in _BROKEN if name in article.warnings and f'"{name}"' not in before), None)


def _is_another(article: Article, stored: dict[str, object]) -> bool:
    """Whether nothing of the stored article is left: an error page, or the portal has given its address away."""
    if article.title == stored["title"] or not article.body or not stored["body"]:
        return False
    here, there = (set(pairwise(text)) for text in (article.body, str(stored["body"])))
    return len(here & there) < _KINSHIP * min(len(here), len(there))
