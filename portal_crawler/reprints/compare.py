"""Whether two texts are one: the rules, with their thresholds. docs/reprints.md has the reasons and the figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from portal_crawler.reprints.text import Text

# A lead rewritten and one paragraph of five dropped leaves three quarters of the shorter text.
_SHORTER, _LONGER = 0.65, 0.5
# A reprint differs in places, an item of the same template in nearly every sentence.
_SENTENCES = 0.5
# What makes up for many sentences that an editor touched: nearly all shingles, and every figure the same.
_TOUCHED_UP, _ENOUGH_FIGURES = 0.8, 3
# A corrected figure is an edit; two, and a quarter of all, are another day's report. In a notice one is enough: that
# the road is closed from the 20th on and not from the 19th is all that is new in it.
_FIGURES, _FIGURES_SHARE, _NOTICE = 2, 0.25, 200
# On the same portal the address differs and the text hardly: a portal has no need to edit itself.
_OWN_SHORTER, _OWN_FIGURES_SHARE = 0.8, 0.1
# One sentence has no room for edits, and may be a form of words (点击图片进入专题) under many headlines.
_SHORT, _SHORT_SHARE, _SHORT_TITLE = 60, 0.85, 0.4
# On one portal the same text of up to so many letters, under headlines with nothing in common, is furniture.
_FURNITURE = 200
# Pieces of a sentence this short are everywhere (记者张三, 据了解).
_SENTENCE = 8

# A date is one figure.
_NUMBER = re.compile("[0-9]{1,2}月[0-9]{1,2}日|[0-9]+|[〇零一二三四五六七八九十百千万亿两]+")


@dataclass(frozen=True, slots=True)
class Version:
    """A text and the portal that printed it."""

    text: Text
    portal: str


def likeness(one: Version, other: Version) -> float | None:
    """How much of all shingles of two texts they share (0 to 1) when they are one text, None when they are not."""
    short, long = sorted((one.text, other.text), key=lambda text: len(text.shingles))
    if not short.shingles or len(short.shingles) < _LONGER * len(long.shingles):
        return None
    common = len(short.shingles & long.shingles)
    own = one.portal == other.portal
    if common < _LONGER * len(long.shingles) or common < (_OWN_SHORTER if own else _SHORTER) * len(short.shingles):
        return None
    share = common / (len(short.shingles) + len(long.shingles) - common)
    if short.letters == long.letters:
        is_one = not own or len(short.letters) >= _FURNITURE or _titles_agree(short, long)
    elif len(short.letters) < _SHORT:
        is_one = share >= _SHORT_SHARE and _titles_agree(short, long) and not _differing_figures(short, long)[0]
    else:
        is_one = _is_edited(short, long, common / len(short.shingles), own)
    return share if is_one else None


def _is_edited(short: Text, long: Text, shorter_share: float, own: bool) -> bool:
    differing, compared = _differing_figures(short, long)
    if compared and differing == compared:
        return False
    enough = 1 if len(short.letters) < _NOTICE else _FIGURES
    if differing >= enough and differing >= _FIGURES_SHARE * compared:
        return False
    if own and differing > _OWN_FIGURES_SHARE * compared:
        return False
    if _verbatim_share(short, long) >= _SENTENCES:
        return True
    return shorter_share >= _TOUCHED_UP and compared >= _ENOUGH_FIGURES and not differing


def _verbatim_share(short: Text, long: Text) -> float:
    """The share of a text's sentences, by letters, that stand in another as they are."""
    sentences = [sentence for sentence in short.sentences if len(sentence) >= _SENTENCE]
    whole = sum(map(len, sentences))
    return sum(len(sentence) for sentence in sentences if sentence in long.letters) / whole if whole else 0.0


def _differing_figures(one: Text, other: Text) -> tuple[int, int]:
    """How many figures of two texts differ, of how many that stand between the same characters in both."""
    here, there = _figures(one.letters), _figures(other.letters)
    compared = agreeing = 0
    for place, values in here.items():
        if place in there:
            compared += min(len(values), len(there[place]))
            agreeing += (Counter(values) & Counter(there[place])).total()
    return compared - agreeing, compared


@lru_cache(maxsize=256)
def _figures(letters: str) -> dict[tuple[str, str], list[str]]:
    """The figures of a text by what stands around them: two characters before, one behind, figures left out."""
    found: dict[tuple[str, str], list[str]] = {}
    for match in _NUMBER.finditer(letters):
        before = _NUMBER.sub("#", letters[max(match.start() - 2, 0) : match.start()])
        found.setdefault((before, letters[match.end() : match.end() + 1]), []).append(match[0])
    return found


def _titles_agree(one: Text, other: Text) -> bool:
    """Whether two headlines have pairs of characters in common; unknown ones agree with any."""
    if not one.title or not other.title:
        return True
    if one.title in other.title or other.title in one.title:
        return True
    here, there = (set(_pairs(text.title)) for text in (one, other))
    return len(here & there) >= _SHORT_TITLE * max(min(len(here), len(there)), 1)


def _pairs(text: str) -> Iterable[str]:
    return (text[place : place + 2] for place in range(len(text) - 1))
