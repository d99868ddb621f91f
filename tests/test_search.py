"""Search finds what a plain scan of the texts finds, whatever is sought in whatever text."""

from __future__ import annotations

import contextlib
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_crawler.cli import main
from portal_crawler.store import (
    QueryError,
    SearchTimeout,
    Store,
    condition,
    newest,
    open_reader,
    open_store,
    parse_query,
    register_search,
    search,
    source_terms,
)
from portal_crawler.store.fold import _IDEOGRAPHS, _USUAL, contains_folded, fold
from portal_crawler.store.search_tables import index
from portal_crawler.store.snippets import marked

# Few of each kind, so that what is sought is often there, and as often split, doubled or next to something else.
LETTERS = "甘肃省省安全𠮷龘aAbIＡｂ１1２ⅣßéÉ①㎡ΣΑσς"
BETWEEN = " 　\n，。、（）()\"“”'*:-.·%·\u0301ﾞｶカガ\U0001f600\u2028\x00"
TEXTS = st.text(st.sampled_from(LETTERS * 3 + BETWEEN), max_size=40)
ARTICLES = st.lists(st.tuples(st.none() | TEXTS, st.none() | TEXTS), min_size=1, max_size=8)
SETTINGS = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

Article = tuple[str | None, str | None]
# With so few articles only the first way of looking is ever taken; this has the others taken, too.
WAYS = pytest.mark.parametrize("few,read", [(2_000, 300), (0, 300), (0, 2)], ids=["index", "newest", "index in order"])


def new_store(path: Path) -> Store:
    store = open_store(path)
    connection = store.connection
    register_search(connection)
    connection.execute(
        "INSERT INTO runs (id, portal, targets, pid, started_at) VALUES (1, 'gscn', '[]', 1, '2021-11-19T20:00:00+08:00')"
    )
    connection.execute("INSERT INTO segments VALUES ('s', 'gscn', 1)")
    connection.execute(
        """INSERT INTO captures (id, portal, url, fetched_at, status, digest, file, offset, length, run_id)
           VALUES (1, 'gscn', 'u', '2021-11-19T20:00:00+08:00', 200, 'd', 's', 0, 1, 1)"""
    )
    return store


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = new_store(tmp_path_factory.mktemp("search") / "portal.db")
    yield store
    store.close()


@pytest.fixture
def store(empty: Store) -> Iterator[Store]:
    """A store whose articles are gone after the test."""
    empty.connection.execute("BEGIN")
    yield empty
    empty.connection.execute("ROLLBACK")


def put(store: Store, articles: Sequence[Article], **columns: str) -> None:
    """Let these be the articles, numbered from 0 and each newer than the one before; the columns are for all."""
    if store.connection.in_transaction:
        store.connection.execute("ROLLBACK")
    store.connection.execute("BEGIN")
    for number, (title, body) in enumerate(articles):
        values: dict[str, object] = {
            "id": number + 1,
            "url": str(number),
            "portal": "gscn",
            "title": title,
            "published_at": f"2021-11-19T20:{number:02}:00+08:00",
            "body": body,
            "first_seen_at": "x",
            "last_seen_at": "x",
            "capture_id": 1,
            "extractor": "x",
            **columns,
        }
        store.connection.execute(
            f"INSERT INTO articles ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", [*values.values()]
        )
        index(store.connection, number + 1, title, body)


def found(store: Store, query: str, **options: object) -> list[int]:
    return [int(hit.url) for hit in search(store, query, **{"limit": 1000, **options})]  # type: ignore[arg-type]


def selected(store: Store, query: str) -> set[int]:
    """What the condition of exports finds."""
    sql, values = condition(query)
    return {int(row[0]) for row in store.rows(f"SELECT url FROM articles a WHERE {sql}", values)}


def by_function(store: Store, query: str) -> set[int]:
    rows = store.rows("SELECT url FROM articles WHERE search_matches(?, title, body)", (query,))
    return {int(row[0]) for row in rows}


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def plain(text: str | None) -> str:
    """As a search compares: NFKC, lower case, one sigma. Written here again on purpose."""
    return unicodedata.normalize("NFKC", text or "").lower().replace("ς", "σ")


