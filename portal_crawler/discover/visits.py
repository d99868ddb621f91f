"""The requests of one discovery: within a budget, by robots.txt, no address twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from portal_crawler.extract import Page, read_page
from portal_crawler.middlewares.robots_txt import rules_in, rules_without
from portal_crawler.settings import USER_AGENT
from portal_crawler.urls import canonical_url


class NoAnswer(Exception):
    """An address that gave no page, and why. status: of the HTTP answer. forbidden: by robots.txt."""

    def __init__(self, reason: str, status: int | None = None, *, forbidden: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.forbidden = forbidden


class BudgetSpent(NoAnswer):
    """An address that was not asked for, since as many requests as permitted were made."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address answered. url: where redirects led. body: with its content encoding undone."""

    url: str
    body: bytes
    content_type: str | None


Fetch = Callable[[str], Answer]


class Visits:
    """Fetches a portal's pages. `used` counts every request, those for robots.txt included."""

    def __init__(self, fetch: Fetch, most: int) -> None:
        self.used = 0
        self.answers: list[Answer] = []
        self._fetch = fetch
        self._most = most
        self._robots: dict[str, Protego | str] = {}
        self._known: dict[str, Answer | NoAnswer] = {}

    @property
    def left(self) -> int:
        """How many requests the budget leaves."""
        return self._most - self.used

    def answer(self, url: str) -> Answer:
        """What an address answers. Raises NoAnswer, also where robots.txt forbids it; BudgetSpent."""
        try:
            key = canonical_url(url)
        except ValueError as error:
            raise NoAnswer(str(error)) from error
        if key not in self._known:
            try:
                self._obey(key)
                self._known[key] = self._ask(url)
                self.answers.append(self._known[key])  # type: ignore[arg-type]
            except BudgetSpent:
                raise
            except NoAnswer as error:
                self._known[key] = error
        known = self._known[key]
        if isinstance(known, NoAnswer):
            raise known
        return known

    def page(self, url: str) -> Page:
        """The page at an address. Raises NoAnswer like `answer`."""
        answer = self.answer(url)
        return read_page(answer.body, answer.url, content_type=answer.content_type)

    def _ask(self, url: str) -> Answer:
        if self.left <= 0:
            raise BudgetSpent(f"not asked for: {self._most} requests were made")
        self.used += 1
        return self._fetch(url)

    def _obey(self, url: str) -> None:
        split = urlsplit(url)
        place = f"{split.scheme}://{split.netloc}"
        if place not in self._robots:
            self._robots[place] = self._rules(place)
        rules = self._robots[place]
        if isinstance(rules, str):
            raise NoAnswer(f"robots.txt unavailable: {rules}")
        if not rules.can_fetch(url, USER_AGENT):
            raise NoAnswer("robots.txt forbids it", forbidden=True)

    def _rules(self, place: str) -> Protego | str:
        """A host's rules, or why they cannot be had: then it is not to be crawled (RFC 9309, section 2.3.1.4)."""
        try:
            answer = self._ask(f"{place}/robots.txt")
        except NoAnswer as error:
            return rules_without(error.status) or str(error)
        return rules_in(answer.body)
