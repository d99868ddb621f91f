"""What a portal repeats around its articles is learnt from them, and their own text is never touched."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlite_utils import Database

from portal_crawler.article import Article, Capture, Image
from portal_crawler.extract import Page, article_of, read_page
from portal_crawler.extract.template import Template, fold, learn_template, parts_of, strip, strip_article
from portal_crawler.items import ArticlePages
from portal_crawler.pipelines.template import TemplatePipeline
from portal_crawler.store import (
    PageCapture,
    Store,
    Writer,
    load_template,
    open_store,
    save_template,
    start_run,
)
from portal_crawler.store.schema import migrations

_WHO = [
    "市农业局",
    "县水务站",
    "区教育局",
    "省文化馆",
    "镇卫生院",
    "乡林业站",
    "州交通局",
    "市图书馆",
    "区消防队",
    "县供电所",
]
_WHAT = [
    "修好了渠道",
    "开办了夜校",
    "运来了树苗",
    "检查了桥梁",
    "发放了种子",
    "清理了河道",
    "接通了路灯",
    "粉刷了校舍",
    "更换了水管",
]
_WHERE = ["东山", "南河", "西坪", "北塬", "中滩", "上庄", "下湾", "前沟", "后岭", "老城", "新集", "白塔"]
QUOTE = "绿水青山就是金山银山，这句话说到了大家的心里。"


def own_lines(random_: random.Random, number: int) -> list[str]:
    """The text of an article: no two are the same line for line, folded numbers or not."""
    lines = []
    for part in range(random_.randint(2, 9)):
        who, what, where = random_.choice(_WHO), random_.choice(_WHAT), random_.choice(_WHERE)
        mark = "".join(random_.choices("梅兰竹菊松柏桃李杏梨枣桂", k=6))
        lines.append(
            f"{mark}村民说，{who}第{number}次在{where}{what}，用了{random_.randint(2, 90)}天。" * (part % 2 + 1)
        )
    return lines


def footer(random_: random.Random, number: int) -> list[str]:
    """Six lines in words that no rule knows, with a number, a date and a rule among them."""
    return [
        "陇上云帆，与君同舟，愿诸君常来坐坐",
        f"此页已有{random_.randint(3, 99999)}位乡亲翻过",
        "————————",
        f"晾晒于2021年{random_.randint(1, 12)}月{random_.randint(1, 28)}日 {random_.randint(0, 23)}:05",
        f"第{number}号灯笼高高挂在老槐树下，照着来来往往的行人。",
        "风吹麦浪，　静待  花开",
    ]


def head(random_: random.Random) -> list[str]:
    """Two lines above the text."""
    return ["灯笼小报，送到炕头", f"炉火第{random_.randint(1, 400)}旺"]


def portal(count: int, seed: int = 7) -> list[tuple[list[str], list[str]]]:
    """Articles' own lines, and the same with what the portal prints around them."""
    random_ = random.Random(seed)
    made = [own_lines(random_, number) for number in range(count)]
    return [(own, head(random_) + own + footer(random_, number)) for number, own in enumerate(made)]


@pytest.mark.parametrize("seed", range(20))
def test_thirty_pages_leave_no_repeated_line_and_no_own_line_is_lost(seed: int) -> None:
    template = learn_template(printed for _, printed in portal(30, seed))
    for own, printed in portal(200, seed + 1000):
        assert strip(template, printed) == own


@pytest.mark.parametrize("seed", range(5))
def test_a_footer_of_which_a_line_is_at_times_absent_is_learnt(seed: int) -> None:
    random_ = random.Random(seed)

    def printed(pages: list[tuple[list[str], list[str]]]) -> Iterator[tuple[list[str], list[str]]]:
        for own, lines in pages:
            below = lines[lines.index(own[-1]) + 1 :]
            if random_.random() < 0.4:
                below.pop(random_.choice((0, 1, 4, 5)))
            yield own, own + below

    template = learn_template(lines for _, lines in printed(portal(60, seed)))
    for own, lines in printed(portal(100, seed + 50)):
        assert strip(template, lines) == own


def test_pages_without_a_template_teach_nothing() -> None:
    assert not learn_template(own for own, _ in portal(200))


def test_four_pages_teach_nothing_and_five_do() -> None:
    printed = [lines for _, lines in portal(5)]
    assert not learn_template(printed[:4])
    assert learn_template(printed)


def test_a_sentence_quoted_in_several_articles_stays() -> None:
    random_ = random.Random(3)
    pages = portal(60)
    quoting = []
    for number, (own, printed) in enumerate(pages):
        at = random_.randint(0, len(own))
        # A quarter ends with it, many have it elsewhere.
        at = len(own) if number % 4 == 0 else at
        if number % 2 == 0:
            around = printed.index(own[0])
            printed = [*printed[: around + at], QUOTE, *printed[around + at :]]
            own = [*own[:at], QUOTE, *own[at:]]
        quoting.append((own, printed))
    template = learn_template(printed for _, printed in quoting)
    assert template.tail
    for own, printed in quoting:
        assert strip(template, printed) == own


