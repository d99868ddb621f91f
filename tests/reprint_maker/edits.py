"""What portals do to a text that they reprint. Each edit takes and gives headline and paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from random import Random

from opencc import OpenCC

from tests.reprint_maker.prose import Prose

Body = list[str]
_converter = cache(OpenCC)
Edit = Callable[[str, Body, Random, Prose], tuple[str, Body]]


def as_it_is(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """Nothing is changed."""
    return title, body


def other_headline(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """A headline of the portal's own."""
    return prose.title(), body


def changed_lead(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """The first sentence is written anew, with a dateline."""
    _, _, rest = body[0].partition("。")
    return title, [f"本报讯（记者 {prose.person()}）{prose.words(8)}，{prose.words(6)}。{rest}", *body[1:]]


def new_first_paragraph(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """The first paragraph of at least five is written anew."""
    return (title, [prose.paragraph(), *body[1:]]) if len(body) >= 5 else (title, body)


def dropped_paragraph(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """One paragraph of at least four is missing."""
    place = rng.randrange(len(body))
    return (title, body[:place] + body[place + 1 :]) if len(body) >= 4 else (title, body)


def editors_line(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """The editor says something before or behind the text."""
    line = rng.choice((f"编者按：{prose.sentence()}", f"原标题：{title}", f"（来源：新华社 记者{prose.person()}）"))
    return (title, [line, *body]) if rng.random() < 0.5 else (title, [*body, line])


def traditional(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """The portal's edition in traditional characters, by its own converter."""
    convert = _converter(rng.choice(("s2t", "s2hk", "s2tw"))).convert
    return convert(title), [convert(paragraph) for paragraph in body]


def own_punctuation(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """Half-width commas, full-width digits, indented paragraphs."""
    wide = str.maketrans({"，": ",", "：": ":", **{digit: chr(ord(digit) + 0xFEE0) for digit in "0123456789"}})
    return title, [f"　　{paragraph.translate(wide)}" for paragraph in body]


def other_paragraphs(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """Every sentence is a paragraph, or all of them are one."""
    text = "".join(body)
    return title, [text] if rng.random() < 0.5 else re.findall("[^。]+。?", text)


def touched_up(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """A word in one sentence of four is replaced."""
    sentences = re.findall("[^。\n]+[。\n]?", "\n".join(body))
    for place, sentence in enumerate(sentences):
        if rng.random() < 0.25 and len(sentence) > 10:
            at = rng.randrange(2, len(sentence) - 6)
            if not re.search("[0-9\n]", sentence[at : at + 2]):
                sentences[place] = sentence[:at] + prose.words(1) + sentence[at + 2 :]
    return title, "".join(sentences).split("\n")


def corrected_figure(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """One figure of at least five is put right."""
    text = "\n".join(body)
    figures = list(re.finditer("[0-9]+", text))
    if len(figures) < 5:
        return title, body
    match = rng.choice(figures)
    return title, (text[: match.start()] + str(int(match[0]) + 1) + text[match.end() :]).split("\n")


def shortened(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """The last third of a long text is cut off."""
    return (title, body[: -(len(body) // 3)]) if len(body) >= 6 else (title, body)


def much_at_once(title: str, body: Body, rng: Random, prose: Prose) -> tuple[str, Body]:
    """Headline, lead, a paragraph and the editor's line, in traditional characters."""
    for edit in (other_headline, changed_lead, dropped_paragraph, editors_line, traditional):
        title, body = edit(title, body, rng, prose)
    return title, body


EDITS: tuple[Edit, ...] = (
    as_it_is, other_headline, changed_lead, new_first_paragraph, dropped_paragraph, editors_line, traditional,
    own_punctuation, other_paragraphs, touched_up, corrected_figure, shortened, much_at_once,
)  # fmt: skip