def holds(text: str | None, sought: str) -> bool:
    return plain(sought) in plain(text)


def scan(articles: Sequence[Article], sought: str) -> set[int]:
    return {n for n, article in enumerate(articles) if any(holds(text, sought) for text in article)}


@st.composite
def articles_and_sought(draw: st.DrawFn) -> tuple[list[Article], list[str]]:
    """Texts, and what to look for in them: pieces of them of 1 to 8 characters, and others."""
    articles = draw(ARTICLES)
    whole = "".join((title or "") + (body or "") for title, body in articles) or "甘"
    starts = draw(st.lists(st.tuples(st.integers(0, len(whole) - 1), st.integers(1, 8)), min_size=6, max_size=6))
    others = draw(st.lists(st.text(st.sampled_from(LETTERS + BETWEEN), min_size=1, max_size=8), max_size=3))
    return articles, [whole[start : start + length] for start, length in starts] + others


@WAYS
@given(case=articles_and_sought())
@settings(SETTINGS, max_examples=120)
def test_every_piece_of_text_is_found_where_a_scan_finds_it(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int, read: int, case: tuple[list[Article], list[str]]
) -> None:
    monkeypatch.setattr(newest, "_FEW", few)
    monkeypatch.setattr(newest, "_NEWEST_TITLES", read)
    monkeypatch.setattr(newest, "_NEWEST_TEXTS", read)
    articles, soughts = case
    put(store, articles)
    for sought in soughts:
        expected = scan(articles, sought)
        # Those with it in the title first, and the newest first of both.
        ranked = sorted(expected, key=lambda number: (holds(articles[number][0], sought), number), reverse=True)
        numbers = found(store, quoted(sought))
        assert len(numbers) == len(expected) and set(numbers) == expected, sought
        assert numbers == ranked, sought
        assert found(store, quoted(sought), limit=2) == ranked[:2], sought
        assert selected(store, quoted(sought)) == by_function(store, quoted(sought)) == expected, sought
        for column, place in (("title", 0), ("body", 1)):
            expected = {number for number, article in enumerate(articles) if holds(article[place], sought)}
            assert set(found(store, f"{column}:{quoted(sought)}")) == expected, sought


NAMED = [("甘肃安全", "兰州的雪"), ("青海天气", "甘肃也有雪"), ("雪", None), (None, "安全 生产 (一) a.b GDP(亿元)")]


@pytest.mark.parametrize(
    "query,expected",
    [
        ("甘肃", [0, 1]),
        ("甘肃 雪", [1, 0]),
        ("甘肃 AND 雪", [1, 0]),
        ("甘肃 OR 安全", [0, 3, 1]),
        ("甘肃 NOT 安全", [1]),
        ("甘肃 AND NOT 安全", [1]),
        ("NOT 甘肃", [3, 2]),
        ("(甘肃 NOT 安全) OR 青海", [1]),
        ("NOT NOT 甘肃", [0, 1]),
        ("NOT (甘肃 OR 安全)", [2]),
        ("雪 (青海 OR 兰州)", [1, 0]),
        ("雪 NOT (青海 OR 兰州)", [2]),
        ("青海 OR 兰州 雪", [1, 0]),
        ("title:甘肃", [0]),
        ("body:甘肃", [1]),
        ("title:(甘肃 OR 青海) body:雪", [1, 0]),
        ("甘肃 NOT title:甘肃", [1]),
        ('"安全 生产"', [3]),
        ("安全 生产", [3]),
        ('NOT "a.b"', [2, 1, 0]),
        ('甘肃 NOT "a.b"', [0, 1]),
        ('甘肃 OR "a.b"', [0, 3, 1]),
        ("GDP(亿元)", [3]),
        ("(GDP(亿元))", [3]),
        ("(一)", [3]),
        ('"("', [3]),
        ("not", []),
        ("foo:bar", []),
        ("source:新华社", [3, 2, 1, 0]),
        ("source:新华社 甘肃", [0, 1]),
        ("甘肃 NOT source:华社", []),
        ("甘肃 OR source:新华", [3, 2, 1, 0]),
        ("portal:gscn 甘肃", [0, 1]),
        ("portal:gs 甘肃", []),
        ("channel:要闻 甘肃", [0, 1]),
        ("channel:平凉 甘肃", []),
        ("date:2021 甘肃", [0, 1]),
        ("date:2021-11-19 甘肃", [0, 1]),
        ("date:..2021-11-18 甘肃", []),
        ("date:2021-12.. 甘肃", []),
        ("date:2020..2021-11 甘肃", [0, 1]),
        ("", []),
        ("  　", []),
    ],
)
@WAYS
def test_a_query_asks_for(
    store: Store, monkeypatch: pytest.MonkeyPatch, few: int, read: int, query: str, expected: list[int]
) -> None:
    monkeypatch.setattr(newest, "_FEW", few)
    monkeypatch.setattr(newest, "_NEWEST_TITLES", read)
    monkeypatch.setattr(newest, "_NEWEST_TEXTS", read)
    put(store, NAMED, source="新华社", channel_path='["要闻"]')
    assert found(store, query) == expected
    assert selected(store, query) == set(expected)


