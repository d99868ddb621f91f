"""A database of as many generated articles as wanted, to search in: written in bulk, the same for the same number.

Words and letters are as unevenly frequent as in real texts (Zipf's law), so a query of common ones finds nearly
everything and one of rare ones a handful. Half of the articles are stored newest first, as a first crawl walks a
portal, and half oldest first, as news come.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path

from portal_crawler.article import BEIJING
from portal_crawler.store import Store, open_store
from portal_crawler.store.search_tables import index

# Words that news are full of, in this order of frequency; the made ones behind them are as frequent as their place.
_COMMON = (
    "的 和 在 了 我们 发展 工作 中国 项目 建设 记者 全省 甘肃 甘肃省 企业 服务 推进 经济 群众 推动 全面 加强 重点 "
    "我省 积极 实施 提升 兰州 兰州市 市场 文化 安全 安全生产 生态 保护 产业 乡村振兴 高质量发展 农村 改革 创新 "
    "教育 学校 学生 医院 疫情 防控 新冠肺炎 平凉市 天水 酒泉 敦煌 青海 宁夏 陕西 新华社 北京 天气 降雪 降水 气温 "
    "铁路 公路 高速 黄河 祁连山 大数据 5G GDP APP 2021年 2022年 11月19日 12月 12.5% 300亿元 第十四届 党委 政府 "
    "干部 会议 讲话 精神 学习 贯彻 落实 脱贫攻坚 扶贫 就业 养老 社区 志愿者 消防 交警 法院 检察院 博物馆 丝绸之路 "
    "一带一路 马拉松 足球 冠军 雪 雨 风 马 牛 羊"
).split()
_MADE_WORDS, _PARAGRAPHS, _PORTALS, _SOURCES = 30_000, 20_000, 30, 60
_LETTERS = 3_755
_BATCH = 2_000
_START = datetime(2021, 6, 1, 8, tzinfo=BEIJING)
_APART = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Language:
    """Words with how often each is used up to it, as `random.choices` takes them."""

    words: Sequence[str]
    weights: Sequence[float]

    def sentence(self, made_by: random.Random, clauses: int) -> str:
        """So many clauses of 2 to 6 words, with the marks between them that news have."""
        parts = []
        for _ in range(clauses):
            words = made_by.choices(self.words, cum_weights=self.weights, k=made_by.randint(2, 6))
            if made_by.random() < 0.06:
                words[0] = made_by.choice(("“{}”", "《{}》", "（{}）")).format(words[0])
            parts.append("".join(words))
        return "，".join(parts) + "。"

    def title(self, made_by: random.Random) -> str:
        words = made_by.choices(self.words, cum_weights=self.weights, k=made_by.randint(5, 9))
        if made_by.random() < 0.2:
            words[2] += made_by.choice(("：", "，", " ", "！"))
        return "".join(words)


def language() -> Language:
    """The words of the generated articles."""
    made_by = random.Random("words")
    letters = [bytes((0xB0 + n // 94, 0xA1 + n % 94)).decode("gb2312") for n in range(_LETTERS)]
    made_by.shuffle(letters)
    weights = _zipf(len(letters))
    made = [
        "".join(made_by.choices(letters, cum_weights=weights, k=made_by.choice((1, 2, 2, 2, 3, 3, 4))))
        for _ in range(_MADE_WORDS)
    ]
    words = [*_COMMON, *made]
    return Language(words, _zipf(len(words)))


def grow(path: Path, articles: int) -> Store:
    """The database, with generated articles put in until it holds so many."""
    store = open_store(path)
    spoken = language()
    made_by = random.Random("paragraphs")
    paragraphs = [spoken.sentence(made_by, made_by.randint(6, 16)) for _ in range(_PARAGRAPHS)]
    with store.transaction() as connection:
        connection.execute(
            """INSERT OR IGNORE INTO runs (id, portal, targets, pid, started_at)
               VALUES (1, 'p00', '[]', 1, '2021-06-01T08:00:00+08:00')"""
        )
        connection.execute("INSERT OR IGNORE INTO segments VALUES ('s', 'p00', 1)")
        connection.execute(
            """INSERT OR IGNORE INTO captures
                   (id, portal, url, fetched_at, status, digest, file, offset, length, run_id)
               VALUES (1, 'p00', 'u', '2021-06-01T08:00:00+08:00', 200, 'd', 's', 0, 1, 1)"""
        )
    stored = store.rows("SELECT coalesce(max(id), 0) FROM articles")[0][0]
    for start in range(stored, articles, _BATCH):
        with store.transaction() as connection:
            for number in range(start, min(start + _BATCH, articles)):
                _put(connection, number, spoken, paragraphs)
    return store


def _put(connection: sqlite3.Connection, number: int, spoken: Language, paragraphs: Sequence[str]) -> None:
    made_by = random.Random(number)
    title, own = spoken.title(made_by), spoken.sentence(made_by, 8)
    chosen = [made_by.randrange(_PARAGRAPHS) for _ in range(made_by.randint(2, 8))]
    body = "\n".join([own, *(paragraphs[place] for place in chosen)])
    published = _START + _APART * (number // 2) * (1 if number % 2 else -1)
    connection.execute(
        """INSERT INTO articles (id, url, portal, title, published_at, published_precision, source, body,
               first_seen_at, last_seen_at, capture_id, extractor)
           VALUES (?, ?, ?, ?, ?, 'minute', ?, ?, '2026-01-01', '2026-01-01', 1, 'generated')""",
        (
            number + 1,
            f"https://www.example.cn/{number}.html",
            f"p{int(_PORTALS * made_by.random() ** 2):02}",
            title,
            published.isoformat(timespec="seconds"),
            f"来源{int(_SOURCES * made_by.random() ** 2)}",
            body,
        ),
    )
    index(connection, number + 1, title, body)


def _zipf(count: int) -> list[float]:
    return list(accumulate(1 / (place + 2) for place in range(count)))
