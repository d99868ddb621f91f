"""The 31 provincial divisions of the mainland, by the short names that profiles give them."""

from __future__ import annotations

import re

# In the order of the administrative division codes (GB/T 2260).
PROVINCES = tuple(
    "北京 天津 河北 山西 内蒙古 辽宁 吉林 黑龙江 上海 江苏 浙江 安徽 福建 江西 山东 河南 湖北 湖南 广东 广西 海南 "
    "重庆 四川 贵州 云南 西藏 陕西 甘肃 青海 宁夏 新疆".split()
)
_KIND = re.compile(r"(?:省|市|(?:壮族|回族|维吾尔)?自治区)$")


def province_named(name: str) -> str | None:
    """The province that a name stands for, 甘肃 and 甘肃省 alike; None for what is none."""
    short = _KIND.sub("", name.strip())
    return short if short in PROVINCES else None