def test_options_narrow_a_search_down(store: Store) -> None:
    put(store, NAMED, channel_path='["要闻", "平凉市"]')
    assert found(store, "雪", portal="gscn", channel="平凉市", since="2021-11-19", until="2021-11-19") == [2, 1, 0]
    for options in ({"portal": "x"}, {"channel": "x"}, {"since": "2021-11-20"}, {"until": "2021-11-18"}):
        assert found(store, "雪", **options) == []


QUERIES = st.recursive(
    st.tuples(st.sampled_from(["", "title:", "body:"]), TEXTS.filter(bool)),
    lambda inner: (
        st.tuples(st.sampled_from(["AND", "OR"]), inner, inner) | st.tuples(st.just("NOT"), inner)  # type: ignore[arg-type]
    ),
    max_leaves=6,
)


def written(query: tuple) -> str:
    match query:
        case ("NOT", part):
            return f"NOT ({written(part)})"
        case (operator, left, right):
            return f"({written(left)}) {operator} ({written(right)})"
        case (column, text):
            return column + quoted(text[:3])


def is_true(query: tuple, article: Article) -> bool:
    match query:
        case ("NOT", part):
            return not is_true(part, article)
        case ("AND", left, right):
            return is_true(left, article) and is_true(right, article)
        case ("OR", left, right):
            return is_true(left, article) or is_true(right, article)
        case (column, text):
            texts = {"": article, "title:": article[:1], "body:": article[1:]}[column]
            return any(holds(each, text[:3]) for each in texts)


@given(articles=ARTICLES, query=QUERIES)
@settings(SETTINGS, max_examples=250)
def test_whatever_is_combined_finds_what_a_scan_finds(store: Store, articles: list[Article], query: tuple) -> None:
    put(store, articles)
    expected = {number for number, article in enumerate(articles) if is_true(query, article)}
    assert set(found(store, written(query))) == expected
    assert selected(store, written(query)) == by_function(store, written(query)) == expected


PORTALS, SOURCES = ("gscn", "bjd"), (None, "新华社", "新华网", "甘肃日报")
DAYS = (None, "2021-11-18T09:00:00+08:00", "2021-11-19", "2021-11-19T20:09:00+08:00", "2022-01-01T00:00:00+08:00")
FACTS = st.tuples(st.sampled_from(PORTALS), st.sampled_from(SOURCES), st.sampled_from(DAYS))
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "portal": st.sampled_from(PORTALS),
        "source": st.sampled_from(SOURCES[1:]),
        "since": st.just("2021-11-19"),
        "until": st.just("2021-11-19"),
    },
)


