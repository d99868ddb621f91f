"""Times as pages print them, exact to the precision shown."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import datetime

import pytest

from portal_crawler.article import BEIJING
from portal_crawler.extract.times import find_stamp, read_unusual

FETCHED = datetime(2021, 11, 20, 9, 30, tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("printed", "value", "precision"),
    [
        ("2021-11-19 20:09:41来源：x", "2021-11-19T20:09:41+08:00", "second"),
        ("2020年05月15日14:58  来源", "2020-05-15T14:58+08:00", "minute"),
        ("2019/6/23 22:56:59", "2019-06-23T22:56:59+08:00", "second"),
        ("2021/11/19", "2021-11-19T00:00+08:00", "day"),
        ("2019.06.20", "2019-06-20T00:00+08:00", "day"),
        ("22-05-01 21:18", "2022-05-01T21:18+08:00", "minute"),
        ("11-19 20:09", "2021-11-19T20:09+08:00", "minute"),
        ("12-31 20:09", "2020-12-31T20:09+08:00", "minute"),
        ("昨天 08:15", "2021-11-19T08:15+08:00", "minute"),
        ("3小时前", "2021-11-20T06:30+08:00", "minute"),
        ("二〇二一年十一月十九日", "2021-11-19T00:00+08:00", "day"),
        ("二〇二一年十月二九日", "2021-10-29T00:00+08:00", "day"),
        ("２０２１－１１－１９　２０：０９", "2021-11-19T20:09+08:00", "minute"),
        ("2021年11月19日 星期五 下午3:05", "2021-11-19T15:05+08:00", "minute"),
        ("2019-09-30T22:46:13Z", "2019-10-01T06:46:13+08:00", "second"),
        ("2019-09-30T22:46:13-05:00", "2019-10-01T11:46:13+08:00", "second"),
        ("2019-09-30T22:46:13-2360", "2019-09-30T22:46:13+08:00", "second"),
    ],
)
def test_printed_time_is_read_to_its_precision(printed: str, value: str, precision: str) -> None:
    stamp = find_stamp(printed, fetched_at=FETCHED)
    assert stamp is not None
    assert (stamp.value, stamp.precision) == (value, precision)


@pytest.mark.parametrize(
    "text",
    [
        "10：20：30",
        "Copyright 2006-2019",
        "0931-8159799",
        "2021-13-45",
        "许可证 10120170004 号",
        "二〇二一年十十月三一日",
        "",
    ],
)
def test_other_numbers_are_no_time(text: str) -> None:
    assert find_stamp(text, fetched_at=FETCHED) is None


@pytest.mark.parametrize("text", ["11-19 20:09", "昨天 08:15", "3小时前"])
def test_time_that_needs_the_fetch_time_is_none_without_it(text: str) -> None:
    assert find_stamp(text) is None


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("19 Nov 2021 20:09", "2021-11-19T20:09+08:00", "minute"),
        ("November 19, 2021", "2021-11-19T00:00+08:00", "day"),
    ],
)
def test_last_resort_reads_unusual_forms(text: str, value: str, precision: str) -> None:
    stamp = read_unusual(text)
    assert stamp is not None and (stamp.value, stamp.precision) == (value, precision)


@pytest.mark.parametrize("text", ["2021-11", "Nov 2021", "20:09", "赵小春12"])
def test_last_resort_guesses_nothing(text: str) -> None:
    assert read_unusual(text, FETCHED) is None


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Shanghai"])
def test_machine_s_time_zone_does_not_matter(zone: str) -> None:
    code = (
        "from datetime import datetime; from portal_crawler.extract.times import *;"
        "f = datetime(2021, 11, 20, 1, 30, tzinfo=timezone.utc);"
        "print(find_stamp('昨天 08:15', fetched_at=f).value, read_unusual('19 Nov 2021 20:09').value)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"TZ": zone}, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["2021-11-19T08:15+08:00", "2021-11-19T20:09+08:00"]
