"""The kinds of article that every replica holds, however small: one function a kind, under a fixed index."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from portal_crawler.demo.first import PAGES, TITLE
from portal_crawler.demo.prose import TOPICS, Writer
from portal_crawler.demo.story import Paragraph, Story, Table, cut

Change = Callable[[Story, Writer], Story]
_PINGLIANG, _ZHENXING = "zixun/shizhou/pingliang", "sannong/zhenxing"


def first_story(number: int, published: datetime) -> Story:
    """The oldest article, the page type that this project began with."""
    return Story(
        number=number,
        title=TITLE,
        published=published,
        source="中国甘肃在线",
        editor="赵小春",
        author=None,
        channels=(_PINGLIANG,),
        pages=PAGES,
        layout="div",
        markup="word",
    )


def _one_sentence(story: Story, writer: Writer) -> Story:
    text = "{date}，{county}{town}发放冬季取暖补贴{120~680}万元，惠及{1200~6800}户群众。"
    return replace(story, pages=((Paragraph(writer.fill(text)),),))


def _rare_characters(story: Story, writer: Writer) -> Story:
    """Characters that GB18030 writes in four bytes, and some that GBK has and GB2312 lacks."""
    rare = (
        "村名里有个“㙇”字，{person}的族谱上还写着“𠮷”“𬭎”“𫖮”三个字，派出所的电脑过去打不出来，今年换发身份证{120~680}张。",
        "收藏者{person}把祖父李𠮷生的{12~36}封家书捐给县档案馆，信封上的“堃”“镕”“喆”字迹清晰，邮费是€{2~9}。",
    )
    pages = cut([*story.blocks, *(Paragraph(writer.fill(text)) for text in rare)], 1)
    return replace(story, editor="李𠮷", pages=pages)


def _raised_and_lowered(story: Story, writer: Writer) -> Story:
    text = (
        "监测显示，{town}的PM_{2.5}年均浓度为每立方米{18~32}微克，CO_{2}排放强度下降{3~9}%，"
        "湿地面积恢复到{12~46}km^{2}，蓄水量{3~9}×10^{6}m^{3}。"
    )
    return replace(story, markup="word", pages=cut([*story.blocks, Paragraph(writer.fill(text))], 1))


def _wide_blanks(story: Story, writer: Writer) -> Story:
    """Full-width blanks and digits inside the text, which are text."""
    verse = Paragraph(writer.fill("陇原　秋色　{town}　黄河水暖　麦苗青"))
    wide = Paragraph(
        writer.fill("受表彰的有：马　兰　{person}　（第１名）；王　军　{person}　（第２名），奖金共{2~9}万元。")
    )
    return replace(story, markup="plain", pages=cut([*story.blocks, verse, wide], 1))


def _table(story: Story, writer: Writer) -> Story:
    blocks = [
        *story.blocks,
        Table(writer.rows()),
        Paragraph(writer.fill("以上数据由{county}统计局于{date}提供。")),
    ]
    return replace(story, markup="word", pages=cut(blocks, 1))


def _pictures(story: Story, writer: Writer) -> Story:
    texts = [block for block in story.blocks if isinstance(block, Paragraph)]
    pictures = [story.picture(8, writer.caption()), story.picture(9, writer.caption())]
    return replace(story, pages=cut([texts[0], pictures[0], *texts[1:2], pictures[1], *texts[2:]], 1))


def _long(pages: int) -> Change:
    def change(story: Story, writer: Writer) -> Story:
        extra = [Paragraph(text) for topic in TOPICS[:pages] for text in writer.paragraphs(topic, 5)]
        return replace(story, pages=cut([*story.blocks, *extra], pages))

    return change


SPECIAL: dict[int, Change] = {
    1: _one_sentence,
    2: _rare_characters,
    3: _raised_and_lowered,
    4: _wide_blanks,
    5: _table,
    6: _pictures,
    7: lambda story, writer: replace(story, source=None, editor="马晓兰"),
    8: lambda story, writer: replace(story, source="陇原日报", editor=None),
    9: lambda story, writer: replace(story, channels=(_PINGLIANG, _ZHENXING)),
    10: lambda story, writer: replace(story, layout="table", markup="word"),
    11: _long(2),
    12: _long(3),
    13: lambda story, writer: replace(story, author="常天佑", layout="table", markup="breaks"),
    14: lambda story, writer: replace(story, source=None, editor=None),
}