def is_true_of_title(query: tuple, article: Article) -> bool | None:
    """Whether the title satisfies a query by itself, what it wants absent aside; None where nothing else is left."""
    match query:
        case ("NOT", ("NOT", part)):
            return is_true_of_title(part, article)
        case ("NOT", _):
            return None
        case ("AND" | "OR" as operator, left, right):
            known = [one for one in (is_true_of_title(part, article) for part in (left, right)) if one is not None]
            return (all(known) if operator == "AND" else any(known)) if known else None
        case (column, text):
            return holds(article[1 if column == "body:" else 0], text[:3])


@WAYS
@given(
    articles=st.lists(st.tuples(st.tuples(st.none() | TEXTS, st.none() | TEXTS), FACTS), min_size=1, max_size=8),
    query=QUERIES,
    options=OPTIONS,
    term=st.sampled_from(["", "source:新华", "source:日", "portal:bjd", "date:2021", "date:..2021-11-18"]),
    limit=st.integers(1, 5),
)
@settings(SETTINGS, max_examples=150)
def test_whatever_narrows_a_query_down_finds_and_ranks_as_a_scan(
    store: Store,
    monkeypatch: pytest.MonkeyPatch,
    few: int,
    read: int,
    articles: list[tuple[Article, tuple[str, str | None, str | None]]],
    query: tuple,
    options: dict[str, str],
    term: str,
    limit: int,
) -> None:
    monkeypatch.setattr(newest, "_FEW", few)
    monkeypatch.setattr(newest, "_NEWEST_TITLES", read)
    monkeypatch.setattr(newest, "_NEWEST_TEXTS", read)
    monkeypatch.setattr(source_terms, "_MOST_NAMES", read % 7)
    monkeypatch.setattr(source_terms, "_MOST_ARTICLES", read % 7)
    put(store, [texts for texts, _ in articles])
    for number, (_, facts) in enumerate(articles, 1):
        store.connection.execute(
            "UPDATE articles SET portal = ?, source = ?, published_at = ? WHERE id = ?", (*facts, number)
        )

    def is_wanted(portal: str, source: str | None, published: str | None) -> bool:
        day = published[:10] if published else ""
        return (
            options.get("portal", portal) == portal
            and options.get("source", source) == source
            and (not {"since", "until"} & options.keys() or bool(day))
            and options.get("since", day) <= day <= options.get("until", day)
            and {
                "": True,
                "source:新华": source is not None and "新华" in source,
                "source:日": source is not None and "日" in source,
                "portal:bjd": portal == "bjd",
                "date:2021": day[:4] == "2021",
                "date:..2021-11-18": "" < day <= "2021-11-18",
            }[term]
        )

    expected = [n for n, (texts, facts) in enumerate(articles) if is_true(query, texts) and is_wanted(*facts)]
    ranked = sorted(
        expected,
        key=lambda n: (bool(is_true_of_title(query, articles[n][0])), articles[n][1][2] or "", n),
        reverse=True,
    )
    asked = f"{term} ({written(query)})".strip()
    assert found(store, asked, **options) == ranked
    assert found(store, asked, limit=limit, **options) == ranked[:limit]
    assert [int(hit.url) for hit in search(store, asked, limit=limit, offset=1, **options)] == ranked[1 : limit + 1]


@pytest.mark.parametrize(
    "query,message",
    [
        ("甘肃 AND", "where a word is due after 'AND', the query ends"),
        ("AND 甘肃", "there is 'AND'; to search for the word itself, write \"AND\""),
        ("甘肃 OR OR 雪", "after 'OR', there is 'OR'"),
        ("NOT", "after 'NOT', the query ends"),
        ("(甘肃", "opened and not closed"),
        ("甘肃)", "closed that was not opened"),
        ("()", "after '(', there is ')'"),
        ('"甘肃', "a quote is opened and not closed"),
        ('""', "nothing between the quotes"),
        ("title: 甘肃", "after title: a word is due"),
        ("title:)", "after title: a word is due"),
        ("title:(body:雪)", "body: stands inside of title:"),
        ("date:gestern", "date:gestern is no period"),
        ("date:..", "is no period"),
        ("date:2022-99", "date:2022-99: there is no 2022-99"),
        ("date:2022-02-29", "there is no 2022-02-29"),
        ("date:2021-11..2021-13", "there is no 2021-13"),
        ("date:0000", "there is no 0000"),
        ("date:2022..2021-11", "date:2022..2021-11 ends before it begins"),
        ("(" * 40 + "雪" + ")" * 40, "nest deeper than 30"),
        ("雪 " * 101, "more than 100 words"),
        ("\udce4", "no text in UTF-8"),
    ],
)
def test_a_query_that_cannot_be_read_is_explained(query: str, message: str) -> None:
    with pytest.raises(QueryError, match=re.escape(message)):
        parse_query(query)