def test_template_lines_inside_the_text_stay() -> None:
    template = learn_template(printed for _, printed in portal(30))
    own, printed = portal(1, 99)[0]
    below = printed[printed.index(own[-1]) + 1 :]
    inside = [own[0], below[0], below[5], own[1]]
    assert strip(template, inside + below) == inside


def test_one_article_under_many_addresses_is_no_template() -> None:
    pages = portal(12)
    copies = [pages[0][0]] * 6 + [own for own, _ in pages[1:]]
    assert not learn_template(copies)


@pytest.mark.parametrize(
    "line",
    [
        "本报讯", "新华社北京11月19日电", "中新网兰州11月19日电 (记者 王小明)", "每日甘肃网讯（记者 李华）",
        "2021年11月19日", "二〇二一年十一月十九日", "2021-11-19 20:09", "12345", "姓名\t性别\t单位",
    ],
)  # fmt: skip
def test_datelines_dates_numbers_and_rows_of_tables_are_never_learnt(line: str) -> None:
    assert not learn_template([line, *own] for own, _ in portal(40)).head


def test_the_office_that_signs_above_a_date_stays() -> None:
    signed = [[*own, "陇原市人民政府办公室", f"2021年11月{day % 28 + 1}日"] for day, (own, _) in enumerate(portal(40))]
    assert not learn_template(signed)


def test_a_line_on_fewer_than_three_in_ten_pages_is_no_template() -> None:
    def some(share: int) -> list[list[str]]:
        return [[*own, "青禾社"] if number % 20 < share else own for number, (own, _) in enumerate(portal(100))]

    assert not learn_template(some(6))
    assert [line.text for line in learn_template(some(7)).tail] == ["青禾社"]


def test_what_has_become_rare_is_forgotten_and_what_is_new_is_learnt() -> None:
    old = [[*own, "旧时灯火"] for own, _ in portal(30, 1)]
    new = [[*own, "新岁春风"] for own, _ in portal(300, 2)]
    template = learn_template(old)
    for start in range(0, 300, 30):
        template = learn_template(new[start : start + 30], known=template)
        assert "新岁春风" in {line.text for line in template.tail}
    assert {line.text for line in template.tail} == {"新岁春风"}
    assert (template.pages, template.tail[0].seen, template.tail[0].pages) == (330, 300, 300)


def test_stripped_bodies_show_new_lines_and_say_nothing_of_known_ones() -> None:
    pages = portal(40, 4)
    known = learn_template(printed for _, printed in pages[:30])
    again = learn_template((), known=known, stripped=(own for own, _ in pages))
    assert again == known
    new = learn_template((), known=known, stripped=([*own, "新岁春风"] for own, _ in pages))
    assert "新岁春风" in {line.text for line in new.tail}


def test_pages_that_taught_nothing_are_counted_on() -> None:
    pages = [own for own, _ in portal(60)]
    assert learn_template(pages[30:], known=learn_template(pages[:30])) == Template(60)


def test_channels_with_footers_of_their_own() -> None:
    random_ = random.Random(5)
    names = ("甲部", "乙部")

    def printed(count: int, seed: int) -> list[tuple[list[str], list[str]]]:
        pages = [(own, random_.choice(names)) for own, _ in portal(count, seed)]
        return [(own, [*own, f"{name}的朋友们", f"{name}第{random_.randint(1, 99)}回"]) for own, name in pages]

    template = learn_template(lines for _, lines in printed(30, 1))
    assert all(strip(template, lines) == own for own, lines in printed(100, 2))


def test_a_template_is_the_same_after_json() -> None:
    template = learn_template(printed for _, printed in portal(30))
    assert Template.from_json(template.to_json()) == template
    for text in ("[]", "{}", '{"pages": 1, "head": [1], "tail": []}', "nonsense"):
        with pytest.raises(ValueError):
            Template.from_json(text)


def test_folding() -> None:
    assert fold("第１２号 2021-11-19 20:09") == fold("第 7 号　2022/01/02  8:15")
    assert fold("二〇二一年十一月") == fold("2021年3月")
    assert fold("甲\t1") != fold("甲1")


def test_generated_pages_of_a_portal() -> None:
    """The same through the extractor: pages in, bodies out."""
    bodies = []
    for number, (own, printed) in enumerate(portal(60, 11)):
        bodies.append((own, body_of(printed, number)))
    assert any(body.split("\n") != own for own, body in bodies)
    template = learn_template(body.split("\n") for _, body in bodies[:30])
    for own, body in bodies:
        assert strip(template, body.split("\n")) == own


def body_of(lines: list[str], number: int) -> str:
    """The body that the extractor reads on a page with these lines."""
    return article_of([page_of(lines, number)]).body or ""


