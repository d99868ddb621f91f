"""Series by one template: each issue is a text of its own, however alike the issues look."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from tests.reprint_maker.prose import Prose

Issue = tuple[str, list[str]]
_SKY = ("晴", "多云", "阴", "小雨", "阵雨", "雨夹雪", "小雪", "扬沙")
_CITIES = ("兰州", "白银", "定西", "天水", "平凉", "庆阳", "武威", "张掖", "酒泉", "临夏")
_ROADS = ("庆阳路", "天水北路", "民主西路", "金昌南路", "酒泉路", "武都路", "甘南路", "东岗西路", "秦安路", "张掖路")


def weather(day: date, rng: Random, prose: Prose) -> Issue:
    """The weather of ten cities."""
    rows = [
        f"{city}：{rng.choice(_SKY)}转{rng.choice(_SKY)}，{rng.randint(-15, 5)}℃～{rng.randint(6, 25)}℃，"
        f"{rng.choice('东西南北')}风{rng.randint(1, 5)}级。"
        for city in _CITIES
    ]
    head = f"据甘肃省气象台{day.month}月{day.day}日17时发布的天气预报，预计今天夜间到明天白天我省各地天气情况如下："
    return f"{day.month}月{day.day}日甘肃天气预报", [head, *rows, "请广大市民注意防寒保暖，出行注意交通安全。"]


def short_weather(day: date, rng: Random, prose: Prose) -> Issue:
    """The weather in one sentence without a date."""
    return "今日天气", [
        f"今天白天{rng.choice(_SKY)}转{rng.choice(_SKY)}，最高气温{rng.randint(6, 30)}℃，"
        f"{rng.choice('东西南北')}风{rng.randint(1, 5)}级，夜间最低气温{rng.randint(-15, 5)}℃。"
    ]


def stocks(day: date, rng: Random, prose: Prose) -> Issue:
    """How the stock exchange closed."""
    way = rng.choice(("上涨", "下跌"))
    return f"A股三大指数集体{way}", [
        f"{day.month}月{day.day}日，A股三大指数集体{way}。截至收盘，上证指数报{rng.uniform(2900, 3600):.2f}点，{way}"
        f"{rng.uniform(0.1, 2):.2f}%，成交额{rng.randint(3000, 6000)}亿元；深证成指报{rng.uniform(9000, 15000):.2f}点，"
        f"{way}{rng.uniform(0.1, 2):.2f}%，成交额{rng.randint(3000, 7000)}亿元；创业板指报"
        f"{rng.uniform(1900, 3500):.2f}点，{way}{rng.uniform(0.1, 3):.2f}%。",
        f"盘面上，{prose.words(2)}、{prose.words(2)}、{prose.words(2)}板块涨幅居前，"
        f"{prose.words(2)}、{prose.words(2)}板块跌幅居前。沪深两市共有{rng.randint(500, 4000)}只个股上涨。",
    ]


def epidemic(day: date, rng: Random, prose: Prose) -> Issue:
    """The daily count of an epidemic: long forms of words, few figures."""
    new, cured = rng.randint(0, 30), rng.randint(0, 30)
    return f"{day.month}月{day.day}日甘肃省新冠肺炎疫情情况", [
        f"{day.month}月{day.day}日0—24时，甘肃省新增新冠肺炎本土确诊病例{new}例，新增治愈出院病例{cured}例。",
        f"截至{day.month}月{day.day}日24时，全省现有确诊病例{rng.randint(20, 300)}例，均在定点医疗机构接受隔离治疗，"
        "病情平稳。全省累计报告本土确诊病例"
        f"{rng.randint(300, 900)}例，尚在医学观察的密切接触者{rng.randint(100, 9000)}人。",
        "甘肃省卫生健康委提醒广大群众，要坚持做好个人防护，科学佩戴口罩，勤洗手、常通风、少聚集，出现发热、干咳等症状时，"
        "应及时到就近的发热门诊就诊，途中避免乘坐公共交通工具。",
    ]


def petrol(day: date, rng: Random, prose: Prose) -> Issue:
    """A new price of petrol: nearly all of it stands in every one."""
    way = rng.choice(("提高", "降低"))
    petrol_price, diesel_price = rng.randrange(50, 600, 5), rng.randrange(50, 600, 5)
    return f"国内汽油、柴油价格{way}", [
        f"国家发展改革委{day.month}月{day.day}日发布消息，根据近期国际市场油价变化情况，按照现行成品油价格形成机制，自"
        f"{day.month}月{day.day}日24时起，国内汽油、柴油价格每吨分别{way}{petrol_price}元和{diesel_price}元。",
        "国家发展改革委要求，中石油、中石化、中海油三大公司及其他原油加工企业要组织好成品油生产和调运，确保市场稳定供应，"
        "严格执行国家价格政策。各地相关部门要加大市场监督检查力度，严厉查处不执行国家价格政策的行为，维护正常市场秩序。",
        "消费者可通过12315平台举报价格违法行为。",
    ]


def lottery(day: date, rng: Random, prose: Prose) -> Issue:
    """A draw: nothing but figures."""
    numbers = " ".join(f"{number:02}" for number in sorted(rng.sample(range(1, 34), 6)))
    issue = f"2021{day.timetuple().tm_yday:03}"
    return f"双色球第{issue}期开奖公告", [
        f"中国福利彩票双色球第{issue}期开奖结果：红球{numbers}，蓝球{rng.randint(1, 16):02}。"
        f"一等奖{rng.randint(1, 20)}注，单注奖金{rng.randint(5000000, 9999999)}元。"
    ]


def appointment(day: date, rng: Random, prose: Prose) -> Issue:
    """A notice before an appointment: another person, the same words."""
    person = prose.person()
    return f"关于{person}同志任前公示", [
        "根据《党政领导干部选拔任用工作条例》有关规定，现将拟任职干部情况公示如下：",
        f"{person}，{rng.choice('男女')}，汉族，{rng.randint(1965, 1990)}年{rng.randint(1, 12)}月出生，"
        f"{rng.choice(('大学', '研究生'))}学历，现任{prose.words(4)}，拟任{prose.words(4)}。",
        f"公示期限为{day.month}月{day.day}日至{day.month}月{day.day + 5}日。如对公示对象有异议，请以来信、来电、来访等形式"
        "向市委组织部干部监督科反映，反映情况应实事求是、客观公正，提倡实名举报。受理电话：12380。",
    ]


def closed_road(day: date, rng: Random, prose: Prose) -> Issue:
    """A notice of roadworks."""
    road, other = rng.sample(_ROADS, 2)
    return f"关于{road}道路施工的通告", [
        f"因{prose.words(3)}工程施工需要，自{day.month}月{day.day}日起对{road}（{other}至{rng.choice(_CITIES)}路段）"
        f"实行封闭管理，工期{rng.randint(3, 90)}天。途经车辆请提前绕行{rng.choice(_ROADS)}，按照交通标志和现场执勤民警的指挥通行。"
        "施工期间给您带来的不便敬请谅解。特此通告。",
    ]


def agenda(day: date, rng: Random, prose: Prose) -> Issue:
    """What is on today: the same frame, other items."""
    items = [f"{place}. {prose.title()}（{rng.randint(8, 19)}:{rng.choice(('00', '30'))}）" for place in range(1, 9)]
    return "今日看点", [f"{day.month}月{day.day}日，今天值得关注的有：", *items, "更多内容，敬请关注本网后续报道。"]


def leaders_day(day: date, rng: Random, prose: Prose) -> Issue:
    """One sentence on a meeting."""
    return "市委常委会召开会议", [
        f"{day.month}月{day.day}日，市委常委会召开会议，传达学习{prose.words(6)}精神，研究{prose.words(5)}工作。"
    ]


SERIES: tuple[Callable[[date, Random, Prose], Issue], ...] = (
    weather, short_weather, stocks, epidemic, petrol, lottery, appointment, closed_road, agenda, leaders_day,
)  # fmt: skip
