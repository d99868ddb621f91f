"""What a target of a crawl means."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import pytest

from portal_crawler.article import Channel, Portal
from portal_crawler.portals import TargetError, find_portal, load_profiles, targets_of

PROFILES = {
    "plain": Portal(
        "plain",
        "甲网",
        hosts=("plain.example",),
        channels=(Channel("要闻", ("要闻",), "http://www.plain.example/yw/"),),
    ),
    "placeless": Portal("placeless", "乙网", channels=(Channel("要闻", ("要闻",), "/yw/"),)),
    "bare": Portal("bare", "丙网", hosts=("bare.example",)),
    "empty": Portal("empty", "丁网"),
    "north": Portal("north", "戊网", province="甘肃", hosts=("north.example",)),
    "south": Portal("south", "己网", province="甘肃", hosts=("south.example",)),
    "hostless": Portal("hostless", "庚网", province="青海"),
}


def urls(target: str, host: str | None = None) -> tuple[str, tuple[str, ...], list[str]]:
    portal, channels = find_portal(target, host, profiles=PROFILES)
    return portal.id, portal.hosts, [channel.url for channel in channels]


FOUND = [
    ("an id is its channels", "plain", None, "plain", ("plain.example",), "http://www.plain.example/yw/"),
    (
        "a host of a profile is its portal",
        "http://news.plain.example/x/",
        None,
        "plain",
        ("plain.example",),
        "http://news.plain.example/x/",
    ),
    (
        "paths go to the given host",
        "placeless",
        "127.0.0.1:8000",
        "placeless",
        ("127.0.0.1",),
        "http://127.0.0.1:8000/yw/",
    ),
    (
        "a host may name its scheme",
        "placeless",
        "https://www.abc.com.cn/",
        "placeless",
        ("abc.com.cn",),
        "https://www.abc.com.cn/yw/",
    ),
    ("no channels is the front page", "bare", None, "bare", ("bare.example",), "http://bare.example/"),
    (
        "no channels is the given host's front page",
        "empty",
        "www.abc.cn",
        "empty",
        ("abc.cn",),
        "http://www.abc.cn/",
    ),
    (
        "another site is its registered domain",
        "http://pl.news.abc.com.cn/zx/",
        None,
        "abc.com.cn",
        ("abc.com.cn",),
        "http://pl.news.abc.com.cn/zx/",
    ),
    (
        "an address is itself with its port",
        "http://127.0.0.1:8000/zx/",
        None,
        "127.0.0.1_8000",
        ("127.0.0.1",),
        "http://127.0.0.1:8000/zx/",
    ),
    (
        "localhost is itself with its port",
        "http://localhost:81",
        None,
        "localhost_81",
        ("localhost",),
        "http://localhost:81/",
    ),
]


@pytest.mark.parametrize(
    ("target", "host", "portal", "hosts", "url"), [case[1:] for case in FOUND], ids=[c[0] for c in FOUND]
)
def test_a_target_names_a_portal_and_channels(
    target: str, host: str | None, portal: str, hosts: tuple[str, ...], url: str
) -> None:
    assert urls(target, host) == (portal, hosts, [url])


def test_a_portal_may_be_called_by_its_name() -> None:
    assert find_portal("甲网", profiles=PROFILES) == find_portal("plain", profiles=PROFILES)


@pytest.mark.parametrize("province", ["甘肃", "甘肃省", " 甘肃 "])
def test_a_province_stands_for_its_portals(province: str) -> None:
    assert targets_of(province, profiles=PROFILES) == ("north", "south")


@pytest.mark.parametrize("target", ["plain", "甲网", "http://abc.cn/", "甘素省", "市", ""])
def test_everything_else_stands_for_itself(target: str) -> None:
    assert targets_of(target, profiles=PROFILES) == (target,)


@pytest.mark.parametrize(
    "full", ["广西壮族自治区", "新疆维吾尔自治区", "宁夏回族自治区", "内蒙古自治区", "北京市", "河北省"]
)
def test_a_province_is_known_by_its_full_name(full: str) -> None:
    assert targets_of(full)


def test_a_province_leaves_out_the_portal_that_needs_a_host() -> None:
    assert targets_of("甘肃") == ("gansudaily", "gscn", "lanzhou")
    with pytest.raises(TargetError, match="no portal of 青海 is known: give the URL of one"):
        targets_of("青海", profiles=PROFILES)


def test_a_host_is_not_that_of_a_whole_province() -> None:
    with pytest.raises(TargetError, match="甘肃 has several: north, south"):
        targets_of("甘肃", "127.0.0.1:8000", profiles=PROFILES)


def test_a_url_of_a_known_channel_is_that_channel_in_any_spelling() -> None:
    _, channels = find_portal("https://plain.example/yw/index.html", profiles=PROFILES)
    assert channels == PROFILES["plain"].channels


def test_a_channel_made_for_a_url_is_named_after_its_path_or_host() -> None:
    assert find_portal("http://a.abc.cn/%E8%B5%84%E8%AE%AF/", profiles={})[1][0].name == "资讯"
    assert find_portal("http://a.abc.cn/", profiles={})[1][0].name == "a.abc.cn"


WRONG = [
    ("a misspelt id", "plian", None, "'plian' is no portal and no province, did you mean plain?"),
    ("an unknown id", "zzzzzz", None, "is no portal and no province, `portals` lists them. A URL begins with"),
    ("a misspelt province", "甘素", None, "did you mean 甘肃"),
    ("a province for one portal", "甘肃省", None, "'甘肃省' is a province, not one portal; choose north or south"),
    ("another scheme", "ftp://abc.cn/", None, "'ftp://abc.cn/' is no http(s) URL"),
    ("a URL without host", "http:///x", None, "'http:///x' is no http(s) URL"),
    (
        "paths without a host",
        "placeless",
        None,
        "portal placeless has no host of its own: give one with --host",
    ),
    ("no channels and no host", "empty", None, "portal empty has no host of its own: give one with --host"),
    ("a host with a path", "empty", "abc.cn/x", "'abc.cn/x' is no host"),
    ("a host that is none", "empty", "a b", "'a b' is no host"),
]


@pytest.mark.parametrize(("target", "host", "message"), [case[1:] for case in WRONG], ids=[c[0] for c in WRONG])
def test_a_target_that_names_nothing_says_what_would_be_right(target: str, host: str | None, message: str) -> None:
    with pytest.raises(TargetError, match=re.escape(message)):
        find_portal(target, host, profiles=PROFILES)


def test_finding_a_domain_opens_no_connection_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("TLDEXTRACT_CACHE", str(tmp_path))
    assert find_portal("http://www.abc.gov.cn/", profiles={})[0].id == "abc.gov.cn"
    assert list(tmp_path.rglob("*")) == []


def test_the_portal_without_a_known_host_takes_one() -> None:
    portal, channels = find_portal("gansuonline", "127.0.0.1:8000", profiles=load_profiles())
    assert portal.id == "gansuonline"
    assert [channel.url for channel in channels] == ["http://127.0.0.1:8000/"]
