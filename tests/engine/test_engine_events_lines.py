"""Why an amount is what it is after an event: one example of each line as it is read, by hand.

A line over days reads `600.00 × 1/100 × 10/31 = 60/31`: the base, its rate for a whole period, ten of its 31 days.
"""

from typing import Any

from engine_tables import FLAT, LATE, THREE, ask, read_table


def _explain(terms: dict[str, Any], table: str) -> dict[str, Any]:
    """What the door explains after the last row of the table."""
    *_, last = read_table(table)
    lines: dict[str, Any] = ask(terms, last.on.isoformat(), *last.told)["explain"]
    return lines


def _read(lines: list[dict[str, Any]]) -> list[str]:
    return [_line(line) for line in lines]


def _line(line: dict[str, Any]) -> str:
    who = " ".join(str(line[key]) for key in ("n", "id", "on") if key in line)
    days = f"{line['days']}/{line['of_days']}" if "of_days" in line else str(line.get("days"))
    over = f" {line['base']} × {line['rate']} × {days} =" if "base" in line else ""
    return f"{line['what']}{' ' * bool(who)}{who}{over} {line['exact']}"


_SPREAD = """
day         happens
2026-03-10  re-amortises
"""


def test_what_is_spread_is_moved_off_one_instalment_and_carried_on_others() -> None:
    """(600.00 × 10 + 900.00 × 21)/31 × 1 % = 249/31 = 8.0323, rounded down by 7/3100; 9.00 and 1.50 in halves."""
    first, second, _ = _explain(THREE | LATE, _SPREAD)["instalments"]
    assert _read(first["principal"]) == ["planned 300", "moved -300"]
    assert _read(first["interest"]) == ["interest 900.00 × 1/100 × 28/28 = 9", "moved -9"]
    assert _read(first["penalty"]) == ["penalty 300.00 × 1/2000 × 10 = 3/2", "moved -3/2"]
    assert _read(second["principal"]) == ["planned 300", "replanned 150"]
    assert _read(second["interest"]) == [
        "interest 600.00 × 1/100 × 10/31 = 60/31", "interest 900.00 × 1/100 × 21/31 = 189/31", "rounding -7/3100",
        "carried 9/2",
    ]  # fmt: skip
    assert _read(second["penalty"]) == ["carried 3/4"]
    assert _read(second["remaining"]) == ["principal 450", "interest 1253/100", "penalty 3/4"]


def test_of_a_month_that_ended_before_its_time_only_what_was_earned_is_left() -> None:
    """300.00 × 12 % × 10/360 = 1.00, which goes on the new plan with the arrears: 5.33 on the first of three."""
    _, _, third, fourth, *_ = _explain(
        THREE,
        """
day         happens
2026-04-10  re-ages from 2026-05-10
""",
    )["instalments"]
    assert _read(third["interest"]) == ["earned 1", "moved -1"]
    assert _read(fourth["principal"]) == ["planned 300"]
    assert _read(fourth["interest"]) == ["interest 900.00 × 1/100 × 30/30 = 9", "carried 533/100"]


def test_a_deferred_month_a_pause_another_rate_and_a_subsidy() -> None:
    """A month and ten days are 40/360 of 12 %: 1/75. At 9 % and 3 % of it, 1/100 and 1/300; the pause bears nothing."""
    table = """
day         happens
2026-04-05  subsidy 0.03
2026-04-10  pauses until 2026-04-20
2026-04-25  rate 0.06
2026-04-25  defers 1 to 2026-05-10
"""
    terms = THREE | {"principal": "600.00", "instalments": 2, "starts_on": "2026-03-31"}
    first, _ = _explain(terms, table)["instalments"]
    assert _read(first["interest"]) == [
        "interest 600.00 × 1/75 × 5/40 = 1", "interest 600.00 × 1/100 × 5/40 = 3/4",
        "interest 600.00 × 1/100 × 5/40 = 3/4", "interest 600.00 × 1/300 × 15/40 = 3/4",
    ]  # fmt: skip


def test_fees_by_their_base_a_charge_and_what_is_due() -> None:
    """600.00 for fourteen of 28 days, 900.00 for fourteen; 30.00 of a notary's; the whole instalment is due."""
    lines = _explain(
        FLAT | {"draws_up_to": "900.00", "charges": {"notary": "80.00"}},
        """
day         happens
2026-02-10  charges 30.00 notary
2026-02-14  draws 300.00
2026-02-28
""",
    )
    assert _read(lines["instalments"][0]["fee"]) == [
        "fee 600.00 × 1/100 × 14/28 = 3", "fee 900.00 × 1/100 × 14/28 = 9/2", "carried 30",
    ]  # fmt: skip
    assert _read(lines["due_now"]) == ["instalment 1 675/2"]
    assert _read(lines["next_due"]) == ["instalment 2 309"]
    assert _read(lines["outstanding_principal"]) == ["instalment 1 300", "instalment 2 300", "instalment 3 300"]


