"""No character of an article's text is lost: the body is what Chromium shows in the body's container.

The page's copy carries a script that writes the container's innerText into the document, which the headless
browser prints. Compared are lines, blanks in them squeezed, empty ones left out.
"""

from __future__ import annotations

import html
import json
import random
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_crawler.article import Article
from portal_crawler.extract import extract_article, read_page

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
URL = "https://news.example.cn/2021/1119/c1.html"
HEAD = (
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>标题在这里写得足够长</title></head><body>"
    "<h1>标题在这里写得足够长</h1><div>2021-11-19 20:09 来源：新华网</div>"
)
OPEN = "国务院新闻办公室今天举行发布会，介绍有关情况。"
CLOSE = "会议最后指出，各项工作要扎实推进，取得实效。"
# The script stands in one copy with all bodies, since starting a browser costs a second.
SCRIPT = """<script>
addEventListener('load', () => {
  const frames = [...document.querySelectorAll('iframe')];
  const texts = frames.map(f => {
    const inside = f.contentDocument;
    return (inside.querySelector('#body') || inside.body).innerText;
  });
  const out = document.createElement('pre');
  out.id = 'out';
  out.textContent = JSON.stringify(texts);
  document.body.replaceChildren(out);
});
</script>"""

BODIES = {
    "nested_number_spans": "<p>增长<span>1<span>2<b>.5</b></span></span>%，达到<font><font>3</font>4</font>亿元。</p>",
    "text_after_child": "<p><b>张三</b>说，这是<i>一</i>件<u>好</u>事<a href=/x>，</a>大家都高兴。</p>",
    "br_runs": "第一行在这里。<br><br><br>第二行在这里。<br/>第三行<br>",
    "text_directly_in_div": "直接写在容器里的文字。<div>内层的文字。</div>后面的文字。",
    "text_beside_blocks": "前面的文字<p>中间一段</p>后面，接着<div>又一段</div>末尾。",
    "table_cell_text": "<table><tr><td>一段写在单元格里的文字。</td></tr></table>",
    "data_table": "<table><tr><th>名称</th><th>数值</th></tr><tr><td>甲</td><td>1</td></tr></table>",
    "data_table_with_gap": "<table><tr><td>甲</td><td></td><td>3</td></tr><tr><td>乙</td><td>2</td><td>3</td></tr></table>",
    "lists": "<ul><li>第一项，内容。<li>第二项，<b>内容</b>。</ul><ol><li>甲、其一。</li></ol>",
    "definition_list": "<dl><dt>词条：</dt><dd>解释的文字。</dd></dl>",
    "blockquote": "<blockquote>引用的文字。<p>又引用一段。</p></blockquote>",
    "sup_sub": "<p>面积为10<sup>2</sup>平方米，H<sub>2</sub>O是水。</p>",
    "wide_spaces": "<p>　　段首缩进的文字，中间　有空。</p><p>&emsp;&emsp;又一段。</p>",
    "entities": "<p>A&amp;B &lt;甲&gt; &ldquo;引&rdquo; &mdash;&#8212; &hellip; &nbsp;&copy; &#x4E2D;&#20013;。</p>",
    "astral": "<p>𠮷野家与𡈽方，&#x20BB7;和&#134071;，😀👨‍👩‍👧。</p>",
    "inline_blanks": "<p>Hello <b>big</b> <i>world</i>\n and\tmore , 结束。</p>",
    "comment_inside": "<p>前<!-- 注释 -->后，没有空。</p>",
    "hidden_inside": "<p>看得见<span style='display:none'>看不见</span>的文字。</p><p hidden>藏起来的。</p>",
    "script_inside": "<p>前<script>var a = '不是文字';</script>后，<style>p{}</style>完。</p>",
    "unclosed": "<p>没有结束的段落。<p>又一段<b>粗体。<p>第三段。</b>",
    "headings": "<h2>小标题</h2><p>段落的文字。</p><h3>小小标题</h3>",
    "pre": "<pre>第一行。\n第二行  两空。\n\n第四行。</pre>",
    "zero_width": "<p>零宽\u200b空格与\u200d连字，<wbr>断行处。</p>",
    "ruby_mark_del": "<p><mark>标记</mark>、<del>删去</del>、<ins>插入</ins>、<code>a = 1</code>。</p>",
    "deep_inline": "<p>" + "<span>" * 30 + "三十层里的字。" + "</span>" * 30 + "</p>",
    "paragraph_in_span": "<span>行内<p>段落的文字。</p>行内之后的文字。</span>",
    "nested_lists": "<ul><li>外层一，<ul><li>内层一。</li><li>内层二。</li></ul>外层尾。</li></ul>",
    "figure": "<section><article><p>分节里的文字。</p></article></section>",
    "address_center": "<center>居中的文字。</center><address>地址的文字。</address>",
    "image_between": "<p>图前的文字<img src=/a.jpg>图后的文字。</p>",
    "nbsp_runs": "<p>&nbsp;&nbsp;&nbsp;&nbsp;缩进四格，a&nbsp;&nbsp;b。</p><p>&nbsp;</p>",
}


