"""The lines that name persons and outlets around a text, one by one: their labels, their reporters, their brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

from portal_crawler.extract.labels import Labelled, label_alone, read_labels
from portal_crawler.extract.lines import Line
from portal_crawler.extract.names import is_person, persons
from portal_crawler.extract.times import without_stamps

_REPORTER_LINE: Final = re.compile(
    r"^[\s\u3000]*[□■◎●○◇◆▲△\uf06c]?\s*(?:[\u4e00-\u9fff·]{0,12}?)(?:本报|本网|本台|特约|特派|见习|实习|首席|全媒体|融媒体|驻[\u4e00-\u9fff]{2,4})*(?:记者|评论员|通讯员)[\s\u3000:：]+(?P<names>[\u4e00-\u9fff·、，\s\u3000]{2,40}?)\s*(?:文\s*[/／]?\s*图|图\s*[/／]?\s*文|摄影报道|文并图|[/／]\s*文(?:[\s、，]*[\u4e00-\u9fff]{2,4}\s*[/／]\s*[图摄])?)?$"
)
# The byline of newspapers in Taiwan (記者林靜宜／台北報導).
_REPORTED_LINE: Final = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,8}[\s\u3000])?[\u4e00-\u9fff]{0,6}記者\s*(?P<names>[\u4e00-\u9fff]{2,4})\s*[／/][\u4e00-\u9fff／/、\s]{2,20}報導$"
)
# Opinion pages set the author's name below the headline behind a mark.
_MARKED_LINE: Final = re.compile(r"^[□■◎●○◇◆▲△☉⊙]\s*(?P<names>[\u4e00-\u9fff·、，\s\u3000]{2,24})$")
# A character of every label of a source or an editor.
_MAY_NAME: Final = re.compile("[源编編责責处转摘载自]")
_CLOSING_BRACKET: Final = re.compile(r"[（(【\[〔［](?P<inside>[^（()）【】\[\]]{2,60})[)）】\]〕］]?\s*\d{0,8}\s*$")
# Credits typed behind the last sentence, without a bracket or a line of their own.
_CLOSING_CREDIT: Final = re.compile(
    r"(?<=[。！？”）)】])\s*(?P<inside>(?:责任编辑|责编|编辑|文章来源|稿件来源|来源|稿源)\s*[:：][^。！？\n【】（）()]{2,60})$"
)
_EDITOR_BRACKET: Final = re.compile(
    r"\s*[（(【\[〔［]\s*(?:责任编辑|责\s*编|编辑|责任編輯|編輯)(?:\s*[:：]|\s)[^（()）【】\[\]\n]{0,40}[)）】\]〕］]\s*(?:\d{7,8}\s*)?$"
)
# A character of every label in both of these.
_MAY_CREDIT: Final = re.compile("[编編源]")
_LONGEST_BRACKET: Final = 80


@dataclass(frozen=True, slots=True)
class Named:
    """A value as printed, without its label, and the rule that found it."""

    text: str
    rule: str


class ReadLine(NamedTuple):
    """A line without its times (a tab each), or the part of it that is read, and the labelled values in that."""

    text: str
    labels: list[Labelled]
    line: Line


def is_reporter_line(text: str) -> bool:
    """Whether a line gives the reporters' names and nothing else (本报记者 邓红阳)."""
    return reporters_in(text) is not None


def reporters_in(text: str) -> str | None:
    """The names, joined by `、`, in a line that gives reporters and nothing else; None for other lines."""
    if len(text) > 40:
        return None
    if match := _REPORTER_LINE.match(text) or _REPORTED_LINE.match(text):
        return persons(match["names"])
    if (match := _MARKED_LINE.match(text)) and (names := persons(match["names"])):
        return names if all(map(is_person, names.split("、"))) else None
    return None


def without_closing_editor(text: str) -> str:
    """A text without what names its editor behind the last sentence."""
    end = text[-_LONGEST_BRACKET:]
    if not _MAY_CREDIT.search(end):
        return text
    return text[:-_LONGEST_BRACKET] + _CLOSING_CREDIT.sub("", _EDITOR_BRACKET.sub("", end))


def read_line(line: Line) -> ReadLine:
    """A line near the headline, with a label that stands alone in its cell."""
    text = without_stamps(line.text)
    labels = line.labels if text == line.text else read_labels(text)
    if not labels and (alone := label_alone(text)) is not None:
        labels = [alone]
    return ReadLine(text, labels, line)


def read_below(line: Line) -> ReadLine:
    """A line under the text, of which only sources and editors are asked."""
    return read_line(line) if _MAY_NAME.search(line.text) else ReadLine(line.text, [], line)


def read_closing(line: Line) -> ReadLine:
    """The bracket or the credits that end a paragraph, and nothing else of it: labels inside the text are text."""
    closing = line.text[-_LONGEST_BRACKET:]
    match = (_MAY_CREDIT.search(closing) and _CLOSING_CREDIT.search(closing)) or _CLOSING_BRACKET.search(closing)
    inside = match["inside"] if match else ""
    return ReadLine(inside, read_labels(inside), line)
