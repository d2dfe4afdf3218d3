"""The balances that the books must show for a loan: its course told in accounts."""

from collections.abc import Iterable, Mapping
from datetime import date

from anqi.engine.course import Course
from anqi.engine.facts import Fact
from anqi.engine.lateness import days_past_due, stage_of
from anqi.engine.products import Part, Terms
from anqi.engine.replay import replay

# By how long the loan is late: not at all, then by each of `lateness.STAGES`.
STAGES = ("", "_m1", "_m2", "_m3", "_m4")
RECEIVABLES = ("receivable_principal", "receivable_interest", "receivable_fee", "receivable_penalty")
ACCOUNTS = (
    *(f"{account}{stage}" for stage in STAGES for account in RECEIVABLES),
    "interest_income",
    "fee_income",
    "penalty_income",
    "waived",
    "credit_balance",
    "unapplied",
    "merchant_payable",
    "merchant_fee_income",
    "subsidy_receivable",
    "goodwill",
    "written_off",
    "recovered",
)


def balances(terms: Terms, facts: Iterable[Fact], on: date) -> dict[str, int]:
    """What the books must show for the loan at the end of the day: debit above zero, credit below, Σ 0.

    In the currency's smallest unit, accounts at zero left out, empty before the loan starts; refuses as
    `standing` does. Interest and fee are income on their due date, or when they are paid before it. What is receivable
    from a late loan stands in the accounts of its stage of lateness, `receivable_principal_m1` from its first day on.
    1999.00 of goods, 12.99 of fee fell due today, 346.15 paid: receivable_principal 1665.84, unapplied 346.15,
    fee_income −12.99, merchant_payable −1999.00.
    """
    return {} if on < terms.starts_on else balances_of(replay(terms, facts, on))


def without_penalty(shown: Mapping[str, int], unbooked_minor: int) -> dict[str, int]:
    """The balances where so much of the penalty has accrued and is not booked; never more than there is."""
    if not unbooked_minor:
        return dict(shown)
    [receivable] = (account for account in shown if account.startswith("receivable_penalty"))
    booked = {
        **shown,
        receivable: shown[receivable] - unbooked_minor,
        "penalty_income": shown["penalty_income"] + unbooked_minor,
    }
    return {account: amount_minor for account, amount_minor in booked.items() if amount_minor}


def balances_of(course: Course) -> dict[str, int]:
    """What the books must show for a loan that has begun, as it stands in its course."""
    earned_minor, owed_minor = _earned_and_owed(course)
    shown = {
        **(_receivables(course, owed_minor) if course.written_off_minor is None else _losses(course)),
        **_results(course, earned_minor),
        **_shops(course),
        "credit_balance": -course.credit_minor,
        "goodwill": course.goodwill_minor,
        # The money was booked against unapplied when it arrived; having been applied, it leaves there.
        "unapplied": course.unapplied_minor,
    }
    assert sum(shown.values()) == 0, "money in is money applied and credit"
    return {account: amount_minor for account, amount_minor in shown.items() if amount_minor}


def _earned_and_owed(course: Course) -> tuple[dict[Part, int], dict[Part, int]]:
    """Of each part beside principal: what is income by now, and what is receivable of it."""
    earned_minor: dict[Part, int] = {"interest": 0, "fee": 0, "penalty": 0}
    owed_minor: dict[Part, int] = {"interest": 0, "fee": 0, "penalty": 0}
    for row in course.rows:
        charged, paid, waived, carried = row.charged, row.paid, row.waived, row.carried
        for part in earned_minor:
            if row.is_due:
                earned_minor[part] += charged[part]
                owed_minor[part] += charged[part] - paid[part] - waived[part]
            elif paid[part] or carried:
                # What came from another instalment was income there already, and is owed whenever this one falls due.
                earned_minor[part] += max(paid[part], carried.get(part, 0))
                owed_minor[part] += max(carried.get(part, 0) - paid[part], 0)
    return earned_minor, owed_minor


def _receivables(course: Course, owed_minor: Mapping[Part, int]) -> dict[str, int]:
    # A late loan is late as a whole: what is still to come of it is in as much doubt as what was missed.
    late = STAGES[stage_of(days_past_due(course))]
    return {
        f"receivable_principal{late}": sum(row.left("principal") for row in course.rows),
        f"receivable_interest{late}": owed_minor["interest"],
        f"receivable_fee{late}": owed_minor["fee"],
        f"receivable_penalty{late}": owed_minor["penalty"],
    }


def _losses(course: Course) -> dict[str, int]:
    assert course.written_off_minor is not None
    left_minor = sum(row.remaining_minor for row in course.owing)
    return {"written_off": course.written_off_minor, "recovered": left_minor - course.written_off_minor}


def _results(course: Course, earned_minor: Mapping[Part, int]) -> dict[str, int]:
    subsidy_minor = sum(row.subsidy_minor for row in course.rows if row.is_due)
    return {
        "interest_income": -earned_minor["interest"] - subsidy_minor,
        "subsidy_receivable": subsidy_minor,
        "fee_income": -earned_minor["fee"],
        "penalty_income": -earned_minor["penalty"],
        "waived": sum(sum(row.waived.values()) for row in course.rows),
    }


def _shops(course: Course) -> dict[str, int]:
    paid_out_minor = course.lent_minor - course.lent_again_minor
    fee_minor = course.terms.rounded_product(
        course.terms.merchant_fee_rate, max(paid_out_minor - course.taken_back_minor, 0)
    )
    return {
        "merchant_payable": course.taken_back_minor + fee_minor - paid_out_minor, "merchant_fee_income": -fee_minor,
    }  # fmt: skip
