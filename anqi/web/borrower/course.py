"""A loan's course in order of days: its instalments, and between them all that really happened or was tried."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.documents.queries import Receipt
from anqi.engine.facts import Payment
from anqi.lending import effects
from anqi.lending.models import Amendment
from anqi.lending.queries import LoanView
from anqi.lending.queries import PaymentView as LoanPayment
from anqi.payments.debit_queries import Planned, Try
from anqi.payments.queries import PaymentView as Money
from anqi.payments.queries import RefundView
from anqi.rows.days import day_of
from anqi.web.borrower import debit_words, lines
from anqi.web.borrower.wording import channel_label, instalments, paid_through
from anqi.web.shared.figures import write_day, write_yuan
from anqi.web.shared.happenings import Told, tell

Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing in the course of a loan: an instalment as the part `instalment` shows it, or what happened, in fen."""

    on: date
    kind: str
    instalment: Row | None = None
    title: str = ""
    tone: str = "calm"
    amount_minor: int | None = None
    text: str = ""
    lines: list[Row] = field(default_factory=list)
    url: str = ""
    link: str = ""


def entries(
    loan: LoanView, rows: Iterable[Row], made: Iterable[LoanPayment], money: Mapping[UUID, Money],
    receipts: Mapping[UUID, Receipt], plans: Iterable[Planned], amended: Iterable[Amendment] = (),
) -> list[Entry]:  # fmt: skip
    """All of it, the earliest day first; today stands among the days."""
    papers = {str(fact_id): each for each in amended for fact_id in each.fact_ids}
    told = [
        *(Entry(on=row["due_on"], kind="instalment", instalment=row) for row in rows),
        *(_payment(each, money[each.payment_id], receipts.get(each.payment_id)) for each in made),
        *_changes(loan, papers),
        *(_refund(each, loan.today) for paid in money.values() for each in paid.refunds),
        *(_tried(each) for plan in plans for each in plan.tries),
    ]
    # What falls due on a day comes before what was done about it.
    in_order = sorted(told, key=lambda each: (each.on, each.kind != "instalment"))
    after = next((n for n, each in enumerate(in_order) if each.on > loan.today), len(in_order))
    return [*in_order[:after], Entry(on=loan.today, kind="today"), *in_order[after:]]


def _payment(payment: LoanPayment, money: Money, receipt: Receipt | None) -> Entry:
    taken_back = _("付款渠道后来收回了 %(amount)s") % {"amount": write_yuan(payment.taken_back_minor)}
    text = taken_back if payment.taken_back_minor else ""
    return Entry(
        on=payment.counts_on,
        kind="payment",
        title=_("%(channel)s还款") % {"channel": paid_through(money.channel, is_by_other=money.is_by_other)},
        tone="calm" if payment.is_reversed else "good",
        amount_minor=payment.amount_minor,
        text=_("已撤回，不算还款") if payment.is_reversed else text or _used(payment),
        lines=_uses(payment),
        url=reverse("borrower:receipt", args=[receipt.id]) if receipt else "",
        link=_("看收据") if receipt else "",
    )


def _used(payment: LoanPayment) -> str:
    return _("全部结清") if payment.effect and payment.effect.settles else _("已入账")


def _uses(payment: LoanPayment) -> list[Row]:
    seen = payment.effect
    if not seen:
        return []
    return lines.tell_use(
        ((line.part, line.amount_minor) for line in seen.lines),
        prepaid_minor=seen.prepaid_minor, excess_minor=seen.excess_minor, credit_used_minor=seen.credit_used_minor,
    )  # fmt: skip


def _changes(loan: LoanView, papers: Mapping[str, Amendment]) -> Iterator[Entry]:
    """What happened to the loan besides its payments; what was signed leads to its paper."""
    among = {each.id: each for each in loan.held.facts}
    paid = {fact.id: amounts for fact, amounts in effects.of_other_money(loan.held, today=loan.today)}
    for fact in loan.held.facts:
        if fact.on <= loan.today and not isinstance(fact, Payment):
            told = tell(fact, among=among, this_year=loan.today.year)
            signed = papers.get(fact.id)
            yield Entry(
                on=fact.on, kind="change", title=told.title, tone="brand", amount_minor=told.amount_minor,
                lines=_told_lines(told, paid.get(fact.id, {})),
                url=reverse("borrower:amended", args=[loan.held.order_id, signed.id]) if signed else "",
                link=_("看变更文件") if signed else "",
            )  # fmt: skip


def _told_lines(told: Told, by_instalment: Mapping[int, int]) -> list[Row]:
    """What it did to each instalment and what more there is to say; else the amount itself, by its name."""
    more: list[Row] = [{"label": instalments([n]), "amount_minor": minor} for n, minor in by_instalment.items()]
    more += [{"label": label, "text": text} for label, text in told.more]
    if more or told.amount_minor is None:
        return more
    return [{"label": told.title, "amount_minor": told.amount_minor}]


def _refund(refund: RefundView, today: date) -> Entry:
    text = _("正在退回，通常几分钟到 3 天")
    if refund.refunded_at and not refund.is_on_its_way:
        text = _("%(day)s已退到") % {"day": write_day(day_of(refund.refunded_at), this_year=today.year)}
    title = _("原路退到%(channel)s") % {"channel": channel_label(refund.channel)}
    return Entry(
        on=day_of(refund.requested_at), kind="refund", title=title, tone="brand", amount_minor=refund.amount_minor,
        text=text,
        lines=[{"label": _("渠道流水号"), "text": refund.ref}] if refund.ref else [],
    )  # fmt: skip


def _tried(each: Try) -> Entry:
    tone = "bad" if each.has_failed else "warn" if each.is_open else "good"
    return Entry(
        on=day_of(each.opened_at), kind="debit", tone=tone, amount_minor=each.amount_minor,
        title=_("%(channel)s自动扣款") % {"channel": channel_label(each.channel)}, text=debit_words.try_state(each),
        url=reverse("borrower:charge", args=[each.id]), link=_("看看结果"),
    )  # fmt: skip
