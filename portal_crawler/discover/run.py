"""A discovery from the front page to the profile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from portal_crawler.article import Portal
from portal_crawler.discover.entrance import way_in
from portal_crawler.discover.lists import second_page
from portal_crawler.discover.numbered import find_pager
from portal_crawler.discover.records import Checked, Discovery
from portal_crawler.discover.selectors import Sample, derive_layout
from portal_crawler.discover.site import misleading_encoding, province, site_name
from portal_crawler.discover.survey import Found, Survey
from portal_crawler.discover.visits import Answer, BudgetSpent, Fetch, NoAnswer, Visits
from portal_crawler.extract import Page, article_of, refresh_target
from portal_crawler.portals import find_portal
from portal_crawler.urls import canonical_url

# Enough for a site of a dozen channels and those below them, and less than a reader's morning.
MOST_REQUESTS = 60
_MOST_ENTRANCES = 3
_WANTED = ("title", "published_at", "body")


class NoFrontPage(Exception):
    """The address gave no page to begin with, and why."""


def discover(
    url: str, fetch: Fetch, *, most_requests: int = MOST_REQUESTS, progress: Callable[[str], None] | None = None
) -> Discovery:
    """What a portal's front page and a sample of its pages show: its channels, each checked, and a profile.

    fetch: gives what an address answers or raises NoAnswer. progress: told each address before it is asked for.
    Raises NoFrontPage, and TargetError for what is no http(s) URL.
    """

    def told(address: str) -> Answer:
        if progress is not None:
            progress(address)
        return fetch(address)

    find_portal(url, profiles={})
    url = canonical_url(url)
    visits = Visits(told, most_requests)
    front = _front(url, visits)
    portal, _ = find_portal(front.url, profiles={})
    portal = replace(portal, name=site_name(front, portal.name), province=province(front), channels=())
    survey = Survey(visits, portal.hosts)
    survey.run(front, url, portal.name)
    checks = _Checks(visits, survey.found)
    checks.run()
    portal = replace(
        portal,
        encoding=misleading_encoding(visits.answers),
        pager=checks.pager,
        article_url=next((found.list.form for found in survey.found if found.list.form), None),
        channels=tuple(f.channel for f in survey.found),
    )
    if layout := derive_layout(checks.samples, portal):
        portal = replace(portal, layouts=(layout,))
    channels = checks.checked(portal)
    doubts = _doubts(survey, channels)
    portal = replace(portal, verified=bool(channels) and not doubts)
    return Discovery(portal, front.url, channels, tuple(survey.rejected), visits.used, doubts)


def _front(url: str, visits: Visits) -> Page:
    try:
        page = visits.page(url)
    except NoAnswer as error:
        raise NoFrontPage(f"{url}: {error}") from error
    for _ in range(_MOST_ENTRANCES):
        target = way_in(page)
        if target is None:
            break
        try:
            page = visits.page(target)
        except NoAnswer:
            break
    return page


class _Checks:
    """Second pages and articles of the channels, one of each while the budget lasts."""

    def __init__(self, visits: Visits, found: Sequence[Found]) -> None:
        self.pager: str | None = None
        self.samples: list[Sample] = []
        self._visits = visits
        self._found = found
        self._further: dict[str, int | None] = {}
        self._sample_of: dict[str, Sample] = {}
        self._trouble: dict[str, str] = {}

    def run(self) -> None:
        # One second page first, since a pager that does not lead on matters for all channels.
        first = next((found for found in self._found if found.list.has_next), None)
        if first is not None:
            self._read_second_page(first)
        elif self._found:
            longest = max(self._found, key=lambda found: len(found.entries))
            self.pager = find_pager(longest.url, (entry.url for entry in longest.entries), self._visits)
        for found in self._found:
            self._read_article(found)
        for found in self._found:
            if found is not first and found.list.has_next:
                self._read_second_page(found)

    def checked(self, portal: Portal) -> tuple[Checked, ...]:
        """The channels with what was seen of each, articles as the profile reads them."""
        return tuple(self._checked(found, portal) for found in self._found)

    def _checked(self, found: Found, portal: Portal) -> Checked:
        sample = self._sample_of.get(found.url)
        article = article_of([sample.page], portal=portal) if sample else None
        trouble = self._trouble.get(found.url)
        if article is not None and (missing := [name for name in _WANTED if not getattr(article, name)]):
            trouble = f"{article.url} gave no {' and no '.join(missing)}"
        return Checked(found.channel, len(found.entries), self._further.get(found.url), article, trouble)

    def _read_second_page(self, found: Found) -> None:
        try:
            self._further[found.url] = second_page(found.list, self._visits)
        except BudgetSpent:
            return
        except NoAnswer as error:
            self._trouble[found.url] = f"second page: {error}"
            return
        if self._further.get(found.url) == 0:
            self._trouble[found.url] = "the second page repeats the first"

    def _read_article(self, found: Found) -> None:
        """Read the first article of a channel that no other channel's sample is."""
        taken = {sample.page.url for sample in self.samples}
        entry = next((entry for entry in found.entries if entry.url not in taken), None)
        if entry is None:
            return
        try:
            page = self._visits.page(entry.url)
            target = refresh_target(page)
            page = page if target is None else self._visits.page(target)
        except BudgetSpent:
            return
        except NoAnswer as error:
            self._trouble[found.url] = f"{entry.url}: {error}"
            return
        sample = Sample(page, article_of([page]))
        self.samples.append(sample)
        self._sample_of[found.url] = sample


def _doubts(survey: Survey, channels: Sequence[Checked]) -> tuple[str, ...]:
    doubts = [f"{checked.channel.name}: {checked.trouble}" for checked in channels if checked.trouble]
    silent = [rejected for rejected in survey.rejected if rejected.unsettled]
    doubts += [f"{rejected.name} {rejected.url}: {rejected.reason}" for rejected in silent]
    if channels and all(checked.article is None for checked in channels):
        doubts.append("no article was read")
    return tuple(doubts)
