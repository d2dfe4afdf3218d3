"""What a payment would do, and which amounts make sense."""

from datetime import date

import pytest
from engine_tables import LOAN, PHONE, follow, look_at_choices

from anqi.engine.facts import Payment
from anqi.engine.products import read_terms
from anqi.engine.refusals import BeforeStart, LessThanPayoff, NotPositive
from anqi.engine.repayment import Line, Preview, preview

_PHONE = read_terms(PHONE)
_DUE_ON = date(2026, 9, 30)


def test_the_amounts_that_make_sense_through_the_life_of_a_phone() -> None:
    """On 7 October seven days late: 333.16 × 0.0005 × 7 = 1.17. Once three fees are paid ahead, they
    count against the payoff: 666.36 + 3.35 earned − 38.97.
    """
    follow(
        PHONE,
        """
day         happens                due     next    all      least  most     settled
2026-08-30                         0.00    none    0.00     0.00   0.00     no
2026-08-31                         0.00    346.15  1999.00  0.01   1999.00  no
2026-09-30                         346.15  692.30  2011.99  0.01   2011.99  no
2026-10-07                         347.32  693.47  2016.09  0.01   2016.09  no
2026-10-07  pays 347.32            0.00    346.15  1668.77  0.01   1668.77  no
2026-10-08  pays 1038.45 for next  0.00    346.15  630.74   0.01   630.74   no
2026-10-09  pays 346.15 for next   0.00    none    285.01   0.01   285.01   no
2026-10-09  pays 285.01 for all    0.00    none    0.00     0.00   0.00     yes
""",
        look_at_choices,
    )


def test_credit_waits_for_its_due_date() -> None:
    """What is due is shown in full: credit that a return left over pays nothing before the next due date."""
    follow(
        LOAN,
        """
day         happens      due     next     all
2026-02-10  pays 600.00  0.00    533.09   5420.00
2026-02-28               0.00    533.09   5460.00
""",
        look_at_choices,
    )


def test_paying_what_is_due_and_the_next_one() -> None:
    assert preview(_PHONE, (), _DUE_ON, amount_minor=69230, goal="next") == Preview(
        clears=(1, 2),
        lines=(
            Line(n=1, part="fee", amount_minor=1299),
            Line(n=1, part="principal", amount_minor=33316),
            Line(n=2, part="fee", amount_minor=1299),
            Line(n=2, part="principal", amount_minor=33316),
        ),
        prepaid_minor=0,
        credit_used_minor=0,
        excess_minor=0,
        saved_minor=0,
        remaining_after_minor=207694 - 69230,
        next_due_on_after=date(2026, 11, 30),
        next_due_minor_after=34615,
        settles=False,
    )


def test_paying_a_part_of_what_comes_starts_the_next_instalment() -> None:
    shown = preview(_PHONE, (), _DUE_ON, amount_minor=40000, goal="due")
    assert shown.clears == (1,)
    assert shown.lines[2:] == (
        Line(n=2, part="fee", amount_minor=1299),
        Line(n=2, part="principal", amount_minor=4086),
    )
    assert (shown.next_due_on_after, shown.next_due_minor_after) == (date(2026, 10, 31), 34615 - 5385)


def test_settling_early_saves_the_fees_that_are_not_earned() -> None:
    """On a due date nothing of the coming period is earned: five fees of 12.99 are saved."""
    shown = preview(_PHONE, (), _DUE_ON, amount_minor=201199, goal="all")
    assert (shown.settles, shown.saved_minor, shown.excess_minor) == (True, 5 * 1299, 0)
    assert (shown.remaining_after_minor, shown.next_due_on_after) == (0, None)
    assert shown.clears == (1, 2, 3, 4, 5, 6)


def test_an_early_fee_is_taken_off_what_is_saved() -> None:
    """3 % of 1665.84: 49.98. Of 64.95 saved, 14.97 remain."""
    terms = read_terms(PHONE | {"early": {"fee_rate": "0.03"}})
    shown = preview(terms, (), _DUE_ON, amount_minor=201199 + 4998, goal="all")
    assert (shown.settles, shown.saved_minor, shown.excess_minor) == (True, 5 * 1299 - 4998, 0)


def test_what_no_instalment_takes_is_told_beforehand() -> None:
    shown = preview(_PHONE, (), _DUE_ON, amount_minor=300000, goal="due")
    assert (shown.settles, shown.saved_minor, shown.excess_minor) == (True, 0, 300000 - 207694)


def test_prepaying_principal_saves_interest() -> None:
    """1000.00 off the end at 1 % a month: 10.00 less on instalments 2 to 11, and the whole 5.28 of the twelfth."""
    terms = read_terms(LOAN | {"excess": "shorten"})
    shown = preview(terms, (), date(2026, 2, 28), amount_minor=153309, goal="due")
    assert (shown.clears, shown.prepaid_minor, shown.excess_minor) == ((1,), 100000, 0)
    assert shown.saved_minor == 10 * 1000 + 528


def test_the_money_is_the_last_thing_of_the_day() -> None:
    facts = (Payment(id="zz", on=_DUE_ON, amount_minor=34615),)
    assert preview(_PHONE, facts, _DUE_ON, amount_minor=34615, goal="next").clears == (2,)


def test_what_cannot_be_taken_is_refused() -> None:
    with pytest.raises(LessThanPayoff) as refused:
        preview(_PHONE, (), _DUE_ON, amount_minor=201198, goal="all")
    assert refused.value.need_minor == 201199
    with pytest.raises(NotPositive):
        preview(_PHONE, (), _DUE_ON, amount_minor=0, goal="due")
    with pytest.raises(BeforeStart):
        preview(_PHONE, (), date(2026, 8, 30), amount_minor=1, goal="due")
