"""How the figures of an instalment come about, line by line; they add up to it exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.engine import explain
from anqi.engine.explain import Stretch
from anqi.engine.loan import Standing, StandingInstalment
from anqi.lending.store import LoanInHand
from anqi.web.office import wording
from anqi.web.office.events import Line
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_day, write_yuan

_MOST_DIGITS = 8


@dataclass(frozen=True, kw_only=True)
class Explained:
    """An instalment and the lines behind its figures."""

    row: StandingInstalment
    lines: tuple[Line, ...]


def instalments(held: LoanInHand, standing: Standing) -> list[Explained]:
    """Every instalment of the loan as it stands, with its lines."""
    return [Explained(row=row, lines=tuple(_lines(held, standing, row))) for row in standing.instalments]


def _lines(held: LoanInHand, standing: Standing, row: StandingInstalment) -> Iterator[Line]:
    for part, name in wording.PARTS.items():
        amount_minor: int = getattr(row, f"{part}_minor")
        if amount_minor or row.paid_of(part):  # type: ignore[arg-type]
            yield Line(label=str(name), amount_minor=amount_minor)
        if row.paid_of(part):  # type: ignore[arg-type]
            paid = _("已还%(part)s") % {"part": word(wording.PARTS, part)}
            yield Line(label=paid, amount_minor=row.paid_of(part))  # type: ignore[arg-type]
    yield from _interest(held, standing, row)
    yield from _penalty(held, standing, row)
    yield from _waived(row)


def _interest(held: LoanInHand, standing: Standing, row: StandingInstalment) -> Iterator[Line]:
    if not row.interest_minor and not row.waived_interest_minor:
        return
    shown = explain.explain_interest(held.terms, held.facts, standing.on, row.n)
    if not shown.stretches:
        yield Line(label=_("利息怎么算"), text=_("提前结清，只算到结清那天"))
        return
    yield Line(
        label=_("利息怎么算"),
        text=_("期利率 %(rate)s，本期 %(days)d 天，四舍五入到分") % {
            "rate": rate(shown.period.rate), "days": shown.period.days,
        },
    )  # fmt: skip
    yield from (_stretch(each) for each in shown.stretches)


def _penalty(held: LoanInHand, standing: Standing, row: StandingInstalment) -> Iterator[Line]:
    if not row.penalty_minor and not row.waived_penalty_minor:
        return
    shown = explain.explain_penalty(held.terms, held.facts, standing.on, row.n)
    yield Line(label=_("罚息怎么算"), text=_("日利率 %(rate)s，四舍五入到分") % {"rate": rate(shown.daily_rate)})
    yield from (_stretch(each) for each in shown.stretches)


def _stretch(stretch: Stretch) -> Line:
    since, until = (write_day(day, this_year=None) for day in (stretch.since, stretch.until))
    return Line(
        label=f"{since} – {until}",
        text=ngettext("%(base)s × %(days)d 天", "%(base)s × %(days)d 天", stretch.days) % {
            "base": write_yuan(stretch.base_minor), "days": stretch.days,
        },
    )  # fmt: skip


def _waived(row: StandingInstalment) -> Iterator[Line]:
    for part in ("interest", "fee", "penalty"):
        amount_minor: int = getattr(row, f"waived_{part}_minor")
        if amount_minor:
            yield Line(label=_("已减免%(part)s") % {"part": word(wording.PARTS, part)}, amount_minor=amount_minor)


def rate(exact: Fraction) -> str:
    """A rate as people read it. 1/1000: 0.1%. One third of a percent: ≈0.33333333%."""
    percent = exact * 100
    digits = next((n for n in range(_MOST_DIGITS + 1) if (percent * 10**n).denominator == 1), None)
    if digits is not None:
        return f"{Decimal(int(percent * 10**digits)).scaleb(-digits):f}%"
    return f"≈{Decimal(round(percent * 10**_MOST_DIGITS)).scaleb(-_MOST_DIGITS):f}%"
