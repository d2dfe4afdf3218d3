"""Which months of a loan nobody can swear to, and from when on somebody can."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from anqi.actions import charges, repayments
from anqi.actions.charges import Wish
from anqi.payments import channels, known_months, quiet_days
from anqi.payments.channels.alipay import Alipay
from anqi.payments.channels.protocol import Closed, Succeeded
from anqi.payments.channels.unionpay import Unionpay
from anqi.payments.channels.wechat import Wechat
from anqi.payments.models import BankLine, BankStatement, Charge, Unapplied
from tests import reporting
from tests.planting import Planted, at, plant_loan

pytestmark = pytest.mark.django_db
DUE = date(2026, 9, 30)
SEPTEMBER, OCTOBER = DUE, date(2026, 10, 31)
DAY = timedelta(days=1)


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=date(2026, 8, 31))


def unknown(lin: Planted, until: date = OCTOBER) -> list[date]:
    pair = (lin.borrower_id, lin.loan_id)
    return sorted(known_months.unknown([pair], until=until)[pair])


def begin(lin: Planted, *, channel: str = "alipay", on: date = DUE, hour: int = 12) -> Charge:
    return charges.open(
        borrower_id=lin.borrower_id, wishes=[Wish(loan_id=lin.loan_id, purpose="next")], channel=channel, how="wap",
        attempt=uuid4().hex, now=at(on, hour),
    )  # fmt: skip


def learn(charge: Charge, result: Succeeded | Closed, on: date) -> None:
    repayments.learn(channel=charge.channel, key=charge.key, result=result, learned_by="query", now=at(on))


def pay(charge: Charge, on: date, ref: str = "T1", hour: int = 12) -> None:
    learn(charge, Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=at(on, hour)), on)


def test_nothing_begun_is_nothing_that_could_be_missing(lin: Planted) -> None:
    assert unknown(lin) == []


def test_a_payment_is_known_once_its_day_is_reconciled_by_all_files(lin: Planted) -> None:
    pay(begin(lin), DUE)
    assert unknown(lin) == [SEPTEMBER]
    quiet_days.keep("alipay", DUE, kinds=["trade"], now=at(DUE + DAY))
    assert unknown(lin) == [SEPTEMBER]
    reporting.reconcile(DUE)
    assert unknown(lin) == []


def test_what_came_to_nothing_may_still_have_been_paid_the_next_day(lin: Planted) -> None:
    learn(begin(lin, hour=23), Closed(), DUE + DAY)
    reporting.reconcile(DUE)
    assert unknown(lin) == [OCTOBER]
    reporting.reconcile(DUE + DAY)
    assert unknown(lin) == []


def test_a_payment_across_midnight_is_asked_for_on_its_own_day(lin: Planted) -> None:
    pay(begin(lin, hour=23), DUE + DAY, hour=0)
    assert unknown(lin) == [OCTOBER]


def test_one_that_is_open_leaves_all_months_since_open(lin: Planted) -> None:
    begin(lin)
    assert unknown(lin) == [SEPTEMBER, OCTOBER]


def test_unionpay_s_day_ends_an_hour_earlier(lin: Planted, settings: object) -> None:
    settings.ANQI_UNIONPAY = {"merchant": "x"}
    charge = begin(lin, channel="unionpay", hour=23)
    pay(charge, DUE, hour=23)
    assert unknown(lin) == [OCTOBER]
    reporting.reconcile(DUE + DAY, channel="unionpay")
    assert unknown(lin) == []


def test_a_transfer_that_never_came_waits_for_the_bank_s_word_and_for_its_lines(lin: Planted) -> None:
    charge = begin(lin, channel="bank", on=DUE - 9 * DAY)
    learn(charge, Closed(), DUE - 2 * DAY)
    Charge.objects.update(ended_at=at(DUE - 2 * DAY))
    assert unknown(lin) == [SEPTEMBER]
    statement = BankStatement.objects.create(
        account="1", sha256="x", raw="", lines=1, new_lines=1, first_at=at(DUE - 20 * DAY), last_at=at(DUE),
        balance_minor=0, imported_at=at(DUE),
    )  # fmt: skip
    assert unknown(lin) == []
    BankLine.objects.create(
        statement=statement, account="1", serial="1", seq=1, number=1, at=at(DUE - 3 * DAY), amount_minor=53309,
        balance_minor=53309, state="waiting",
    )  # fmt: skip
    assert unknown(lin) == [SEPTEMBER]


def test_money_that_no_loan_has_used_leaves_its_borrower_s_months_open(lin: Planted) -> None:
    charge = begin(lin)
    pay(charge, DUE)
    pay(charge, DUE, ref="T2")
    reporting.reconcile(DUE)
    assert unknown(lin) == [SEPTEMBER, OCTOBER]
    Unapplied.objects.update(closed_at=at(DUE))
    assert unknown(lin) == []


def test_only_what_counts_until_the_day_asked_for_is_told(lin: Planted) -> None:
    pay(begin(lin, on=DUE + DAY), DUE + DAY)
    assert unknown(lin, until=SEPTEMBER) == []


def test_files_are_told_without_asking_the_channels_themselves() -> None:
    own = {"alipay": Alipay, "wechat": Wechat, "unionpay": Unionpay}
    assert {code: kind.statement_kinds(None) for code, kind in own.items()} == channels._FILES
