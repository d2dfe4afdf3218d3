"""What the cast bought, when, and how each of them pays: the demonstration's past, told as data."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from demo import cast
from demo.cast import Person

SHOPS = {"yunshan": "云杉家电", "nanshan": "南山骑行", "shiguang": "拾光书店"}


@dataclass(frozen=True, kw_only=True)
class Purchase:
    """One order: `ends` says how far it went, `pays` how many days after each due date its borrower paid.

    None for an instalment that was not paid; nothing is paid after the last one named.
    """

    who: Person
    shop: str
    goods: str
    price_minor: int
    plan: str
    on: date
    ends: str = "shipped"
    pays: tuple[int | None, ...] = ()
    settles_after: int | None = None
    pays_twice: bool = False


def purchases(today: date) -> list[Purchase]:
    """Thirty orders, in every state there is on that day."""
    on_the_day, ago = _dates(today)
    return [
        Purchase(who=cast.LIN, shop="yunshan", goods="扫地机器人 S7", price_minor=259900, plan="p12",
                 on=on_the_day(4, 12), pays=(0, 0, -1)),
        Purchase(who=cast.LIN, shop="shiguang", goods="电子书阅读器", price_minor=99900, plan="p3-0",
                 on=on_the_day(6, 3), pays=(0, 0, 0)),
        Purchase(who=cast.ZHOU, shop="nanshan", goods="折叠自行车", price_minor=189900, plan="p6",
                 on=on_the_day(2, 0), pays=(0,)),
        Purchase(who=cast.ZHOU, shop="yunshan", goods="洗碗机", price_minor=329900, plan="p12",
                 on=on_the_day(3, 2), pays=(0, 1)),
        Purchase(who=cast.CHEN, shop="yunshan", goods="空气炸锅", price_minor=49900, plan="p3-0",
                 on=on_the_day(2, 12), pays=(0,)),
        Purchase(who=cast.CHEN, shop="nanshan", goods="公路车轮组", price_minor=459900, plan="p12",
                 on=on_the_day(7, 20), pays=(0, 0, 0, 2, 0, 0)),
        Purchase(who=cast.WANG, shop="yunshan", goods="冰箱 405L", price_minor=399900, plan="p12",
                 on=on_the_day(5, 45), pays=(0, 0, 1)),
        Purchase(who=cast.ZHAO, shop="shiguang", goods="学习平板", price_minor=219900, plan="p6",
                 on=on_the_day(3, 8), pays=(0, 5), pays_twice=True),
        Purchase(who=cast.SUN, shop="yunshan", goods="滚筒洗衣机", price_minor=289900, plan="p12",
                 on=ago(150), pays=(0, 0), settles_after=80),
        Purchase(who=cast.SUN, shop="nanshan", goods="骑行码表", price_minor=159900, plan="p6",
                 on=on_the_day(1, 15)),
        Purchase(who=cast.LI, shop="shiguang", goods="耳机", price_minor=129900, plan="p3-0",
                 on=on_the_day(2, 20), pays=(10, 0)),
        Purchase(who=cast.WU, shop="yunshan", goods="咖啡机", price_minor=349900, plan="p12",
                 on=on_the_day(9, 5), pays=(0,) * 8),
        Purchase(who=cast.ZHENG, shop="nanshan", goods="电助力自行车", price_minor=699900, plan="p12",
                 on=on_the_day(6, 75), pays=(0, 0, 3)),
        Purchase(who=cast.FENG, shop="yunshan", goods="电视 65 寸", price_minor=459900, plan="p12",
                 on=on_the_day(10, 9), pays=(-3,) * 9),
        Purchase(who=cast.CHU, shop="shiguang", goods="机械键盘", price_minor=69900, plan="p3-0",
                 on=ago(2), ends="confirmed"),
        Purchase(who=cast.WEI, shop="yunshan", goods="净水器", price_minor=199900, plan="p6",
                 on=ago(17), ends="lapsed"),
        Purchase(who=cast.WEI, shop="nanshan", goods="头盔", price_minor=59900, plan="p3-0",
                 on=on_the_day(4, 0), pays=(0, 0, 0)),
        Purchase(who=cast.JIANG, shop="yunshan", goods="投影仪", price_minor=359900, plan="p12",
                 on=ago(5), ends="cancelled"),
        Purchase(who=cast.JIANG, shop="yunshan", goods="投影仪 二代", price_minor=379900, plan="p12",
                 on=ago(4), ends="shipped"),
        Purchase(who=cast.SHEN, shop="shiguang", goods="相机镜头", price_minor=489900, plan="p12",
                 on=on_the_day(3, 1), pays=(0, 0)),
        Purchase(who=cast.HAN, shop="nanshan", goods="骑行台", price_minor=269900, plan="p6",
                 on=ago(1), ends="opened"),
        Purchase(who=cast.YANG, shop="yunshan", goods="电饭煲", price_minor=79900, plan="p3-0",
                 on=ago(3), ends="declined"),
        Purchase(who=cast.YANG, shop="shiguang", goods="台灯", price_minor=39900, plan="p3-0",
                 on=on_the_day(1, 2)),
        Purchase(who=cast.ZHU, shop="nanshan", goods="山地车", price_minor=559900, plan="p12",
                 on=on_the_day(5, 25), pays=(0, 0, 0, 0)),
        Purchase(who=cast.QIN, shop="yunshan", goods="按摩椅", price_minor=899900, plan="p12",
                 on=on_the_day(8, 3), pays=(0, 2, 1, 0, 0, 0, 0)),
        Purchase(who=cast.YOU, shop="shiguang", goods="绘图板", price_minor=169900, plan="p6",
                 on=ago(0), ends="confirmed"),
        Purchase(who=cast.XU, shop="nanshan", goods="儿童座椅", price_minor=89900, plan="p3-0",
                 on=on_the_day(5, 1), pays=(0, 0, 4)),
        Purchase(who=cast.XU, shop="yunshan", goods="加湿器", price_minor=59900, plan="p3-0",
                 on=on_the_day(1, 4), settles_after=10),
        Purchase(who=cast.ZHOU, shop="shiguang", goods="词典笔", price_minor=79900, plan="p3-0",
                 on=on_the_day(8, 6), pays=(0, 0, 0)),
        Purchase(who=cast.QIN, shop="shiguang", goods="电子琴", price_minor=249900, plan="p6",
                 on=ago(20), ends="lapsed"),
    ]  # fmt: skip


def _dates(today: date):  # type: ignore[no-untyped-def]
    """Two ways to name a day: a due date that lies so many days back, months ago; and simply days ago."""

    def on_the_day(months: int, days_back: int) -> date:
        due_on = today - timedelta(days=days_back)
        year, month = divmod(due_on.year * 12 + due_on.month - 1 - months, 12)
        return date(year, month + 1, min(due_on.day, monthrange(year, month + 1)[1]))

    def ago(days: int) -> date:
        return today - timedelta(days=days)

    return on_the_day, ago
