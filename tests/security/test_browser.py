"""A page in the browser of `browser = true` reaches nothing but what the crawler fetches for it."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.faults.server import article
from tests.security.world import PUBLIC, is_possible, run_world, step

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        CHROMIUM is None or find_spec("scrapy_playwright") is None, reason="needs chromium and the extra 'browser'"
    ),
    pytest.mark.skipif(not is_possible(), reason="needs a network namespace (unshare, ip)"),
]

# Each of them is tried for every one of PLACES in place of @.
HEADERS = {
    "Link": "<http://@/h1>; rel=preconnect, <http://@/h2>; rel=preload; as=script, <http://@/h3>; rel=prefetch",
    "Content-Security-Policy-Report-Only": "default-src 'none'; report-uri http://@/csp",
    "Report-To": '{"group":"g","max_age":9,"endpoints":[{"url":"http://@/report"}]}',
    "Content-Type": "text/html; charset=utf-8",
}
MARKUP = """
<link rel="preconnect" href="http://@/m1"><link rel="prefetch" href="http://@/m2"><link rel="prerender" href="http://@/m3">
<link rel="stylesheet" href="http://@/m4.css"><link rel="icon" href="http://@/m5.ico"><link rel="manifest" href="http://@/m6">
<link rel="modulepreload" href="http://@/m7.js"><link rel="preload" as="fetch" href="http://@/m8"><link rel="dns-prefetch" href="http://@/">
<style>@font-face{font-family:x;src:url(http://@/m9.woff)} body{font-family:x;background:url(http://@/m10.png)}</style>
<script type="speculationrules">{"prefetch":[{"urls":["http://@/m11"],"eagerness":"immediate"}],"prerender":[{"urls":["http://@/m12"],"eagerness":"immediate"}]}</script>
<script src="http://@/m13.js"></script><img src="http://@/m14.png"><iframe src="http://@/m15"></iframe><embed src="http://@/m16">
<object data="http://@/m17"></object><video src="http://@/m18.mp4"></video><audio src="http://@/m19.mp3"></audio>
<iframe srcdoc="&lt;img src=http://@/m20&gt;&lt;script&gt;fetch('http://@/m21');new parent.Worker('x')&lt;/script&gt;"></iframe>
<form id="f@" action="http://@/m22" method="post" target="_blank"></form><a id="a@" href="http://@/m23" ping="http://@/m24" target="_blank">x</a>
<script>
for (const act of [
  () => fetch('http://@/s1', {mode: 'no-cors', keepalive: true}),
  () => navigator.sendBeacon('http://@/s2', 'x'),
  () => new WebSocket('ws://@/s3'),
  () => new EventSource('http://@/s4'),
  () => window.open('http://@/s5'),
  () => window.open('about:blank').document.write('<img src=http://@/s6><script>fetch("http://@/s7")<' + '/script>'),
  () => { const pop = window.open('/popup.html'); },
  () => new Worker(URL.createObjectURL(new Blob([`importScripts('http://@/s8')`]))),
  () => new Worker(URL.createObjectURL(new Blob([`fetch('http://@/s9',{mode:'no-cors'});new WebSocket('ws://@/s10')`]))),
  () => new SharedWorker(URL.createObjectURL(new Blob([`fetch('http://@/s11',{mode:'no-cors'});new WebSocket('ws://@/s12')`]))),
  () => new Worker('/worker.js'), () => new SharedWorker('/worker.js'),
  () => navigator.serviceWorker.register('/worker.js'),
  () => document.getElementById('f@').submit(), () => document.getElementById('a@').click(),
  () => { const x = new XMLHttpRequest(); x.open('GET', 'http://@/s13'); x.send(); },
  () => { const f = document.body.appendChild(document.createElement('iframe'));
          f.contentWindow.fetch('http://@/s14', {mode: 'no-cors'}); new f.contentWindow.WebSocket('ws://@/s15');
          const R = f.contentWindow.RTCPeerConnection; stun(R); },
  () => { const w = window.open('about:blank'); stun(w.RTCPeerConnection || w.webkitRTCPeerConnection);
          const t = new w.WebTransport('https://@:443/'); },
  () => stun(window.RTCPeerConnection),
  () => addEventListener('pagehide', () => navigator.sendBeacon('http://@/s16')),
]) { try { const made = act(); if (made && made.catch) made.catch(() => {}); } catch (error) {} }
function stun(Kind) {
  const connection = new Kind({iceServers: [{urls: 'stun:8.8.4.4:3478'}]});
  connection.createDataChannel('x');
  connection.createOffer().then(offer => connection.setLocalDescription(offer));
}
</script>
"""
WORKER = """
fetch('http://127.0.0.1/w1', {mode: 'no-cors'}).catch(() => {}); new WebSocket('ws://127.0.0.1/w2');
try { importScripts('http://127.0.0.1/w3'); } catch (error) {}
"""
LEAVES = "<script>setTimeout(() => { location.href = 'http://127.0.0.1/left'; }, 300)</script>"
PLACES = ("127.0.0.1", "[::1]:8080", "8.8.8.8", "loop.example.cn")
RECORDS = "".join(
    f'<li><a href="/2021/1119/{n}.html">靖远县引进企业第{n}批落地的消息</a> <span>2021-11-19</span></li>'
    for n in (1, 2, 3)
)


def test_no_trick_of_a_page_makes_the_browser_connect_to_anything(tmp_path: Path) -> None:
    profile = tmp_path / "tricks.toml"
    channels = [f"/{number}/" for number in range(len(PLACES))]
    profile.write_text(
        'id = "tricks"\nname = "脚本网"\nhosts = ["example.cn"]\nbrowser = true\n'
        + "".join(f'[[channels]]\nname = "要闻{at}"\nurl = "http://news.example.cn{at}"\n' for at in channels)
    )
    show = f"<ul id=u></ul><script>document.getElementById('u').innerHTML = `{RECORDS}`</script>"
    pages = {
        f"news.example.cn{at}": (
            200,
            {name: value.replace("@", place) for name, value in HEADERS.items()},
            f"<html><body>{show}{MARKUP.replace('@', place)}{LEAVES if at == '/1/' else ''}</body></html>",
        )
        for at, place in zip(channels, PLACES, strict=True)
    }
    pages["news.example.cn/worker.js"] = (200, {"Content-Type": "text/javascript"}, WORKER)
    pages["news.example.cn/popup.html"] = (200, {}, MARKUP.replace("@", "127.0.0.1"))
    pages |= {f"news.example.cn/2021/1119/{n}.html": (200, {}, article(n)) for n in (1, 2, 3)}
    (end,) = run_world(
        step(
            "crawl", profile, "--db", str(tmp_path / "p.db"), "--archive", str(tmp_path / "a"), "--delay", "0", "--json",
            names={"news.example.cn": [PUBLIC], "loop.example.cn": ["127.0.0.1"]},
            pages=pages,
        ),
        timeout_s=150,
    )  # fmt: skip
    assert end.canaries == []
    assert "news.example.cn/2021/1119/3.html" in end.asked
