"""Why an amount is what it is, line by line."""

from datetime import date
from fractions import Fraction

from engine_tables import LOAN, PHONE

from anqi.engine.explain import PayoffLine, Stretch, explain_interest, explain_payoff, explain_penalty
from anqi.engine.facts import Payment
from anqi.engine.products import read_terms

_PHONE, _LOAN = read_terms(PHONE), read_terms(LOAN)
_SOME = (Payment(id="p", on=date(2026, 10, 2), amount_minor=10000),)


def test_a_penalty_is_its_bases_their_days_and_one_rounding() -> None:
    """100.00 paid in grace: 12.99 of fee, 87.01 of principal. 333.16 for two days and 246.15 for three: 0.70."""
    shown = explain_penalty(_PHONE, _SOME, date(2026, 10, 5), 1)
    assert shown.stretches == (
        Stretch(base_minor=33316, rate=Fraction("0.0005"), since=date(2026, 9, 30), until=date(2026, 10, 2)),
        Stretch(base_minor=24615, rate=Fraction("0.0005"), since=date(2026, 10, 2), until=date(2026, 10, 5)),
    )
    assert [each.days for each in shown.stretches] == [2, 3]
    assert (shown.exact, shown.charged_minor) == (Fraction("70.2385"), 70)


def test_on_the_last_day_of_grace_there_is_no_penalty_to_explain() -> None:
    shown = explain_penalty(_PHONE, _SOME, date(2026, 10, 3), 1)
    assert (shown.stretches, shown.exact, shown.charged_minor) == ((), 0, 0)


def test_interest_is_its_opening_at_the_rate_of_the_period() -> None:
    """5526.91 at 1 %: 55.27, as planned and as it stands months ahead."""
    shown = explain_interest(_LOAN, (), date(2026, 1, 31), 2)
    opening = Stretch(base_minor=552691, rate=Fraction(1, 100), since=date(2026, 2, 28), until=date(2026, 3, 31))
    assert (shown.stretches, shown.period.rate, shown.charged_minor) == ((opening,), Fraction(1, 100), 5527)


def test_interest_after_early_settlement_is_what_was_earned() -> None:
    settled = (Payment(id="p", on=date(2026, 2, 10), amount_minor=602000, goal="all"),)
    shown = explain_interest(_LOAN, settled, date(2026, 5, 1), 1)
    assert (shown.stretches, shown.charged_minor) == ((), 2000)


def test_a_payoff_is_its_lines() -> None:
    """A day after the first due date, 0.42 of the second fee is earned; 10.00 of it was paid ahead."""
    facts = (Payment(id="p", on=date(2026, 9, 30), amount_minor=35615),)
    assert explain_payoff(_PHONE, facts, date(2026, 10, 1)) == (
        PayoffLine(what="principal", amount_minor=166584),
        PayoffLine(what="fee", amount_minor=42),
        PayoffLine(what="paid_ahead", amount_minor=-1000),
    )
    assert explain_payoff(_PHONE, (), date(2026, 8, 30)) == ()
