"""What an answer is, when it is no page: blocked, failed or skipped, with the reason that the ledger keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar

from scrapy.exceptions import DownloadCancelledError
from scrapy.http import Response
from twisted.python.failure import Failure

from portal_crawler.article import Capture
from portal_crawler.items import ArticlePages
from portal_crawler.middlewares.addresses import ForbiddenAddress
from portal_crawler.middlewares.robots import RobotsForbid, RobotsRefused
from portal_crawler.middlewares.robots_txt import REFUSALS
from portal_crawler.settings import DOWNLOAD_MAXSIZE
from portal_crawler.urls import belongs_to

_Answer = TypeVar("_Answer", Response, Failure)
_Reader = Callable[[Any, _Answer], Iterable[Any] | None]

# Answers that say that the portal does not want this crawler now.
BLOCKED = frozenset((401, 403, 405, 407, 412, *REFUSALS))
# A wrong type on a page is common and harmless, but these are never one.
_NO_PAGES = (
    "image/",
    "video/",
    "audio/",
    "font/",
    "application/pdf",
    "application/zip",
    "application/msword",
    "application/vnd.",
)


def trouble_with(response: Response, hosts: tuple[str, ...]) -> tuple[str, str] | None:
    """State and reason for an answer that is no page, None for one that is."""
    if response.status in BLOCKED:
        return "blocked", f"http {response.status}"
    if not 200 <= response.status < 300:
        return "failed", f"http {response.status}"
    if not response.body.strip():
        return "failed", "empty answer"
    if encoding := response.headers.get(b"Content-Encoding"):
        return "failed", f"unknown content encoding {encoding.decode('latin-1')[:40]}"
    content_type = (response.headers.get(b"Content-Type") or b"").decode("latin-1").lower()
    if content_type.startswith(_NO_PAGES):
        return "skipped", f"content type {content_type.partition(';')[0]}"
    if not belongs_to(response.url, hosts):
        return "skipped", f"redirected to {response.url}"
    return None


def reason_of(failure: Failure) -> tuple[str, str]:
    """State and reason for a request that had no answer."""
    error = failure.value
    if isinstance(error, RobotsRefused):
        return "blocked", str(error)
    if isinstance(error, RobotsForbid | ForbiddenAddress):
        return "skipped", str(error)
    if isinstance(error, DownloadCancelledError):
        return "failed", f"exceeded {DOWNLOAD_MAXSIZE} bytes"
    return "failed", (f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)[:500]


def reading(callback: _Reader[_Answer]) -> Callable[[Any, _Answer], list[Any]]:
    """A spider's callback or errback that runs to its end at once, so that what it stores comes into one batch.

    The answer counts as read with that, or with the item that the callback gives, when that is stored.
    """

    @wraps(callback)
    def read(spider: Any, answer: _Answer) -> list[Any]:
        capture = answer.meta["capture"] if isinstance(answer, Response) else capture_of(answer)
        with spider.session.reading():
            results = list(callback(spider, answer) or ())
            items = [result for result in results if isinstance(result, ArticlePages)]
            for item in items:
                item.answer = capture
            if not items:
                spider.session.answers.close(capture)
        return results

    return read


def capture_of(failure: Failure) -> Capture | None:
    """The answer behind a failure, where there was one: a body that its encoding does not fit is archived, too."""
    capture: Capture | None = failure.request.meta.get("capture")  # type: ignore[attr-defined]
    return capture
