"""Settlements as merchants are told of them: in answers, and as files."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from anqi.engine.money import write_amount
from anqi.lending import settlements, shop_accounts
from anqi.lending.models import MerchantPayout
from anqi.lending.settlements import Shown
from anqi.rows.days import next_month
from anqi.web.shared import sheets

# A shop need not know who of the lender's staff still has to look.
STATES = {"waiting": "open", "ready": "open", "proposed": "processing", "released": "processing", "paid": "paid"}
KINDS = {"shipped": lazy("发货"), "returned": lazy("退货"), "fee": lazy("商户手续费")}
_WORDS = {"open": lazy("待付"), "processing": lazy("付款中"), "paid": lazy("已付")}
_SUMMED = ("shipped_minor", "returned_minor", "fee_minor", "amount_minor")


def told(shown: Shown) -> dict[str, Any]:
    """A settlement as the API answers it."""
    row = shown.row
    return {
        "id": str(row.id),
        "day": row.day.isoformat(),
        "lender": row.lender.code,
        "currency": row.currency,
        "shipped_minor": row.shipped_minor,
        "returned_minor": row.returned_minor,
        "fee_minor": row.fee_minor,
        "amount_minor": row.amount_minor,
        "state": STATES[shown.state],
        "ready_on": shown.ready_on.isoformat(),
        "payout": _payout(shown.payout) if shown.payout and shown.state == "paid" else None,
    }


def _payout(payout: MerchantPayout) -> dict[str, Any]:
    assert payout.paid_on, "it is paid"
    return {
        "number": payout.number,
        "amount_minor": payout.amount_minor,
        "paid_on": payout.paid_on.isoformat(),
        "account": shop_accounts.masked(payout.account),
    }


def state_of(shown: Shown) -> str:
    """How far it is, in a word for people."""
    return str(_WORDS[STATES[shown.state]])


def sums(found: Sequence[Shown]) -> dict[str, int]:
    """What these settlements come to, in fen: shipped, returned, the fee, and what is owed."""
    return {name: sum(getattr(each.row, name) for each in found) for name in _SUMMED}


def file(found: Sequence[Shown], *, name: str) -> HttpResponse:
    """Every order of these settlements."""
    return sheets.file(_lines(found), name=f"settlement-{name}")


def _lines(found: Sequence[Shown]) -> Iterator[list[str]]:
    yield [
        _("日期"), _("订单号"), _("类别"), _("金额（元）"), _("币种"), _("出借机构"), _("付款编号"), _("付款日"),
    ]  # fmt: skip
    by_id = {each.row.id: each for each in found}
    for line in settlements.lines(list(by_id)):
        shown = by_id[line.settlement_id]
        row, payout = shown.row, shown.payout if shown.state == "paid" else None
        paid = (payout.number, str(payout.paid_on)) if payout else ("", "")
        amount = write_amount(line.amount_minor, currency=row.currency)
        yield [
            str(row.day), line.order.order_number, str(KINDS[line.kind]), amount, row.currency, row.lender.code, *paid,
        ]  # fmt: skip


def month_of(text: str) -> tuple[date, date] | None:
    """The first and the last day of a month written as 2026-09; None for anything else."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    following = next_month(first) if first < date(9999, 12, 1) else None
    return (first, date.fromordinal(following.toordinal() - 1)) if following else None
