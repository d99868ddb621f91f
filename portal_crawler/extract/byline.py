"""Who a page names around its text: source, editor, author.

The labelled line between headline and text speaks first; the lines that close the text second, since portals on
TRS and DedeCMS print 编辑 there. A name below the text is no author: what stands there are photographers,
correspondents and sign-offs of many kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from portal_crawler.extract.boilerplate import is_tools
from portal_crawler.extract.labels import Labelled, label_alone, read_labels
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_outlet, is_person, outlet, persons, persons_after_outlet
from portal_crawler.extract.page import Page
from portal_crawler.extract.times import without_stamps

_REPORTER_LINE = re.compile(
    r"^[\s\u3000]*[□■◎●○◇◆▲△\uf06c]?\s*(?:[\u4e00-\u9fff]{0,8}?)(?:本报|本网|本台|特约|特派|见习|实习|首席|全媒体|融媒体|驻[\u4e00-\u9fff]{2,4})*(?:记者|评论员|通讯员)[\s\u3000:：]+(?P<names>[\u4e00-\u9fff·、，\s\u3000]{2,40}?)\s*(?:文\s*[/／]?\s*图|图\s*[/／]?\s*文|摄影报道|文并图|[/／]\s*文(?:[\s、，]*[\u4e00-\u9fff]{2,4}\s*[/／]\s*[图摄])?)?$"
)
# The byline of newspapers in Taiwan (記者林靜宜／台北報導).
_REPORTED_LINE = re.compile(
    r"^[\u4e00-\u9fff]{0,6}記者\s*(?P<names>[\u4e00-\u9fff]{2,4})\s*[／/][\u4e00-\u9fff／/、\s]{2,20}報導$"
)
# Opinion pages set the author's name below the headline behind a mark.
_MARKED_LINE = re.compile(r"^[□■◎●○◇◆▲△☉⊙]\s*(?P<names>[\u4e00-\u9fff·、，\s\u3000]{2,24})$")
_EDITOR_LINE = re.compile(r"^[\W_]*(?:责任编辑|责编|编辑|責任編輯)\s*[:：]")
# A character of every label of a source or an editor.
_MAY_NAME = re.compile("[源编編责責处转摘载自]")
_LONGEST_OUTLET = 16
# Lines under the text in which a source or an editor is looked for.
_NEAR = 20
_CLOSING_BRACKET = re.compile(r"[（(【\[〔［](?P<inside>[^（()）【】\[\]]{2,60})[)）】\]〕］]?\s*\d{0,8}\s*$")
# Credits typed behind the last sentence, without a bracket or a line of their own.
_CLOSING_CREDIT = re.compile(
    r"(?<=[。！？”）)】])\s*(?P<inside>(?:责任编辑|责编|编辑)\s*[:：][^。！？\n【】（）()]{2,60})$"
)
_EDITOR_BRACKET = re.compile(
    r"\s*[（(【\[〔［]\s*(?:责任编辑|责\s*编|编辑|责任編輯|編輯)(?:\s*[:：]|\s)[^（()）【】\[\]\n]{0,40}[)）】\]〕］]\s*$"
)
_LONGEST_BRACKET = 80
_LONGEST_CREDIT = 40
# 凡本网注明“来源：X”: what a notice says of the label is not what the label says.
_QUOTED = re.compile(r"[“\"「『‘]\s*$|注明\s*$")
# Links between headline and time lead to channels, too (…频道, …新闻).
_PUBLISHER = re.compile("(?:报|社|网|台|在线|周刊|客户端|之声|杂志)$")
_CALLED_SOURCE = re.compile(r"(?:^|[-_ ])(?:source|laiyuan|copyfrom)(?:[-_ ]|$)")
_CALLED_AUTHOR = re.compile(r"(?:^|[-_ ])(?:author|zuozhe|byline|writer)(?:[-_ ]|$)")
# What platforms print behind the name of an account that its owner has proved.
_OF_ACCOUNT = "官方账号"
_ADDRESS = re.compile(r"(?:https?://)?(?:[\w-]+\.)+(?:com|cn|net|org)(?:\.cn)?\S*?(?=[\t\s\u3000]|$)")
_BREAK = re.compile(r"[\s\u3000\xa0\t|｜【】\[\]]+")


@dataclass(frozen=True, slots=True)
class Named:
    """A value as printed, without its label, and the rule that found it."""

    text: str
    rule: str


@dataclass(frozen=True, slots=True)
class Byline:
    """Who a page names around its text. Absent is None."""

    source: Named | None
    editor: Named | None
    author: Named | None


class _Read(NamedTuple):
    text: str
    labels: list[Labelled]
    line: Line


def read_byline(page: Page, above: Iterable[int], body: Sequence[int], end: int) -> Byline:
    """The source, editor and author of an article page.

    above: indices of the lines around the headline and up to the text. body: of the lines of the text. end: of
    the first line under it.
    """
    top = [_read(page.lines[index]) for index in above]
    source = _labelled_source(page, top, "above")
    editor = _labelled_persons(top, "editor", "above")
    author = _labelled_persons(top, "author", "above")
    if author is None:
        opening = [_read(page.lines[index]) for index in body[:2]]
        author = _reporter_line(top + opening) or _author_after_source(top) or _author_line(page, body)
    parted: list[_Read] = []
    if source is None or author is None:
        parted = [read for line in top if (read := _parted(page, line)) is not None]
        editor = editor or _labelled_persons(parted, "editor", "above")
        author = author or _labelled_persons(parted, "author", "above") or _author_beside(parted)
        author = author or _author_called(page, top)
    if source is None or editor is None:
        below = [_read_closing(page.lines[index]) for index in body[-2:]]
        below += [_read_below(line) for line in page.lines[end : end + _NEAR]]
        source = (
            source or _labelled_source(page, below, "below") or _bare_source(page, parted) or _bare_source(page, top)
        )
        editor = editor or _labelled_persons(below, "editor", "below") or _far_editor(page.lines[end + _NEAR :])
    return Byline(source, editor, author)


def _author_line(page: Page, body: Sequence[int]) -> Named | None:
    """An author whose line stands below the dateline of an agency's item: nothing but the label and names."""
    for index in body[1:3]:
        labels = page.lines[index].labels
        if len(labels) == 1 and labels[0].label in ("作者", "撰文", "文") and labels[0].start == 0:
            names = persons(labels[0].value)
            if names and all(map(is_person, names.split("、"))):
                return Named(names, f"{labels[0].label} in text")
    return None


