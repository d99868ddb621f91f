"""Traditional characters of the words that pages print around their text, as the simplified ones.

The wordings of furniture, notices and labels are kept once. Only what a line is, is asked of the simpler form; what
is stored is as printed.
"""

from __future__ import annotations

from typing import Final

from portal_crawler.extract.lines import Line

_PAIRS: Final = (
    "權权 轉转 載载 聲声 關关 閱阅 讀读 報报 導导 評评 論论 薦荐 廣广 鏈链 連连 聞闻 圖图 視视 頻频 專专 題题 資资 "
    "訊讯 網网 經经 許许 書书 複复 製制 來来 責责 編编 輯辑 記记 發发 佈布 時时 間间 標标 籤签 點点 擊击 瀏浏 覽览 "
    "熱热 門门 訂订 錄录 註注 冊册 聯联 絡络 們们 電电 話话 傳传 郵邮 隱隐 條条 財财 產产 內内 請请 見见 應应 讚赞 "
    "贊赞 獨独 繼继 續续 員员 費费 縮缩 頂顶 頁页 則则 該该 還还 這这 為为 個个 後后 類类 選选 "
    "與与 並并 無无 違违 舉举 誌志 刪删 "
).split()
_SIMPLER: Final = str.maketrans({pair[0]: pair[1] for pair in _PAIRS})


def simplified(text: str) -> str:
    """A text in simplified characters, as far as the words around articles need it."""
    return text.translate(_SIMPLER)


def simpler(line: Line) -> Line:
    """A line with its text simplified."""
    return Line(simplified(line.text), line.link, line.block, line.pictures)
