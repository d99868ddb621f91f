"""What the code itself must not do: run what it reads, parse XML of others, write where a name leads."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
from scrapy.settings import Settings

import portal_crawler
from portal_crawler.extract import extract_article, extract_listing

_SOURCES = sorted(Path(portal_crawler.__file__).parent.rglob("*.py"))
_MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle", "yaml", "xml"}
_CALLS = {"eval", "exec", "compile", "__import__"}


def _running(tree: ast.AST) -> list[str]:
    """The names by which a module would run what it reads."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name.split(".")[0] in _MODULES]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] in _MODULES:
            found.append(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in _CALLS:
            found.append(node.func.id)
        elif isinstance(node, ast.keyword) and node.arg == "shell" and not _is_false(node.value):
            found.append("shell=True")
    return found


def _is_false(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is False


@pytest.mark.parametrize("code", ["import pickle", "from yaml import load", "eval(x)", "run(x, shell=True)"])
def test_code_that_runs_what_it_reads_is_seen(code: str) -> None:
    assert _running(ast.parse(code))


def test_nothing_that_is_read_is_run() -> None:
    found = {str(path): _running(ast.parse(path.read_text("utf-8"))) for path in _SOURCES}
    assert {path: names for path, names in found.items() if names} == {}


def test_scrapy_keeps_nothing_on_disk_that_it_would_unpickle_and_listens_to_nobody() -> None:
    settings = Settings()
    settings.setmodule("portal_crawler.settings", priority="project")
    assert not settings.getbool("HTTPCACHE_ENABLED") and not settings.get("JOBDIR")
    assert not settings.getbool("SPIDER_STATE_ENABLED") or not settings.get("JOBDIR")
    assert not settings.getbool("TELNETCONSOLE_ENABLED")


_SECRET = "geheim-aus-datei"
_ENTITIES = (
    '<!DOCTYPE html [<!ENTITY a "{long}"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">'
    '<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY x SYSTEM "file://{file}"><!ENTITY % p SYSTEM "file://{file}">%p;]>'
)


@pytest.mark.parametrize("head", ["", '<?xml version="1.0" encoding="utf-8"?>'])
@pytest.mark.parametrize("kind", ["text/html", "application/xhtml+xml", "text/xml", "application/rss+xml"])
def test_entities_are_neither_unfolded_nor_fetched(tmp_path: Path, kind: str, head: str) -> None:
    file = tmp_path / "secret.txt"
    file.write_text(_SECRET)
    page = head + _ENTITIES.format(long="哈" * 1000, file=file) + (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>靖远县引进企业落地</title></head><body>'
        "<h1>靖远县引进企业落地</h1><div>2021-11-19 20:09 来源：新华网</div>"
        f'<div xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="file://{file}"/>'
        "<p>靖远县今年引进企业9家，注册资金1.55亿元，带动当地群众就业增收，受到各方好评。&d;&x;</p></div></body></html>"
    )  # fmt: skip
    began = time.process_time()
    article = extract_article(page.encode(), "http://news.example.cn/1.html", content_type=kind)
    listing = extract_listing(page.encode(), "http://news.example.cn/", content_type=kind)
    assert time.process_time() - began < 2
    assert _SECRET not in repr(article) + repr(listing)
    assert len(article.body or "") < 10_000


_LONG = 4_000_000
HOSTILE = {
    "addresses": '<ul>{}</ul>'.format('<li><a href="{}">靖远县引进企业落地的消息</a> 2021-11-19</li>'.format("/art" * 80_000)),
    "open strings": "<div id=list></div><script>var list = [" + '{"title":"' * 50_000 + "</script>",
    "deep": "<div id=list></div><script>var list = " + "[" * 200_000 + "</script>",
    "calls": "<div id=list></div><script>" + "$.ajax({url:'/a'+(" * 20_000 + "</script>",
    "quotes": "<div id=list></div><script>fetch('" + "\\'" * 300_000 + "</script>",
    "escapes": "<div id=list></div><script>var u = '" + "\\u4e00" * 100_000 + "</script>",
    "templates": "<div id=list></div><script>" + "`${" * 100_000 + "</script>",
    "comments": "<div id=list></div><script>" + "/*" * 200_000 + "</script>",
    "sums": "<div id=list></div><script>var url = " + "'a'+" * 100_000 + "</script>",
    "names": "<div id=list></div><script>" + "var a = a + a; " * 50_000 + "$.get(a)</script>",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_list_is_read_in_bounded_time(name: str) -> None:
    page = f"<html><body>{HOSTILE[name]}</body></html>".encode()[:_LONG]
    began = time.process_time()
    extract_listing(page, "http://news.example.cn/gn/")
    extract_article(page, "http://news.example.cn/2021/1119/1.html")
    assert time.process_time() - began < 10
