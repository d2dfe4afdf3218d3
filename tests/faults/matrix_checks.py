"""What holds at the end of every cell, and sums over rows."""

from typing import Any

from django.db.models import QuerySet, Sum

from anqi import clock
from anqi.config.verification import verify
from anqi.ledger.models import Posting
from anqi.lending.models import Fact, Loan
from anqi.payments.models import Payment, Refund, Unapplied
from tests.faults.matrix_stand import Ground


def assert_sound() -> None:
    """Books equal the engine, chains and hashes are whole, and no loan sleeps past its day."""
    assert not Loan.objects.filter(next_wake_on__lte=clock.today()).exists()
    # A planted loan's agreement was never signed, and has no hash.
    wrong = [each.told() for each in verify(today=clock.today()).wrong if each.what != "agreement"]
    assert not wrong, wrong


def sum_of(rows: QuerySet[Any], name: str) -> int:
    """The sum of a column; 0 of no rows."""
    return int(rows.aggregate(sum=Sum(name))["sum"] or 0)


def assert_each_payment_is_where_it_belongs(ground: Ground) -> None:
    """Used by a loan, or a case's, or gone or going back: each fen in one of these places."""
    own = {"borrower_id": ground.who.borrower_id}
    facts = Fact.objects.filter(**own, kind="payment").values_list("body", flat=True)
    for payment in Payment.objects.filter(**own):
        used = sum(body["amount_minor"] for body in facts if body["payment_id"] == str(payment.id))
        cases = Unapplied.objects.filter(**own, payment_id=payment.id)
        backs = Refund.objects.filter(**own, payment_id=payment.id).exclude(state=Refund.State.FAILED)
        assert payment.amount_minor == used + sum_of(cases, "left_minor") + sum_of(backs, "amount_minor")


def assert_the_channel_has_as_much(ground: Ground, *, told_only: bool) -> None:
    """Each taking of the channel's is a payment of ours, and each giving back the refund of just that payment.

    With `told_only` there is one more payment, which lives in its notice: nobody took it, nobody can give it back.
    """
    trades = ground.trades()
    taken = [(each["out_trade_no"], each["total_minor"]) for each in trades if each["paid_at"]]
    expected = taken * 2 if told_only else taken
    payments = Payment.objects.filter(borrower_id=ground.who.borrower_id).select_related("charge")
    assert sorted((each.charge.key, each.amount_minor) for each in payments) == sorted(expected)
    refunds = Refund.objects.filter(state=Refund.State.SUCCEEDED).select_related("payment")
    gone = [(each.key, each.payment.ref, each.amount_minor) for each in refunds]
    assert sorted(gone) == sorted(given_back(ground.channel, trades))
    moved = Posting.objects.filter(borrower_id=ground.who.borrower_id)
    account = f"in_transit_{ground.channel}"
    ours = sum_of(moved.filter(debit=account), "amount_minor") - sum_of(moved.filter(credit=account), "amount_minor")
    assert ours == sum(amount for _, amount in expected) - sum(amount for *_, amount in gone)


def given_back(channel: str, trades: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """What the channel gave back: our number of it, the channel's of the payment, fen."""
    number, ref = _NUMBERS[channel]
    return [
        (each[number], trade[ref], each["amount_minor"]) for trade in trades for each in trade["refunds"]
        if each.get("status", "SUCCESS") == "SUCCESS"
    ]  # fmt: skip


_NUMBERS = {
    "alipay": ("out_request_no", "trade_no"), "wechat": ("out_refund_no", "transaction_id"),
    "unionpay": ("order_id", "query_id"),
}  # fmt: skip
