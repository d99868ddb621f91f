"""`report`: one HTML file on the collection, with figures that can be checked by hand and texts that stay texts."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest
from lxml import html

from portal_crawler.article import BEIJING, Article, Capture, Channel, Image
from portal_crawler.charts import Bar, bar_chart, heat_map
from portal_crawler.export import Selection
from portal_crawler.report import figures_of, page_of, write_report
from portal_crawler.reprints import group_reprints
from portal_crawler.store import Found, PageCapture, StorageError, Store, Writer, open_reader, open_store, start_run

Cli = Callable[..., subprocess.CompletedProcess[bytes]]
NOW = datetime(2024, 6, 1, 12, 0, tzinfo=BEIJING)
HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def fill(path: Path, portal: str, articles: list[Article]) -> None:
    """A portal with these articles in one channel; one of the same address as another is its next revision."""
    store = open_store(path)
    writer = Writer(store, start_run(store, portal, [portal]), portal, before_commit=lambda: None)
    channel = writer.add_channel(Channel("要闻", ("要闻",), f"http://{portal}.example/"))
    writer.start_walk(channel, 1)
    for place, article in enumerate(articles):
        writer.discover([Found(article.url, article.title, None)], "article", channel_id=channel, walk=1)
        capture = Capture(
            article.url, f"2024-05-{place + 1:02}T20:10:00+08:00", 200, None, "sha1:A", f"{portal}/1.warc.gz", place, 1
        )
        writer.add_capture(capture)
        writer.add_article(article, [PageCapture(article.url, capture)])
        writer.flush()
    writer.discover([Found(f"http://{portal}.example/lost.html", None, None)], "article", channel_id=channel, walk=1)
    writer.settle(f"http://{portal}.example/lost.html", "article", "failed", "http 500")
    writer.flush()
    store.close()


def article(portal: str, number: int, published_at: str | None, **values: object) -> Article:
    return Article(
        f"http://{portal}.example/{number}.html",
        **{"title": f"标题{number}", "body": "正文。", "published_at": published_at}
        | {"published_precision": published_at and "minute"}
        | values,
    )


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two portals; one is hostile in every text that it prints."""
    path = tmp_path_factory.mktemp("report") / "portal.db"
    image = (Image("http://one.example/1.jpg", None),)
    fill(
        path,
        "one",
        [
            article("one", 1, "2024-01-31T23:59+08:00", source="新华社", editor="赵小春、李四", images=image),
            article("one", 2, "2024-03-01T00:00+08:00", source="新华社", editor="李四"),
            article("one", 2, "2024-03-01T00:00+08:00", source="新华社", editor="李四", title="改了的标题"),
            article("one", 3, None, source="人民网"),
        ],
    )
    fill(
        path,
        "two",
        [
            article("two", 1, "2024-03-02T08:00+08:00", title=HOSTILE, source=HOSTILE, editor=HOSTILE),
            article("two", 1, "2024-03-02T08:00+08:00", title=f"{HOSTILE}改", source=HOSTILE, editor=HOSTILE),
        ],
    )
    return path


@pytest.fixture
def store(db: Path) -> Store:
    reader = open_reader(db)
    yield reader
    reader.close()


def rows_of(page: str, heading: str, place: int = 0) -> list[list[str]]:
    """The cells of the first table below a heading, or of the one in that place, by row."""
    (section,) = html.fromstring(page).xpath(f"//section[@aria-labelledby='{heading}']")
    table = section.xpath(".//table[not(ancestor::details)]")[place]
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table.xpath("./tbody/tr")]


