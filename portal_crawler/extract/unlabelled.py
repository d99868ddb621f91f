"""Outlets and persons that a page names without a label: by where they stand, and by what its markup calls them."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from portal_crawler.extract.boilerplate import is_tools
from portal_crawler.extract.byline_lines import Named, ReadLine, reporters_in
from portal_crawler.extract.head import GREETING
from portal_crawler.extract.labels import read_labels
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_outlet, is_person, persons_after_outlet
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import without_stamps

_LONGEST_OUTLET: Final = 16
_LONGEST_CREDIT: Final = 80
# Links between headline and time lead to channels, too (…频道, …新闻).
_PUBLISHER: Final = re.compile("(?:报|社|网|台|在线|周刊|客户端|之声|杂志)$")
_CALLED_SOURCE: Final = re.compile(r"(?:^|[-_ ])(?:source|laiyuan|copyfrom)(?:[-_ ]|$)")
_CALLED_ACCOUNT: Final = re.compile(r"(?:^|[-_ ])(?:nickname|account[-_]?name|media[-_]?name)(?:[-_ ]|$)")
_CALLED_AUTHOR: Final = re.compile(r"(?:^|[-_ ])(?:author|zuozhe|byline|writer)(?:[-_ ]|$)")
# WordPress sets this word before the name of the account that wrote a post.
_BY: Final = "由"
# What platforms print behind the name of an account that its owner has proved.
_OF_ACCOUNT: Final = "官方账号"
_ADDRESS: Final = re.compile(r"(?:https?://)?(?:[\w-]{1,63}\.){1,8}(?:com|cn|net|org)(?:\.cn)?\S*?(?=[\t\s\u3000]|$)")
_BREAK: Final = re.compile(r"[\s\u3000\xa0\t|｜【】\[\]]+")


def reporter_line(reads: list[ReadLine]) -> Named | None:
    """The reporters who stand on a line of their own, or with nothing but the time on it."""
    for read in reads:
        names = reporters_in(read.line.text)
        if names is None and (read.labels or "\t" in read.text):
            before = read.text[: read.labels[0].start] if read.labels else read.text
            names = next(filter(None, map(reporters_in, map(str.strip, before.split("\t")))), None)
        if names:
            return Named(names, "reporter line above text")
    return None


def author_after_source(reads: list[ReadLine]) -> Named | None:
    """Persons who stand behind a labelled source (来源 采财网 廖泽凌)."""
    for read in reads:
        for item in read.labels:
            names = persons_after_outlet(item.value) if item.kind == "source" else None
            if names and all(map(is_person, names.split("、"))):
                return Named(names, f"behind {item.label}")
    return None


def author_beside(parted: list[ReadLine]) -> Named | None:
    """A person who stands unlabelled behind the outlet beside the time, in an element of their own."""
    for read in parted:
        tokens = [token for token in _BREAK.split(read.text) if token and not is_tools(token)]
        for outlet_token, token in pairwise(tokens):
            if is_outlet(outlet_token) and is_person(token):
                return Named(token, "behind outlet beside time")
    return None


def author_called(page: Page, top: list[ReadLine]) -> Named | None:
    """A person whom only the page's own markup calls the author, near the headline (<p class="author">柳三江)."""
    for read in top:
        if len(read.line.text) > _LONGEST_CREDIT or not any(
            is_person(token) or token == _BY for token in _BREAK.split(read.text)
        ):
            continue
        for element in page.element(read.line.block).iter():
            if _CALLED_AUTHOR.search(" ".join(element.get(name) or "" for name in ("class", "rel", "id"))):
                text = "".join(element.itertext()).strip()
                if text in read.line.text and (is_person(text) or (text and f"{_BY} {text}" in read.line.text)):
                    return Named(text, "called author")
    return None


def parted_line(page: Page, read: ReadLine) -> ReadLine | None:
    """The line that gives the time, with a blank where an element ends that a style sheet sets apart.

    Scripts that build pages write no blanks between the elements of a line (<i>X报</i><i>记者 Y</i><i>编辑 Z</i>).
    """
    if "\t" not in read.text or len(read.line.text) > 120:
        return None
    wanted = "".join(read.line.text.split())
    parts: list[str] = []
    size = 0
    for part in page.element(read.line.block).itertext():
        if part := part.strip():
            parts.append(part)
            size += len(part)
            # The block holds other lines, too, perhaps the whole article.
            if size > len(read.line.text):
                return None
    if len(parts) < 2 or "".join("".join(parts).split()) != wanted:
        return None
    text = without_stamps("  ".join(parts))
    return ReadLine(text, read_labels(text), read.line)


