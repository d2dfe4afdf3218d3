"""What the cast bought, when, and how each of them pays: the demonstration's past, told as data."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from demo import cast
from demo.cast import Person

SHOPS = {"yunshan": "云杉家电", "nanshan": "南山骑行", "shiguang": "拾光书店"}


@dataclass(frozen=True, kw_only=True)
class Borrowed:
    """What somebody borrowed on a day: `pays` says how many days after each due date they paid by hand.

    None for an instalment that was not paid so; nothing is paid after the last one named. `card` is the sandbox's
    nickname of the one that they bind for it.
    """

    who: Person
    on: date
    pays: tuple[int | None, ...] = ()
    settles_after: int | None = None
    pays_twice: bool = False
    card: str = ""


@dataclass(frozen=True, kw_only=True)
class Purchase(Borrowed):
    """One order: `ends` says how far it went, `debited_after` how many days later its card began to be debited."""

    shop: str
    goods: str
    price_minor: int
    plan: str
    ends: str = "shipped"
    debited_after: int | None = None


@dataclass(frozen=True, kw_only=True)
class Reserve(Borrowed):
    """A loan in cash, paid out to the card; `returns_after` so many days the payee's bank sent it back."""

    amount_minor: int
    plan: str
    purpose: str
    returns_after: int | None = None


def purchases(today: date) -> list[Purchase]:
    """Thirty-two orders, in every state there is on that day."""
    days = _Days(today)
    return [*_running(days), *_late(days), *_over(days), *_not_begun(days), *_debited(days)]


def reserves(today: date) -> list[Reserve]:
    """Loans in cash: two that run, one that a supervisor has to release, and one whose money came back."""
    days = _Days(today)
    return [
        Reserve(who=cast.WU, amount_minor=300_000, plan="reserve-m3", purpose="travel",
                on=days.due(1, 10), card="icbc", pays=(0,)),
        Reserve(who=cast.FENG, amount_minor=800_000, plan="reserve-m6", purpose="furnishing",
                on=days.ago(0), card="salary"),
        Reserve(who=cast.ZHAO, amount_minor=150_000, plan="reserve-d30", purpose="medical",
                on=days.ago(6), card="cmb", returns_after=2),
        Reserve(who=cast.LI, amount_minor=200_000, plan="reserve-d30", purpose="education",
                on=days.ago(12), card="cmb"),
    ]  # fmt: skip


def _running(days: "_Days") -> list[Purchase]:
    """Loans whose borrowers have paid all that was due, one of them twice."""
    return [
        Purchase(who=cast.CHEN, shop="nanshan", goods="公路车轮组", price_minor=459900, plan="p12",
                 on=days.due(7, 20), pays=(0, 0, 0, 2, 0, 0, 0)),
        Purchase(who=cast.JIANG, shop="yunshan", goods="投影仪 二代", price_minor=379900, plan="p12",
                 on=days.ago(4), ends="shipped"),
        Purchase(who=cast.LIN, shop="yunshan", goods="扫地机器人 S7", price_minor=259900, plan="p12",
                 on=days.due(4, 12), pays=(0, 0, -1, 0)),
        Purchase(who=cast.ZHAO, shop="shiguang", goods="学习平板", price_minor=219900, plan="p6",
                 on=days.due(3, 8), pays=(0, 5, 0), pays_twice=True),
        Purchase(who=cast.SUN, shop="nanshan", goods="骑行码表", price_minor=159900, plan="p6",
                 on=days.due(1, 15), pays=(0,)),
        Purchase(who=cast.LI, shop="shiguang", goods="耳机", price_minor=129900, plan="p3-0",
                 on=days.due(2, 20), pays=(10, 0)),
        Purchase(who=cast.WU, shop="yunshan", goods="咖啡机", price_minor=349900, plan="p12",
                 on=days.due(9, 5), pays=(0,) * 9),
        Purchase(who=cast.FENG, shop="yunshan", goods="电视 65 寸", price_minor=459900, plan="p12",
                 on=days.due(10, 9), pays=(-3,) * 10),
    ]  # fmt: skip


