"""What the tests of reconciliation share: files of the generator's, and what we have of the same day."""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Model

from anqi.ledger.models import Posting
from anqi.lending.models import Loan, Order
from anqi.payments.channels.protocol import NotReady
from anqi.payments.models import ChannelOrder, Charge, Payment, Payout, Refund, Unapplied
from anqi.payments.statements import Statement
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7
from tests.planting import plant_loan
from tools.statements.movements import Movement

ACCOUNT = "2088000000000001"


@dataclass
class Stating:
    """A channel that hands out these files."""

    code: str
    kinds: tuple[str, ...]
    files: dict[tuple[date, str], bytes] = field(default_factory=dict)
    asked: int = 0

    def statement_kinds(self) -> tuple[str, ...]:
        return self.kinds

    def statement(self, day: date, *, kind: str) -> Statement:
        self.asked += 1
        if (day, kind) not in self.files:
            raise NotReady
        return self.handed_in(self.files[day, kind], day=day, kind=kind)

    def handed_in(self, file: bytes, *, day: date, kind: str) -> Statement:
        return Statement(channel=self.code, kind=kind, day=day, account=ACCOUNT, file=file)


def plant(
    movements: Iterable[Movement], *, channel: str, now: datetime, refunds_under_charge: bool = False
) -> None:
    """One borrower's rows for all of these, and what the books have of each."""
    loan = Loan.objects.get(id=plant_loan(starts_on=now.date() - timedelta(days=9)).loan_id)
    rows = _Rows(loan=loan, channel=channel, now=now)
    for each in movements:
        _ADD[each.kind](rows, each, refunds_under_charge)
    models: tuple[type[Model], ...] = (
        Order, Loan, Charge, Payment, Unapplied, Refund, Payout, ChannelOrder, Posting
    )  # fmt: skip
    for model in models:
        model._default_manager.bulk_create([row for row in rows.all if isinstance(row, model)], batch_size=1000)


@dataclass
class _Rows:
    loan: Loan
    channel: str
    now: datetime
    all: list[Model] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.borrower_id, self.lender_id = self.loan.borrower_id, self.loan.lender_id
        self.order_of_loan = Order.objects.get(id=self.loan.order_id)

    def charge(self, key: str, amount_minor: int, state: str = "succeeded") -> UUID:
        charge = Charge(
            borrower_id=self.borrower_id, id=uuid7(), channel=self.channel, key=key, attempt=key,
            amount_minor=amount_minor, subject="", how="wap", state=state, opened_at=self.now, expires_at=self.now,
        )  # fmt: skip
        self.order(key, "charge", charge.id)
        self.all.append(charge)
        return charge.id

    def order(self, key: str, kind: str, charge_id: UUID | None) -> None:
        self.all.append(ChannelOrder(
            channel=self.channel, key=key, kind=kind, borrower_id=self.borrower_id, charge_id=charge_id
        ))  # fmt: skip

    def post(self, cause: str, cause_id: UUID, other: str, amount_minor: int, at: datetime) -> None:
        mine = f"in_transit_{self.channel}"
        debit, credit = (mine, other) if amount_minor > 0 else (other, mine)
        self.all.append(Posting(
            borrower_id=self.borrower_id, id=uuid7(), seq=10**6 + len(self.all), hash=b"", entry_id=uuid7(), cause=cause,
            cause_id=cause_id, debit=debit, credit=credit, amount_minor=abs(amount_minor), currency="CNY",
            lender_id=self.lender_id, counts_on=at.date(), booked_on=at.date(), recorded_at=self.now,
        ))  # fmt: skip

    def payment(self, charge_id: UUID, ref: str, amount_minor: int, at: datetime) -> UUID:
        payment = Payment(
            borrower_id=self.borrower_id, id=uuid7(), charge_id=charge_id, channel=self.channel, ref=ref,
            amount_minor=amount_minor, paid_at=at, counts_on=at.date(), learned_by="notice", recorded_at=self.now,
        )  # fmt: skip
        self.all.append(payment)
        self.post("arrival", payment.id, "unapplied", amount_minor, at)
        return payment.id


def _pay(rows: _Rows, each: Movement, refunds_under_charge: bool) -> None:
    rows.payment(rows.charge(each.key, each.amount_minor), each.ref, each.amount_minor, _at(each))


def _refund(rows: _Rows, each: Movement, refunds_under_charge: bool) -> None:
    charge_id = rows.charge(each.key if refunds_under_charge else each.charge_key or f"c{each.key}", -each.amount_minor)
    # What it gives back came on another day.
    payment_id = rows.payment(charge_id, f"p{each.ref}", -each.amount_minor, _at(each).replace(year=2025))
    case = Unapplied(
        borrower_id=rows.borrower_id, id=uuid7(), payment_id=payment_id, lender_id=rows.lender_id,
        amount_minor=-each.amount_minor, left_minor=0, reason="loan_settled", opened_at=rows.now,
    )  # fmt: skip
    refund = Refund(
        borrower_id=rows.borrower_id, id=uuid7(), case_id=case.id, payment_id=payment_id, charge_id=charge_id,
        lender_id=rows.lender_id, channel=rows.channel, key=f"r{each.key}" if refunds_under_charge else each.key,
        amount_minor=-each.amount_minor, why="", state="succeeded", ref=each.ref, requested_at=rows.now,
        refunded_at=_at(each),
    )  # fmt: skip
    rows.all += [case, refund]
    rows.order(refund.key, "refund", charge_id)
    rows.post("refund", refund.id, "refund_in_transit", each.amount_minor, _at(each))


def _payout(rows: _Rows, each: Movement, refunds_under_charge: bool) -> None:
    loan, order = copy(rows.loan), copy(rows.order_of_loan)
    loan.id, order.id = uuid7(), uuid7()
    loan.number, loan.order_id, order.merchant_order_id = f"AQ{loan.id.hex[-10:]}", order.id, uuid7()
    rows.all += [order, loan]
    payout = Payout(
        borrower_id=rows.borrower_id, id=uuid7(), loan_id=loan.id, lender_id=rows.lender_id, channel=rows.channel,
        key=each.key, account="T1", holder="林小满", label="", amount_minor=-each.amount_minor, why="",
        state="succeeded", ref=each.ref, requested_at=rows.now, paid_at=_at(each),
    )  # fmt: skip
    rows.all.append(payout)
    rows.order(payout.key, "payout", None)
    rows.post("payout", payout.id, "payout_payable", each.amount_minor, _at(each))


def _at(each: Movement) -> datetime:
    return each.at.replace(tzinfo=SHANGHAI)


_ADD: dict[str, Callable[[_Rows, Movement, bool], None]] = {
    "pay": _pay, "debit": _pay, "refund": _refund, "payout": _payout,
}  # fmt: skip