def _author_beside(parted: list[_Read]) -> Named | None:
    """A person who stands unlabelled behind the outlet beside the time, in an element of their own."""
    for read in parted:
        tokens = [token for token in _BREAK.split(read.text) if token and not is_tools(token)]
        for outlet_token, token in pairwise(tokens):
            if is_outlet(outlet_token) and is_person(token):
                return Named(token, "behind outlet beside time")
    return None


def _author_called(page: Page, top: list[_Read]) -> Named | None:
    """A person whom only the page's own markup calls the author, near the headline (<p class="author">柳三江)."""
    for read in top:
        if len(read.line.text) > _LONGEST_CREDIT or not any(map(is_person, _BREAK.split(read.text))):
            continue
        for element in page.element(read.line.block).iter():
            if _CALLED_AUTHOR.search(f"{element.get('class') or ''} {element.get('rel') or ''}"):
                text = "".join(element.itertext()).strip()
                if is_person(text) and text in read.line.text:
                    return Named(text, "called author")
    return None


def _parted(page: Page, read: _Read) -> _Read | None:
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
    return _Read(text, read_labels(text), read.line)


def _far_editor(lines: Iterable[Line]) -> Named | None:
    """An editor whose line a poll or lists of links have pushed far down; there it must be a line of its own."""
    far = [_read(line) for line in lines if line.link * 2 <= len(line.text) and _EDITOR_LINE.match(line.text)]
    return _labelled_persons(far, "editor", "below")


def is_reporter_line(text: str) -> bool:
    """Whether a line gives the reporters' names and nothing else (本报记者 邓红阳)."""
    return _reporters(text) is not None


def without_closing_editor(text: str) -> str:
    """A text without what names its editor behind the last sentence."""
    end = _EDITOR_BRACKET.sub("", text[-_LONGEST_BRACKET:])
    return text[:-_LONGEST_BRACKET] + _CLOSING_CREDIT.sub("", end)


def _reporters(text: str) -> str | None:
    if len(text) > 40:
        return None
    if match := _REPORTER_LINE.match(text) or _REPORTED_LINE.match(text):
        return persons(match["names"])
    if (match := _MARKED_LINE.match(text)) and (names := persons(match["names"])):
        return names if all(map(is_person, names.split("、"))) else None
    return None


def _read(line: Line) -> _Read:
    text = without_stamps(line.text)
    labels = line.labels if text == line.text else read_labels(text)
    if not labels and (alone := label_alone(text)) is not None:
        labels = [alone]
    return _Read(text, labels, line)


def _read_below(line: Line) -> _Read:
    """A line under the text, of which only sources and editors are asked."""
    return _read(line) if _MAY_NAME.search(line.text) else _Read(line.text, [], line)


