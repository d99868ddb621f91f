"""Pages made to break a reader end in bounded time and memory, with a record and never with an exception.

Each page runs in a process of its own under limits of the operating system, so that a page which breaks a bound
fails its own test and cannot take the test run with it.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from portal_crawler.extract import extract_article

ROOT = Path(__file__).resolve().parent.parent
SECONDS = 20
BYTES = 1536 * 1024 * 1024
_TEXT = "国务院新闻办公室今天举行发布会，介绍有关情况。"
_HEAD = (
    "<html><head><title>标题在这里写得足够长</title></head><body><h1>标题在这里写得足够长</h1>"
    "<div>2021-11-19 20:09 来源：新华网</div>"
)
_ARTICLE = "<div id=c>" + f"<p>{_TEXT * 4}</p>" * 5 + "</div>"

# Run in the child; each makes the page's bytes. `w` wraps a piece of HTML in a page with a head and an article.
PAGES: dict[str, str] = {
    "nested_divs": "w('<div>' * 100_000 + T)",
    "nested_divs_closed": "w('<div>' * 100_000 + T + '</div>' * 100_000)",
    "nested_spans": "w('<span>' * 100_000 + T)",
    "nested_mixed": "w('<div><b><ul><li>' * 25_000 + T)",
    "nested_with_text": "w(('<div>' + T) * 100_000)",
    "nested_formatting": "w('<b><p>' * 50_000 + T)",
    "nested_links": "w('<a href=/x><div>' * 50_000 + T)",
    "nested_tables": "w('<table><tr><td>' * 20_000 + T)",
    "nested_tables_with_text": "w(('<table><tr><td>' + T) * 5_000 + '</td></tr></table>' * 5_000)",
    "nested_forms": "w('<form>' * 50_000 + T)",
    "nested_lists": "w('<ul><li>' * 50_000 + T)",
    "nested_quotes": "w('<blockquote>' * 100_000 + T)",
    "colspan": "w('<table><tr><td colspan=9007199254740991 rowspan=9007199254740991>' + T + '<td>b</table>')",
    "colspan_negative": "w('<table><tr><td colspan=-1 rowspan=x>' + T + '<td>b</table>')",
    "line_50mb": "w('<p>' + '新' * 17_000_000)",
    "line_50mb_ascii": "w('<p>' + 'a' * 50_000_000)",
    "line_50mb_sentences": "w('<p>' + T * 720_000)",
    "line_50mb_bare": "(T * 720_000).encode()",
    "line_50mb_blanks": "w('<p>' + ' ' * 50_000_000 + T)",
    "line_50mb_gbk": "(HEAD + '<p>' + T * 1_000_000).encode('gb18030')",
    "rows_million": "w('<table>' + '<tr><td>1<td>2' * 1_000_000 + '</table>')",
    "rows_million_text": "w('<table>' + ('<tr><td>' + T[:8]) * 1_000_000 + '</table>')",
    "cells_in_one_row": "w('<table><tr>' + '<td>1' * 300_000 + '</table>')",
    "rows_of_data": "w('<table>' + '<tr><td>名称<td>数值' * 20_000 + '</table>')",
    "paragraphs_200k": "w(('<p>' + T) * 200_000)",
    "breaks_million": "w('<br>' * 1_000_000)",
    "breaks_text": "w((T + '<br>') * 200_000)",
    "empty_elements": "w('<i></i>' * 1_000_000)",
    "links_200k": "w('<a href=/a/2021.html>要闻要闻要闻</a>' * 200_000)",
    "links_200k_blocks": "w('<li><a href=/a/2021.html>要闻要闻要闻</a></li>' * 200_000)",
    "images_200k": "w('<img src=/a.jpg>' * 200_000)",
    "images_200k_blocks": "w('<p><img src=/a%d.jpg><p>图为现场' * 100_000)",
    "metas_200k": "('<meta name=a content=b>' * 200_000).encode() + w('')",
    "scripts_200k": "w('<script>var a=1</script>' * 200_000)",
    "styles_hidden": "w('<p style=\"display:none\">x</p>' * 200_000)",
    "style_long": "w('<p style=\"display' + ' ' * 1_000_000 + 'x none\">' + T)",
    "attribute_huge": "w('<p title=\"' + 'x' * 20_000_000 + '\">' + T)",
    "attributes_many": "w('<p ' + ' '.join('a%d=1' % i for i in range(20_000)) + '>' + T)",
    "attributes_half_million": "w('<p ' + ' '.join('%x=\">\"' % i for i in range(500_000)) + '>' + T)",
    "href_huge": "w('<a href=\"' + 'x' * 10_000_000 + '\">下一页</a><img src=\"' + 'y' * 10_000_000 + '\">')",
    "tag_name_huge": "w('<' + 'x' * 10_000_000 + '>' + T)",
    "comment_huge": "w('<!--' + 'x' * 20_000_000 + '-->' + T)",
    "comment_open": "w('<!--' + T * 1000)",
    "script_open": "w('<script>' + T * 1000)",
    "title_open": "('<title>' + T * 100_000).encode()",
    "textarea_open": "w('<textarea>' + T * 1000)",
    "cdata": "w('<![CDATA[' * 10_000 + T)",
    "unclosed_everything": "('<html><head><title>x<body><div><table><tr><td><p><b><a href=x><i>' * 2000 + T).encode()",
    "unclosed_tag": "w('<p ' * 100_000)",
    "less_than": "w('<' * 1_000_000)",
    "greater_than": "w('>' * 1_000_000)",
    "ampersands": "w('&' * 1_000_000)",
    "closing_only": "w('</div></p></b>' * 200_000)",
    "nul_bytes": "w(T).replace(b'<', bytes(1) + b'<')",
    "nul_only": "bytes(1_000_000)",
    "no_body": "b'<html><head><title>x</title></head></html>'",
    "frameset": "b'<html><frameset><frame src=a></frameset></html>'",
    "empty": "b''",
    "one_byte": "b'<'",
    "bom_only": "b'\\xef\\xbb\\xbf'",
    "bom_utf16_odd": "b'\\xff\\xfea'",
    "utf16": "w(T).decode().encode('utf-16')",
    "utf32": "w(T).decode().encode('utf-32')",
    "blanks": "b' \\n\\t' * 1_000_000",
    "wide_blanks": "('\\u3000' * 1_000_000).encode()",
    "comment_only": "b'<!-- x -->'",
    "pi_only": 'b\'<?xml version="1.0" encoding="x"?>\'',
    "doctype_only": "b'<!DOCTYPE html>'",
    "entities_bad": "w('&#0;&#x110000;&#xD800;&#99999999999999;&foo;&#x;&#;&#-1;&amp&lt&nbsp' * 1000)",
    "entity_bomb": "b'<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>' + w('&b;' * 10_000)",
    "surrogates": "w('').replace(b'</h1>', b'\\xed\\xa0\\x80\\xed\\xb0\\x80</h1>')",
    "surrogate_entities": "w('&#xD83D;&#xDE00;' * 1000)",
    "controls": "w('<p>' + ''.join(map(chr, range(1, 160))) * 100 + T)",
    "noncharacters": "w('<p>\\ufffe\\uffff\\ufdd0' + T)",
    "binary": "__import__('random').Random(7).randbytes(2_000_000)",
    "binary_tags": "__import__('random').Random(7).randbytes(200_000).replace(b'a', b'<p>').replace(b'b', b'</div>')",
    "png": "b'\\x89PNG\\r\\n\\x1a\\n' + __import__('random').Random(8).randbytes(200_000)",
    "ff": "b'\\xff' * 1_000_000",
    "half_gbk": "(HEAD + ARTICLE).encode('gb18030')[:-7] + b'\\x81'",
    "mixed_encodings": "HEAD.encode() + ARTICLE.encode('gb18030') + (ARTICLE * 3).encode('utf-16-le')",
    "combining": "w('<p>a' + '\\u0301' * 1_000_000)",
    "pre_lines": "w('<pre>' + 'a\\n' * 500_000)",
    "pre_one_line": "w('<pre>' + '\\n' * 2_000_000 + T)",
    "meta_refresh": "b'<meta http-equiv=refresh content=\"0;url=%s\">' % (b'x' * 1_000_000)",
    "json_ld_deep": "('<script type=application/ld+json>' + '[' * 200_000 + '</script>').encode() + w('')",
    "json_ld_number": "('<script type=application/ld+json>{\"datePublished\":' + '1' * 200_000 + '}</script>').encode() + w('')",
    "json_ld_odd": "b'<script type=application/ld+json>[null,1,{\"datePublished\":[1],\"headline\":{}}]</script>' + w('')",
    "namespaces": "w('<o:p xmlns:o=\"x\"><v:shape v:x=1></o:p><svg:a xlink:href=b>' * 10_000)",
    "headlines_100k": "w('<h1>标题在这里写得足够长</h1>' * 100_000)",
    "times_100k": "w('<p>2021-11-19 20:09:41</p>' * 100_000)",
    "labels_100k": "w('<p>来源：新华网 编辑：张三</p>' * 100_000)",
    "closings_100k": "w('<p>" + _TEXT + "</p><p>相关阅读</p>' * 50_000)",
    "credits_100k": "w('<div><p>" + _TEXT + "</p><p>（责任编辑：张三）</p></div>' * 50_000)",
    "credits_one_home": "w('<div>' + '<p>" + _TEXT + "</p><p>（责任编辑：张三）</p>' * 100_000 + '</div>')",
    "closings_one_home": "w('<div>' + '<p>" + _TEXT + "</p><p>相关阅读</p>' * 100_000 + '</div>')",
    "rows_in_article": "w('<table>' + '<tr><td>名称<td>数值' * 20_000 + '</table><p>' + T * 3)",
    "rows_in_rows": "w('<table><tr><td>a<td>' * 400 + '<tr><td>名称<td>数值' * 9_000 + '</table>' * 400 + '<p>' + T)",
    "blocks_empty": "w('<table>' + '<tr><td><td>' * 300_000 + '<tr><td>a<td>b</table><p>' + T * 3)",
    "pager_100k": "w('<a href=/x_%d.html>%d</a>' % (2, 2) * 100_000)",
}

_CHILD = """
import dataclasses, json, resource, sys, time
T, HEAD, ARTICLE = json.loads(sys.argv[2])
def w(html):
    return (HEAD + ARTICLE + html).encode('utf-8', 'surrogatepass')
