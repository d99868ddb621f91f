"""Times as Chinese pages print them, exact to the precision shown.

Pages print Beijing time without naming a zone. What the pattern reads is taken as printed; nothing is rounded up
or filled in: a page that shows minutes gives minutes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from portal_crawler.article import BEIJING

# The web in China is younger than this, and a portal does not print dates of its future.
_FIRST_YEAR, _LAST_YEAR = 1994, 2099


@dataclass(frozen=True, slots=True)
class Stamp:
    """A printed time. value: ISO 8601 with +08:00, seconds only where the page shows them.

    precision: second, minute or day; a day is written as its first minute, and only the precision tells the two
    apart, so that every value has one form and sorts as text.
    """

    value: str
    precision: str
    raw: str


_CLOCK: Final = r"(?P<hour>[0-2]?\d)\s*+(?::|时|點|点)\s*+(?P<minute>[0-5]?\d)(?:\s*+(?::|分)\s*+(?P<second>[0-5]\d))?"
_BETWEEN: Final = (
    r"日?\s*+(?:[(（]?\s*+(?:星期|周)[一二三四五六日天]\s*+[)）]?)?[T\s,，]*+"
    r"(?:(?P<half>上午|下午|晚上|凌晨|中午)\s*+)?"
)
_FULL: Final = re.compile(
    r"(?<![\d.])(?P<year>(?:19|20)\d\d)(?:\s*+[-/.年]\s*+|\s++)(?P<month>[01]?\d)\s*+[-/.月]\s*+(?P<day>[0-3]?\d)(?:(?=\d\d:)|(?!\d))"
    rf"日?(?:{_BETWEEN}{_CLOCK})?(?P<zone>\s*+(?:[+-]\d\d:?\d\d|Z)(?!\d))?"
)
_COMPACT: Final = re.compile(r"(?<!\d)(?P<year>20\d\d)(?P<month>[01]\d)(?P<day>[0-3]\d)(?!\d)")
# The patterns begin with what they seek, which is found much faster, and look back from behind it.
_SHORT_YEAR: Final = re.compile(
    rf"(?P<year>\d(?<![\d.:]\d)\d)(?P<join>[-/.])(?P<month>[01]?\d)(?P=join)(?P<day>[0-3]?\d)(?!\d)(?:{_BETWEEN}{_CLOCK})?"
)
_NO_YEAR: Final = re.compile(
    rf"(?P<month>\d(?<![\d年./-]\d)(?<!\d:\d)(?:(?<=[01])\d)?)\s*+[-/月]\s*+(?P<day>[0-3]\d|\d(?!\d))\s*+日?\s*+{_CLOCK}"
)
_DAY_NAME: Final = re.compile(rf"(?P<name>今天|今日|昨天|昨日|前天|前日)\s*+{_CLOCK}")
_AGO: Final = re.compile(r"(?P<count>\d{1,3})\s*(?P<unit>秒|分钟|分鐘|小时|小時|天)\s*(?:之)?前|(?P<now>刚刚|剛剛)")
_HAN_DATE: Final = re.compile(
    r"(?P<year>[一二][〇○零九八七六五四三二一]{3})年(?P<month>[一二三四五六七八九十]{1,2})月(?P<day>[一二三四五六七八九十]{1,3})日"
)
_HAN_DIGITS: Final = {c: i for i, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_WIDE: Final = str.maketrans("０１２３４５６７８９：－／．　\xa0", "0123456789:-/.  ")
_HAS_WIDE: Final = re.compile("[０-９：－／．\u3000\xa0]")
_MAY_HOLD_TIME: Final = re.compile(r"\d|月|刚刚|剛剛")
_DAYS_BACK: Final = {"今": 0, "昨": 1, "前": 2}


def find_stamp(text: str, *, fetched_at: datetime | None = None, year: int | None = None) -> Stamp | None:
    """The first time printed in a short text, or None.

    fetched_at: aware time of the fetch, without which 昨天 and 3小时前 say nothing. year: what a date without a
    year belongs to, as another place of the page says; without both, such a date is None, not a guess.
    """
    return _find(text, fetched_at, year) if _MAY_HOLD_TIME.search(text) else None


@lru_cache(maxsize=256)
def _find(text: str, fetched_at: datetime | None, year: int | None) -> Stamp | None:
    """Remembered, since headline, meta line and publish time are looked for in the same lines."""
    text = _narrow(text)
    for pattern in _dated(text):
        for match in pattern.finditer(text):
            if (stamp := _stamp(match, int(match["year"]))) is not None:
                return stamp
    if written := _HAN_DATE.search(text):
        return _han_stamp(written, text)
    if (fetched_at or year) and (short := _NO_YEAR.search(text)):
        return _without_year(short, fetched_at, year)
    if fetched_at is not None:
        return _relative(text, fetched_at)
    return None


def read_unusual(text: str, fetched_at: datetime | None = None) -> Stamp | None:
    """A time in a form that no pattern here knows (19 Nov 2021 20:09), from behind a label that says it is one.

    dateparser is the last resort: it costs hundreds of times a pattern. Strict, so that a month alone or a clock
    alone gives nothing instead of today's day.
    """
    if not re.search(r"\d", text) or len(text.strip()) < 6:
        return None
    import dateparser

    base = fetched_at.astimezone(BEIJING).replace(tzinfo=None) if fetched_at else None
    settings = {"STRICT_PARSING": True, "TIMEZONE": "Asia/Shanghai", "RETURN_AS_TIMEZONE_AWARE": False}
    moment = dateparser.parse(
        text.strip(), languages=["zh", "en"], settings=settings | ({"RELATIVE_BASE": base} if base else {})
    )
    if moment is None or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        return None
    clocks = re.findall(r"\d[:：时]\s*\d{1,2}(?:[:：分]\s*\d{1,2})?", text)
    precision = "day" if not clocks else "second" if re.search(r"\d[:：时]\s*\d{1,2}[:：分]\s*\d", text) else "minute"
    return _cut(moment.replace(tzinfo=BEIJING), precision, text.strip())


def find_compact_date(text: str) -> Stamp | None:
    """A date written as eight digits, as meta elements and addresses have it."""
    for match in _COMPACT.finditer(text):
        if (stamp := _stamp(match, int(match["year"]))) is not None:
            return stamp
    return None


def without_stamps(text: str) -> str:
    """A line with its times cut out, also those that only a fetch time completes; each leaves a tab."""
    if not _MAY_HOLD_TIME.search(text):
        return text
    text = _narrow(text)
    patterns = [*_dated(text), _NO_YEAR]
    if "年" in text:
        patterns.append(_HAN_DATE)
    if "天" in text or "日" in text:
        patterns.append(_DAY_NAME)
    if "前" in text or "刚" in text or "剛" in text:
        patterns.append(_AGO)
    for pattern in patterns:
        text = pattern.sub("\t", text)
    return text


def _narrow(text: str) -> str:
    return text.translate(_WIDE) if _HAS_WIDE.search(text) else text


def _dated(text: str) -> list[re.Pattern[str]]:
    """The patterns with a year that a text may match, which takes characters that most texts lack."""
    patterns = []
    if "20" in text or "19" in text:
        patterns.append(_FULL)
    if "-" in text or "/" in text or "." in text:
        patterns.append(_SHORT_YEAR)
    return patterns


def _stamp(match: re.Match[str], year: int) -> Stamp | None:
    groups = match.groupdict()
    if year < 100:
        year += 1900 if year >= _FIRST_YEAR - 1900 else 2000
    try:
        day = date(year, int(groups["month"]), int(groups["day"]))
    except ValueError:
        return None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    raw = match.group().strip()
    hour, minute, second = groups.get("hour"), groups.get("minute"), groups.get("second")
    if hour is None or int(hour) > 23:
        return Stamp(f"{day.isoformat()}T00:00+08:00", "day", raw)
    hours = int(hour)
    if groups.get("half") in ("下午", "晚上") and hours < 12:
        hours += 12
    moment = datetime(year, day.month, day.day, hours, int(minute or 0), int(second or 0), tzinfo=BEIJING)
    zone = (groups.get("zone") or "").strip()
    if zone:
        moment = _moved(moment, zone)
    return _cut(moment, "minute" if second is None else "second", raw)


# Clocks on earth differ from UTC by at most 14 hours (Kiribati).
_FARTHEST_ZONE: Final = 14


def _moved(moment: datetime, zone: str) -> datetime:
    if zone == "Z":
        offset = timedelta(0)
    else:
        sign = -1 if zone[0] == "-" else 1
        hours, minutes = int(zone[1:3]), int(zone[-2:])
        if hours > _FARTHEST_ZONE or minutes > 59:
            # Digits that stand behind the time, and no zone of this world.
            return moment
        offset = sign * timedelta(hours=hours, minutes=minutes)
    return moment.replace(tzinfo=timezone(offset)).astimezone(BEIJING)


def _cut(moment: datetime, precision: str, raw: str) -> Stamp:
    if precision == "day":
        return Stamp(f"{moment.date().isoformat()}T00:00+08:00", precision, raw)
    timespec = "minutes" if precision == "minute" else "seconds"
    return Stamp(moment.isoformat(timespec=timespec), precision, raw)


def _han_stamp(match: re.Match[str], text: str) -> Stamp | None:
    digits = "".join(str(_HAN_DIGITS[character]) for character in match["year"])
    written = f"{digits}-{_han_number(match['month'])}-{_han_number(match['day'])} {text[match.end() :][:20]}"
    clock = _FULL.match(written)
    stamp = _stamp(clock, int(clock["year"])) if clock else None
    return stamp and Stamp(stamp.value, stamp.precision, match.group())


def _han_number(text: str) -> int:
    """A number written out (二十九) or by its digits (二九); 0, which no day or month is, for what is neither."""
    tens, ten, ones = text.partition("十")
    if ten and (len(tens) > 1 or len(ones) > 1 or ones == "十"):
        return 0
    if not ten:
        return int("".join(str(_HAN_DIGITS[character]) for character in text))
    return (_HAN_DIGITS[tens] if tens else 1) * 10 + (_HAN_DIGITS[ones] if ones else 0)


def _without_year(match: re.Match[str], fetched_at: datetime | None, year: int | None) -> Stamp | None:
    if year is not None:
        return _stamp(match, year)
    assert fetched_at is not None
    now = fetched_at.astimezone(BEIJING)
    stamp = _stamp(match, now.year)
    # A December item read in January is last year's: a page shows no time after its own fetch.
    if stamp and stamp.value[:10] > (now.date() + timedelta(days=1)).isoformat():
        stamp = _stamp(match, now.year - 1)
    return stamp


def _relative(text: str, fetched_at: datetime) -> Stamp | None:
    now = fetched_at.astimezone(BEIJING)
    if match := _DAY_NAME.search(text):
        day = now.date() - timedelta(days=_DAYS_BACK[match["name"][0]])
        moment = datetime(day.year, day.month, day.day, int(match["hour"]) % 24, int(match["minute"]), tzinfo=BEIJING)
        return _cut(moment, "minute", match.group())
    if match := _AGO.search(text):
        if match["now"]:
            return _cut(now, "minute", match.group())
        count, unit = int(match["count"]), match["unit"]
        if unit == "天":
            return _cut(now - timedelta(days=count), "day", match.group())
        seconds = {"秒": 1, "分": 60, "小": 3600}[unit[0]] * count
        # 3小时前 is true to the hour; the minute is the finest the page can mean.
        return _cut(now - timedelta(seconds=seconds), "minute", match.group())
    return None