def _late(days: "_Days") -> list[Purchase]:
    """Loans with something to pay: due today, in its days of grace, or weeks late."""
    return [
        Purchase(who=cast.ZHOU, shop="nanshan", goods="折叠自行车", price_minor=189900, plan="p6",
                 on=days.due(2, 0), pays=(0,)),
        Purchase(who=cast.ZHOU, shop="yunshan", goods="洗碗机", price_minor=329900, plan="p12",
                 on=days.due(3, 2), pays=(0, 1)),
        Purchase(who=cast.CHEN, shop="yunshan", goods="空气炸锅", price_minor=49900, plan="p3-0",
                 on=days.due(2, 12), pays=(0,)),
        Purchase(who=cast.WANG, shop="yunshan", goods="冰箱 405L", price_minor=399900, plan="p12",
                 on=days.due(5, 45), pays=(0, 0, 1, 0)),
        Purchase(who=cast.ZHENG, shop="nanshan", goods="电助力自行车", price_minor=699900, plan="p12",
                 on=days.due(6, 75), pays=(0, 0, 3, 0, 0)),
        Purchase(who=cast.SHEN, shop="shiguang", goods="相机镜头", price_minor=489900, plan="p12",
                 on=days.due(3, 1), pays=(0, 0)),
        Purchase(who=cast.YANG, shop="shiguang", goods="台灯", price_minor=39900, plan="p3-0",
                 on=days.due(1, 2)),
        Purchase(who=cast.ZHU, shop="nanshan", goods="山地车", price_minor=559900, plan="p12",
                 on=days.due(5, 25), pays=(0, 0, 0, 0)),
        Purchase(who=cast.QIN, shop="yunshan", goods="按摩椅", price_minor=899900, plan="p12",
                 on=days.due(8, 3), pays=(0, 2, 1, 0, 0, 0, 0)),
    ]  # fmt: skip


def _over(days: "_Days") -> list[Purchase]:
    """Loans that are paid off, as signed or early."""
    return [
        Purchase(who=cast.LIN, shop="shiguang", goods="电子书阅读器", price_minor=99900, plan="p3-0",
                 on=days.due(6, 3), pays=(0, 0, 0)),
        Purchase(who=cast.SUN, shop="yunshan", goods="滚筒洗衣机", price_minor=289900, plan="p12",
                 on=days.ago(150), pays=(0, 0), settles_after=80),
        Purchase(who=cast.WEI, shop="nanshan", goods="头盔", price_minor=59900, plan="p3-0",
                 on=days.due(4, 0), pays=(0, 0, 0)),
        Purchase(who=cast.XU, shop="nanshan", goods="儿童座椅", price_minor=89900, plan="p3-0",
                 on=days.due(5, 1), pays=(0, 0, 4)),
        Purchase(who=cast.XU, shop="yunshan", goods="加湿器", price_minor=59900, plan="p3-0",
                 on=days.due(1, 4), settles_after=10),
        Purchase(who=cast.ZHOU, shop="shiguang", goods="词典笔", price_minor=79900, plan="p3-0",
                 on=days.due(8, 6), pays=(0, 0, 0)),
    ]  # fmt: skip


def _not_begun(days: "_Days") -> list[Purchase]:
    """Orders that were opened, signed, called off or forgotten."""
    return [
        Purchase(who=cast.CHU, shop="shiguang", goods="机械键盘", price_minor=69900, plan="p3-0",
                 on=days.ago(2), ends="confirmed"),
        Purchase(who=cast.WEI, shop="yunshan", goods="净水器", price_minor=199900, plan="p6",
                 on=days.ago(17), ends="lapsed"),
        Purchase(who=cast.JIANG, shop="yunshan", goods="投影仪", price_minor=359900, plan="p12",
                 on=days.ago(5), ends="cancelled"),
        Purchase(who=cast.HAN, shop="nanshan", goods="骑行台", price_minor=269900, plan="p6",
                 on=days.ago(1), ends="opened"),
        Purchase(who=cast.YANG, shop="yunshan", goods="电饭煲", price_minor=79900, plan="p3-0",
                 on=days.ago(3), ends="declined"),
        Purchase(who=cast.YOU, shop="shiguang", goods="绘图板", price_minor=169900, plan="p6",
                 on=days.ago(0), ends="confirmed"),
        Purchase(who=cast.QIN, shop="shiguang", goods="电子琴", price_minor=249900, plan="p6",
                 on=days.ago(20), ends="lapsed"),
    ]  # fmt: skip


def _debited(days: "_Days") -> list[Purchase]:
    """Loans that are paid by themselves: one whose next instalment is announced, one whose card had too little."""
    return [
        Purchase(who=cast.HAN, shop="yunshan", goods="空气净化器", price_minor=239900, plan="p6",
                 on=days.due(2, 25), card="salary", debited_after=1),
        Purchase(who=cast.YOU, shop="shiguang", goods="数码相机", price_minor=189900, plan="p6",
                 on=days.due(2, 1), pays=(0,), card="empty", debited_after=40),
    ]  # fmt: skip


class _Days:
    """Two ways to name a day: as the due date that lies so far back, months ago; and simply days ago."""

    def __init__(self, today: date) -> None:
        self._today = today

    def due(self, months: int, days_back: int) -> date:
        """The day to ship on, so many months before a due date that was so many days ago."""
        due_on = self._today - timedelta(days=days_back)
        year, month = divmod(due_on.year * 12 + due_on.month - 1 - months, 12)
        return date(year, month + 1, min(due_on.day, monthrange(year, month + 1)[1]))

    def ago(self, days: int) -> date:
        return self._today - timedelta(days=days)
