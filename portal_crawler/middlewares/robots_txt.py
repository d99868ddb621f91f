"""What an answer to robots.txt means (RFC 9309), for all who ask for one."""

from __future__ import annotations

from protego import Protego

# RFC 9309, section 2.5: at least this much must be read, and more need not be.
_MOST_BYTES = 500 * 1024
# What wants longer pauses wants no crawl; 30 s are 2,880 pages a day.
_MOST_DELAY_S = 30.0
# Answers to robots.txt that every page would get, too.
REFUSALS = (429, 512, 521)


def rules_in(body: bytes) -> Protego:
    """The rules of a robots.txt; of a long one, those of its beginning."""
    if len(body) > _MOST_BYTES:
        # Without a line that was cut: half of an address forbids more than the whole.
        body = body[:_MOST_BYTES].rpartition(b"\n")[0]
    return Protego.parse(body.decode("utf-8-sig", "replace"))


def rules_without(status: int | None) -> Protego | None:
    """The rules of a host whose robots.txt was answered by a status that is no success; None forbids all for now.

    Sections 2.3.1.2 to 2.3.1.4: what is not there, or redirects without end, forbids nothing; what does not work does.
    """
    free = status is not None and 300 <= status < 500 and status not in REFUSALS
    return Protego.parse("") if free else None


def rules_behind_redirects() -> Protego:
    """The rules of a host whose robots.txt redirects more than five times: as of one that has none."""
    return Protego.parse("")


def wanted_delay_s(rules: Protego, agent: str) -> float:
    """The seconds between requests that a host's rules ask for, within reason; 0 where they ask for none."""
    wanted_s = float(rules.crawl_delay(agent) or 0)
    # Neither a number below zero nor one that is none is a delay.
    return min(wanted_s, _MOST_DELAY_S) if wanted_s > 0 else 0.0
