"""One amount spread over several plans: what each gets by the law's order, why, and as which choice of the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anqi.engine.designation import Step
from anqi.engine.money import write_amount
from anqi.lending import designating
from anqi.lending.queries import OrderView
from anqi.web.borrower import quotes
from anqi.web.borrower.quotes import NotAnAmount
from anqi.web.borrower.wording import instalments

Row = dict[str, Any]
# Why one debt comes before those behind it, by the engine's word.
_REASONS: dict[str, str | Promise] = {
    "due": gettext_lazy("已经到期的先还"),
    "less_secured": gettext_lazy("担保少的先还"),
    "heavier": gettext_lazy("年化成本高的先还"),
    "due_earlier": gettext_lazy("到期早的先还"),
    "pro_rata": gettext_lazy("条件相同，按欠款比例"),
    "nothing_else": gettext_lazy("后面没有别的了"),
}


@dataclass(frozen=True, kw_only=True)
class Spread:
    """What each order gets, as the page's choice and in its steps, by the order's id; what is left over, in fen."""

    amount_minor: int = 0
    left_minor: int = 0
    refusal: str = ""
    choices: Mapping[UUID, tuple[str, str]]
    steps: Mapping[UUID, list[Row]]


def spread(orders: Sequence[OrderView], picks: Mapping[UUID, list[Row]], stated: str) -> Spread:
    """The amount that was typed, in yuan, over these orders; with the reason where it is none."""
    try:
        amount_minor = quotes.fen_of(stated)
    except NotAnAmount:
        return Spread(refusal=quotes.not_an_amount(), choices={}, steps={})
    loans = {str(order.loan.id): order for order in orders if order.loan}
    today = next((order.loan.today for order in orders if order.loan), None)
    if not today:
        return Spread(choices={}, steps={})
    found = designating.designate(
        [order.loan.held for order in orders if order.loan], amount_minor, today=today
    )  # fmt: skip
    shares = {loans[share.id].id: share.amount_minor for share in found.shares}
    return Spread(
        amount_minor=amount_minor,
        left_minor=found.left_minor,
        choices={order_id: _choice(picks[order_id], minor) for order_id, minor in shares.items()},
        steps={
            order_id: _rows([step for step in found.steps if loans[step.id].id == order_id], minor)
            for order_id, minor in shares.items()
        },
    )  # fmt: skip


def _choice(picks: Sequence[Row], amount_minor: int) -> tuple[str, str]:
    """The choice that comes to just this, else the borrower's own amount."""
    same = next((str(pick["value"]) for pick in picks if pick.get("amount_minor") == amount_minor), None)
    return (same, "") if same else ("own", write_amount(amount_minor, currency="CNY"))


def _rows(steps: Sequence[Step], amount_minor: int) -> list[Row]:
    rows: list[Row] = [
        {
            "label": capfirst(instalments([step.n])) if step.n else _("还没到期的"),
            "note": _REASONS[step.reason],
            "amount_minor": step.amount_minor,
        }
        for step in steps
    ]
    return [*rows, {"label": _("分到这一笔"), "amount_minor": amount_minor, "total": True}]