def page_of(lines: list[str], number: int) -> Page:
    """A page of the portal with these lines under its headline."""
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    title = "".join(_WHERE[(number + step) % len(_WHERE)] for step in range(4))
    page = f"""<html><head><meta charset="utf-8"><title>{title}喜迎丰收</title></head><body>
        <div><a href="/">首页</a> <a href="/x/">要闻</a></div><h1>{title}喜迎丰收</h1>
        <div>2021-11-19 20:09 来源：陇原日报</div><div>{paragraphs}</div></body></html>"""
    return read_page(page.encode(), f"http://a.example/{number}.html")


def test_the_template_goes_from_each_page_of_an_article() -> None:
    template = learn_template(body_of(printed, number).split("\n") for number, (_, printed) in enumerate(portal(30)))
    parts = portal(5, 77)
    pages = [page_of(printed, 1) for _, printed in parts]
    article = article_of(pages)
    assert article.body != "\n".join(line for own, _ in parts for line in own)
    stripped = strip_article(article, template, parts_of(article, pages))
    assert stripped.body == "\n".join(line for own, _ in parts for line in own)
    assert stripped.provenance["body"] == "heaviest block, template"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "portal.db")
    yield opened
    opened.close()


def test_the_store_keeps_one_template_a_portal(store: Store) -> None:
    assert load_template(store.connection, "a") is None
    for pages in (30, 60):
        with store.transaction() as connection:
            save_template(connection, "a", pages, Template(pages).to_json())
    assert load_template(store.connection, "a") == Template(60).to_json()
    assert load_template(store.connection, "b") is None


def test_a_database_from_before_there_were_templates_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        migrations.apply(Database(connection), stop_before="0002_templates")
        assert "templates" not in Database(connection).table_names()
    store = open_store(path)
    assert load_template(store.connection, "a") is None
    store.close()


@pytest.fixture
def opened(store: Store) -> Callable[[Writer], TemplatePipeline]:
    def open_pipeline(writer: Writer) -> TemplatePipeline:
        session = SimpleNamespace(store=store, portal=SimpleNamespace(id="a"), writer=writer, at_end=[])
        return TemplatePipeline.from_crawler(SimpleNamespace(spider=SimpleNamespace(session=session)))  # type: ignore[arg-type]

    return open_pipeline


def item(lines: list[str], number: int = 0) -> ArticlePages:
    """An article as the extract pipeline hands it on."""
    url = f"http://a.example/{number}.html"
    article = Article(url, portal="a", body="\n".join(lines), provenance={"body": "heaviest block"}, extractor="x/1")
    held = Capture(url, "2021-11-19T20:10:00+08:00", 200, "text/html", "sha1:A", "a/1.warc.gz", number, 1)
    return ArticlePages(url, [], [PageCapture(url, held)], article=article)


def test_a_crawl_learns_as_it_goes_and_the_next_one_knows(
    store: Store, opened: Callable[[Writer], TemplatePipeline]
) -> None:
    writer = Writer(store, start_run(store, "a", ["a"]), "a", before_commit=lambda: None)
    pipeline = opened(writer)
    pages = portal(45)
    for number, (own, printed) in enumerate(pages):
        article = pipeline.process_item(item(printed)).article
        assert article is not None
        known = number >= 29
        assert article.body == "\n".join(own if known else printed)
        assert article.provenance["body"] == ("heaviest block, template" if known else "heaviest block")
    pipeline.learn_rest()
    writer.flush()
    row = store.connection.execute("SELECT portal, pages FROM templates").fetchone()
    assert tuple(row) == ("a", 45)

    own, printed = portal(1, 5)[0]
    article = opened(writer).process_item(item(printed)).article
    assert article is not None and article.body == "\n".join(own)


def test_crawls_of_a_few_articles_each_learn_from_those_that_are_stored(
    store: Store, opened: Callable[[Writer], TemplatePipeline]
) -> None:
    pages = portal(40)
    for start in range(0, 40, 4):
        run = start_run(store, "a", ["a"])
        writer = Writer(store, run, "a", before_commit=lambda: None)
        pipeline = opened(writer)
        for number, (own, printed) in enumerate(pages[start : start + 4], start):
            made = pipeline.process_item(item(printed, number))
            assert made.article is not None
            assert made.article.body == "\n".join(own if start >= 8 else printed), start
            for page in made.captures:
                writer.add_capture(page.capture)
            writer.add_article(made.article, made.captures)
        pipeline.learn_rest()
        writer.flush()


def test_an_article_of_nothing_but_template() -> None:
    template = learn_template(printed for _, printed in portal(30))
    footer_only = "\n".join(footer(random.Random(1), 1))
    bare = Article("http://a.example/", body=footer_only, provenance={"body": "heaviest block"})
    parts = parts_of(bare, [])
    assert strip_article(bare, template, parts).body == footer_only
    assert strip_article(bare, template, parts).warnings == ("only_template",)
    pictured = Article("http://a.example/", body=footer_only, images=(Image("http://a.example/1.jpg", None),))
    assert strip_article(pictured, template, parts).body is None
    assert strip_article(pictured, template, parts).warnings == ("empty_body",)
