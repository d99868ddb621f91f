"""Profile files: what they may say, and how they say what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal_crawler.article import Channel, Layout
from portal_crawler.portals import ProfileError, load_profile, load_profiles

GOOD = """\
id = "gansu"
name = "甘肃网"
province = "甘肃"
hosts = ["gansu.example"]
encoding = "gb18030"
delay_s = 2
entries = "#list a"
pager = "index_{page-1}.html"
article_url = "http://m.gansu.example/a/{id}.html"
parts = "#parts a"

[[layouts]]
match = "#info"
title = "#info h1"
remove = [".ad"]

[[channels]]
path = ["资讯", "平凉市"]
url = "http://news.gansu.example/pl/"

[[channels]]
name = "要闻"
url = "/yw/"
"""


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "gansu.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_profile_becomes_a_portal(tmp_path: Path) -> None:
    portal = load_profile(write(tmp_path, GOOD))
    assert (portal.id, portal.name, portal.province, portal.hosts) == (
        "gansu",
        "甘肃网",
        "甘肃",
        ("gansu.example",),
    )
    assert (portal.encoding, portal.delay_s, portal.entries, portal.verified) == (
        "gb18030",
        2.0,
        "#list a",
        False,
    )
    assert (portal.pager, portal.article_url, portal.parts) == (
        "index_{page-1}.html",
        "http://m.gansu.example/a/{id}.html",
        "#parts a",
    )
    assert portal.layouts == (Layout(match="#info", title="#info h1", remove=(".ad",)),)
    assert portal.channels == (
        Channel("平凉市", ("资讯", "平凉市"), "http://news.gansu.example/pl/"),
        Channel("要闻", ("要闻",), "/yw/"),
    )


WRONG = [
    (
        "a misspelt key",
        'id = "gansu"\n',
        'id = "gansu"\nchanels = []\n',
        "gansu.toml:2: unknown key 'chanels', did you mean 'channels'?",
    ),
    (
        "a key like no other",
        "delay_s = 2",
        "zzz = 2",
        "gansu.toml:6: unknown key 'zzz'; known are id, name, ",
    ),
    (
        "a misspelt key of the second channel",
        'name = "要闻"',
        'nam = "要闻"',
        "gansu.toml:22: unknown key 'nam', did you mean 'name'?",
    ),
    (
        "a misspelt table",
        "[[layouts]]",
        "[[layout]]",
        "gansu.toml:12: unknown key 'layout', did you mean 'layouts'?",
    ),
    ("no name", 'name = "甘肃网"\n', "", "gansu.toml:1: 'name' is missing"),
    ("a channel without URL", 'url = "/yw/"', "", "gansu.toml:21: 'url' is missing"),
    ("a selector that is none", '"#info h1"', '"#info h1["', "gansu.toml:14: '#info h1[' is no CSS selector"),
    ("a selector to remove that is none", '[".ad"]', '["..ad"]', "gansu.toml:15: '..ad' is no CSS selector"),
    ("a wrong type", "delay_s = 2", 'delay_s = "2"', "gansu.toml:6: 'delay_s' must be a number of seconds"),
    (
        "a negative delay",
        "delay_s = 2",
        "delay_s = -2",
        "gansu.toml:6: 'delay_s' must be a number of seconds",
    ),
    ("an encoding nobody knows", '"gb18030"', '"gb99"', "gansu.toml:5: 'gb99' is no encoding"),
    (
        "a host with a scheme",
        '"gansu.example"',
        '"http://gansu.example"',
        "gansu.toml:4: 'http://gansu.example' is no host",
    ),
    ("an id with a slash", '"gansu"', '"../gansu"', "gansu.toml:1: '../gansu' is no portal id"),
    (
        "a channel of another site",
        "news.gansu.example",
        "news.hebei.example",
        "gansu.toml:19: 'http://news.hebei.example/pl/' is on none of the portal's hosts: gansu.example",
    ),
    ("a channel that is no address", '"/yw/"', '"yw/"', "gansu.toml:23: 'yw/' is no http(s) URL"),
    (
        "a misspelt pager",
        "pager =",
        "pagr =",
        "gansu.toml:8: unknown key 'pagr', did you mean 'pager'?",
    ),
    (
        "a misspelt address of articles",
        "article_url =",
        "articel_url =",
        "gansu.toml:9: unknown key 'articel_url', did you mean 'article_url'?",
    ),
    (
        "a misspelt rule of parts",
        "parts =",
        "part =",
        "gansu.toml:10: unknown key 'part', did you mean 'parts'?",
    ),
    (
        "a pager that counts nothing",
        "index_{page-1}.html",
        "index_2.html",
        "gansu.toml:8: 'index_2.html' must have {page} or {page-1} in it",
    ),
    (
        "a misspelt placeholder",
        "{page-1}",
        "{pages}",
        "gansu.toml:8: 'index_{pages}.html' has an unknown placeholder '{pages}', did you mean '{page}'?",
    ),
    (
        "a placeholder like no other",
        "index_{page-1}.html",
        "index_{page}.html?x={zzz}",
        "gansu.toml:8: 'index_{page}.html?x={zzz}' has an unknown placeholder '{zzz}', known is {page} and {page-1}",
    ),
    ("a lone brace", "{page-1}", "{page-1}}", "gansu.toml:8: 'index_{page-1}}.html' has a brace"),
    ("an empty pager", "index_{page-1}.html", "", "gansu.toml:8: 'pager' is empty"),
    (
        "a pager of another site",
        '"index_{page-1}.html"',
        '"http://hebei.example/{page}"',
        "gansu.toml:8: 'http://hebei.example/{page}' is on none of the portal's hosts: gansu.example",
    ),
    ("articles without id", "/a/{id}.html", "/a/", "gansu.toml:9: 'http://m.gansu.example/a/' must have {id} in it"),
    (
        "articles of another site",
        "m.gansu.example/a",
        "hebei.example/a",
        "gansu.toml:9: 'http://hebei.example/a/{id}.html' is on none of the portal's hosts: gansu.example",
    ),
    (
        "articles at no address",
        "http://m.gansu.example/a",
        "a",
        "gansu.toml:9: 'a/{id}.html' is no http(s) URL and no path that begins with '/'",
    ),
    ("parts that are no selector", "#parts a", "#parts a[", "gansu.toml:10: '#parts a[' is no CSS selector"),
    ("no TOML", "delay_s = 2", "delay_s = ", "gansu.toml:6: not TOML: "),
]


@pytest.mark.parametrize(("before", "after", "message"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_a_wrong_profile_is_named_with_file_line_and_key(tmp_path: Path, before: str, after: str, message: str) -> None:
    assert before in GOOD
    with pytest.raises(ProfileError) as caught:
        load_profile(write(tmp_path, GOOD.replace(before, after, 1)))
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("pager", "article_url"),
    [("?page={page}", "/a/{id}.html"), ("/api/list/gn_{page}.json", "/detail?id={id}"), ("{page}.shtml", "/{id}")],
)
def test_addresses_to_fill_in_may_be_relative(tmp_path: Path, pager: str, article_url: str) -> None:
    text = f'id = "gansu"\nname = "甘肃网"\npager = "{pager}"\narticle_url = "{article_url}"\n'
    portal = load_profile(write(tmp_path, text))
    assert (portal.pager, portal.article_url) == (pager, article_url)


def test_a_profile_in_gbk_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"gansu\.toml:2: not UTF-8"):
        load_profile(write(tmp_path, GOOD.encode("gbk")))


def test_a_profile_as_editors_of_windows_write_it_is_read(tmp_path: Path) -> None:
    text = GOOD.replace("\n", "\r\n").encode("utf-8-sig")
    assert load_profile(write(tmp_path, text)) == load_profile(write(tmp_path, GOOD.encode()))


def test_a_profile_that_is_not_there_is_a_profile_error(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="No such file"):
        load_profile(tmp_path / "none.toml")


def test_two_profiles_of_one_id_are_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "other.toml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(ProfileError, match=r"other\.toml:1: another profile has the id 'gansu'"):
        load_profiles(tmp_path)


def test_bundled_profiles_are_valid_and_claim_nothing_unseen() -> None:
    portals = load_profiles()
    assert {"gscn", "gansudaily", "gansuonline"} <= set(portals)
    assert all(not portal.verified for portal in portals.values())
    assert portals["gscn"].channels and portals["gansudaily"].channels
    assert portals["gansuonline"].hosts == ()
