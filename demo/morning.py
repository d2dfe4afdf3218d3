"""What channels remit to the bank, and what a morning's statements tell of it: one thing of each kind is to be seen."""

from datetime import date, datetime, timedelta

import httpx

from anqi.jobs import reconciling, tasks
from anqi.ledger import ages
from anqi.payments.models import Payment
from anqi.rows.days import day_of

# So many days ago the lender had its money paid out by Alipay; of one nothing has come.
_WITHDRAWN = {9: "", 5: "remit_missing", 2: ""}
_LOOKED_BACK = 10
_DAY = timedelta(days=1)


def live(sandbox: httpx.Client, *, days_ago: int, now: datetime) -> None:
    """That day's part of it: UnionPay clears the day before, and some days Alipay pays out a quarter of all."""
    yesterday = (day_of(now) - _DAY).isoformat()
    # Where nothing was paid by card it clears nothing.
    sandbox.post("/_control/bank/remit", json={"channel": "unionpay", "day": yesterday})
    if days_ago not in _WITHDRAWN:
        return
    if fault := _WITHDRAWN[days_ago]:
        _strike(sandbox, fault=fault, channel="bank", order="alipay")
    [alipay, *_] = ages.in_transit(day_of(now))
    yuan = alipay.balance_minor // 400
    told = {"channel": "alipay", "amount": f"{yuan}.00"}
    sandbox.post("/_control/bank/remit", json=told).raise_for_status()


def look(sandbox: httpx.Client, today: date) -> None:
    """This morning: the files of the last days are held against ours; one lacks a payment that is in the books."""
    last = Payment.objects.filter(channel="alipay", counts_on__lt=today).order_by("-paid_at").first()
    if last:
        _strike(sandbox, fault="line_missing", channel="alipay", order=last.charge.key, operation="bill_trade")
    for channel in ("alipay", "unionpay"):
        for day in _days(channel, today):
            reconciling.bring(channel, day, read_inbox=tasks.read_whole_inbox)


def _days(channel: str, today: date) -> list[date]:
    """The last ones; at Alipay that of the last payment too, at UnionPay all on which cards paid."""
    paid = Payment.objects.filter(channel=channel, counts_on__lt=today).order_by("-counts_on")
    few = {day_of(each.paid_at) for each in (paid[:1] if channel == "alipay" else paid)}
    return sorted(few | {today - n * _DAY for n in range(1, _LOOKED_BACK + 1)})


def _strike(sandbox: httpx.Client, **rule: str) -> None:
    sandbox.post("/_control/faults", json={**rule, "next": 1}).raise_for_status()