from portal_crawler.extract import extract_article
body = eval(sys.argv[1])
began = time.perf_counter()
article = extract_article(body, 'https://news.example.cn/2021/1119/c1.html')
took = time.perf_counter() - began
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({
    'seconds': took, 'mb': peak, 'warnings': article.warnings, 'title': (article.title or '')[:60],
    'published_at': article.published_at, 'body': len(article.body or ''), 'head': (article.body or '')[:60],
    'bytes': len(body),
}))
"""

# The child that measures many lines; the expression gives the slowest.
_LINES = """
import json, sys, time
T, HEAD, ARTICLE = json.loads(sys.argv[2])
def w(html):
    return (HEAD + ARTICLE + html).encode()
from portal_crawler.extract import extract_article
def measure(body):
    began = time.perf_counter()
    extract_article(body, 'https://news.example.cn/2021/1119/c1.html')
    return time.perf_counter() - began
seconds, line = eval(sys.argv[1], globals())
print(json.dumps({'seconds': seconds, 'line': line}))
"""


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run(page: str, child: str = _CHILD) -> dict:
    """The record of a page, made by an expression of PAGES, in a process under limits."""
    done = subprocess.run(
        [sys.executable, "-c", child, page, json.dumps([_TEXT, _HEAD, _ARTICLE])],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SECONDS + 20,
        preexec_fn=_limit,
        check=False,
    )
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-800:]}"
    return json.loads(done.stdout)


# What the record must say of a page that it does not give whole.
FLAGS = {
    "too_deep": "nested_divs nested_divs_closed nested_spans nested_mixed nested_with_text nested_tables nested_lists",
    "too_large": "line_50mb line_50mb_ascii line_50mb_gbk line_50mb_blanks rows_million rows_million_text "
    "cells_in_one_row paragraphs_200k breaks_text links_200k_blocks attribute_huge pre_lines rows_of_data",
    "damaged_text": "binary png ff half_gbk mixed_encodings bom_utf16_odd surrogates",
    "empty_body": "empty one_byte bom_only blanks wide_blanks nul_only no_body frameset comment_only title_open",
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_hostile_page_ends_in_a_record(name: str) -> None:
    record = run(PAGES[name])
    assert record["seconds"] < SECONDS
    for flag, names in FLAGS.items():
        if name in names.split():
            assert flag in record["warnings"]
    if PAGES[name].startswith("w(") and name not in ("utf16", "surrogates"):
        # Whatever follows it, the article that a page begins with is read.
        assert record["title"] == "标题在这里写得足够长"
        assert record["published_at"] == "2021-11-19T20:09+08:00"
        assert record["head"].startswith(_TEXT)


def test_what_utf32_says_is_read_beyond_the_basic_plane() -> None:
    page = (_HEAD + _ARTICLE.replace("国", "𠮷")).encode("utf-32")
    article = extract_article(page, "https://news.example.cn/1.html")
    assert article.body is not None
    assert article.body.startswith("𠮷务院")


def test_a_table_of_thousands_of_rows_is_written_row_by_row() -> None:
    rows = "".join(f"<tr><td>第{n}号中标单位，某某公司。<td>{n}元</tr>" for n in range(4000))
    page = f"{_HEAD}<div><table>{rows}</table></div>".encode()
    article = extract_article(page, "https://news.example.cn/1.html")
    assert article.warnings == ()
    assert (article.body or "").split("\n") == [f"第{n}号中标单位，某某公司。\t{n}元" for n in range(4000)]


# Lines of 100 KB that make a pattern try again from each of its places, by where they stand on the page.
PLACES = {
    "title": "('<title>' + L + 'x</title>' + HEAD + ARTICLE).encode()",
    "breadcrumb": "('<div>首页 > ' + L + 'x</div>' + HEAD + ARTICLE).encode()",
    "meta": "(HEAD + '<div>' + L + 'x</div>' + ARTICLE).encode()",
    "meta_element": "('<meta name=author content=\"' + L + '\"><script>' + L + '</script>' + HEAD + ARTICLE).encode()",
    "body": "w('<p>' + L + 'x。</p>' + ARTICLE)",
    "last": "w('<p>（' + L + 'x</p>')",
    "links": "w(('<p><a href=\"' + L + '.html\">' + L + '</a></p>') * 2)",
    "picture": "w('<img src=\"/' + L + '.jpg\" alt=\"' + L + '\"><p>' + L + '</p>' + ARTICLE)",
}
_UNITS = (
    "\u3000|\xa0| |a|1|-|_|.|/|a-.|www.a.|1 1|[1]|2021-|2021年1月|12:|许可证|（责任编辑：|来源 |编辑 |记者 |记者、|本报|声 |凡|上一篇|"
    "评论|图|摄|更多|版权|> |>>|- |、|（a|http://|二〇|图/文 |来源：|<enpproperty "
).split("|")


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_no_line_costs_its_square(place: str) -> None:
    began = f"max((measure({PLACES[place]}), L[:12]) for L in ((u * 100_000)[:100_000] for u in {_UNITS!r}))"
    slowest = run(began, _LINES)
    assert slowest["seconds"] < 3, slowest
