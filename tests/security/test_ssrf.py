"""No connection to an address that is not public, however a page, a name server or a redirect names it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from portal_crawler.middlewares.addresses import is_inside
from tests.faults.server import article, listing
from tests.security.world import PROXY, PUBLIC, Ended, Pages, is_possible, run_world, step

needs_world = pytest.mark.skipif(not is_possible(), reason="needs a network namespace (unshare, ip)")

# What can stand where a host stands, and leads to an address that is not of the open internet.
PRIVATE = (
    "127.0.0.1 localhost LOCALHOST. a.localhost 0.0.0.0 0 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0177.0.0.1 017700000001 "
    "127.0.0.1. 10.0.0.8 172.16.0.1 192.168.1.1 169.254.169.254 0xa9fea9fe 2852039166 100.64.0.1 100.100.100.200 192.0.0.192 "
    "168.63.129.16 198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 [::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] "
    "[::ffff:0:127.0.0.1] [64:ff9b::7f00:1] [64:ff9b:1::1] [2002:7f00:1::] [2001:0:4136:e378:8000:63bf:3fff:fdd2] [fd00::1] "
    "[fd00:ec2::254] [fe80::1] [fec0::1] [ff02::1] [2001:db8::1] [0:0:0:0:0:0:0:1] １２７．０．０．１ 127。0。0。1 127｡0｡0｡1 "
    "①②⑦.0.0.1 [::1%25lo] 127.0.0.%31 %31%32%37.0.0.1 127%2e0.0.1"
).split()
OWN_NAMES = {
    "loop.example.cn": ["127.0.0.1"],
    "meta.example.cn": ["169.254.169.254"],
    "ten.example.cn": ["10.0.0.5"],
    "shared.example.cn": ["100.64.3.4"],
    "zero.example.cn": ["0.0.0.0"],
    "six.example.cn": ["fd00::5"],
    "mapped.example.cn": ["::ffff:10.0.0.1"],
    "azure.example.cn": ["168.63.129.16"],
    "rebinds.example.cn": [PUBLIC, "127.0.0.1"],
}
NAMES = {"news.example.cn": [PUBLIC], "www.example.cn": [PUBLIC], "robots.example.cn": [PUBLIC]} | OWN_NAMES


def sent_to(target: str) -> dict[str, object]:
    """The ways of a page to send its reader somewhere, by the path that they stand on."""
    return {
        "302": (302, {"Location": target}, ""),
        "refresh": f'<html><head><meta http-equiv="refresh" content="0;url={target}"></head></html>',
        "script": f'<html><script>window.location.href="{target}";</script></html>',
    }


def hostile_portal() -> Pages:
    """A portal whose every page leads inside."""
    pages: Pages = {}
    paths = []

    def add(path: str, answer: object) -> None:
        pages[f"news.example.cn{path}"] = answer  # type: ignore[assignment]
        paths.append(path)

    for number, host in enumerate(PRIVATE):
        add(f"/2021/1119/{1000 + number}.html", (302, {"Location": f"http://{host}/canary"}, ""))
    for number, host in enumerate(("127.0.0.1:6379", "loop.example.cn", "[::1]:8080", "user@127.0.0.1", "inside")):
        for kind, answer in sent_to(f"http://{host}/canary").items():
            add(f"/2021/1119/{kind}{number}.html", answer)
    for number, target in enumerate(
        ("file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1:6379/_x", "data:text/html,x", "javascript:x()")
    ):
        add(f"/2021/1119/9{number}.html", (302, {"Location": target}, ""))
    inside = "http://127.0.0.1/canary"
    head = (
        f'<link rel="canonical" href="{inside}"><link rel="amphtml" href="{inside}"><base href="{inside}">'
        f'<link rel="alternate" type="application/rss+xml" href="{inside}"><link rel="next" href="{inside}">'
        f'<link rel="stylesheet" href="{inside}"><script src="{inside}"></script>'
    )
    pictures = (
        f'<img src="{inside}.jpg"><video src="{inside}.mp4"></video><iframe src="{inside}"></iframe>'
        f'<object data="{inside}"></object><a href="http://ten.example.cn/2021/1119/1_2.html">下一页</a>'
        f'<a href="http://127.0.0.1/2021/1119/1_2.html">2</a>'
    )
    add("/2021/1119/1.html", article(1, head=head).replace("</body>", f"{pictures}</body>"))
    add("/2021/1119/rob.html", (302, {"Location": "http://robots.example.cn/2021/1.html"}, ""))
    pages["robots.example.cn/robots.txt"] = (302, {"Location": inside}, "")
    own = [f"http://{name}/2021/1119/1.html" for name in OWN_NAMES]
    literal = [f"http://{host}/2021/1119/1.html" for host in PRIVATE]
    turned = listing(*paths, *own, *literal).replace(
        "</div></body>", '<a href="http://loop.example.cn/gn/2.html">下一页</a></div></body>'
    )
    pages["news.example.cn/gn/"] = turned
    pages["news.example.cn/js/"] = (
        "<html><body><div id=list></div><script>$.ajax({url:'http://ten.example.cn/api/list.json?page=1',success:f});"
        "fetch('http://127.0.0.1/api/list.json');$.getJSON('http://meta.example.cn/list.jsonp?callback=?',g)</script>"
        '<script src="http://loop.example.cn/app.js"></script><script src="http://127.0.0.1/app.js"></script></body></html>'
    )
    pages["news.example.cn/"] = (
        '<html><body><ul class="nav">'
        + "".join(
            f'<li><a href="{place}">国内新闻{n}</a></li>'
            for n, place in enumerate(("/gn/", "/js/", "http://loop.example.cn/gn/", "http://127.0.0.1/gn/"))
        )
        + f'</ul></body></html><script src="{inside}.js"></script>'
    )
    pages["news.example.cn/sitemap.xml"] = f"<urlset><url><loc>{inside}</loc></url></urlset>"
    pages["news.example.cn/robots.txt"] = f"Sitemap: {inside}\nUser-agent: *\nAllow: /\n"
    return pages


def ledger(folder: Path) -> dict[str, tuple[str, str]]:
    with closing(sqlite3.connect(folder / "p.db")) as connection:
        rows = connection.execute("SELECT url, state, reason FROM ledger").fetchall()
    return {url: (state, reason) for url, state, reason in rows}


def into(folder: Path) -> tuple[str, ...]:
    return ("--db", str(folder / "p.db"), "--archive", str(folder / "archive"), "--delay", "0")


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Ended]]:
    """What every command that reads the net does on the hostile portal."""
    folder = tmp_path_factory.mktemp("hostile")
    profile = folder / "hostile.toml"
    profile.write_text(
        'id = "hostile"\nname = "省网"\nprovince = "甘肃"\nhosts = ["example.cn"]\n'
        '[[channels]]\nname = "国内"\nurl = "http://news.example.cn/gn/"\n'
    )
    channels = ("http://news.example.cn/gn/", "http://news.example.cn/js/")
    to_all = (f"http://{host}/x" for host in (*PRIVATE, *OWN_NAMES))
    to_pages = (f"http://{place}" for place in hostile_portal() if "/2021/" in place)
    once = {"rebinds.example.cn": [PUBLIC, "127.0.0.1"]}
    steps = {
        "crawl": step("crawl", *channels, *into(folder), names=NAMES, pages=hostile_portal()),
        "listing": step("listing", "http://rebinds.example.cn/gn/", names=once),
        "extract": step("extract", *to_all, *to_pages, "--delay", "0"),
        "discover": step("discover", "http://news.example.cn/", "--delay", "0"),
        "live": step("portals", "check", profile, "--live", "--delay", "0"),
    }
    found = dict(zip(steps, run_world(*steps.values()), strict=True))
    with closing(sqlite3.connect(folder / "p.db")) as connection:
        connection.execute("UPDATE rechecks SET next_check_at = '2021-11-20T08:00:00+08:00'")
        connection.commit()
    # By the next run, the portal's name leads inside: its articles are due again, its failures are tried again.
    again = step("crawl", channels[0], *into(folder), names={"news.example.cn": ["127.0.0.1"]})
    return folder, found | {"again": run_world(again)[0]}


@needs_world
def test_no_command_connects_to_an_address_that_is_not_public(ended: tuple[Path, dict[str, Ended]]) -> None:
    _, found = ended
    for name, end in found.items():
        assert end.asked or name == "again", f"{name}: {end.stderr}"
    assert {name: end.canaries for name, end in found.items() if end.canaries} == {}


@needs_world
def test_the_ledger_says_which_address_was_refused(ended: tuple[Path, dict[str, Ended]]) -> None:
    folder, found = ended
    rows = ledger(folder)
    assert rows["http://news.example.cn/2021/1119/1.html"] == ("done", None)
    wrong = {}
    for number, host in enumerate(PRIVATE):
        state, reason = rows[f"http://news.example.cn/2021/1119/{1000 + number}.html"]
        if (state, reason[:15]) != ("skipped", "private address"):
            wrong[host] = (state, reason)
    assert wrong == {}
    assert "Traceback" not in found["crawl"].stderr
    # Asked for by its first address alone, which was judged, though its name leads elsewhere since.
    assert "rebinds.example.cn/2021/1119/1.html" in found["crawl"].asked


PROXY_URL = "http://proxy.corp:3128"
PROXIED = dict.fromkeys(("http_proxy", "https_proxy"), PROXY_URL)


@needs_world
def test_behind_a_proxy_literal_addresses_are_still_judged(tmp_path: Path) -> None:
    pages = hostile_portal()
    for number, place in enumerate(
        ("http://proxy.corp:6379/", "https://127.0.0.1/", "http://metadata.google.internal/")
    ):
        pages[f"news.example.cn/2021/1119/80{number}.html"] = (302, {"Location": place}, "")
    proxied = step(
        "crawl", "http://news.example.cn/gn/", *into(tmp_path),
        names={"proxy.corp": [PROXY[0]]}, pages=pages, environment=PROXIED,
    )  # fmt: skip
    urls = (f"{scheme}://{host}/" for host in PRIVATE for scheme in ("http", "https"))
    extract = step("extract", *urls, "--delay", "0")
    crawl, extracted = run_world(proxied, extract)
    assert crawl.canaries == [] and extracted.canaries == []
    assert ledger(tmp_path)["http://news.example.cn/2021/1119/1.html"] == ("done", None)


@pytest.mark.parametrize("host", PRIVATE)
def test_every_spelling_of_an_inner_address_is_known(host: str) -> None:
    assert is_inside(host)


@pytest.mark.parametrize(
    "host",
    [
        "news.example.cn",
        "8.8.8.8",
        "[2400:3200::1]",
        "[64:ff9b::808:808]",
        "mylocalhost.cn",
        "localhost.cn",
        "134744072",
    ],
)
def test_what_is_public_is_not_refused(host: str) -> None:
    assert not is_inside(host)


@needs_world
def test_a_name_with_ipv6_addresses_alone_is_connected_to_if_they_are_public(tmp_path: Path) -> None:
    names = {"six.example.cn": ["2400:3200::5"], "inner.example.org": ["fd00::5"]}
    crawls = [
        step("crawl", f"http://{host}/gn/", *into(tmp_path / host.strip("[]").replace(":", "-")), names=names)
        for host in ("six.example.cn", "[2400:3200::6]", "inner.example.org")
    ]
    six, literal, inner = run_world(*crawls)
    assert set(six.canaries) == {"2400:3200::5:80"}
    assert set(literal.canaries) == {"2400:3200::6:80"}
    assert inner.canaries == []
    (reason,) = [reason for _, reason in ledger(tmp_path / "inner.example.org").values()]
    assert "private address" in reason
