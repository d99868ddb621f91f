"""What a portal prints around the text of its articles, learnt from the articles themselves.

A line belongs to the template when, with its numbers and dates folded, it stands outermost in the bodies of
more than three in ten of a portal's articles, and of five at least. Then it is peeled off, and what stands
outermost now is asked the same: so a block of several lines is learnt from its edge inwards, and a sentence
that many articles quote, each in another place, is never reached. Only runs at the two edges are removed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from portal_crawler.article import Article
from portal_crawler.extract.assemble import article_of
from portal_crawler.extract.byline_lines import without_closing_editor
from portal_crawler.extract.page import Page

# A line repeats when it stands at the edge of more than this share of the pages, and of so many at least.
_SHARE, _LEAST = 0.3, 5
# A line once learnt is forgotten when later pages bring its share below this.
_FORGOTTEN = 0.1
# So many lines are learnt at an edge at most. More than that is an article that was published many times.
_DEEPEST = 20
# The tab stays: it separates the cells of a table's row.
_BLANKS = re.compile(r"[^\S\t]+|[\u200b\ufeff]+")
_DAY = re.compile(r"(?:19|20)\d\d([-/.])\d{1,2}\1\d{1,2}")
_NUMBER = re.compile(r"\d+(?:[,.:/~-]+\d+)*")
_CHINESE_DATE = re.compile(
    r"(?<![〇零一二三四五六七八九十])[〇零一二三四五六七八九十]++(?=[年月日时点分])|(?<=星期)[一二三四五六日天]|(?<=周)[一二三四五六日](?!\w)"
)
_DATE = re.compile(r"0[年月日]")
# So many rules and bare numbers in a row may stand between two lines of the template.
_MOST_BARE = 2
# What a date and a number are made of; a line of nothing else says nothing that could be recognised.
_UNSAYING = re.compile(r"[\W\d_年月日时点分秒]|星期|上午|下午")
_DATELINE = re.compile(r"^.{0,30}(?:讯|电|消息|报道)(?:\W*(?:记者|通讯员|文/|文、|作者).*|\(.*\))?\W*$")
_LONGEST_DATELINE = 60


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """A line that repeats: its folded text, on how many pages it stood at the edge, and of how many."""

    text: str
    seen: int
    pages: int


@dataclass(frozen=True, slots=True)
class Template:
    """What repeats above (head) and below (tail) the articles of a portal; pages: how many taught it."""

    pages: int = 0
    head: tuple[TemplateLine, ...] = ()
    tail: tuple[TemplateLine, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to strip."""
        return bool(self.head or self.tail)

    def to_json(self) -> str:
        """As one line of JSON, which `from_json` reads."""
        edges = {
            name: [[line.text, line.seen, line.pages] for line in getattr(self, name)] for name in ("head", "tail")
        }
        return json.dumps({"pages": self.pages} | edges, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Template:
        """Read what `to_json` wrote. Raises ValueError for anything else."""
        try:
            data = json.loads(text)
            head, tail = (
                tuple(TemplateLine(str(line), int(seen), int(pages)) for line, seen, pages in data[name])
                for name in ("head", "tail")
            )
            return cls(int(data["pages"]), head, tail)
        except (KeyError, TypeError) as error:
            raise ValueError(f"no template: {error!r}") from error


def learn_template(
    bodies: Iterable[Sequence[str]], *, known: Template | None = None, stripped: Iterable[Sequence[str]] = ()
) -> Template:
    """The template of a portal, from the lines of its articles' bodies.

    known: what was learnt before from other pages; its lines are counted on, and forgotten when they have
    become rare. stripped: bodies that `known` was stripped from already; they show new lines, and say nothing
    of known ones. Copies of one article count once.
    """
    known = Template() if known is None else known
    fresh = _distinct(bodies)
    heads, tails = (frozenset(line.text for line in edge) for edge in (known.head, known.tail))
    head, tail = Counter[str](), Counter[str]()
    rests = []
    for page in fresh:
        first, end = _edges(page, heads, tails)
        head.update(heads.intersection(page[:first]))
        tail.update(tails.intersection(page[end:]))
        rests.append(page[first:end])
    for page in _distinct(stripped):
        first, end = _edges(page, heads, tails)
        rests.append(page[first:end])
    new_heads, new_tails = _repeating(rests)
    return Template(
        known.pages + len(fresh),
        _counted_on(known.head, head, len(fresh)) + tuple(line for line in new_heads if line.text not in heads),
        _counted_on(known.tail, tail, len(fresh)) + tuple(line for line in new_tails if line.text not in tails),
    )


def strip(template: Template, lines: Sequence[str]) -> list[str]:
    """The lines without those runs at the beginning and the end that the template knows."""
    folded = [fold(line) for line in lines]
    first, end = _edges(folded, {line.text for line in template.head}, {line.text for line in template.tail})
    return list(lines[first:end])


def parts_of(article: Article, pages: Sequence[Page]) -> list[list[str]]:
    """The lines of an article's body, those of each of its pages by themselves.

    article: what `article_of` gave for these pages.
    """
    lines = _lines(article.body)
    if len(pages) < 2:
        return [lines]
    first = _lines(article_of(pages[:1]).body)
    later = [_lines(article_of([pages[0], page]).body)[len(first) :] for page in pages[1:]]
    parts = [first, *later]
    return parts if [line for part in parts for line in part] == lines else [lines]


def strip_article(article: Article, template: Template, parts: Sequence[Sequence[str]]) -> Article:
    """The article without what the portal repeats around it, on each of its pages.

    parts: of `parts_of`. An article that would be left with neither text nor picture stays as it was, with
    the doubt named.
    """
    kept = [strip(template, part) for part in parts]
    if not template or sum(map(len, kept)) == sum(map(len, parts)):
        return article
    if not any(kept) and not article.images:
        return replace(article, warnings=(*article.warnings, "only_template"))
    texts = [without_closing_editor("\n".join(lines)) for lines in kept]
    body = "\n".join(filter(None, texts)) or None
    provenance = dict(article.provenance)
    rule = provenance.pop("body", "heaviest block")
    if body is None:
        return replace(article, body=None, provenance=provenance, warnings=(*article.warnings, "empty_body"))
    return replace(article, body=body, provenance=provenance | {"body": f"{rule}, template"})


def _lines(text: str | None) -> list[str]:
    return text.split("\n") if text else []


@lru_cache(maxsize=8192)
def fold(line: str) -> str:
    """A line as it is compared: forms and case folded, blanks dropped, numbers and dates as 0."""
    text = _DAY.sub("0年0月0日", unicodedata.normalize("NFKC", line).strip()).casefold()
    return _BLANKS.sub("", _NUMBER.sub("0", _CHINESE_DATE.sub("0", text)))


def _distinct(bodies: Iterable[Sequence[str]]) -> list[tuple[str, ...]]:
    pages = dict.fromkeys(tuple(filter(None, map(fold, lines))) for lines in bodies)
    return [page for page in pages if page]


def _edges(page: Sequence[str], heads: Iterable[str], tails: Iterable[str]) -> tuple[int, int]:
    """The half-open range of a page's own lines."""
    end = len(page) - _run(page[::-1], tails)
    return _run(page[:end], heads), end


def _run(lines: Sequence[str], known: Iterable[str]) -> int:
    """How many lines from the first on are known; rules and bare numbers between known ones go with them."""
    length = 0
    for index, line in enumerate(lines):
        if line in known:
            length = index + 1
        elif line and (not length or index >= length + _MOST_BARE or not _is_bare(line)):
            break
    return length


def _is_bare(line: str) -> bool:
    """Whether a line is a rule or a number, and no date: a date closes a signed announcement."""
    return not _UNSAYING.sub("", line) and not _DATE.search(line)


def _can_repeat(line: str, *, at_head: bool) -> bool:
    """Whether a line may be learnt: rows of tables, dates, numbers and datelines are the article's own."""
    if "\t" in line or len(_UNSAYING.sub("", line)) < 2:
        return False
    return not (at_head and len(line) <= _LONGEST_DATELINE and _DATELINE.match(line))


def _repeating(pages: list[tuple[str, ...]]) -> tuple[tuple[TemplateLine, ...], tuple[TemplateLine, ...]]:
    """What repeats at the beginnings and at the ends, each line with the number of articles that have it."""
    barred: set[str] = set()
    while True:
        tails = _peel([page[::-1] for page in pages], barred, at_head=False)
        rests = [page[: _edges(page, (), tails)[1]] for page in pages]
        heads = _peel(rests, barred, at_head=True)
        articles: dict[tuple[bool, str], set[tuple[str, ...]]] = {}
        for page in pages:
            first, end = _edges(page, heads, tails)
            for line in heads.intersection(page[:first]):
                articles.setdefault((True, line), set()).add(page[first:end])
            for line in tails.intersection(page[end:]):
                articles.setdefault((False, line), set()).add(page[first:end])
        # One text under many addresses repeats in every line; only different articles are evidence.
        single = {line for (_, line), texts in articles.items() if not _is_enough(len(texts), len(pages))}
        if not single - barred:
            break
        barred |= single
    head, tail = (
        tuple(TemplateLine(line, len(articles[at_head, line]), len(pages)) for line in sorted(edge))
        for at_head, edge in ((True, heads), (False, tails))
    )
    return head, tail


def _peel(pages: Sequence[Sequence[str]], barred: set[str], *, at_head: bool) -> frozenset[str]:
    """The lines that repeat at the beginning of the pages, those below them included."""
    learnt: set[str] = set()
    for _ in range(_DEEPEST):
        outermost: Counter[str] = Counter()
        for page in pages:
            start = _run(page, learnt)
            beyond = page[start : start + _MOST_BARE + 1] if start else page[:1]
            if line := next((line for line in beyond if not _is_bare(line)), None):
                outermost[line] += 1
        repeated = {
            line
            for line, count in outermost.items()
            if line not in barred and _is_enough(count, len(pages)) and _can_repeat(line, at_head=at_head)
        }
        if not repeated or len(learnt) + len(repeated) > _DEEPEST:
            break
        learnt |= repeated
    return frozenset(learnt)


def _is_enough(count: int, pages: int) -> bool:
    return count >= _LEAST and count > pages * _SHARE


def _counted_on(lines: Iterable[TemplateLine], seen: Counter[str], pages: int) -> tuple[TemplateLine, ...]:
    counted = (TemplateLine(line.text, line.seen + seen[line.text], line.pages + pages) for line in lines)
    return tuple(line for line in counted if line.seen > line.pages * _FORGOTTEN)
