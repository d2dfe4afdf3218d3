"""What the lender does about shops and its bank account in the last days: settles, pays, reads the statement."""

from datetime import date, datetime, timedelta

import httpx

from anqi.actions import bank, closing
from anqi.actions.settlements import payouts
from anqi.jobs import tasks
from anqi.ledger import days, payables
from anqi.lending import settlements
from anqi.lending.models import Lender, Merchant, MerchantPayout
from anqi.payments.channels.bank import reference
from anqi.people import staff
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from demo import story

# So many days ago the shops were paid, a stranger sent money, and the account was looked at.
_PAID, _STRANGER, _LOOKED_AT = 8, 2, (7, 1)
_WAITS = "yunshan"


def live(sandbox: httpx.Client, *, days_ago: int, now: datetime) -> None:
    """That day's part of it."""
    clerk, supervisor = staff.find("clerk@qhxj.example"), staff.find("supervisor@qhxj.example")
    if days_ago in (_PAID, 0):
        _settle(until=day_of(now) - timedelta(days=1), now=now)
    if days_ago == _PAID:
        for code in story.SHOPS:
            payouts.release(payout_id=_propose(code, clerk, now).id, actor=supervisor, now=now)
        payouts.hand_over(actor=clerk, now=now)
        for payout in MerchantPayout.objects.select_related("account"):
            _transfer(sandbox, payout)
    if days_ago == _STRANGER:
        _send(sandbox, direction="in", name="钱大有", account="6228480031234567815", amount="500.00", memo="还款")
    if days_ago in _LOOKED_AT:
        statement = sandbox.get("/bank/statement.csv").raise_for_status()
        bank.import_statement(statement.content, actor=clerk, now=now)
        tasks.read_inbox()
        tasks.book_payouts()
    if days_ago == 0:
        _propose(_WAITS, clerk, now)


def _settle(*, until: date, now: datetime) -> None:
    # The whole close of a year takes half as long as living it: the worker makes up for it once all sites are there.
    closing.shut(until, now=now)
    first = days.first_booked()
    assert first, "somebody has bought something"
    settlements.make(first, until, moved=payables.MOVED, now=now)


def _propose(code: str, actor: User, now: datetime) -> MerchantPayout:
    shop, lender = Merchant.objects.get(code=code), Lender.objects.get()
    return payouts.propose(
        payout_id=uuid7(), merchant_id=shop.id, lender_id=lender.id, currency=lender.currency,
        until=day_of(now) - timedelta(days=1), actor=actor, now=now,
    )  # fmt: skip


def _transfer(sandbox: httpx.Client, payout: MerchantPayout) -> None:
    account = payout.account
    yuan, fen = divmod(payout.amount_minor, 100)
    _send(
        sandbox, direction="out", name=account.name, account=account.number, amount=f"{yuan}.{fen:02}",
        memo=reference(payout.number),
    )  # fmt: skip


def _send(sandbox: httpx.Client, **fields: str) -> None:
    sandbox.post("/_control/bank/transfer", json=fields).raise_for_status()