def _read_closing(line: Line) -> _Read:
    """The bracket or the credits that end a paragraph, and nothing else of it: labels inside the text are text."""
    closing = line.text[-_LONGEST_BRACKET:]
    match = _CLOSING_CREDIT.search(closing) or _CLOSING_BRACKET.search(closing)
    inside = match["inside"] if match else ""
    return _Read(inside, read_labels(inside), line)


def _labelled_source(page: Page, reads: list[_Read], place: str) -> Named | None:
    for position, read in enumerate(reads):
        for item in read.labels:
            if item.kind != "source" or _QUOTED.search(read.text[: item.start]):
                continue
            value = outlet(item.value) or _pictured(page, read, item)
            if value is None and not item.value.strip() and position + 1 < len(reads):
                value = _outlet_line(read, reads[position + 1])
            if value is not None:
                return Named(value, f"{item.label} {place} text")
    return None


def _outlet_line(label: _Read, following: _Read) -> str | None:
    """An outlet on the line below its label, in the same row or list."""
    text = following.text.strip()
    alone = _is_next(label, following) and not following.labels and len(text) <= 15
    return text if alone and text[:1] != "《" and is_outlet(text) else None


def _is_next(label: _Read, following: _Read) -> bool:
    return 0 <= following.line.block - label.line.block <= 2


def _names_line(label: _Read, following: _Read) -> str | None:
    """Names on the line below their label, in the same row or list: nothing but names."""
    if following.labels or len(following.text) > 15 or is_tools(following.text) or not _is_next(label, following):
        return None
    names = persons(following.text)
    return names if names and all(map(is_person, names.split("、"))) else None


def _pictured(page: Page, read: _Read, item: Labelled) -> str | None:
    """An outlet printed as a logo: the picture's alternative text."""
    if item.value.strip() or len(read.line.pictures) != 1:
        return None
    return outlet(page.pictures(read.line)[0].get("alt") or "")


def _entitled(page: Page) -> str:
    element = next(page.root.iter("title"), None)
    return (element.text or "").strip() if element is not None else ""


def _bare_source(page: Page, reads: list[_Read]) -> Named | None:
    """An outlet that stands unlabelled beside the time, or on the line before it."""
    for before, read in zip([None, *reads], reads, strict=False):
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
                return Named(token.removesuffix(_OF_ACCOUNT), "account beside time")
            if is_outlet(token) and not re.search(r"[>»]", token):
                return Named(token, "beside time")
        if tokens and timed and len(tokens[0]) > 1 and _entitled(page).endswith(tokens[0]):
            return Named(tokens[0], "site beside time")
        if len(tokens) == 1 and read.line.link == len(tokens[0]) and _may_be_account(tokens[0]):
            return Named(tokens[0], "link beside time")
        if before and not before.labels and is_outlet(before.line.text) and _may_publish(before.line, read.line):
            return Named(before.line.text.strip(), "line before time")
        if before and not before.labels and len(before.line.text) <= _LONGEST_OUTLET and not is_tools(before.line.text):
            for element in page.element(before.line.block).iter():
                if _CALLED_SOURCE.search(element.get("class") or ""):
                    return Named(before.line.text.strip(), "called source")
    return None


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


def _labelled_persons(reads: list[_Read], kind: str, place: str) -> Named | None:
    for position, read in enumerate(reads):
        names: list[str] = []
        label = ""
        for item in read.labels:
            if item.kind != kind:
                continue
            value = persons(item.value)
            if value is None and not item.value.strip() and position + 1 < len(reads):
                value = _names_line(read, reads[position + 1])
            if value:
                names += value.split("、")
                label = label or item.label
        if names:
            if kind == "editor":
                names += _other_editors(reads[position + 1 : position + 4], {item.label for item in read.labels})
            return Named("、".join(dict.fromkeys(names)), f"{label} {place} text")
    return None


def _other_editors(reads: list[_Read], known: set[str]) -> list[str]:
    """Names behind other labels of editors on lines that follow one (编辑：X, then 责编：Y)."""
    found: list[str] = []
    for read in reads:
        if len(read.line.text) <= _LONGEST_CREDIT:
            for item in read.labels:
                if item.kind == "editor" and item.label not in known and (names := persons(item.value)):
                    found += names.split("、")
    return found


def _reporter_line(reads: list[_Read]) -> Named | None:
    for read in reads:
        # A time or labels may follow on the line.
        alone = (read.text[: read.labels[0].start] if read.labels else read.text).partition("\t")[0]
        if names := _reporters(read.line.text) or _reporters(alone.strip()):
            return Named(names, "reporter line above text")
    return None


def _author_after_source(reads: list[_Read]) -> Named | None:
    for read in reads:
        for item in read.labels:
            names = persons_after_outlet(item.value) if item.kind == "source" else None
            if names and all(map(is_person, names.split("、"))):
                return Named(names, f"behind {item.label}")
    return None
