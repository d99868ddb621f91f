"""What one crawl of one portal holds while it lasts: lock, store, archive, writer and its figures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from portal_crawler.archive import ArchiveWriter, Compression, Exchange, recover
from portal_crawler.archive.unfinished import Unfinished
from portal_crawler.article import BEIJING, Article, Capture, Channel, Portal
from portal_crawler.hosts import Hosts
from portal_crawler.rechecks import Rechecks
from portal_crawler.settings import DOWNLOAD_DELAY
from portal_crawler.store import (
    SCHEDULE,
    Found,
    LooseEnds,
    OpenAnswers,
    PageCapture,
    Writer,
    count_pending,
    find_payload,
    finish_run,
    hosts_at_rest,
    last_capture_ends,
    loose_ends_of,
    open_store,
    start_run,
)
from portal_crawler.store.locks import take_lock
from portal_crawler.summary import RunSummary, outcome_of

# A batch is written when it has so many entries, or is half a second old. What is indexed together costs less: a sixth
# less than in batches of 100 (measured).
BATCH = 400


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """What a crawl is asked to do. since, until: days, both included. delay_s: seconds between requests to a host.

    recheck: whether to ask again for stored articles that are due; recheck_after: ages at which what this crawl
    stores or checks will be. archive_compression: of the segments that this crawl begins.
    """

    db: Path
    archive: Path
    channels: tuple[Channel, ...]
    since: date | None = None
    until: date | None = None
    limit: int | None = None
    full: bool = False
    deadline_s: float | None = None
    delay_s: float | None = None
    allow_private: bool = False
    recheck: bool = True
    recheck_after: tuple[timedelta, ...] = SCHEDULE
    archive_compression: Compression = "gzip"
    progress: Callable[[RunSummary], None] | None = field(default=None, compare=False)


class Session:
    """One crawl of one portal. Everything that the Scrapy side stores goes through it.

    Opening it takes the portal's lock, opens and migrates the database, cuts the archive back to what the
    database knows, and begins the run. Raises LockHeld, StorageError or ArchiveError.
    """

    def __init__(self, portal: Portal, options: CrawlOptions) -> None:
        self.portal = portal
        self.options = options
        self.started_at = datetime.now(BEIJING)
        self._began_s = monotonic()
        self.stopped_by: int | None = None
        self.fatal: Exception | None = None
        self.bugs: list[str] = []
        self.empty_channels: list[str] = []
        self.drifted_fields: list[str] = []
        self.listings = 0
        self.discovered = 0
        self.requests = 0
        self.bytes = 0
        self.asked_articles = 0
        self.timed_out = False
        self.on_stop: Callable[[], None] | None = None
        self.unreachable: list[str] = []
        self.traps: list[str] = []
        self.soft_404s = 0
        self._unsettled: dict[str, str] = {}
        self._closed = False
        # What is to be done once, when the crawl has come to its end.
        self.at_end: list[Callable[[], None]] = []
        self._is_whole = True
        self._lock = take_lock(options.db, portal.id)
        try:
            self.store = open_store(options.db)
            try:
                self.hosts = Hosts(_pause_s(portal, options), hosts_at_rest(self.store, portal.id))
                recover(options.archive, portal.id, last_capture_ends(self.store, portal.id))
                loose_ends = loose_ends_of(self.store, portal.id)
                self.archive = ArchiveWriter(
                    options.archive,
                    portal.id,
                    compression=options.archive_compression,
                    announce=lambda file: self.writer.add_segment(file),
                    find=lambda url, digest: find_payload(self.store, url, digest),
                    unfinished=_unfinished(loose_ends),
                )
                self.run_id = start_run(self.store, portal.id, [channel.url for channel in options.channels])
            except BaseException:
                self.store.close()
                raise
        except BaseException:
            self._lock.release()
            raise
        self.answers = OpenAnswers(self.run_id, loose_ends)
        self.writer = Writer(
            self.store,
            self.run_id,
            portal.id,
            before_commit=self.archive.sync,
            in_commit=self.answers.put,
            schedule=options.recheck_after,
        )
        self.rechecks = Rechecks(self.store, self.writer, options.archive, portal, self._count_refusals)

    def keep(self, exchange: Exchange, *, is_awaited: bool = True, before: Capture | None = None) -> Capture:
        """Archive an exchange and queue its row. An error of the disk is kept in `fatal` and ends the crawl.

        is_awaited: whether the spider is to read it. before: the answer that sent on to this one, or was no good.
        """
        try:
            capture = self.archive.write(exchange)
        except Exception as error:
            self.fatal = self.fatal or error
            self.stop()
            raise
        self.writer.add_capture(capture)
        self.answers.close(before)
        self.answers.add(capture, is_awaited=is_awaited)
        self.requests += 1
        self.bytes += len(exchange.body)
        self._flush_when_full()
        return capture

    def discover(self, found: Iterable[Found], kind: str, *, channel_id: int | None = None, walk: int = 0) -> list[str]:
        """Queue found addresses; gives the new ones."""
        new = self.writer.discover(found, kind, channel_id=channel_id, walk=walk)
        if kind == "article":
            self.discovered += len(new)
        self._flush_when_full()
        return new

    def settle(
        self, url: str, kind: str, state: str, reason: str | None = None, capture: Capture | None = None
    ) -> None:
        """Queue what became of an address."""
        self.writer.settle(url, kind, state, reason, capture)
        if state == "done":
            self._unsettled.pop(url, None)
        else:
            self._unsettled[url] = state
        self._count_refusals(url, state)
        self._flush_when_full()

    def defer(self, url: str, kind: str, reason: str) -> None:
        """Queue that an address waits for its host: no attempt was made, the next run makes it."""
        self.writer.settle(url, kind, "pending", reason)
        if reason not in self.unreachable:
            self.unreachable.append(reason)

    def name_trap(self, text: str) -> None:
        """Take note of where the crawl did not go on, since nothing is to be found there."""
        if text not in self.traps:
            self.traps.append(text)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is queued meanwhile comes into one batch: what an answer leads to is stored whole or not at all."""
        was_whole, self._is_whole = self._is_whole, False
        try:
            yield
        finally:
            self._is_whole = was_whole
        self._flush_when_full()

    def add_article(self, article: Article, pages: list[PageCapture]) -> None:
        """Queue an article with its pages."""
        self.writer.add_article(article, pages)
        self._unsettled.pop(article.url, None)
        self._count_refusals(article.url, "done")
        self._flush_when_full()

    def _count_refusals(self, url: str, state: str) -> None:
        """Stop asking a host that refuses everything: more requests would only harden it."""
        self.hosts.count(urlsplit(url).hostname or "", is_refusal=state == "blocked")

    def may_ask_for_article(self) -> bool:
        """Whether the limit of articles leaves room for one more; counts it when it does."""
        if self.options.limit is not None and self.asked_articles >= self.options.limit:
            return False
        self.asked_articles += 1
        return True

    @property
    def at_limit(self) -> bool:
        """Whether no more articles may be asked for."""
        return self.options.limit is not None and self.asked_articles >= self.options.limit

    def stop(self) -> None:
        """End the crawl: no further requests are made."""
        if self.on_stop is not None:
            self.on_stop()

    def flush(self, *, always: bool = False) -> None:
        """Write the batch. An error of the disk is kept in `fatal` and ends the crawl. always: though it be empty."""
        if self.fatal is not None:
            return
        try:
            self.writer.flush(always=always)
        except Exception as error:
            self.fatal = error
            self.stop()
            raise

    def summary(self) -> RunSummary:
        """The figures so far."""
        states = list(self._unsettled.values())
        soft_404s = [f"soft 404: {self.soft_404s} addresses answered 200 and hold no article"] if self.soft_404s else []
        return RunSummary(
            run_id=self.run_id,
            portal=self.portal.id,
            listings=self.listings,
            discovered=self.discovered,
            articles=self.writer.new_articles,
            updated=self.writer.new_revisions,
            failed=states.count("failed"),
            blocked=states.count("blocked") + self.rechecks.blocked,
            skipped=states.count("skipped"),
            rechecked=self.rechecks.answered,
            unchanged=self.rechecks.unchanged,
            revised=self.rechecks.revised,
            missing=self.rechecks.missing,
            doubtful=self.rechecks.doubtful,
            unanswered=self.rechecks.unanswered,
            requests=self.requests,
            bytes=self.bytes,
            seconds=round(monotonic() - self._began_s, 1),
            empty_channels=tuple(self.empty_channels),
            drifted_fields=tuple(self.drifted_fields),
            traps=(*self.traps, *soft_404s),
            resting=dict(self.hosts.resting),
        )

    def forget(self) -> None:
        """Leave undone what a run does at its end."""
        self.at_end.clear()
        self.rechecks.forget()

    def close(self) -> RunSummary:
        """Write what is left, complete the run's row, and let go of everything. Gives the final summary."""
        try:
            for step in self.at_end:
                step()
            self.rechecks.close()
            self.answers.end()
            self.flush(always=True)
        except Exception as error:
            self.fatal = error
        try:
            pending = count_pending(self.store, self.portal.id)
            summary = outcome_of(replace(self.summary(), pending=pending), self)
            self._finish(summary)
        except Exception as error:
            self.fatal = self.fatal or error
            summary = outcome_of(RunSummary(self.run_id, self.portal.id), self)
        finally:
            self._closed = True
            self._release()
        return summary

    def _finish(self, summary: RunSummary) -> None:
        finish_run(
            self.store,
            self.run_id,
            exit_code=summary.exit_code,
            outcome=summary.outcome,
            figures=summary.figures(),
            summary=summary.to_json(),
        )

    def _release(self) -> None:
        try:
            self.archive.close()
        except Exception as error:
            self.fatal = self.fatal or error
        finally:
            self.store.close()
            self._lock.release()

    def _flush_when_full(self) -> None:
        if self._is_whole and len(self.writer) >= BATCH:
            self.flush()


def _unfinished(loose_ends: Iterable[LooseEnds]) -> Unfinished:
    """What the archive is to say of runs before."""
    return Unfinished(
        frozenset(ends.file for ends in loose_ends if ends.file and not ends.has_ended),
        frozenset(spot for ends in loose_ends for spot in ends.unread),
    )


def _pause_s(portal: Portal, options: CrawlOptions) -> float:
    chosen = options.delay_s if options.delay_s is not None else portal.delay_s
    return DOWNLOAD_DELAY if chosen is None else chosen