def generated(seed: int) -> str:
    """A body of random pieces, inline inside inline and blocks inside blocks."""
    rng = random.Random(seed)
    words = [
        "增长",
        "12.5",
        "％",
        "，",
        "张三",
        "𠮷",
        "&amp;",
        "&nbsp;",
        "　",
        " ",
        "\n",
        "A",
        "（",
        "）",
        "2021年",
        "、",
    ]

    def inline(depth: int) -> str:
        parts = []
        for _ in range(rng.randint(1, 5)):
            if depth and rng.random() < 0.35:
                name = rng.choice("span b i u font em strong sup sub".split())
                parts.append(f"<{name}>{inline(depth - 1)}</{name}>")
            else:
                parts.append(rng.choice(words))
        return "".join(parts)

    def block(depth: int) -> str:
        kind = rng.random()
        sentence = f"{inline(3)}有关负责人{inline(2)}介绍。"
        if kind < 0.4 or not depth:
            return f"<p>{sentence}</p>"
        if kind < 0.5:
            return f"<div>{sentence}<br>{'<br>' * rng.randint(0, 3)}{sentence}</div>"
        if kind < 0.6:
            return f"<ul><li>{sentence}</li><li>{sentence}</ul>"
        if kind < 0.7:
            return f"<blockquote>{sentence}{block(depth - 1)}{sentence}</blockquote>"
        if kind < 0.8:
            return f"<table><tr><td>{sentence}</td></tr></table>"
        return f"<div>{sentence}{block(depth - 1)}{block(depth - 1)}{sentence}</div>"

    return "".join(block(2) for _ in range(4))


ALL = BODIES | {f"generated_{seed}": generated(seed) for seed in range(60)}


def page(body: str) -> str:
    return f"{HEAD}<div id=body><p>{OPEN}</p>{body}<p>{CLOSE}</p></div></body></html>"


def lines(text: str) -> list[str]:
    squeezed = (re.sub(r"[\s\u200b\ufeff]+", " ", line).strip() for line in text.split("\n"))
    return [line for line in squeezed if line]


def shown(documents: list[str], folder: Path) -> list[str]:
    """What Chromium gives as innerText of the element `body` of each document, or of all of it."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: what a browser shows cannot be compared")
    frames = "".join(
        f'<iframe sandbox="allow-same-origin" srcdoc="{html.escape(document)}"></iframe>' for document in documents
    )
    file = folder / "pages.html"
    file.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{frames}{SCRIPT}", encoding="utf-8")
    flags = (
        "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
        "--disable-component-update --disable-sync --dump-dom"
    ).split()
    done = subprocess.run(
        [
            CHROMIUM,
            *flags,
            "--host-resolver-rules=MAP * ~NOTFOUND",
            f"--user-data-dir={folder / 'profile'}",
            file.as_uri(),
        ],
        capture_output=True,
        timeout=120,
        check=False,
    )
    found = re.search(r'<pre id="out">(.*?)</pre>', done.stdout.decode("utf-8", "replace"), re.S)
    assert found, f"chromium printed nothing: {done.stderr.decode('utf-8', 'replace')[-500:]}"
    return json.loads(html.unescape(found[1]))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    texts = shown([page(body) for body in ALL.values()], tmp_path_factory.mktemp("chromium"))
    return dict(zip(ALL, texts, strict=True))


@pytest.mark.parametrize("name", ALL)
def test_body_is_what_a_browser_shows(name: str, browser: dict[str, str]) -> None:
    article = extract_article(page(ALL[name]).encode(), URL)
    assert lines(article.body or "") == lines(browser[name])


GOLDEN = {path.parent.name: path for path in sorted((Path(__file__).parent / "golden").glob("*/page.html"))}


def golden_record(name: str) -> tuple[str, Article]:
    """A golden page's text, as it was read, and its article."""
    raw = GOLDEN[name].read_bytes()
    headers = GOLDEN[name].with_name("headers.json")
    given = json.loads(headers.read_text(encoding="utf-8")) if headers.is_file() else {}
    content_type = given.get("content_type")
    return read_page(raw, URL, content_type=content_type).text, extract_article(raw, URL, content_type=content_type)


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    documents = [golden_record(name)[0] for name in GOLDEN]
    return dict(zip(GOLDEN, shown(documents, tmp_path_factory.mktemp("chromium")), strict=True))


# What the record takes out of the end of a line: it stands in the field `editor`, or credits others.
_EDITOR = re.compile(r"[（(［【\[](?:责任编辑|责编|编辑)[^）)］】\]]*[）)］】\]]$")
_LONGEST_CREDITS = 60


def is_shown(line: str, remaining: Iterator[str]) -> bool:
    """Whether a line comes next among the page's, whole or but for credits behind its last sentence."""
    return any(
        line == other
        or (line[-1] in "。！？”）" and other.startswith(line) and len(other) - len(line) < _LONGEST_CREDITS)
        for other in remaining
    )


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_body_is_lines_that_a_browser_shows(name: str, golden: dict[str, str]) -> None:
    """Each line of the body, or cell of a row, is a whole one of the page, in order; what is removed is whole."""
    article = golden_record(name)[1]
    if article.provenance.get("body") == "held by a script":
        pytest.skip("the page shows this article only once its script has run")
    remaining = iter([_EDITOR.sub("", line) for line in lines(golden[name].replace("\t", "\n"))])
    assert [line for line in lines((article.body or "").replace("\t", "\n")) if not is_shown(line, remaining)] == []