def bare_source(page: Page, reads: list[ReadLine]) -> Named | None:
    """An outlet that stands unlabelled beside the time, on the line before it, or in the cell behind it."""
    for before, read, after in zip([None, *reads], reads, [*reads[1:], None], strict=False):
        if GREETING.search(read.line.text):
            continue
        timed = read.text.count("\t") > 0
        if len(read.line.text) > 120 or not (timed or any(item.kind == "time" for item in read.labels)):
            continue
        # What no label owns: the line up to its first label, and what a time cuts off from a label's value.
        loose = [read.text[: read.labels[0].start] if read.labels else read.text]
        loose += [item.value.partition("\t")[2] for item in read.labels if item.kind != "source"]
        tokens = [token.strip("()（）:：,，·-—>") for token in _BREAK.split(_ADDRESS.sub(" ", " ".join(loose)))]
        tokens = [token for token in tokens if token]
        for token in tokens:
            if token.endswith(_OF_ACCOUNT) and len(token) > len(_OF_ACCOUNT):
                proved = token.removesuffix(_OF_ACCOUNT)
                # The account may be one of several of whom the platform knows, or have a shorter name.
                shown = before.line.text.strip() if before and before.line.link and not before.labels else ""
                return Named(
                    shown if 1 < len(shown) < len(proved) and shown in proved else proved, "account beside time"
                )
            if is_outlet(token) and not re.search(r"[>»]", token):
                return Named(token, "beside time")
        if tokens and timed and len(tokens[0]) > 1 and _entitled(page).endswith(tokens[0]):
            return Named(tokens[0], "site beside time")
        if timed and len(tokens) > 1 and (account := _account_called(page, read.line)) in tokens:
            return Named(account, "called account")
        if len(tokens) == 1 and read.line.link == len(tokens[0]) and _may_be_account(tokens[0]):
            return Named(tokens[0], "link beside time")
        if (
            before
            and not before.labels
            and is_outlet(before.line.text)
            and not is_tools(before.line.text)
            and _may_publish(before.line, read.line)
        ):
            return Named(before.line.text.strip(), "line before time")
        if before and not before.labels and len(before.line.text) <= _LONGEST_OUTLET and not is_tools(before.line.text):
            for element in page.element(before.line.block).iter():
                if _CALLED_SOURCE.search(element.get("class") or ""):
                    return Named(before.line.text.strip(), "called source")
        if after and not read.labels and not tokens:
            if _is_cell_behind(page, read.line, after):
                return Named(after.line.text.strip(), "behind time")
            if after.labels and (opening := after.text[: after.labels[0].start].strip()) and _is_publisher(opening):
                return Named(opening, "before labels below time")
    return None


def _account_called(page: Page, line: Line) -> str:
    """The name beside the time that the page's own markup calls the account's; "" for none."""
    for element in page.element(line.block).iter("a", "span", "strong"):
        if _CALLED_ACCOUNT.search(element.get("class") or ""):
            return "".join(element.itertext()).strip()
    return ""


def _is_cell_behind(page: Page, timed: Line, after: ReadLine) -> bool:
    """Whether an outlet's line stands in the cell, item or element that follows the time's in the same row."""
    if after.labels or not _is_publisher(after.line.text):
        return False
    return page.blocks.parents[after.line.block] == page.blocks.parents[timed.block] != -1


def _is_publisher(text: str) -> bool:
    """Whether a short text is named as those are who publish."""
    return len(text) <= _LONGEST_OUTLET and is_outlet(text) and _PUBLISHER.search(text) is not None


def _may_publish(line: Line, timed: Line) -> bool:
    """Whether an outlet's line may be the source of the time's line: a link is one below the headline only.

    A headline ends in 通报 as readily as an outlet in 报; no outlet's name has a colon or a headline's length.
    """
    if len(line.text) > _LONGEST_OUTLET or "：" in line.text:
        return False
    return not line.link or (line.block <= timed.block and _PUBLISHER.search(line.text) is not None)


def _may_be_account(text: str) -> bool:
    """Whether a link beside the time may name who published: no person, no button, not the comments."""
    return 2 <= len(text) <= 12 and not is_person(text) and not is_tools(text) and "评论" not in text


def _entitled(page: Page) -> str:
    """The page's `<title>`, which ends in the name of the site."""
    element = next(page.root.iter("title"), None)
    return (element.text or "").strip() if element is not None else ""
