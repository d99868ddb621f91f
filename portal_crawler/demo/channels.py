"""The columns of the replica and where they stand: every listing, and the section fronts above them."""

from __future__ import annotations

from dataclasses import dataclass

SITE = "陇原在线"
# A name that no DNS server answers (RFC 2606); the server puts the address it was asked under in its place.
HOST = "www.longyuan.example"


@dataclass(frozen=True, slots=True)
class Column:
    """A listing. key: its directory without slashes at the ends. path: names from the outermost column down.

    city: the prefecture its news is about, None for any. share: of all articles, in hundredths.
    """

    key: str
    path: tuple[str, ...]
    city: str | None
    share: int

    @property
    def name(self) -> str:
        return self.path[-1]


COLUMNS = (
    Column("zixun/shizhou/pingliang", ("资讯频道", "市州快报", "平凉市"), "平凉市", 40),
    Column("zixun/yaowen", ("资讯频道", "甘肃要闻"), None, 20),
    Column("zixun/shizhou/baiyin", ("资讯频道", "市州快报", "白银市"), "白银市", 12),
    Column("sannong/zhenxing", ("三农频道", "乡村振兴"), None, 12),
    Column("zixun/shizhou/dingxi", ("资讯频道", "市州快报", "定西市"), "定西市", 10),
    Column("wenlv/kanwenhua", ("文旅频道", "陇上文化"), None, 6),
)
BY_KEY = {column.key: column for column in COLUMNS}


def sections() -> dict[str, str]:
    """Directory and name of everything above the listings, outermost first."""
    found: dict[str, str] = {}
    for column in COLUMNS:
        parts = column.key.split("/")
        for depth in range(1, len(parts)):
            found["/".join(parts[:depth])] = column.path[depth - 1]
    return found


def trail(key: str) -> list[tuple[str, str]]:
    """Directory and name of every column from the outermost down to this one."""
    parts, names = key.split("/"), BY_KEY[key].path
    return [("/".join(parts[: depth + 1]), name) for depth, name in enumerate(names)]
