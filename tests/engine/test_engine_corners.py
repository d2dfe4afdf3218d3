"""Corners of the engine that no story leads to: what stands between two rules; every figure was worked out by hand."""

import json
from datetime import date
from typing import Any

import pytest
from engine_tables import (
    LATE,
    PHONE,
    RESERVE,
    THREE,
    ask,
    follow,
    look_at_choices,
    look_at_standing,
    look_at_wake,
)

from anqi.engine.accruals import Line
from anqi.engine.contract import answer_line
from anqi.engine.day import Evening, evening
from anqi.engine.explain import explain_fee
from anqi.engine.facts import Payment, read_facts
from anqi.engine.loan import is_settled, standing
from anqi.engine.money import read_amount
from anqi.engine.prices import read_charges
from anqi.engine.products import read_terms
from anqi.engine.refusals import BadFact, BeforeStart, LessThanPayoff
from anqi.engine.repayment import preview

_PHONE = read_terms(PHONE)
_no_fact: Any = [5]
# Principal is paid first: what is left of an instalment in the end is its interest.
_PRINCIPAL_FIRST = THREE | {"allocation": ["principal", "interest", "fee", "penalty"]}


def test_a_waiver_that_the_oldest_instalment_took_leaves_the_next_alone() -> None:
    follow(
        THREE,
        """
day         happens               interests       due_now
2026-03-31  waives 8.00 interest  1.00 6.00 3.00  607.00
2026-03-31  waives 2.00 interest  0.00 5.00 3.00  605.00
""",
        look_at_standing,
    )


def test_where_only_interest_is_left_a_new_plan_needs_it_carried() -> None:
    """915.00 of 918.00 are paid, principal first: 3.00 of interest is open. Not carried it stays; re-aged it moves."""
    follow(
        _PRINCIPAL_FIRST,
        """
day         happens                                      status   due_now  n  interests
2026-04-30  pays 915.00                                  due      3.00     3  9.00 6.00 3.00
2026-05-01  reschedules in 2 from 2026-06-01             overdue  3.00     3  9.00 6.00 3.00
2026-05-01  reschedules in 2 from 2026-06-01 with fee    overdue  3.00     3  9.00 6.00 3.00
2026-05-02  re-ages from 2026-06-01 in 2                 active   0.00     5  9.00 6.00 0.00 1.50 1.50
""",
        look_at_standing,
    )


def test_an_instalment_that_is_paid_in_part_takes_an_equal_share_of_what_is_unpaid_with_a_draw() -> None:
    """100.00 ahead on the second: 200.00 + 300.00 + 300.00 are unpaid, 400.00 each; the first is paid and left out.

    Fourteen days of 300.00 more: 1.50; a month of 900.00: 9.00, of which 6.00 are paid; 400.00 × 1 % = 4.00.
    """
    follow(
        THREE | {"draws_up_to": "1200.00"},
        """
day         happens               principals            interests        left
2026-01-31  pays 415.00 for next  300.00 300.00 300.00  9.00 6.00 3.00   0.00 200.00 303.00
2026-02-14  draws 300.00          300.00 500.00 400.00  10.50 9.00 4.00  1.50 403.00 404.00
""",
        look_at_standing,
    )


def test_a_free_instalment_that_is_deferred_stays_free_and_shortens_the_next() -> None:
    """Ten of thirty days of 600.00 less: 4.00; and the last one pays a fortnight of 300.00 more: 1.40."""
    follow(
        THREE | {"shape": {"interest_free": 1}},
        """
day         happens                 interests
2026-01-31  defers 1 to 2026-03-10  0.00 4.00 3.00
2026-01-31  defers 3 to 2026-05-14  0.00 4.00 4.40
""",
        look_at_standing,
    )


def test_where_only_an_instalment_without_principal_is_left_unpaid_it_takes_a_draw() -> None:
    """A deferral leaves 3.00 of interest open on the first; 900.00 for a day and 1200.00 for 37 of 38, at 1/75: 15.89."""
    follow(
        THREE | {"instalments": 2, "shape": {"principal_free": 1}, "draws_up_to": "1200.00"},
        """
day         happens                 principals     interests   left         credit
2026-01-31  pays 918.00 for next    0.00 900.00    9.00 9.00   0.00 0.00    0.00
2026-02-01  defers 1 to 2026-03-10  0.00 900.00    12.00 6.00  3.00 0.00    3.00
2026-02-01  draws 300.00            300.00 900.00  15.89 6.00  306.89 0.00  3.00
""",
        look_at_standing,
    )


