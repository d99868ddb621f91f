# ruff: noqa: E501 - a line of markup is a line of the page
"""A body's HTML as editors left it: pasted from Word, typed in a plain form, or one run of text with `<br>`."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from html import escape

from portal_crawler.demo.story import Block, Paragraph, Picture, Table

# What Word takes for another script and so puts in a span of its own.
_LATIN = re.compile(r"[0-9A-Za-z.%+]+")
_SCRIPT = re.compile(r"([_^])\{([^{}]*)\}")
_FONT = "mso-hansi-font-family:&quot;Times New Roman&quot;;mso-bidi-font-family:宋体"
_CHINESE = f'<span style="font-size:16.0pt;font-family:仿宋_GB2312;{_FONT}">'
_NUMBER = '<span lang=EN-US style=\'font-size:16.0pt;font-family:"Times New Roman","serif";mso-fareast-font-family:仿宋_GB2312\'>'
# The same attribute after an editor that wrote double quotes around everything.
_BROKEN_NUMBER = '<span lang=EN-US style="font-size:16.0pt;font-family:"Times New Roman";color:#333">'
_WORD_PARAGRAPH = (
    '<p class="MsoNormal" style="margin:0cm 0cm 0pt;text-indent:32.0pt;mso-char-indent-count:2.0;\r\n'
    'line-height:28.0pt;mso-line-height-rule:exactly">'
)
_PASTED = (
    "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom>"
    "<w:PunctuationKerning/><w:DrawingGridVerticalSpacing>7.8 磅</w:DrawingGridVerticalSpacing>"
    "</w:WordDocument></xml><![endif]-->\r\n"
)


def plain_text(text: str) -> str:
    """A paragraph's text as a reader sees it, without the marks for raised and lowered characters."""
    return _SCRIPT.sub(r"\2", text)


def body_html(blocks: Sequence[Block], markup: str) -> str:
    """The blocks of one page in the named markup: `word`, `plain` or `breaks`."""
    paragraph = _PARAGRAPHS[markup]
    parts = [_PASTED] if markup == "word" else []
    for block in blocks:
        if isinstance(block, Paragraph):
            parts.append(paragraph(block))
        elif isinstance(block, Table):
            parts.append(_table(block))
        else:
            parts.append(_picture(block))
    return "\r\n".join(parts)


def _scripts(text: str) -> str:
    return _SCRIPT.sub(
        lambda match: f"<{'sub' if match[1] == '_' else 'sup'}>{match[2]}</{'sub' if match[1] == '_' else 'sup'}>",
        text,
    )


def _word_runs(text: str) -> str:
    """The text in Word's spans, every number in one of its own."""
    runs, position = [], 0
    for serial, match in enumerate(_LATIN.finditer(text)):
        if match.start() > position:
            runs.append(f"{_CHINESE}{escape(text[position : match.start()], quote=False)}</span>")
        opening = _BROKEN_NUMBER if serial % 5 == 4 else _NUMBER
        runs.append(f"{opening}{match[0]}</span>")
        position = match.end()
    if position < len(text):
        runs.append(f"{_CHINESE}{escape(text[position:], quote=False)}</span>")
    return "".join(runs)


def _word(paragraph: Paragraph) -> str:
    inner, position = "", 0
    for match in _SCRIPT.finditer(paragraph.text):
        inner += _word_runs(paragraph.text[position : match.start()]) + _scripts(match[0])
        position = match.end()
    inner += _word_runs(paragraph.text[position:])
    if paragraph.heading:
        inner = f'<b style="mso-bidi-font-weight:normal">{inner}</b>'
    return f'{_WORD_PARAGRAPH}{inner}<span lang="EN-US" style="font-size:16.0pt"><o:p></o:p></span></p>'


def _plain(paragraph: Paragraph) -> str:
    inner = _scripts(escape(paragraph.text, quote=False))
    return f"<p>　　{f'<strong>{inner}</strong>' if paragraph.heading else inner}</p>"


def _breaks(paragraph: Paragraph) -> str:
    inner = _scripts(escape(paragraph.text, quote=False))
    return f"&nbsp;&nbsp;&nbsp; {f'<STRONG>{inner}</STRONG>' if paragraph.heading else inner}<BR><BR>"


def _table(table: Table) -> str:
    rows = "".join(
        "<tr>"
        + "".join(
            f'<td width="142" valign="top"><p class="MsoNormal">{_word_runs(cell)}<o:p></o:p></p></td>' for cell in row
        )
        + "</tr>\r\n"
        for row in table.rows
    )
    return f'<table class="MsoNormalTable" border="1" cellspacing="0" cellpadding="0"><tbody>{rows}</tbody></table>'


def _picture(picture: Picture) -> str:
    shown = (
        f'<p style="text-align:center" align="center"><img border="0" alt="" width="550" src="{picture.path}" /></p>'
    )
    if picture.caption:
        shown += f'\r\n<p style="text-align:center" align="center"><span style="color:#666">{escape(picture.caption, quote=False)}</span></p>'
    return shown


_PARAGRAPHS: dict[str, Callable[[Paragraph], str]] = {"word": _word, "plain": _plain, "breaks": _breaks}
