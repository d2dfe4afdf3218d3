"""Goods that came back, or are on their way, as the order's page tells of them."""

from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anqi.engine.events import Hold
from anqi.lending import returning, unwinding
from anqi.lending.models import Return
from anqi.lending.queries import LoanView
from anqi.payments.freed import FreedMoney, freed_money
from anqi.web.borrower.wording import channel_label
from anqi.web.shared import returned
from anqi.web.shared.figures import write_day

Row = dict[str, Any]
_STATES: dict[str, str | Promise] = {
    "requested": gettext_lazy("商户已登记退货，等它收货"),
    "completed": gettext_lazy("退货已入账"),
    "withdrawn": gettext_lazy("商户撤回了退货"),
    "refused": gettext_lazy("退货没有办成"),
}


def cards(loan: LoanView, borrower_id: UUID) -> list[Row]:
    """Each return of the goods, the latest first: how far it is, and what it does to the plan."""
    # Goods never come back without a hold on the plan.
    if not any(isinstance(fact, Hold) for fact in loan.held.facts):
        return []
    return [_card(goods, loan) for goods in returning.of_loan(borrower_id, loan.id)]


def _card(goods: Return, loan: LoanView) -> Row:
    is_open = goods.state == Return.State.REQUESTED
    done = unwinding.foresee(loan.held, goods, today=loan.today) if is_open else unwinding.of(goods)
    return {
        "title": _STATES[goods.state],
        "requested_at": goods.requested_at,
        "amount_minor": goods.amount_minor,
        "is_open": is_open,
        "lines": returned.lines(done) if done else [],
        "counts_on": done.counts_on if done else None,
        "waits": goods.pays_back_at is not None,
    }


def money(loan: LoanView, borrower_id: UUID) -> list[Row]:
    """Where the money goes that they have freed, and when it gets there."""
    return [
        {"channel": channel_label(each.channel), "amount_minor": each.amount_minor, "text": _way(each, loan)}
        for each in freed_money(borrower_id, loan.id)
    ]


def _way(freed: FreedMoney, loan: LoanView) -> str:
    if freed.refunded_at:
        return _("%(day)s已退到") % {"day": write_day(freed.refunded_at.date(), this_year=loan.today.year)}
    if freed.is_on_its_way:
        return _("正在退回，通常几分钟到 3 天")
    return _("没能退回，工作人员会联系你换一种方式")