@given(query=st.lists(st.sampled_from(["(", ")", '"', "AND", "OR", "NOT", "title:", "date:", " ", "雪", ":", "2021"])))
@settings(SETTINGS, max_examples=300)
def test_any_query_is_answered_or_explained(store: Store, query: list[str]) -> None:
    with contextlib.suppress(QueryError):
        found(store, "".join(query))


@pytest.mark.parametrize(
    "text,terms,expected",
    [
        ("甘肃省", ["甘肃"], "⟦甘肃⟧省"),
        ("看ＡＢＣ了", ["abc"], "看⟦ＡＢＣ⟧了"),
        ("共5㎡地", ["m2"], "共5⟦㎡⟧地"),
        ("共5㎡地", ["2地"], "共5⟦㎡地⟧"),
        ("e\u0301t\u00e9", ["é"], "⟦e\u0301⟧t⟦\u00e9⟧"),
        ("哈哈哈", ["哈哈"], "⟦哈哈哈⟧"),
        ("雪和雨", ["雨", "雪"], "⟦雪⟧和⟦雨⟧"),
        ("雪", ["雨"], "雪"),
    ],
)
def test_places_are_marked_in_the_text_as_written(text: str, terms: list[str], expected: str) -> None:
    assert marked(text, terms) == expected


def test_a_snippet_is_around_the_place(store: Store) -> None:
    put(store, [("甘肃的雪", "前" * 50 + "\n大雪" + "后" * 50), ("无雪天", "别的" * 100)])
    there, elsewhere = (search(store, query)[0] for query in ("雪 大雪", "无雪"))
    assert there.snippet == "前" * 29 + " ⟦大雪⟧" + "后" * 30
    assert there.marked_title == "甘肃的⟦雪⟧"
    assert (elsewhere.marked_title, elsewhere.snippet) == ("⟦无雪⟧天", "别的" * 30)


def test_plain_sql_finds_with_the_functions(store: Store) -> None:
    put(store, NAMED)
    rows = store.rows(
        """SELECT url, search_marked('甘肃', a.title) FROM articles a JOIN article_search s ON s.rowid = a.id
           WHERE article_search MATCH search_index('甘肃 NOT 青海') AND search_matches('甘肃 NOT 青海', a.title, a.body)"""
    )
    assert [tuple(row) for row in rows] == [("0", "⟦甘肃⟧安全")]


def test_a_search_that_takes_too_long_is_stopped(tmp_path: Path) -> None:
    store = new_store(tmp_path / "portal.db")
    put(store, [("雪", "雪，" * 3_000)] * 50)
    store.connection.execute("COMMIT")
    store.close()
    absent = " OR ".join("，" * count + "。" for count in range(2, 92))
    result = CliRunner().invoke(main, ["search", f"NOT ({absent})", "--timeout", "0.05", "--db", str(store.path)])
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: the search took longer than 0.05 s and was stopped")
    assert "give it more words" in result.stderr
    reader = open_reader(store.path)
    with pytest.raises(SearchTimeout):
        search(reader, f"NOT ({absent})", timeout_s=0.05)
    assert found(reader, "雪", timeout_s=60, limit=1) == [49]
    reader.close()


