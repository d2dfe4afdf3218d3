"""Why an amount is what it is, in sentences; the figures come from the engine and add up to it exactly."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.engine import explain
from anqi.engine.explain import PayoffLine, Stretch
from anqi.engine.loan import StandingInstalment
from anqi.lending.queries import LoanView
from anqi.web.borrower.wording import PARTS, sentences
from anqi.web.shared.figures import write_yuan

_MOST_DIGITS = 6
Line = dict[str, Any]


def instalment(loan: LoanView, row: StandingInstalment) -> str:
    """How interest, fee and penalty of one instalment come about."""
    told = [_interest(loan, row), _fee(loan, row), penalty(loan, row), _waived(row)]
    return sentences(*told) or _("这一期只有本金，没有利息和手续费。")


def penalty(loan: LoanView, row: StandingInstalment) -> str:
    """How the penalty of one instalment comes about; empty where there is none."""
    if not row.penalty_minor and not row.waived_penalty_minor:
        return ""
    shown = explain.explain_penalty(loan.held.terms, loan.held.facts, loan.today, row.n)
    sums = [_late_days(each, rate_text(shown.daily_rate)) for each in shown.stretches]
    return _("罚息 = %(sums)s = %(charged)s，四舍五入到分。") % {
        "sums": " + ".join(sums),
        "charged": write_yuan(shown.charged_minor),
    }


def _late_days(stretch: Stretch, daily_rate: str) -> str:
    counted = ngettext(
        "%(base)s × 每天 %(rate)s × %(days)d 天", "%(base)s × 每天 %(rate)s × %(days)d 天", stretch.days
    )
    return counted % {"base": write_yuan(stretch.base_minor), "rate": daily_rate, "days": stretch.days}


def _interest(loan: LoanView, row: StandingInstalment) -> str:
    if not row.interest_minor and not row.waived_interest_minor:
        return ""
    shown = explain.explain_interest(loan.held.terms, loan.held.facts, loan.today, row.n)
    if not shown.stretches:
        return _("提前结清后，利息只算到结清那天。")
    rate, days = rate_text(shown.period.rate), shown.period.days
    if len(shown.stretches) == 1 and shown.stretches[0].days == days:
        base = write_yuan(shown.stretches[0].base_minor)
        return _("利息 = 期初剩余本金 %(base)s × 本期利率 %(rate)s，四舍五入到分。") % {"base": base, "rate": rate}
    bases = " + ".join(_days_of(each) for each in shown.stretches)
    return _("利息 = (%(bases)s) ÷ 本期 %(days)d 天 × 本期利率 %(rate)s，四舍五入到分。") % {
        "bases": bases,
        "days": days,
        "rate": rate,
    }


def _days_of(stretch: Stretch) -> str:
    counted = ngettext("%(base)s × %(days)d 天", "%(base)s × %(days)d 天", stretch.days)
    return counted % {"base": write_yuan(stretch.base_minor), "days": stretch.days}


def _fee(loan: LoanView, row: StandingInstalment) -> str:
    if not row.fee_minor:
        return ""
    terms = loan.held.terms
    # Early settlement and returned goods change the fee; then only its amount is certain, not this formula.
    exact = terms.fee_rate_per_instalment * terms.principal_minor
    if abs(exact - row.fee_minor) > Fraction(1, 2):
        return ""
    return _("手续费 = 本金 %(principal)s × 每期 %(rate)s，四舍五入到分。") % {
        "principal": write_yuan(terms.principal_minor),
        "rate": rate_text(terms.fee_rate_per_instalment),
    }


def _waived(row: StandingInstalment) -> str:
    waived_minor = row.waived_interest_minor + row.waived_fee_minor + row.waived_penalty_minor
    return _("已减免 %(amount)s。") % {"amount": write_yuan(waived_minor)} if waived_minor else ""


def rate_text(rate: Fraction) -> str:
    """A rate in per cent: exact where six digits are enough, else marked as about so much. 1/2000: 0.05%."""
    percent = rate * 100
    scaled = round(percent * 10**_MOST_DIGITS)
    digits = Decimal(scaled).scaleb(-_MOST_DIGITS).normalize()
    mark = "" if Fraction(scaled, 10**_MOST_DIGITS) == percent else "≈ "
    return f"{mark}{digits:f}%"


def remaining(loan: LoanView) -> list[Line]:
    """The lines that add up to what is still to be paid (剩余应还)."""
    assert loan.standing
    rows = loan.standing.instalments
    lines = [{"label": PARTS[part], "amount_minor": _left(rows, part)} for part in PARTS]
    shown = [line for line in lines if line["amount_minor"] or line["label"] is PARTS["principal"]]
    if loan.standing.credit_minor:
        shown.append({"label": _("溢缴款"), "amount_minor": -loan.standing.credit_minor, "minus": True})
    return [*shown, {"label": _("剩余应还"), "amount_minor": loan.remaining_minor, "total": True}]


def due(loan: LoanView) -> list[Line]:
    """The lines that add up to what is due now, and the formula of each penalty."""
    assert loan.standing
    rows = [row for row in loan.standing.instalments if row.due_on <= loan.today and row.remaining_minor]
    penalties = sentences(*(penalty(loan, row) for row in rows))
    lines = [
        {
            "label": PARTS[part],
            "amount_minor": _left(rows, part),
            "note": penalties if part == "penalty" else "",
        }
        for part in PARTS
    ]
    total = {"label": _("现在应还"), "amount_minor": loan.standing.due_now_minor, "total": True}
    return [*(line for line in lines if line["amount_minor"]), total]


def _left(rows: Iterable[StandingInstalment], part: str) -> int:
    return sum(getattr(row, f"{part}_minor") - getattr(row, f"paid_{part}_minor") for row in rows)


def payoff(loan: LoanView) -> list[Line]:
    """The lines that add up to what settles the loan today."""
    assert loan.standing and loan.standing.payoff_minor is not None
    lines = explain.explain_payoff(loan.held.terms, loan.held.facts, loan.today)
    shown = [{"label": _payoff_label(line), "amount_minor": line.amount_minor} for line in lines]
    return [*shown, {"label": _("今天结清"), "amount_minor": loan.standing.payoff_minor, "total": True}]


def _payoff_label(line: PayoffLine) -> str:
    return {
        "due": _("已到期未还"),
        "principal": _("还没到期的本金"),
        "interest": _("算到今天的利息"),
        "fee": _("算到今天的手续费"),
        "early_fee": _("提前结清手续费"),
        "paid_ahead": _("已提前还的"),
        "credit": _("溢缴款"),
        "given_back": _("退回多付的"),
    }[line.what]


def dates_rule(signed_terms: dict[str, Any]) -> str:
    """When instalments fall due, as it is said before the goods are shipped; empty for other rhythms than a month."""
    if signed_terms.get("every") != {"months": 1} or "first_due_on" in signed_terms:
        return ""
    return sentences(
        _("从发货那天开始分期。第一个还款日是发货日之后一个月的同一天，以后每月同一天。"),
        _("当月没有这一天的，就在当月最后一天。"),
    )