def test_a_late_fee_what_was_waived_of_it_and_what_a_return_gave_back() -> None:
    """15.00 once and 0.15 a day for ten days, 5.00 of it waived; a third of 9.00 given back with a third of the goods."""
    lines = _explain(
        THREE | LATE | {"late_fee": {"amount": "15.00"}},
        """
day         happens
2026-03-10  waives 5.00 penalty
2026-03-10  returns 300.00 with costs
""",
    )
    first, second, third = lines["instalments"]
    assert _read(first["penalty"]) == ["penalty 300.00 × 1/2000 × 10 = 3/2", "late_fee 15", "waived -5"]
    assert _read(first["interest"]) == ["interest 900.00 × 1/100 × 28/28 = 9", "given_back -3"]
    assert _read(second["interest"]) == [
        "interest 400.00 × 1/100 × 10/31 = 40/31", "interest 300.00 × 1/100 × 21/31 = 63/31", "rounding -2/775",
    ]  # fmt: skip
    assert _read(third["principal"]) == ["planned 300", "replanned -300"]
    assert _read(lines["reduced"]["returned"]) == ["returned 2026-03-10 300"]


def test_credit_is_money_in_less_what_it_did() -> None:
    """459.00 and 20.00 of the lender's; 10.00 went back, 100.00 bounced: off the credit, then off what was prepaid."""
    lines = _explain(
        THREE | {"excess": "shorten"},
        """
day         happens
2026-02-28  pays 459.00
2026-03-01  gives 20.00
2026-03-02  refunds 10.00
2026-03-03  bounces p1 100.00
2026-03-04  returns 1000.00
""",
    )
    assert _read(lines["credit"]) == [
        "payment p1 2026-02-28 459", "goodwill goodwill1 2026-03-01 20", "refund refund1 2026-03-02 -10",
        "chargeback bounce1 2026-03-03 -100", "return r1 2026-03-04 1000", "paid -309", "prepaid -60", "returned -540",
    ]  # fmt: skip
    assert _read(lines["reduced"]["prepaid"]) == ["prepaid 2026-02-28 150", "prepaid 2026-03-03 -90"]
    assert _read(lines["paid"]["principal"]) == ["instalment 1 300"]
    assert _read(lines["instalments"][0]["paid"]) == ["principal 300", "interest 9"]
    assert _read(lines["instalments"][0]["remaining"]) == ["principal 300", "interest 9", "paid -309"]


def test_what_was_lent_a_second_time_is_money_that_the_loan_had_to_find() -> None:
    """339.00 came in and went back, 30.00 twice: nothing is left, and 30.00 were lent again."""
    lines = _explain(
        THREE,
        """
day         happens
2026-02-28  pays 339.00
2026-03-01  refunds 30.00
2026-03-10  bounces p1
""",
    )
    assert _read(lines["credit"]) == [
        "payment p1 2026-02-28 339", "refund refund1 2026-03-01 -30", "chargeback bounce1 2026-03-10 -339",
        "lent_again 30",
    ]  # fmt: skip
    assert _read(lines["instalments"][3]["principal"]) == ["carried 330"]


def test_a_loss_that_came_in() -> None:
    lines = _explain(
        THREE,
        """
day         happens
2026-03-10  writes off
2026-04-01  recovers 1000.00
""",
    )
    assert _read(lines["credit"]) == ["recovery recovery1 2026-04-01 1000", "paid -911"]


def test_a_payoff_is_what_is_due_what_is_to_come_and_what_counts_against_it() -> None:
    """600.00 to come that earned 2.00; 30.00 charged, 3 % of 600.00 for leaving early, 5.00 of credit.

    A fee of 6.00, ten of 31 days gone: 1.94, beside the 56.00 that are still due.
    """
    lines = _explain(
        THREE | {"early": {"fee_rate": "0.03"}, "charges": {"notary": "80.00"}},
        """
day         happens
2026-02-28  pays 314.00
2026-03-01  charges 30.00 notary
2026-03-10
""",
    )
    assert _read(lines["payoff"]) == ["principal 600", "interest 2", "early_fee 18", "carried 30", "credit -5"]
    fees = _explain(
        FLAT,
        """
day         happens
2026-02-28  pays 150.00
2026-03-10
""",
    )
    assert _read(fees["payoff"]) == ["due 56", "principal 400", "fee 97/50"]


def test_of_a_settled_loan_the_payoff_is_nothing_but_what_is_given_back() -> None:
    settled = _explain(
        THREE,
        """
day         happens
2026-02-14  pays 909.20 for all
""",
    )
    assert _read(settled["payoff"]) == ["credit -5", "given_back 5"]


def test_what_was_paid_ahead_and_is_more_than_all_that_is_owed_is_given_back() -> None:
    """All 18.00 of interest and all but 1.00 of principal are paid ahead; 4.20 are earned: 12.80 too much."""
    lines = _explain(
        THREE,
        """
day         happens
2026-01-31  pays 917.00 for next
2026-02-14
""",
    )
    assert _read(lines["payoff"]) == ["principal 1", "interest 21/5", "paid_ahead -18", "given_back 64/5"]