def test_a_draw_that_was_within_its_limit_stands_when_an_undoing_has_lent_before_it() -> None:
    """30.00 of credit went back; without the payment they were lent, before the draw, which is refused no more."""
    follow(
        THREE | {"draws_up_to": "1000.00"},
        """
day         happens        lent     due_now  credit
2026-02-28  pays 339.00    900.00   0.00     30.00
2026-03-01  refunds 30.00  900.00   0.00     0.00
2026-03-02  draws 100.01   refused: more_than_agreed 100.00
2026-03-02  draws 100.00   1000.00  0.00     0.00
2026-03-03  reverses p1    1030.00  339.00   0.00
""",
        look_at_standing,
    )


def test_a_due_day_that_working_days_leave_no_room_for_is_refused() -> None:
    """Every day of April is a holiday but the first: moved back, the second due date would meet the first."""
    free = [f"2026-04-{day:02}" for day in range(2, 31)] + [f"2026-05-{day:02}" for day in range(1, 32)]
    follow(
        THREE | {"instalments": 3, "shape": {"working_days": {"move": "preceding", "holidays": free}},
                 "starts_on": "2026-01-05"},
        """
day         happens              due_on
2026-01-05                       02-05 03-05 04-01
2026-02-06  moves due day to 15  02-05 03-13 04-01
2026-02-06  moves due day to 1   refused: bad_fact day
""",
        look_at_standing,
    )  # fmt: skip


def test_the_next_day_with_a_third_party_a_loss_and_nothing_that_grows() -> None:
    """All interest is subsidised and no principal asked for: on 30 April only the third party owes. A loss sleeps."""
    terms = {"principal": "600.00", "method": "interest_only", "instalments": 2, "starts_on": "2026-03-31",
             "every": {"months": 1}, "annual_rate": "0.12"}  # fmt: skip
    follow(
        terms | {"subsidy_rate": "0.12"},
        """
day         next
2026-03-31  2026-04-30
2026-04-30  2026-05-31
""",
        look_at_wake,
    )
    follow(
        THREE | LATE,
        """
day         happens     next
2026-03-10              2026-03-31
2026-03-10  writes off  none
""",
        look_at_wake,
    )


@pytest.mark.parametrize(
    ("penalty", "told"), [({"daily_rate": "0"}, "pays 5.00"), ({"daily_rate": "0.0005"}, "pays 500.00")]
)
def test_a_penalty_without_a_rate_or_a_base_accrues_nothing(penalty: dict[str, str], told: str) -> None:
    """Nothing a day; or the principal is paid and only 0.25 of penalty is left."""
    terms = RESERVE | {"penalty": penalty, "allocation": ["principal", "interest", "fee", "penalty"]}
    follow(
        terms,
        f"""
day         happens       next
2026-09-09  {told:<12}  2026-10-09
2026-12-08                none
""",
        look_at_wake,
    )
    paid_minor = read_amount(told.removeprefix("pays "), currency="CNY")
    payment = Payment(id="p", on=date(2026, 9, 9), amount_minor=paid_minor)
    assert evening(read_terms(terms), [payment], date(2026, 12, 8)).accruals == ()


def test_a_stage_that_begins_after_the_last_day_of_the_calendar_wakes_nobody() -> None:
    """Due on 11 November 9999: 31 days late on 12 December, never 61."""
    follow(
        RESERVE | {"starts_on": "9999-11-04"},
        """
day         next
9999-11-12  9999-12-12
9999-12-12  none
9999-12-31  none
""",
        look_at_wake,
    )


def test_what_is_offered_on_the_last_due_date_and_on_a_void_loan() -> None:
    """Nothing comes after it: 303.00 is all. Of a void loan nothing is to be paid."""
    follow(
        THREE,
        """
day         happens      due     next  all     settled
2026-03-31  pays 615.00  0.00    none  300.00  no
2026-04-30               303.00  none  303.00  no
2026-04-30  voids        0.00    none  0.00    no
""",
        look_at_choices,
    )