def test_a_search_that_is_stopped_says_how_far_it_came(tmp_path: Path) -> None:
    store = new_store(tmp_path / "portal.db")
    put(store, [("雪", "雪，" * 6_000)] * 50)
    # The same again and again, since this query does not use the index.
    for _ in range(5):
        store.connection.execute(
            """INSERT INTO articles (url, portal, title, published_at, body, first_seen_at, last_seen_at, capture_id, extractor)
               SELECT url || '/' || (SELECT count(*) FROM articles), portal, title, published_at, body, 'x', 'x', 1, 'x'
               FROM articles"""
        )
    store.connection.execute("COMMIT")
    store.close()
    reader = open_reader(store.path)
    with pytest.raises(SearchTimeout) as stopped:
        search(reader, 'NOT "，，，，，，，，。"', limit=5_000, timeout_s=0.01)
    reader.close()
    told = re.search(
        "stopped: of the articles that may have it, the newest ([0-9,]+), back to 2021-11-19, were read, ([0-9,]+) of "
        "them have it, and the others were not looked at; give it more words",
        str(stopped.value),
    )
    assert told and told[1] == told[2]


@pytest.mark.parametrize("query", ["(雪", "甘肃 OR", "", " "])
def test_the_command_refuses_a_query_it_cannot_read(empty: Store, query: str) -> None:
    result = CliRunner().invoke(main, ["search", query, "--db", str(empty.path)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Error: ") and "Traceback" not in result.stderr


def test_bytes_in_the_place_of_text_are_named_as_damage(tmp_path: Path) -> None:
    store = new_store(tmp_path / "portal.db")
    put(store, NAMED)
    store.connection.execute("UPDATE articles SET published_at = x'ff00' WHERE id = 1")
    store.connection.execute("COMMIT")
    store.close()
    result = CliRunner().invoke(main, ["search", "甘肃", "--db", str(store.path)])
    assert result.exit_code == 7 and "Could not decode to UTF-8" in result.stderr


def test_a_portal_that_nothing_is_known_of_is_refused(empty: Store) -> None:
    for command in (["search", "雪"], ["export", str(empty.path.with_name("b.csv"))]):
        refused = CliRunner().invoke(main, [*command, "--portal", "gscm", "--db", str(empty.path)])
        assert refused.exit_code == 2, refused.output
        assert "no portal 'gscm'" in refused.stderr and "did you mean gscn" in refused.stderr
        # It has a profile, and may be crawled yet.
        assert CliRunner().invoke(main, [*command, "--portal", "cnhubei", "--db", str(empty.path)]).exit_code == 0


def test_an_export_refuses_a_query_it_cannot_read(empty: Store) -> None:
    out = empty.path.with_name("a.csv")
    result = CliRunner().invoke(main, ["export", str(out), "--query", "(雪", "--db", str(empty.path)])
    assert result.exit_code == 2 and "a bracket is opened and not closed" in result.stderr
    assert not out.exists()


# What most news consist of, with all that is written in two ways.
WRITTEN = st.text(st.sampled_from("甘甘肃省aAａＡ1１.．。…,，、:：(（ \u3000\n“”·～~é㎡"), max_size=12)


@given(text=WRITTEN, piece=st.tuples(st.integers(0, 12), st.integers(1, 4)), other=WRITTEN.filter(bool))
@settings(SETTINGS, max_examples=500)
def test_a_text_is_searched_and_marked_as_if_it_were_folded(text: str, piece: tuple[int, int], other: str) -> None:
    start, length = piece
    for needle in filter(None, (fold(text)[start : start + length], fold(other[:3]))):
        assert contains_folded(text, needle) == (needle in fold(text))
        marks = re.findall("⟦(.*?)⟧", marked(text, [needle]), re.DOTALL)
        assert bool(marks) == (needle in fold(text)) and all(needle in fold(mark) for mark in marks)
        assert re.sub("[⟦⟧]", "", marked(text, [needle])) == text


def test_what_is_looked_for_without_folding_is_what_folding_finds() -> None:
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        if _USUAL.fullmatch(letter) and not _IDEOGRAPHS.fullmatch(letter):
            assert not _IDEOGRAPHS.search(fold(letter))
            assert len(fold(letter)) == 1 or letter == "…"
        elif _IDEOGRAPHS.fullmatch(letter):
            assert fold(letter) == letter
