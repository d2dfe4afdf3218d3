"""A lender that reports to a credit bureau, a loan of its that is reported, and what then happens to it day by day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anqi import reporting
from anqi.actions import notices, reports
from anqi.lending import reported_loans
from anqi.lending.models import MerchantOrder, ReportFile, ReportRecord
from anqi.notices.models import Message
from anqi.notices.receipts import Receipt
from anqi.payments import channels, quiet_days
from anqi.people.models import User
from anqi.reporting import Look
from anqi.rows.days import day_of
from tests import purchasing
from tests.planting import at
from tests.returning import Bought, staff

BUREAU, INSTITUTION = "中国人民银行征信中心", "QH0001"
# Due on the tenth of each month, three days of grace: overdue from the fourteenth on.
BOUGHT = date(2026, 9, 10)
DUE = date(2026, 10, 10)
OCTOBER, NOVEMBER = date(2026, 10, 31), date(2026, 11, 30)
DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Reported(Bought):
    """A purchase whose loan is reported."""

    def look(self, on: date) -> Look:
        row = reported_loans.find(self.borrower_id, self.loan_id)
        assert row
        [look] = reporting.look([row], on=on)
        return look

    def codes(self) -> list[tuple[str, str]]:
        """(month, code) of all records, in the order in which they were sent."""
        found = ReportRecord.objects.filter(borrower_id=self.borrower_id).order_by("id")
        return [(f"{each.month:%m}", each.code) for each in found]


def state_rule(now: datetime = at(BOUGHT), *, bureau: str = BUREAU, notice_days: int = 3) -> None:
    """The street's lender reports from that day on."""
    reports.rule(
        lender="qhxj", since=day_of(now), bureau=bureau, institution=INSTITUTION if bureau else "",
        notice_days=notice_days, now=now,
    )  # fmt: skip


def buy(*, now: datetime = at(BOUGHT), phone: str = "+8613800006021", number: str = "QH-1") -> Reported:
    """The street's shop sells to a borrower of a lender that reports, and ships at once."""
    first = MerchantOrder.objects.select_related("merchant").first()
    if first is None:
        shop = purchasing.open_street(now=now)
        state_rule(now)
    else:
        shop = purchasing.Shop(merchant=first.merchant, key="")
    borrower_id = purchasing.welcome(phone, now=now)
    order = purchasing.opened(shop, borrower_id, now=now, number=number)
    loan = purchasing.sign(order, now=now)
    theirs = purchasing.ship(order, now=now + purchasing.READ)
    return Reported(shop=shop, borrower_id=borrower_id, loan_id=loan.id, order=theirs)


def live(first: date, last: date, *, hours: tuple[int, ...] = (0, 9, 14), arrives: bool = True) -> None:
    """The jobs' work at these hours of each day; what is sent arrives within the hour, unless told otherwise."""
    for n in range((last - first).days + 1):
        for hour in hours:
            notices.warn(now=at(first + n * DAY, hour), limit=100)
            if arrives:
                deliver(at(first + n * DAY, hour))


def deliver(now: datetime, *, is_delivered: bool = True) -> None:
    """What the gateway says of every notice that is on its way."""
    for message in Message.objects.filter(template__startswith="report_notice", state="waiting"):
        receipt = Receipt(message_id=message.id, proof=f"S-{message.id.hex[-6:]}", is_delivered=is_delivered)
        notices.learn(receipt, medium=message.medium, now=now)


def reconcile(*days: date, channel: str = "alipay") -> None:
    """These days of the channel's are reconciled by all its files."""
    kinds = [kind for code, kind in channels.files_of_days() if code == channel]
    for day in days:
        quiet_days.keep(channel, day, kinds=kinds, now=at(day + DAY))


def make(month: date, now: datetime, *, again: bool = False) -> list[ReportFile]:
    """The month's files."""
    return reports.make(lender="qhxj", month=month, again=again, now=now)


def supervisor() -> User:
    return staff("supervisor")