def test_an_evening_is_the_books_what_accrues_the_next_day_and_whether_it_is_over() -> None:
    """346.15 fall due on 30 September, 12.99 of it a fee; 2011.99 settle all of it on that day. 12.99 over 31 days."""
    settled = (Payment(id="p", on=date(2026, 9, 30), amount_minor=201199, goal="all"),)
    assert evening(_PHONE, settled, date(2026, 8, 30)) == Evening(
        balances={}, accruals=(), next_wake_on=date(2026, 8, 31), is_settled=False
    )
    due = {
        "receivable_principal": 199900, "receivable_fee": 1299, "fee_income": -1299, "merchant_payable": -199900,
    }  # fmt: skip
    fee = Line(
        part="fee", since=date(2026, 9, 30), start=0, per_day=1299, denominator=31, most_minor=None, booked_minor=0,
        is_half_even=False,
    )  # fmt: skip
    assert evening(_PHONE, (), date(2026, 9, 30)) == Evening(
        balances=due, accruals=(fee,), next_wake_on=date(2026, 10, 4), is_settled=False
    )
    first = {"receivable_principal": 199900, "merchant_payable": -199900}
    begun = evening(_PHONE, (), date(2026, 8, 31))
    assert (begun.balances, begun.next_wake_on) == (first, date(2026, 9, 30))
    over = {"fee_income": -1299, "merchant_payable": -199900, "unapplied": 201199}
    assert evening(_PHONE, settled, date(2026, 9, 30)) == Evening(
        balances=over, accruals=(), next_wake_on=None, is_settled=True
    )


def test_over_is_what_began_is_not_void_and_has_nothing_left() -> None:
    [void] = read_facts([{"id": "v", "type": "void", "on": "2026-10-01"}], currency="CNY")
    settled = Payment(id="p", on=date(2026, 9, 30), amount_minor=201199, goal="all")
    for facts, on, is_over in (
        ((), date(2026, 8, 30), False),
        ((), date(2026, 9, 30), False),
        ((Payment(id="p", on=date(2026, 8, 31), amount_minor=199900, goal="all"),), date(2026, 8, 31), True),
        ((settled,), date(2026, 9, 30), True),
        ((settled, void), date(2026, 10, 1), False),
    ):
        assert is_settled(_PHONE, facts, on) is is_over


def test_the_fee_of_one_instalment_and_all_that_it_comes_to() -> None:
    """0.65 % of 1999.00: 1299.35 fen, charged 1299; 333.16 + 12.99 = 346.15."""
    shown = explain_fee(_PHONE, (), date(2026, 8, 31), 2)
    assert ([each.base_minor for each in shown.stretches], shown.charged_minor) == ([199900], 1299)
    assert standing(_PHONE, (), date(2026, 8, 31)).instalments[1].total_minor == 34615
    late = standing(read_terms(THREE | LATE), (), date(2026, 3, 10)).instalments[0]
    assert late.total_minor == 30000 + 900 + 150


def test_a_preview_before_the_start_and_of_what_is_told_for_later() -> None:
    """What is dated after the day is not looked at; before the start there is no payoff that a payment could miss."""
    later = Payment(id="z", on=date(2026, 10, 31), amount_minor=34615)
    shown = preview(_PHONE, (later,), date(2026, 9, 30), amount_minor=34615, goal="due")
    assert (shown.clears, shown.next_due_on_after) == ((1,), date(2026, 10, 31))
    with pytest.raises(BeforeStart):
        preview(_PHONE, (), date(2026, 8, 30), amount_minor=1, goal="all")
    with pytest.raises(LessThanPayoff) as refused:
        preview(_PHONE, (), date(2026, 8, 31), amount_minor=1, goal="all")
    assert refused.value.need_minor == 199900


def test_a_plan_with_a_subsidy_says_what_the_third_party_pays() -> None:
    """9.00, 6.00 and 3.00: three quarters from the borrower. The version of this arithmetic is one."""
    planned = _answer({"ask": "plan", "terms": THREE | {"subsidy_rate": "0.03", "version": 1}})
    assert [(row["interest"], row["subsidy"], row["total"]) for row in planned["instalments"]] == [
        ("6.75", "2.25", "306.75"), ("4.50", "1.50", "304.50"), ("2.25", "0.75", "302.25"),
    ]  # fmt: skip
    assert (planned["totals"]["interest"], planned["totals"]["subsidy"]) == ("13.50", "4.50")
    assert "subsidy" not in _answer({"ask": "plan", "terms": THREE})["totals"]


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"carries": "interest"}, "carries"),
        ({"carries": [1]}, "carries"),
        ({"carries": ["interest", "interest"]}, "carries"),
        ({"carries": ["principal"]}, "carries"),
        ({"instalments": "2"}, "instalments"),
        ({"annual_rate": 0.06}, "annual_rate"),
        ({"every": {"months": 1, "days": 1}}, "every"),
        ({"first_due_on": "2026-02-30"}, "first_due_on"),
        ({"reason": "a hard winter"}, "reason"),
    ],
)
def test_a_reschedule_that_cannot_be_read_is_refused_with_its_key(said: dict[str, Any], field: str) -> None:
    fact = {
        "id": "s",
        "type": "reschedule",
        "on": "2026-02-14",
        "first_due_on": "2026-03-14",
        "instalments": 2,
    }
    refused = ask(THREE, "2026-02-14", fact | said)["refused"]
    assert (refused["code"], refused["field"]) == ("bad_fact", field)


