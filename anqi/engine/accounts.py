"""The balances that the books must show for a loan: its course told in accounts."""

from collections.abc import Iterable
from datetime import date

from anqi.engine.course import Course
from anqi.engine.facts import Fact, Payment, Return
from anqi.engine.products import Part, Terms
from anqi.engine.replay import replay, without_reversed

ACCOUNTS = (
    "receivable_principal",
    "receivable_interest",
    "receivable_fee",
    "receivable_penalty",
    "interest_income",
    "fee_income",
    "penalty_income",
    "waived",
    "credit_balance",
    "unapplied",
    "merchant_payable",
)


def balances(terms: Terms, facts: Iterable[Fact], on: date) -> dict[str, int]:
    """What the books must show for the loan at the end of the day: debit above zero, credit below, Σ 0.

    In the currency's smallest unit, accounts at zero left out, empty before the loan starts; refuses as
    `standing` does. Interest and fee are income on their due date, or when they are paid before it.
    1999.00 of goods, 12.99 of fee fell due today, 346.15 paid: receivable_principal 1665.84, unapplied 346.15,
    fee_income −12.99, merchant_payable −1999.00.
    """
    facts = tuple(facts)
    course = replay(terms, facts, on)
    if on < terms.starts_on:
        return {}
    taken, _ = without_reversed(fact for fact in facts if fact.on <= on)
    payments_minor = sum(fact.amount_minor for fact in taken if isinstance(fact, Payment))
    returns_minor = sum(fact.amount_minor for fact in taken if isinstance(fact, Return))
    shown = {
        **_receivables(course),
        **_results(course),
        "credit_balance": -course.credit_minor,
        # The money was booked against unapplied when it arrived; having been applied, it leaves there.
        "unapplied": payments_minor,
        "merchant_payable": returns_minor - terms.principal_minor,
    }
    assert sum(shown.values()) == 0, "money in is money applied and credit"
    return {account: amount_minor for account, amount_minor in shown.items() if amount_minor}


def _receivables(course: Course) -> dict[str, int]:
    return {
        "receivable_principal": sum(row.left("principal") for row in course.rows),
        "receivable_interest": sum(row.left("interest") for row in course.due),
        "receivable_fee": sum(row.left("fee") for row in course.due),
        "receivable_penalty": sum(row.left("penalty") for row in course.due),
    }


def _results(course: Course) -> dict[str, int]:
    return {
        "interest_income": -_recognised(course, "interest"),
        "fee_income": -_recognised(course, "fee"),
        "penalty_income": -_recognised(course, "penalty"),
        "waived": sum(sum(row.waived.values()) for row in course.due),
    }


def _recognised(course: Course, part: Part) -> int:
    due_minor = sum(row.charged[part] for row in course.due)
    return due_minor + sum(row.paid[part] for row in course.coming)