def test_it_counts_what_is_stored(store: Store) -> None:
    page = page_of(figures_of(store, Selection(), NOW))
    assert [row[:6] for row in rows_of(page, "coverage")] == [
        ["one", "1", "3", "2024-01-31", "2024-03-01", "2"],
        ["two", "1", "1", "2024-03-02", "2024-03-02", "1"],
    ]
    assert rows_of(page, "fields") == [
        ["one", "3", "100.0", "66.7", "100.0", "66.7", "0.0", "100.0", "33.3"],
        ["two", "1", "100.0", "100.0", "100.0", "100.0", "0.0", "100.0", "0.0"],
        ["all", "4", "100.0", "75.0", "100.0", "75.0", "0.0", "100.0", "25.0"],
    ]
    assert rows_of(page, "sources")[0] == ["新华社", "2", "", "1"]
    assert [row[:2] for row in rows_of(page, "editors")] == [["李四", "2"], [HOSTILE, "1"], ["赵小春", "1"]]
    assert rows_of(page, "revisions")[0][1:] == ["one", "改了的标题before: 标题2", "title"]
    assert rows_of(page, "addresses")[0] == ["one", "4", "3", "0", "1", "0", "0"]


def test_a_gap_of_a_whole_portal_is_told_from_one_of_a_channel(store: Store) -> None:
    gaps = rows_of(page_of(figures_of(store, Selection(until=date(2024, 2, 20)), NOW)), "gaps")
    assert gaps == [
        ["one", "the whole portal", "2024-02-01", "2024-02-29", "29"],
        ["one", "要闻", "2024-02-01", "2024-02-29", "29"],
    ]


def test_a_month_without_articles_has_its_place_in_the_charts(store: Store) -> None:
    page = html.fromstring(page_of(figures_of(store, Selection(), NOW)))
    titles = page.xpath("(//*[local-name()='svg'])[1]//*[local-name()='title']/text()")
    assert titles == ["2024-01: 1", "2024-02: 0", "2024-03: 2"]


