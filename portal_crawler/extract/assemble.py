"""From the pages of an article to its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from portal_crawler.article import Article, Portal
from portal_crawler.extract.body import Body, find_body
from portal_crawler.extract.breadcrumb import find_channel_path
from portal_crawler.extract.byline import read_byline
from portal_crawler.extract.byline_lines import is_reporter_line, without_closing_editor
from portal_crawler.extract.head import first_text_line, summary_above
from portal_crawler.extract.headline import Headline, find_headline, squash
from portal_crawler.extract.held_article import held_article
from portal_crawler.extract.images import find_images
from portal_crawler.extract.layout import apply_layout, layout_for, without_lines
from portal_crawler.extract.page import Page
from portal_crawler.extract.published import find_published
from portal_crawler.extract.text import paragraphs

# Raised by one whenever a change of the rules can change a value, so that a stored value names its rules.
EXTRACTOR: Final = "portal-crawler/5"
_ABOVE_HEADLINE: Final = 8
_BELOW_TEXT: Final = 20
# A shorter text may be what a page shows until its script has run.
_SHORTEST_TEXT: Final = 20


def article_of(pages: Sequence[Page], *, portal: Portal | None = None) -> Article:
    """The article that stands on these pages, the first of which gives everything but the rest of the text.

    pages: one or more, in page order. Absent values are None; what is doubtful is named in `warnings`.
    """
    first = pages[0]
    headline = find_headline(first)
    start = first_text_line(first, headline.line)
    body = find_body(first, start)
    text_start = body.lines[0] if body.lines else min(start, len(first.lines))
    above = _near(first, headline, text_start)
    below = range(body.end, min(body.end + _BELOW_TEXT, len(first.lines)))
    byline = read_byline(first, above, body.lines, body.end)
    published = find_published(first, above, below)
    path = find_channel_path(first, range(min(text_start + 1, len(first.lines))), headline)
    kept = list(summary_above(first, headline.line, start))
    kept += [index for index in body.lines[:3] if not _repeats_head(first, index, headline)] + list(body.lines[3:])
    texts = [without_closing_editor(paragraphs(first, kept))]
    images = list(find_images(first, min(start, text_start), body.end, text_start))
    warnings = list(first.warnings)
    for page in pages[1:]:
        more = _continuation(page, headline)
        texts.append(without_closing_editor(paragraphs(page, more.lines)))
        images += find_images(page, more.lines[0] if more.lines else 0, more.end)
        warnings += page.warnings
        if page is pages[-1] and (byline.source is None or byline.editor is None):
            # Who edited an article stands where its text ends.
            closing = read_byline(page, (), more.lines, more.end)
            byline = replace(byline, source=byline.source or closing.source, editor=byline.editor or closing.editor)
    text = "\n".join(part for part in texts if part) or None
    if text is None or len(text) < _SHORTEST_TEXT:
        held = held_article(first)
        if held is not None and (shown := article_of([held], portal=portal)).body:
            return replace(shown, provenance={**shown.provenance, "body": "held by a script"})
    if text is None:
        warnings.append("empty_body")
    provenance = {
        "title": headline.rule,
        "published_at": published.rule if published else None,
        "source": byline.source.rule if byline.source else None,
        "editor": byline.editor.rule if byline.editor else None,
        "author": byline.author.rule if byline.author else None,
        "body": "heaviest block" if text else None,
        "channel_path": path.rule if path else None,
        "text": first.encoding + (", damaged" if "damaged_text" in first.warnings else ""),
    }
    article = Article(
        url=first.url,
        portal=portal.id if portal else None,
        title=headline.text,
        published_at=published.stamp.value if published else None,
        published_precision=published.stamp.precision if published else None,
        published_raw=published.stamp.raw if published else None,
        source=byline.source.text if byline.source else None,
        editor=byline.editor.text if byline.editor else None,
        author=byline.author.text if byline.author else None,
        body=text,
        channel_path=path.crumbs if path else (),
        images=tuple(dict.fromkeys(images)),
        page_count=len(pages),
        extractor=EXTRACTOR,
        provenance={field: rule for field, rule in provenance.items() if rule},
        warnings=tuple(dict.fromkeys(warnings)),
    )
    if (layout := layout_for(first, portal)) is not None:
        article = apply_layout(article, first, layout)
    return without_lines(article, portal.boilerplate) if portal else article


def _near(page: Page, headline: Headline, text_start: int) -> list[int]:
    """Indices of the lines where a page names time, source and persons: from just above the headline to the text."""
    top = headline.line if headline.line >= 0 else max(text_start - 6, 0)
    first = max(top - _ABOVE_HEADLINE, 0)
    # A day in the headline is of what happens.
    own = headline.text is not None and top < text_start and squash(page.lines[top].text) == squash(headline.text)
    below = [index for index in range(top + own, text_start) if len(page.lines[index].text) <= 200]
    # Above the headline stand mastheads and navigation; only lines without links are believed there.
    over = [
        index
        for index in range(top - 1, first - 1, -1)
        if not page.lines[index].link and len(page.lines[index].text) <= 60
    ]
    return below + over


def _repeats_head(page: Page, index: int, headline: Headline) -> bool:
    """Whether one of the text's first lines says again what the head of the page said."""
    text = page.lines[index].text
    return (headline.text is not None and squash(text) == squash(headline.text)) or is_reporter_line(text)


def _continuation(page: Page, headline: Headline) -> Body:
    """The text of a later page, which may repeat headline and meta line or not."""
    again = find_headline(page)
    same = again.line if again.text and headline.text and squash(again.text)[:12] == squash(headline.text)[:12] else -1
    return find_body(page, first_text_line(page, same) if same >= 0 else 0)