_NEEDED = [
    ("deferral", {"n": 1, "to": "2026-03-10"}),
    ("due_day_change", {"day": 10}),
    ("re_age", {"first_due_on": "2026-03-10"}),
    ("reschedule", {"first_due_on": "2026-03-10", "instalments": 3}),
    ("pause", {"until": "2026-03-01"}),
    ("hold", {"reason": "return"}),
    ("release", {"of": "hold1"}),
    ("rate_change", {"annual_rate": "0.06"}),
    ("subsidy", {"annual_rate": "0.06"}),
    ("charge", {"code": "notary", "amount": "1.00", "reason": "deed"}),
    ("goodwill", {"amount": "1.00"}),
    ("draw", {"amount": "1.00"}),
    ("refund", {"amount": "1.00"}),
    ("chargeback", {"of": "p"}),
    ("recovery", {"amount": "1.00"}),
]


@pytest.mark.parametrize(("kind", "needed"), _NEEDED, ids=[kind for kind, _ in _NEEDED])
def test_an_event_without_what_it_needs_or_with_what_it_does_not_know_is_refused(
    kind: str, needed: dict[str, Any]
) -> None:
    whole = {"id": "e", "type": kind, "on": "2026-02-14"} | needed
    for key in needed:
        refused = ask(THREE, "2026-02-14", {name: whole[name] for name in whole if name != key})["refused"]
        assert (refused["code"], refused["field"]) == ("bad_fact", key)
        refused = ask(THREE, "2026-02-14", whole | {key: None})["refused"]
        assert (refused["code"], refused["field"]) == ("bad_fact", key)
    for key in ("note", "amount_minor"):
        refused = ask(THREE, "2026-02-14", whole | {key: "x"})["refused"]
        assert (refused["code"], refused["field"]) == ("bad_fact", key)


@pytest.mark.parametrize(
    "kind",
    [
        "deferral", "due_day_change", "re_amortise", "re_age", "reschedule", "pause", "hold", "release", "rate_change",
        "subsidy", "charge",
        "goodwill", "draw", "refund", "chargeback", "write_off", "recovery", "void",
    ],
)  # fmt: skip
def test_no_event_comes_before_the_loan_begins(kind: str) -> None:
    """Neither on the day before, nor is the payment there that a chargeback speaks of."""
    needed = dict(_NEEDED).get(kind, {})
    refused = ask(THREE, "2026-02-14", {"id": "e", "type": kind, "on": "2026-01-30"} | needed)["refused"]
    assert refused["code"] == "before_start"


def test_what_the_readers_decline_that_no_json_can_say() -> None:
    with pytest.raises(BadFact):
        read_facts(_no_fact, currency="CNY")
    with pytest.raises(ValueError, match="not codes"):
        read_charges({5: "1.00"}, "CNY")


def test_a_floating_first_period_keeps_its_own_day() -> None:
    floating = {"shape": {"first_period": {"due_day": 10, "least_days": 5}}, "anchor_day": 10}
    refused = _answer({"ask": "plan", "terms": THREE | floating})["refused"]
    assert (refused["code"], refused["field"]) == ("bad_terms", "anchor_day")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"places": 21}, "places"),
        ({"places": -1}, "places"),
        ({"repayments": [{"amount": "55", "first_t": "1/2", "count": 2}]}, "repayments"),
        ({"drawdowns": [{"amount": "100", "t_years": 0}]}, "drawdowns"),
        (
            {"drawdowns": [{"amount": "0", "t_years": "0"}], "repayments": [{"amount": "0", "first_t": "0"}]},
            "drawdowns",
        ),
    ],
)
def test_annual_costs_that_have_no_reading_are_refused(said: dict[str, Any], field: str) -> None:
    request = {
        "ask": "annual_cost", "regime": "eu", "drawdowns": [{"amount": "100", "t_years": "0"}],
        "repayments": [{"amount": "110", "first_t": "1"}],
    }  # fmt: skip
    assert _answer(request) == {"annual_percent": "10.00"}
    refused = _answer(request | said)["refused"]
    assert (refused["code"], refused["field"]) == ("bad_request", field)


def test_periods_a_year_may_be_a_whole_number() -> None:
    request = {"ask": "annual_cost", "regime": "cn_simple", "flows": ["-100", "101"]}
    assert _answer(request | {"periods_per_year": 12}) == {"annual_percent": "12.00"}
    assert _answer(request | {"periods_per_year": "12"}) == {"annual_percent": "12.00"}


def _answer(request: object) -> dict[str, Any]:
    return answer_line(json.dumps(request))
