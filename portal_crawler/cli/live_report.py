"""A live check as lines that somebody reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from portal_crawler.cli.output import plain, print_rows

if TYPE_CHECKING:
    from portal_crawler.cli.live import ArticleSeen, ListingSeen, LiveCheck

_SHOWN_ENTRIES = 3
# As many characters of a value as tell whether it is the right one.
_WIDTH = 60


def show_check(found: LiveCheck) -> None:
    """Print a live check: robots.txt, the listing, each article's fields, and the verdict."""
    state = "verified" if found.verified else "unverified"
    _line(f"{found.portal} {found.name}, {state}, channel {' > '.join(found.channel.path) or found.channel.name}")
    for url, answer in found.robots.items():
        _line(f"robots   {url}: {answer}")
    _show_listing(found.listing)
    for article in found.articles:
        _show_article(article)
    _line(f"verdict  {found.verdict}")
    if not found.verified and found.exit_code == 0:
        _line("         Where the values above are right, the profile may say verified = true.")


def _show_listing(listing: ListingSeen) -> None:
    _line(f"listing  {listing.url}")
    if listing.error:
        _line(f"  error  {listing.error}")
        return
    _line(f"  entries  {len(listing.entries)}, {listing.own} of them on the portal's hosts")
    for entry in listing.entries[:_SHOWN_ENTRIES]:
        _line(f"    {entry.date or 'no date'}  {_short(entry.title) or 'no title'}")
    _line(f"  next  {listing.next or 'none'}")
    _show_warnings(listing.warnings)


def _show_article(article: ArticleSeen) -> None:
    _line(f"article  {article.url}")
    if article.error:
        _line(f"  error  {article.error}")
        return
    print_rows(
        ("field", "value", "rule"),
        ((f"  {field.name}", _short(field.value) or "-", field.rule or "-") for field in article.fields),
    )
    if article.more_pages:
        _line(f"  further pages  {article.more_pages}")
    _show_warnings(article.warnings)


def _show_warnings(warnings: tuple[str, ...]) -> None:
    if warnings:
        _line(f"  warnings  {', '.join(warnings)}")


def _short(text: str | None) -> str:
    """The beginning of a text in one line, with its length where some of it is left out."""
    line = plain(text or "")
    return line if len(line) <= _WIDTH else f"{line[:_WIDTH]}… ({len(line)} characters)"


def _line(text: str) -> None:
    click.echo(plain(text))
