"""Printed sources to outlets."""

from __future__ import annotations

import pytest

from portal_crawler.reprints.outlets import outlets_of


@pytest.mark.parametrize(
    ("printed", "names"),
    [
        ("新华社", ["新华社"]),
        ("新华网", ["新华社"]),
        ("新华社客户端", ["新华社"]),
        ("新华社微博", ["新华社"]),
        ("新华社官方微信公众号", ["新华社"]),
        ("新华社北京11月19日电", ["新华社"]),
        ("新华社兰州11月19日电（记者 张三）", ["新华社"]),
        ("据新华社电", ["新华社"]),
        ("新華社", ["新华社"]),
        ("新 华 网", ["新华社"]),
        ("新华网甘肃频道", ["新华社"]),
        ("ＸＩＮＨＵＡ", ["新华社"]),
        ("人民日报", ["人民日报"]),
        ("《人民日报》", ["人民日报"]),
        ("人民日報", ["人民日报"]),
        ("人民日报客户端甘肃频道", ["人民日报"]),
        ("人民网", ["人民网"]),
        ("人民网-甘肃频道", ["人民网"]),
        ("央视新闻客户端", ["中央电视台"]),
        ("转自：中新网", ["中国新闻社"]),
        ("综合新华社、央视新闻", ["新华社", "中央电视台"]),
        ("新华社、新华网", ["新华社"]),
        ("中国甘肃网-甘肃日报", ["中国甘肃网", "甘肃日报"]),
        ("经济日报-中国经济网", ["中国经济网"]),
        ("甘肃日报（记者李四）", ["甘肃日报"]),
        ("甘肃日报讯", ["甘肃日报"]),
        ("新甘肃客户端", ["新甘肃"]),
        ("南方+", ["南方+"]),
        ("崇信县融媒体中心", ["崇信县融媒体中心"]),
        ("环县融媒体中心微信公众号", ["环县融媒体中心"]),
        ("平凉发布", ["平凉发布"]),
        ("自贡日报", ["自贡日报"]),
        ("China Daily", ["中国日报"]),
        ("The Paper Times", ["The Paper Times"]),
        ("本站", []),
        ("网络", []),
        ("综合", []),
        ("本网原创", []),
        ("2021-11-19", []),
        ("", []),
        ("、", []),
    ],
)
def test_a_source_names_its_outlets(printed: str, names: list[str]) -> None:
    assert [outlet.name for outlet in outlets_of(printed)] == names


def test_a_paper_and_its_site_are_outlets_of_one_house() -> None:
    assert {outlets_of(name)[0].group for name in ("人民日报", "人民网", "环球时报")} == {"人民日报社"}


def test_an_unknown_outlet_is_of_no_known_house() -> None:
    assert outlets_of("崇信县融媒体中心")[0].group is None
