"""Bytes to text, whatever the header and the page say about their encoding, and with a byte gone wrong.

A cell passes when every paragraph is the one that was written. Where a byte is broken the paragraph around
it may be lost, but then the article says so, and every other paragraph is still exact. Replacement characters
and their second-hand form 锟斤拷 never come out of a page that calls itself sound.
"""

from __future__ import annotations

import pytest

from portal_crawler.article import Article
from portal_crawler.extract import extract_article

URL = "http://news.example/2021/11/19/1.html"
MAINLAND = (
    "11月19日一早，运河边的造船厂敲响了今年第一声开工锣，三百二十名工人走进船台。",
    "厂长李长河说：“去年造了六条船，今年排了九条。”他把生产计划贴在门口，谁都可以看。",
    "据了解，这家厂1958年建成，最老的一台吊车至今还在用，每天起吊四十吨钢板。",
    "下午三时，第一块钢板在2号船台就位，现场的人鼓起掌来。",
)
# Characters that GB18030 writes in four bytes: beyond the first plane, from extension A, Latin with accents.
FOUR_BYTES = (MAINLAND[0] + "𠮷", "工程师𠮷田与㐀先生、José一起验收了钢板，Ångström也在场。", *MAINLAND[2:])
TAIWAN = (
    "六月四日清晨，基隆漁港的老冰廠響起最後一次汽笛，許功蓋在窗口站了很久。",
    "他說：「三十七年了，這裡的每一塊冰我都認得。」工人們把舊機器一件一件搬上了卡車。",
    "據了解，這座冰廠1958年建成，是國內最早的製冰廠之一，日產四十噸碎冰。",
    "下午三時，第一輛卡車開往博物館，在場的人鼓起掌來。",
)
SCRIPTS = {
    # name: (codec of the bytes, what a right declaration calls it, what a wrong one says, the text)
    "utf-8": ("utf-8", "utf-8", "gb2312", MAINLAND),
    "gbk": ("gbk", "gb2312", "utf-8", MAINLAND),
    "gb18030": ("gb18030", "gb18030", "utf-8", FOUR_BYTES),
    "big5": ("big5", "big5", "utf-8", TAIWAN),
}
# A byte before the second half of the second paragraph. 0xFF opens nothing in any of the encodings. The
# others open a character and take the next byte for their own, which in GBK shifts all that follow in the
# run (in Big5 such a byte often gives another sound text, of which nobody can tell; 0x80 is one that cannot).
STRAY = {
    "clean": dict.fromkeys(SCRIPTS, b""),
    "stray_ff": dict.fromkeys(SCRIPTS, b"\xff"),
    "stray_lead": {"utf-8": b"\xe4", "gbk": b"\xb0", "gb18030": b"\xb0", "big5": b"\x80"},
}


def page(script: str, meta: str, stray: str) -> bytes:
    codec, right, wrong, text = SCRIPTS[script]
    said = {"none": "", "right": right, "wrong": wrong, "late": right}[meta]
    declaration = f'<meta http-equiv="Content-Type" content="text/html; charset={said}">' if said else ""
    padding = f"<script>/*{'x' * 4096}*/</script>" if meta == "late" else ""
    half = len(text[1]) // 2
    rest = "".join(f"<p>{paragraph}</p>\n" for paragraph in text[2:])
    before = (
        f"<html><head>{padding}{declaration}<title>news</title></head><body><h1>{text[0][:12]}</h1>"
        f"<div><p>{text[0]}</p>\n<p>{text[1][:half]}"
    )
    after = f"{text[1][half:]}</p>\n{rest}</div></body></html>"
    return before.encode(codec) + STRAY[stray][script] + after.encode(codec)


def says_damaged(article: Article) -> bool:
    return "damaged_text" in article.warnings or "damaged" in article.provenance.get("text", "")


def lines(article: Article) -> list[str]:
    return (article.body or "").split("\n")


@pytest.mark.parametrize("stray", STRAY)
@pytest.mark.parametrize("meta", ("none", "right", "wrong", "late"))
@pytest.mark.parametrize("header", ("none", "right", "wrong"))
@pytest.mark.parametrize("script", SCRIPTS)
def test_text_is_exact_or_says_that_it_is_damaged(script: str, header: str, meta: str, stray: str) -> None:
    _, right, wrong, text = SCRIPTS[script]
    said = {"none": "", "right": f"; charset={right}", "wrong": f"; charset={wrong}"}[header]
    article = extract_article(page(script, meta, stray), URL, content_type=f"text/html{said}")
    found = lines(article)
    assert article.title == text[0][:12]
    if stray == "clean":
        assert found == list(text)
        assert not says_damaged(article)
    else:
        assert [line for line in text if line not in found] in ([], [text[1]])
        assert found == list(text) or says_damaged(article)


@pytest.mark.parametrize("declared", ("iso-8859-1", "big5", "gb2312", "windows-1252", "utf8", "gbk2312", ""))
@pytest.mark.parametrize("script", SCRIPTS)
def test_no_declaration_spoils_a_sound_page(script: str, declared: str) -> None:
    text = SCRIPTS[script][3]
    body = page(script, "none", "clean")
    assert lines(extract_article(body, URL, content_type=f"text/html; charset={declared}")) == list(text)


@pytest.mark.parametrize("mark", ("utf-8-sig", "utf-16"))
def test_byte_order_mark_beats_every_declaration(mark: str) -> None:
    body = page("utf-8", "wrong", "clean").decode("utf-8").encode(mark)
    assert lines(extract_article(body, URL, content_type="text/html; charset=gbk")) == list(MAINLAND)


def test_damage_done_before_the_page_was_sent_is_named() -> None:
    spoilt = page("utf-8", "right", "clean").replace("厂长".encode(), "锟斤拷锟斤拷".encode())
    assert says_damaged(extract_article(spoilt, URL))


def test_page_cut_off_within_a_character_keeps_the_text_before() -> None:
    for script in SCRIPTS:
        text = SCRIPTS[script][3]
        whole = page(script, "right", "clean")
        cut = whole[: whole.index(text[3].encode(SCRIPTS[script][0])) + 41]
        article = extract_article(cut, URL)
        assert lines(article)[:3] == list(text[:3])


def test_few_chinese_characters_among_much_latin_are_still_read_right() -> None:
    # A page whose menus and scripts are Latin leaves an encoding guess with little to go by.
    latin = "<div>" + "<a href='/x'>Latin menu entry</a> " * 400 + "</div>"
    for script in ("gbk", "gb18030", "big5"):
        codec, _, _, text = SCRIPTS[script]
        body = page(script, "none", "clean").replace(b"<h1>", latin.encode() + b"<h1>")
        assert lines(extract_article(body, URL)) == list(text), codec
