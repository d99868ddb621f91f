"""Articles that are one text are found, in whatever order and however often they change; others are not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from filelock import FileLock
from opencc import OpenCC

from portal_crawler.article import Article, Capture
from portal_crawler.cli import main
from portal_crawler.demo import build
from portal_crawler.demo.server import serve
from portal_crawler.portals import load_profiles
from portal_crawler.reprints import group_after_crawl, group_reprints
from portal_crawler.reprints.compare import Version, likeness
from portal_crawler.reprints.signing import bands_of
from portal_crawler.reprints.text import read_text
from portal_crawler.store import PageCapture, Store, Writer, columns_of, open_store, rewrite_article, start_run
from portal_crawler.store.cluster_view import cluster_of
from portal_crawler.store.clusters import likely_heads, put_signature
from tests.crawl_process import start_crawl
from tests.reprint_maker import make_collection
from tests.reprint_maker.score import score, store_made

PARAGRAPHS = (
    "11月18日，记者从平凉市崆峒区农业农村局获悉，今年全区冬小麦播种面积达到32.6万亩，比去年增加1.2万亩，目前长势良好。",
    "连日来，在草峰镇夏寨村的麦田里，村民们抢抓晴好天气浇灌越冬水，水泵的轰鸣声和欢笑声交织在一起，处处是忙碌的景象。",
    "“往年这个时候地里早就冻住了，今年暖和，多浇一遍水，明年就多一成收成。”种粮大户李建国算起了账，他流转的460亩地全部种了小麦。",
    "区农技中心抽调28名技术人员，分成7个小组，深入15个乡镇指导农户开展田间管理，发放技术资料3000多份，解决难题56个。",
    "下一步，崆峒区将继续落实粮食安全责任，加强病虫害监测预警，做好防冻保苗工作，为明年夏粮丰收打下坚实基础。",
)
NEWS = "\n".join(PARAGRAPHS)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(tmp_path / "portal.db")
    yield opened
    opened.close()


def put(
    store: Store,
    portal: str,
    body: str | None,
    *,
    url: str | None = None,
    title: str = "崆峒区冬小麦长势良好",
    at: str | None = "2021-11-19T20:09+08:00",
    source: str | None = None,
) -> int:
    """Store an article as a crawl does; gives its id. at: the day alone, or with minutes or seconds."""
    count = store.rows("SELECT count(*) FROM captures")[0][0]
    url = url or f"http://{portal}.example/{count}.html"
    precision = {None: None, 10: "day", 22: "minute", 25: "second"}[at and len(at)]
    stamp = f"{at}T00:00+08:00" if precision == "day" else at
    writer = Writer(store, start_run(store, portal, [portal]), portal, before_commit=lambda: None)
    capture = Capture(url, "2021-11-21T08:00:00+08:00", 200, None, f"sha1:{count}", f"{portal}/1.warc.gz", count, 1)
    writer.add_capture(capture)
    article = Article(
        url,
        title=title,
        published_at=stamp,
        published_precision=precision,
        published_raw=at,
        source=source,
        body=body,
    )
    writer.add_article(article, [PageCapture(url, capture)])
    writer.flush()
    return int(store.rows("SELECT id FROM articles WHERE url = ?", (url,))[0][0])


def clusters(store: Store) -> list[set[int]]:
    """The articles of each cluster."""
    found: dict[int, set[int]] = {}
    for row in store.rows("SELECT cluster_id, article_id FROM cluster_members"):
        found.setdefault(row[0], set()).add(row[1])
    return sorted(found.values(), key=min)


def are_one(
    one: str, other: str, *, portals: tuple[str, str] = ("gscn", "gansudaily"), titles: tuple[str, str] = ("", "")
) -> bool:
    texts = (read_text(title, body) for title, body in zip(titles, (one, other), strict=True))
    versions = [Version(text, portal) for text, portal in zip(texts, portals, strict=True)]
    return likeness(*versions) is not None


@pytest.mark.parametrize(
    "reprint",
    [
        pytest.param(NEWS, id="as it is"),
        pytest.param(NEWS.replace("，", ",").replace("\n", "\n\u3000\u3000"), id="other punctuation"),
        pytest.param(NEWS.replace("\n", ""), id="one paragraph"),
        pytest.param("\n".join(PARAGRAPHS[:2] + PARAGRAPHS[3:]), id="a dropped paragraph"),
        pytest.param("\n".join(PARAGRAPHS[:-1]), id="the last paragraph dropped"),
        pytest.param(
            "\n".join(("本报讯（记者王芳）眼下正是冬小麦管护的关键时节。", *PARAGRAPHS[1:])), id="another lead"
        ),
        pytest.param(f"编者按：冬管正当时，本网今天推出一组报道。\n{NEWS}", id="an editor's line before"),
        pytest.param(f"{NEWS}\n（来源：平凉日报 记者王芳 通讯员张明 责任编辑赵小春）", id="an editor's line behind"),
        pytest.param(OpenCC("s2t").convert(NEWS), id="traditional characters"),
        pytest.param(OpenCC("s2twp").convert(NEWS), id="traditional characters and words of Taiwan"),
        pytest.param(NEWS.replace("32.6", "32.8"), id="a corrected figure"),
        pytest.param(NEWS.replace("记者从", "本台记者从").replace("连日来", "近日"), id="touched up"),
    ],
)
def test_a_reprint_is_the_same_text(reprint: str) -> None:
    assert are_one(NEWS, reprint)
    assert are_one(reprint, NEWS)


WEATHER = "据市气象台17时发布，今天夜间到明天白天，全市{}，最高气温{}℃，最低气温{}℃，偏北风{}级，请注意防寒保暖。"
PETROL = (
    "国家发展改革委{0}发布消息，根据近期国际市场油价变化情况，按照现行成品油价格形成机制，自{0}24时起，国内汽油、柴油价格每吨分别{1}{2}元和{3}元。\n"
    "国家发展改革委要求，各大公司及其他原油加工企业要组织好成品油生产和调运，确保市场稳定供应，严格执行国家价格政策。\n"
    "各地相关部门要加大市场监督检查力度，严厉查处不执行国家价格政策的行为，维护正常市场秩序。消费者可通过12315平台举报价格违法行为。"
)
ROAD = "因排水管网改造工程施工需要，自{}起对{}实行封闭管理，途经车辆请提前绕行，按照现场执勤民警的指挥通行。工期15天，不便之处敬请谅解。"
CITIES = ("兰州市", "白银市", "定西市", "天水市", "平凉市")
SKY = "{}今天夜间到明天白天天气以{}为主，市民出行请留意交通安全和路面情况。"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param(WEATHER.format("晴转多云", 8, -3, 3), WEATHER.format("多云", 6, -5, 2), id="two weather reports"),
        pytest.param(
            PETROL.format("9月6日", "提高", 140, 140),
            PETROL.format("9月18日", "提高", 90, 85),
            id="two prices of petrol",
        ),
        pytest.param(ROAD.format("9月6日", "庆阳路"), ROAD.format("9月7日", "庆阳路"), id="a road closed on two days"),
        pytest.param(
            "".join(SKY.format(city, sky) for city, sky in zip(CITIES, "晴晴阴雨雪", strict=True)),
            "".join(SKY.format(city, sky) for city, sky in zip(CITIES, "阴雨雪晴晴", strict=True)),
            id="two weather reports without figures",
        ),
        pytest.param(
            "11月18日，市委常委会召开会议，传达学习中央有关会议精神，研究部署我市贯彻落实工作。",
            "11月22日，市委常委会召开会议，传达学习中央有关会议精神，研究部署我市贯彻落实工作。",
            id="one sentence with another date",
        ),
        pytest.param(
            NEWS, "\n".join((PARAGRAPHS[0], *("另一件事和它没有关系，说的是城里的公交线路。" * 6,))), id="a shared lead"
        ),
        pytest.param(PARAGRAPHS[0], f"{NEWS}", id="a notice and the report"),
    ],
)
def test_another_text_is_not_the_same(one: str, other: str) -> None:
    assert not are_one(one, other)
    assert not are_one(other, one)


def test_a_form_of_words_under_several_headlines_of_a_portal_is_no_reprint() -> None:
    words = "点击图片进入下一页，更多精彩内容请关注本网图片频道。"
    assert not are_one(words, words, portals=("gscn", "gscn"), titles=("平凉雪景", "兰州夜色迷人"))
    assert are_one(words, words, portals=("gscn", "gscn"), titles=("平凉雪景", "平凉雪景（组图）"))


def test_portals_that_print_a_text_are_one_cluster_and_none_is_dropped(store: Store) -> None:
    first = put(store, "gscn", NEWS)
    second = put(store, "gansudaily", OpenCC("s2t").convert(NEWS), title="別的標題")
    put(store, "gscn", "另一篇报道说的是城里的公交线路从明天起有三条要改走滨河路，请市民留意站牌。")
    again = put(store, "gscn", NEWS, url="http://gscn.example/again.html")
    grouped = group_reprints(store, {})
    assert clusters(store) == [{first, second, again}]
    assert (grouped.read, grouped.joined, grouped.left) == (4, 2, 0)
    assert store.rows("SELECT count(*) FROM articles")[0][0] == 4
    row = store.rows("SELECT members, members_of_portal FROM reprints WHERE article_id = ?", (again,))[0]
    assert tuple(row) == (3, 2)


def test_articles_without_text_are_no_cluster(store: Store) -> None:
    for portal in ("gscn", "gansudaily"):
        put(store, portal, None)
        put(store, portal, "视频新闻")
    group_reprints(store, {})
    assert clusters(store) == []


def test_a_chain_of_changes_is_not_one_text_from_end_to_end(store: Store) -> None:
    others = [
        f"第{word}段讲的完全是另外一回事，与冬小麦和浇水都没有关系，只是占着这个位置的{word * 9}。"
        for word in "甲乙丙丁戊"
    ]
    chain = ["\n".join((*others[:step], *PARAGRAPHS[step:])) for step in range(6)]
    ids = [put(store, f"portal{step}", body) for step, body in enumerate(chain)]
    group_reprints(store, {})
    assert not any({ids[0], ids[-1]} <= cluster for cluster in clusters(store))
    for cluster in store.rows(
        "SELECT head_id, article_id FROM clusters c JOIN cluster_members m ON m.cluster_id = c.id"
    ):
        assert are_one(*(chain[ids.index(article)] for article in cluster))


def test_a_revised_article_leaves_its_cluster_and_comes_back(store: Store) -> None:
    first, second, third = (put(store, portal, NEWS, url=f"http://{portal}.example/1") for portal in "abc")
    group_reprints(store, {})
    put(
        store,
        "b",
        "这篇文章已经被换成了另一件事的报道，说的是城里的公交线路从明天起改走滨河路。",
        url="http://b.example/1",
    )
    group_reprints(store, {})
    assert clusters(store) == [{first, third}]
    put(store, "b", NEWS, url="http://b.example/1")
    group_reprints(store, {})
    assert clusters(store) == [{first, second, third}]


def test_the_others_stay_together_when_the_first_of_them_changes(store: Store) -> None:
    first, second, third = (put(store, portal, NEWS, url=f"http://{portal}.example/1") for portal in "abc")
    group_reprints(store, {})
    number = store.rows("SELECT id FROM clusters")[0][0]
    put(store, "a", f"{NEWS}\n更正：文中的乡镇数应为15个。", url="http://a.example/1")
    group_reprints(store, {})
    assert clusters(store) == [{first, second, third}]
    assert store.rows("SELECT id FROM clusters")[0][0] == number
    put(
        store,
        "a",
        "这篇文章已经被换成了另一件事的报道，说的是城里的公交线路从明天起改走滨河路。",
        url="http://a.example/1",
    )
    group_reprints(store, {})
    assert clusters(store) == [{second, third}]


def test_a_better_reading_is_looked_at_again(store: Store) -> None:
    first = put(store, "gscn", NEWS)
    wrong = put(store, "gansudaily", "打开客户端阅读全文，更多内容请下载手机客户端查看。")
    group_reprints(store, {})
    assert clusters(store) == []
    capture_id = store.rows("SELECT capture_id FROM articles WHERE id = ?", (wrong,))[0][0]
    with store.transaction() as connection:
        rewrite_article(connection, wrong, capture_id, columns_of(Article("http://x.example/", title="题", body=NEWS)))
    group_reprints(store, {})
    assert clusters(store) == [{first, wrong}]


def test_nothing_is_read_twice_that_has_not_changed(store: Store) -> None:
    put(store, "gscn", NEWS, url="http://gscn.example/1")
    assert group_reprints(store, {}).read == 1
    put(store, "gscn", NEWS, url="http://gscn.example/1")
    assert group_reprints(store, {}).read == 0


def test_other_rules_look_at_everything_again(store: Store) -> None:
    first, second = (put(store, portal, NEWS) for portal in ("gscn", "gansudaily"))
    group_reprints(store, {})
    with store.transaction() as connection:
        connection.execute("UPDATE reprint_rules SET version = 'older'")
    assert group_reprints(store, {}).read == 2
    assert clusters(store) == [{first, second}]


def test_a_database_of_before_has_all_its_articles_looked_at(store: Store) -> None:
    first, second = (put(store, portal, NEWS) for portal in ("gscn", "gansudaily"))
    connection = store.connection
    mine = "name LIKE '%reprint%' OR name LIKE 'cluster%' OR name LIKE '%outlet%' OR name LIKE 'signature%' OR name = 'source_names'"
    for kind in ("view", "trigger", "table"):
        for (name,) in store.rows(f"SELECT name FROM sqlite_master WHERE type = '{kind}' AND ({mine})"):
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute(f"DROP {kind} {name}")
    connection.execute("DELETE FROM _sqlite_migrations WHERE name = '0006_reprints'")
    store.close()
    reopened = open_store(store.path)
    assert group_reprints(reopened, {}).read == 2
    assert clusters(reopened) == [{first, second}]
    reopened.close()


def test_of_many_texts_that_share_everything_those_of_the_nearest_days_are_compared(store: Store) -> None:
    ids = [put(store, "gscn", f"第{day}期") for day in range(80)]
    bands = bands_of(read_text(None, NEWS))
    with store.transaction() as connection:
        for day, article_id in enumerate(ids):
            put_signature(connection, article_id, bands, 2 * day)
    heads = likely_heads(store.connection, 0, bands, 101)
    assert heads[:4] == [ids[50], ids[51], ids[49], ids[52]]
    assert len(heads) == 20


@pytest.mark.parametrize(
    ("times", "first", "may_be_first"),
    [
        pytest.param(("2021-11-19T20:09+08:00", "2021-11-19T20:10+08:00"), "a", (1, 0), id="a minute apart"),
        pytest.param(("2021-11-19T20:09+08:00", "2021-11-19T20:09:30+08:00"), None, (1, 1), id="within the minute"),
        pytest.param(("2021-11-19", "2021-11-19T20:09+08:00"), None, (1, 1), id="the day alone"),
        pytest.param(("2021-11-18", "2021-11-19T00:00+08:00"), "a", (1, 0), id="the day before"),
        pytest.param(("2021-11-19T20:09+08:00", "2021-11-19T20:09+08:00"), None, (1, 1), id="the same time"),
        pytest.param((None, "2021-11-19T20:09+08:00"), "b", (None, 1), id="one without a time"),
        pytest.param((None, None), None, (None, None), id="both without a time"),
    ],
)  # fmt: skip
def test_who_was_first_is_told_as_far_as_the_times_tell(
    store: Store, times: tuple[str | None, str | None], first: str | None, may_be_first: tuple[int | None, int | None]
) -> None:
    ids = [put(store, portal, NEWS, at=at) for portal, at in zip("ab", times, strict=True)]
    group_reprints(store, {})
    origin = store.rows("SELECT * FROM reprint_origins")[0]
    assert origin["first_portal"] == first
    assert origin["first_article_id"] == (ids["ab".index(first)] if first else None)
    assert origin["untimed"] == times.count(None)
    rows = store.rows("SELECT may_be_first FROM reprints ORDER BY article_id")
    assert tuple(row[0] for row in rows) == may_be_first


@pytest.mark.parametrize(
    ("first_portal", "source", "name"),
    [
        ("gscn", "中国甘肃网", "outlet"),
        ("gscn", "来源：中国甘肃网客户端", "outlet"),
        ("gscn", "新华社", "other"),
        ("gansudaily", "甘肃日报", "group"),
        ("gscn", None, None),
        ("unknown", "新华社", None),
    ],
)
def test_reprints_name_the_first_publisher_or_somebody_else(
    store: Store, first_portal: str, source: str | None, name: str | None
) -> None:
    put(store, first_portal, NEWS, source="本站")
    put(store, "rednet", NEWS, at="2021-11-20", source=source)
    group_reprints(store, load_profiles())
    origin = store.rows("SELECT * FROM reprint_origins")[0]
    assert (origin["first_portal"], origin["reprints_name"]) == (first_portal, name)


def test_the_printed_source_stays_as_it_is(store: Store) -> None:
    article_id = put(store, "gscn", NEWS, source="新华社客户端、《人民日报》")
    group_reprints(store, {})
    assert store.rows("SELECT source FROM articles")[0][0] == "新华社客户端、《人民日报》"
    rows = store.rows("SELECT outlet FROM article_outlets WHERE article_id = ? ORDER BY place", (article_id,))
    assert [row[0] for row in rows] == ["新华社", "人民日报"]


def test_precision_and_recall_do_not_fall(store: Store) -> None:
    made = make_collection(20211119, 300)
    ids = store_made(store, made)
    group_reprints(store, {})
    result = score(store, made, ids)
    assert result.precision >= 0.99, result.wrong_kinds
    assert result.recall >= 0.975, result.missed_kinds


def run_reprints(db: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["reprints", "--db", str(db), *arguments])


def test_killed_in_the_middle_it_comes_to_the_same_clusters(store: Store) -> None:
    made = make_collection(3, 300)
    ids = store_made(store, made)
    command = [sys.executable, "-m", "portal_crawler", "reprints", "--db", str(store.path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    queued = len(ids)
    deadline = time.monotonic() + 30
    while queued == len(ids) and time.monotonic() < deadline:
        time.sleep(0.005)
        queued = store.rows("SELECT count(*) FROM reprint_queue")[0][0]
    os.kill(process.pid, signal.SIGKILL)
    process.wait(10)
    assert 0 < store.rows("SELECT count(*) FROM reprint_queue")[0][0] < len(ids)
    assert run_reprints(store.path).exit_code == 0
    found = clusters(store)
    with store.transaction() as connection:
        connection.execute("UPDATE reprint_rules SET version = 'older'")
    group_reprints(store, {})
    assert clusters(store) == found


def test_the_command_shows_a_cluster(store: Store) -> None:
    put(store, "gscn", NEWS, url="http://gscn.example/1.html", source="平凉日报")
    second = put(store, "gansudaily", NEWS, at=None, source="中国甘肃网")
    before = run_reprints(store.path, "http://www.gscn.example/1.html", "--json")
    assert json.loads(before.stdout) == {"queued": True, "cluster": None}
    figures = json.loads(run_reprints(store.path, "--json").stdout)
    assert (figures["read"], figures["joined"], figures["clusters"], figures["queued"]) == (2, 1, 1, 0)
    shown = json.loads(run_reprints(store.path, "http://www.gscn.example/1.html", "--json").stdout)
    cluster = cluster_of(store, second)
    assert cluster is not None
    assert [member["url"] for member in shown["cluster"]["members"]] == [one.url for one in cluster.members]
    assert (shown["cluster"]["first_portal"], shown["cluster"]["reprints_name"]) == ("gscn", "outlet")
    text = run_reprints(store.path, "http://www.gscn.example/1.html").stdout
    assert "first on gscn (中国甘肃网); the other portals name it" in text
    assert "1 print no time" in text


def test_an_unknown_address_is_wrong_usage_and_a_missing_database_stays_missing(tmp_path: Path, store: Store) -> None:
    assert run_reprints(store.path, "http://nowhere.example/").exit_code == 2
    missing = run_reprints(tmp_path / "none.db")
    assert (missing.exit_code, (tmp_path / "none.db").exists()) == (7, False)


def test_a_crawl_ends_with_looking_at_what_it_brought(tmp_path: Path) -> None:
    replica = build(20, 3)
    paths = [channel.listing_path for channel in replica.channels]
    with serve(replica) as base:
        process = start_crawl(tmp_path, base, paths)
        process.join(60)
    assert process.exitcode == 0
    store = open_store(tmp_path / "p.db")
    articles, queued, outlets = (
        store.rows(f"SELECT count(*) FROM {table}")[0][0] for table in ("articles", "reprint_queue", "outlets")
    )
    store.close()
    assert (articles > 0, queued, outlets > 0) == (True, 0, True)


def test_one_process_groups_at_a_time_and_the_others_leave_it_their_articles(store: Store) -> None:
    put(store, "gscn", NEWS)
    folder = store.path.with_name(f"{store.path.name}.locks")
    folder.mkdir()
    with FileLock(folder / ".reprints.lock"):
        assert run_reprints(store.path).exit_code == 6
        assert group_after_crawl(store.path, load_profiles()["gscn"], 1.0) is None
    assert json.loads(run_reprints(store.path, "--json").stdout)["read"] == 1


def test_what_goes_wrong_after_a_crawl_harms_nothing(tmp_path: Path) -> None:
    (tmp_path / "portal.db").write_bytes(b"no database" * 100)
    assert group_after_crawl(tmp_path / "portal.db", load_profiles()["gscn"], 1.0) is None


def test_the_time_that_is_given_is_kept_to_and_the_rest_waits(store: Store) -> None:
    made = make_collection(5, 80)
    store_made(store, made)
    grouped = group_reprints(store, {}, budget_s=0.01)
    assert 0 < grouped.read < len(made)
    assert grouped.left == len(made) - grouped.read == store.rows("SELECT count(*) FROM reprint_queue")[0][0]