@pytest.fixture(scope="module")
def reprinted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text in three articles of two portals, one in two of which nobody knows the first, and some others."""
    path = tmp_path_factory.mktemp("reprinted") / "portal.db"
    text, other = ("\n".join(f"{place}{number}个村今年修通了水泥路，{number}户人家用上了自来水。" for number in range(9))
                   for place in ("平凉市", "白银区"))  # fmt: skip
    fill(
        path,
        "one",
        [
            article("one", 1, "2024-03-01T08:00+08:00", title="平凉修路", body=text, source="新华社"),
            article("one", 2, "2024-03-02T08:00+08:00", title="平凉修路", body=text, source="新华网"),
            article("one", 3, None, title="白银修路", body=other),
            article("one", 4, "2024-03-04T08:00+08:00", source="本站"),
        ],
    )
    fill(
        path,
        "two",
        [
            article("two", 1, "2024-03-03T09:00+08:00", title="平凉修路了", body=text, source="新华社客户端"),
            article("two", 2, None, title="白银修路", body=other, source="人民网"),
        ],
    )
    store = open_store(path)
    group_reprints(store, {})
    store.close()
    fill(path, "three", [article("three", 1, "2024-03-05T08:00+08:00", title="路", body=text, source="新华社")])
    return path


def test_reprints_and_outlets_are_counted(reprinted: Path) -> None:
    reader = open_reader(reprinted)
    page = page_of(figures_of(reader, Selection(), NOW))
    of_two = page_of(figures_of(reader, Selection(portal="two", since=date(2024, 3, 1)), NOW))
    reader.close()
    assert rows_of(page, "reprints") == [
        ["3", "2", "2024-03-01", "平凉修路", "one"],
        ["2", "2", "–", "白银修路", "the times do not tell"],
    ]
    assert "5 articles, 71.4 percent, print a text that another article prints, too: 2 texts." in " ".join(page.split())
    assert "1 articles were not compared yet." in page
    assert rows_of(page, "reprints", 1) == [["新华社", "4", "", "3"], ["人民网", "1", "", "1"]]
    assert rows_of(of_two, "reprints") == [["3", "2", "2024-03-01", "平凉修路", "one"]]
    assert "1 articles, 100.0 percent, print" in " ".join(of_two.split())


def test_portal_and_period_choose_the_articles(store: Store) -> None:
    chosen = figures_of(store, Selection(portal="one", since=date(2024, 3, 1), until=date(2024, 3, 1)), NOW)
    assert chosen.articles == 1
    assert [state.portal for state in chosen.portals] == ["one"]
    assert [edit.url for edit in chosen.edits] == ["http://one.example/2.html"]
    assert figures_of(store, Selection(until=date(2024, 1, 31)), NOW).articles == 1


def test_a_portals_texts_are_never_markup_and_nothing_is_loaded(store: Store) -> None:
    page = html.fromstring(page_of(figures_of(store, Selection(), NOW)))
    assert page.xpath("//script | //img | //link | //iframe | //object | //*[@src]") == []
    assert [name for element in page.iter() for name in element.attrib if name.startswith("on")] == []
    assert HOSTILE in page.xpath("//section[@aria-labelledby='sources']//bdi/text()")
    assert all(address.startswith(("#", "http://")) for address in page.xpath("//@href"))
    assert not re.search(r"url\(|@import", page.xpath("string(//style)"))


def test_every_chart_has_a_name_and_its_figures_in_a_table(store: Store) -> None:
    page = html.fromstring(page_of(figures_of(store, Selection(), NOW)))
    for section in page.xpath("//section[.//*[local-name()='svg'][@role='img']]"):
        assert all(section.xpath(".//*[local-name()='svg'][@role='img']/@aria-label"))
        assert section.xpath(".//table")


def test_an_empty_database_gives_a_page_too(tmp_path: Path) -> None:
    open_store(tmp_path / "portal.db").close()
    reader = open_reader(tmp_path / "portal.db")
    page = page_of(figures_of(reader, Selection(), NOW))
    reader.close()
    assert "No article with a time of publication is stored." in page


def test_the_file_appears_whole_and_an_old_one_stays_when_it_cannot(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    write_report(store, out, Selection(), NOW)
    assert out.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(StorageError, match="no-folder"):
        write_report(store, tmp_path / "no-folder" / "report.html", Selection(), NOW)


def test_the_command_says_what_it_wrote_and_what_is_wrong(cli: Cli, db: Path, tmp_path: Path) -> None:
    done = cli("report", tmp_path / "one.html", "--portal", "one", "--db", db)
    assert done.returncode == 0
    assert done.stdout.decode().startswith(f"{tmp_path}/one.html: 3 articles, ")
    wrong = cli("report", tmp_path / "a.html", "--portal", "three", "--db", db)
    assert wrong.returncode == 2
    assert "there are one, two" in wrong.stderr.decode()
    assert [path.name for path in tmp_path.iterdir()] == ["one.html"]


def test_a_bar_is_as_tall_as_its_value_and_a_field_as_strong() -> None:
    chart = bar_chart([Bar("a", 50), Bar("b", 100), Bar("<c>", 0)], title='"x"')
    heights = [float(height) for height in re.findall(r'class="bar"[^>]* height="([\d.]+)"', chart)]
    assert heights == [102.0, 204.0, 0.0]
    assert "&lt;c&gt;: 0" in chart
    shades = re.findall(
        r'fill-opacity="([\d.]+)"', heat_map({"a": [0, None, 50, 100]}, list("wxyz"), title="", unit="")
    )
    assert shades == ["0.00", "0.56", "1.00"]
    assert bar_chart([], title="") == heat_map({}, [], title="", unit="") == ""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")
def test_a_browser_shows_it_without_running_what_portals_print(store: Store, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    write_report(store, out, Selection(), NOW)
    done = subprocess.run(
        [
            str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}",
            "--enable-logging=stderr", "--v=0", "--dump-dom", out.as_uri(),
        ],
        capture_output=True, timeout=60,
    )  # fmt: skip
    assert b"</html>" in done.stdout
    # A refused load, a script or a broken page would be told on the console.
    assert b"CONSOLE" not in done.stderr
