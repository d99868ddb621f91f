"""What a crawl tells on standard error: lines for a person, or one JSON object a line, safe to read either way."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import traceback
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from portal_crawler.archive import ArchiveError
from portal_crawler.article import BEIJING
from portal_crawler.cli.errors import BUG, STORAGE, USAGE
from portal_crawler.extensions.journal import JOURNAL
from portal_crawler.portals import ProfileError, TargetError
from portal_crawler.store import StorageError

# Controls, bidirectional marks and what else shows as nothing: they drive a terminal, forge lines or reorder them.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_USERINFO = re.compile(r"//[^/?#\s]*@")
_HEADERS = re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookies?|x-api-key)(['\"]?\s{0,4}[:=]).*")
_PARAMETERS = re.compile(
    r"(?i)([?&;][\w.-]{0,40}(?:token|passw(?:or)?d|pwd|secret|sess(?:ion)?_?id|api_?key|auth|ticket)=)[^&#;\s\"'<>]*"
)
_MOST = 4000
_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "event", "url", "portal", "taskName"}


def redacted(text: str) -> str:
    """Text without what logs must not hold: users and passwords in URLs, cookies, credentials, session numbers."""
    if len(text) > _MOST:
        text = f"{text[:_MOST]} …"
    text = _USERINFO.sub("//***@", text)
    text = _PARAMETERS.sub(r"\1***", text)
    return _HEADERS.sub(r"\1\2 ***", text)


def escaped(text: str) -> str:
    """Text for one line of a log: every character that does not show as itself is written as \\uXXXX."""
    return _UNSEEN.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    units = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def json_line(fields: dict[str, Any]) -> bytes:
    """An event as one line of JSON in UTF-8, redacted and escaped."""
    return escaped(json.dumps(_clean(fields), ensure_ascii=False)).encode()


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        return {str(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else redacted(str(value))


class _Lines(logging.Handler):
    """Writes records to standard error. A log that cannot be written is no reason to stop."""

    def __init__(self, portal: str | None) -> None:
        super().__init__(logging.WARNING)
        self.portal = portal

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(Exception):
            self.write(record)

    def write(self, record: logging.LogRecord) -> None:
        raise NotImplementedError


class JsonLines(_Lines):
    """Every event of a crawl, and what libraries warn of, as JSON."""

    def __init__(self, portal: str | None) -> None:
        super().__init__(portal)
        self.setLevel(logging.INFO)
        self.addFilter(lambda record: record.name == JOURNAL or record.levelno >= logging.WARNING)

    def write(self, record: logging.LogRecord) -> None:
        own = record.name == JOURNAL
        fields: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, BEIJING).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "portal": getattr(record, "portal", self.portal),
            "event": getattr(record, "event", "log"),
        }
        if url := getattr(record, "url", None):
            fields["url"] = url
        if message := record.getMessage():
            fields["message"] = message
        if not own:
            fields["logger"] = record.name
        else:
            fields |= {key: value for key, value in vars(record).items() if key not in _PLAIN}
        if record.exc_info and record.exc_info[0]:
            fields["trace"] = "".join(traceback.format_exception(*record.exc_info))[-_MOST:]
        click.echo(json_line(fields), err=True)


class TextLines(_Lines):
    """What libraries warn of, a line each. The crawl's own events show as progress and in the last line."""

    def __init__(self, portal: str | None) -> None:
        super().__init__(portal)
        self.addFilter(lambda record: record.name != JOURNAL)

    def write(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if record.exc_info and record.exc_info[0]:
            text += "\n" + "".join(traceback.format_exception(*record.exc_info))
        for line in text.splitlines():
            click.echo(escaped(redacted(f"{record.levelname}: {line}")), err=True)


def start_logging(*, as_json: bool, portal: str | None = None) -> None:
    """Send what is logged in this process to standard error. portal: which one all of it is about."""
    for handler in [handler for handler in logging.root.handlers if isinstance(handler, _Lines)]:
        logging.root.removeHandler(handler)
    logging.root.addHandler(JsonLines(portal) if as_json else TextLines(portal))
    logging.getLogger(JOURNAL).setLevel(logging.INFO)


def tell(event: str, message: str = "", *, level: int = logging.INFO, **fields: Any) -> None:
    """Log one event of a crawl, with `portal`, `url` and other fields where there are some."""
    logging.getLogger(JOURNAL).log(level, "%s", message, extra={"event": event, **fields})


def relay(line: str) -> None:
    """Pass on a line that another process has logged as JSON."""
    with contextlib.suppress(Exception):
        click.echo(escaped(line).encode(), err=True)


@contextlib.contextmanager
def errors_as_json() -> Iterator[None]:
    """An error that ends the command as a last event, where `main` would print text; the exit code is the same."""
    try:
        yield
    except (click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except (ProfileError, TargetError) as error:
        _end(str(error), USAGE)
    except (StorageError, ArchiveError) as error:
        _end(str(error), STORAGE)
    except click.ClickException as error:
        _end(error.format_message(), error.exit_code)
    except Exception as error:
        tell("error", f"bug: {type(error).__name__}: {error}", level=logging.CRITICAL, exc_info=True)
        raise click.exceptions.Exit(BUG) from error


def _end(message: str, code: int) -> None:
    tell("error", message, level=logging.ERROR, exit_code=code)
    raise click.exceptions.Exit(code)
