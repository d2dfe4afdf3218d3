"""The line to the database is cut at each message of a repayment, on either side of it: taken once, or not yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import OperationalError, close_old_connections, connection

from anqi import clock
from anqi.actions import charges as charge_actions
from anqi.actions import inbox as inbox_actions
from anqi.actions import repayments
from anqi.actions.charges import Wish
from anqi.config.verification import verify
from anqi.documents.models import Document
from anqi.lending.models import Fact
from anqi.payments import charges, inbox, news
from anqi.payments.channels.protocol import Notification, Succeeded
from anqi.payments.models import Charge, Inbox, Payment, Unapplied
from tests import house
from tests.faults.cutting_proxy import CuttingProxy, Plan, Side
from tests.planting import plant_borrower, plant_loan
from tests.seeds import share

SIDES: tuple[Side, Side] = ("before", "after")


@dataclass(frozen=True, kw_only=True)
class Told:
    """A charge that is paid, and the channel's message about it, which a job has leased."""

    charge: Charge
    message: Inbox
    # What came beyond what was asked for: then no loan uses any of it.
    more_minor: int

    def learn(self) -> None:
        """As the job does it: before and after each, the queue sees to connections that are broken."""
        close_old_connections()
        try:
            # A notice of another amount would only make us ask.
            learned_by = "query" if self.more_minor else "notice"
            repayments.learn(
                channel=self.charge.channel, key=self.charge.key, result=news.from_json(self.message.news),
                learned_by=learned_by, now=clock.now(), inbox_id=self.message.id,
            )  # fmt: skip
        finally:
            close_old_connections()

    def state(self) -> str:
        return Inbox.objects.get(id=self.message.id).state

    def payments(self) -> int:
        return Payment.objects.filter(borrower_id=self.charge.borrower_id).count()

    def assert_taken_once(self, where: str) -> None:
        mine = {"borrower_id": self.charge.borrower_id}
        paid = [(each.charge_id, each.amount_minor) for each in Payment.objects.filter(**mine)]
        assert paid == [(self.charge.id, self.charge.amount_minor + self.more_minor)], where
        assert Document.objects.filter(**mine, kind="receipt").count() == 1, where
        assert Fact.objects.filter(**mine, kind="payment").count() == (0 if self.more_minor else 1), where
        assert Unapplied.objects.filter(**mine).count() == (1 if self.more_minor else 0), where
        assert Charge.objects.get(**mine, id=self.charge.id).state == "succeeded", where
        assert self.state() == "done", where


@pytest.fixture
def proxy(clone_database: str) -> Iterator[CuttingProxy]:
    """Django is led through it to a database of this test's own."""
    opened = CuttingProxy(house.SERVER.socket_folder)
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "HOST", str(opened.folder))
        yield opened
        connection.close()
    opened.close()


@pytest.mark.parametrize("more_minor", [0, 1], ids=["used", "left over"])
def test_a_line_cut_at_any_message(proxy: CuttingProxy, more_minor: int) -> None:
    # The first one of a process asks a few things more.
    told(10**6, more_minor).learn()
    uncut, _ = learn_over(proxy, told(0, more_minor), n=None)
    count = len(uncut.seen)
    assert uncut.seen[-1] == "Q COMMIT", uncut.seen
    cuts = [(n, side) for n in range(1, count + 1) for side in SIDES]
    for number, (n, side) in enumerate(share(cuts, one_in=3), start=1):
        case = told(number, more_minor)
        plan, has_returned = learn_over(proxy, case, n=n, side=side)
        where = f"cut {side} message {n} of {count}: {uncut.seen[n - 1]}"
        assert plan.is_cut and plan.seen[:n] == uncut.seen[:n], where
        # The one commit that was done and that nobody heard of.
        is_unheard = (n, side) == (count, "after")
        assert not (has_returned and is_unheard), where
        assert case.state() == ("done" if has_returned or is_unheard else "waiting"), where
        assert case.payments() == (case.state() == "done"), where
        assert_learned(case, where)
    wrong = [each.told() for each in verify(today=clock.today()).wrong if each.what != "agreement"]
    assert not wrong, wrong


def assert_learned(case: Told, where: str) -> None:
    """Once it is told again; and still once after that."""
    for _ in range(2):
        case.learn()
        case.assert_taken_once(where)


def learn_over(
    proxy: CuttingProxy, case: Told, *, n: int | None, side: Side = "before"
) -> tuple[Plan, bool]:
    """What was seen on the line, and whether the act returned in spite of the cut."""
    # A new connection, which prepares every statement; it is there before the counting begins.
    connection.close()
    connection.ensure_connection()
    plan = proxy.arm(n, side=side)
    try:
        case.learn()
    except OperationalError:
        assert plan.is_cut
        return plan, False
    finally:
        proxy.disarm()
    return plan, True


def told(number: int, more_minor: int) -> Told:
    """A borrower of this number with a charge that the channel says is paid."""
    now = clock.now()
    began = now - timedelta(days=40)
    borrower_id = plant_borrower(f"+86137{number:08d}", now=began)
    who = plant_loan(borrower_id=borrower_id, starts_on=began.date())
    charge = charge_actions.open(
        borrower_id=borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="due")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=now,
    )  # fmt: skip
    charges.offer(charge, action={"url": "http://127.0.0.1:9/"}, ref="")
    paid = Succeeded(ref=f"2026{number:024d}", amount_minor=charge.amount_minor + more_minor, paid_at=now)
    notice = Notification(message_key=paid.ref, kind="charge", key=charge.key, result=paid)
    inbox.store(channel="alipay", notification=notice, raw=paid.ref.encode(), now=now)
    [message] = inbox_actions.lease(now=now, limit=9)
    return Told(charge=charge, message=message, more_minor=more_minor)
