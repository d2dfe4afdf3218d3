"""What the help pages say with the reader's own numbers: to pay, to end early, when late, when debited."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.engine.products import Terms
from anqi.lending import repaying
from anqi.lending.queries import LoanView, OrderView
from anqi.lending.repaying import NothingToPay
from anqi.payments.debit_queries import Debited
from anqi.web.borrower import debit_words, loan_pages
from anqi.web.borrower.wording import sentences
from anqi.web.shared.figures import write_day, write_percent, write_yuan


@dataclass(frozen=True, kw_only=True)
class Own:
    """One line of the reader's own, and where it is done or seen."""

    title: str
    text: str
    url: str
    link: str


def paying(orders: Iterable[OrderView]) -> Iterator[Own]:
    """What each loan asks for next."""
    for order in orders:
        if order.loan and order.loan.standing and not order.loan.is_on_hold:
            card = loan_pages.due_card(order.loan, None)
            yield Own(title=order.title, text=card["title"], url=_to(order, "pay"), link=_("去还款"))


def ending(orders: Iterable[OrderView]) -> Iterator[Own]:
    """What ending each loan takes today, and by which rule."""
    for order in orders:
        if order.loan and (all_minor := _payoff_minor(order.loan)):
            told = _("今天提前结清 %(amount)s。") % {"amount": write_yuan(all_minor)}
            rule = early_rule(order.loan.held.terms)
            url = f"{_to(order, 'pay')}?what=all"
            yield Own(title=order.title, text=sentences(told, rule), url=url, link=_("看提前结清"))


def being_late(orders: Iterable[OrderView]) -> Iterator[Own]:
    """What lateness costs on each loan by what was signed, and what it has come to where one is late."""
    for order in orders:
        if order.loan:
            told = [late_rule(order.loan.held.terms)]
            if order.loan.standing and order.loan.standing.days_past_due:
                told.insert(0, _("%(told)s。") % {"told": loan_pages.due_card(order.loan, None)["title"]})
            yield Own(title=order.title, text=sentences(*told), url=_to(order, "agreement"), link=_("看合同"))


def debits(orders: Iterable[OrderView], debited: Mapping[UUID, Debited]) -> Iterator[Own]:
    """From where each loan is debited, and when next."""
    for order in orders:
        if order.loan:
            found = debited[order.loan.id]
            yield Own(title=order.title, text=_debited(order.loan, found), url=_to(order, "auto-pay"), link=_("看自动还款"))


def early_rule(terms: Terms) -> str:
    """What ending early costs by what was signed."""
    told = [
        _("利息按实际用的天数算。") if terms.early.interest == "by_day" else _("当期利息按整期算，以后各期不收。")
    ]
    if terms.fee_rate_per_instalment:
        told.append({
            "by_day": _("手续费按实际用的天数算。"),
            "whole_period": _("当期手续费按整期算，以后各期不收。"),
            "all": _("手续费按全部期数收。"),
        }[terms.early.fee])  # fmt: skip
    if terms.early.fee_rate:
        told.append(_("另收剩余本金的 %(rate)s。") % {"rate": _percent(terms.early.fee_rate)})
    else:
        told.append(_("没有提前还款手续费。"))
    return sentences(*told)


def late_rule(terms: Terms) -> str:
    """What lateness costs by what was signed."""
    told = [_("宽限 %(days)d 天，宽限期内还清不收罚息。") % {"days": terms.grace_days}] if terms.grace_days else []
    if terms.penalty:
        rate = {"rate": _percent(terms.penalty.daily_rate)}
        told.append(
            _("逾期每天收没还本金的 %(rate)s，从还款日算起。") % rate
            if terms.penalty.on == "principal"
            else _("逾期每天收没还金额的 %(rate)s，从还款日算起。") % rate
        )
    else:
        told.append(_("逾期不收罚息。"))
    return sentences(*told)


def _debited(loan: LoanView, found: Debited) -> str:
    living = [source for source in found.sources if source.is_living]
    if not living:
        return _("没有开通，每期要自己还。")
    told = [_("从%(source)s扣。") % {"source": debit_words.source_name(living[0])}]
    if found.plan:
        day = write_day(found.plan.due_on, this_year=loan.today.year)
        told.append(
            _("下次 %(day)s，预计 %(amount)s。") % {"day": day, "amount": write_yuan(found.plan.expected_minor)}
        )
    return sentences(*told)


def _payoff_minor(loan: LoanView) -> int:
    try:
        return repaying.choose(loan.held, today=loan.today).all_minor
    except NothingToPay:
        return 0


def _percent(rate: Fraction) -> str:
    return write_percent(Decimal(rate.numerator) / Decimal(rate.denominator))


def _to(order: OrderView, page: str) -> str:
    return reverse(f"borrower:{page}", args=[order.id])
