"""The lists in which a borrower's orders stand, each told by its word, its shape and its colour."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anqi.lending import holding
from anqi.lending.queries import OrderView
from anqi.web.borrower.wording import CONDITIONS, HOLDS, Label, badge_of

_LATE, _RETURNING = "overdue", "returning"


def pressing(running: Iterable[OrderView]) -> dict[str, list[OrderView]]:
    """Of the orders whose loans run: those that are late, and those whose goods are on their way back."""
    orders = list(running)
    return {
        _LATE: [order for order in orders if badge_of(order).state == "overdue"],
        _RETURNING: [order for order in orders if _comes_back(order)],
    }


def _comes_back(order: OrderView) -> bool:
    return order.loan is not None and holding.kind_on(order.loan.held, order.loan.today) == "return"


def filters(counts: Mapping[str, int], pressing: Mapping[str, list[OrderView]]) -> list[dict[str, Any]]:
    """Every list with its count; the whole comes first and has no shape of its own."""
    counted = {**counts, **{name: len(orders) for name, orders in pressing.items()}}
    whole = {"state": "", "word": _("全部"), "label": None, "count": sum(counts.values())}
    return [whole, *({"state": each, "label": label, "count": counted.get(each, 0)} for each, label in _labels())]


def _labels() -> list[tuple[str, Label]]:
    return [
        ("created", _of("created")),
        ("confirmed", _of("confirmed")),
        ("paying", Label(state="confirmed", word=pgettext("order", "待放款"), shape="half", tone="brand")),
        ("shipped", _of("active")),
        (_LATE, _of("overdue")),
        (_RETURNING, Label(state="processing", word=HOLDS["return"], shape="clock", tone="brand")),
        ("settled", _of("settled")),
        ("over", Label(state="cancelled", word=_("已取消或失效"), shape="dash", tone="calm")),
    ]


def _of(condition: str) -> Label:
    badge = CONDITIONS[condition]
    return Label(state=condition, word=badge.word, shape=badge.shape, tone=badge.tone)
