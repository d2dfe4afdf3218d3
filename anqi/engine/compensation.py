"""代偿: a guarantor pays out the funders of a loan that is late too long, and what comes in later is the guarantor's.

The day on which that is due is computed, like all else, from what is known of the loan. A payment learned of afterwards
that was made in time leaves no ground for it: then the funders owe the guarantor what they got, by the difference.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from anqi.engine.accounts import balances_of
from anqi.engine.course import Course
from anqi.engine.facts import Fact
from anqi.engine.lateness import days_past_due
from anqi.engine.payoff import earned_fee, earned_interest
from anqi.engine.products import ALLOCATION, Part, Terms
from anqi.engine.replay import replay
from anqi.engine.shares import (
    PASSING,
    PAYABLE,
    Books,
    Funding,
    apportion,
    books_of_funders,
    split,
    without_zeros,
)

_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compensation:
    """What a guarantor has to pay on a day, in the currency's smallest unit."""

    on: date
    owed: dict[Part, int]
    """What the borrower owes, part by part."""
    to: dict[str, int]
    """What of it each funder gets."""


def owed(course: Course) -> dict[Part, int]:
    """What the borrower owes on the course's day, by part: what is due, all principal, and what is earned by the day.

    With the early fee and without the credit it is the payoff. 900.00 lent, ten days at 12 % in 360: 900.00 and 3.00.
    """
    rows = [*course.owing, *course.coming]
    if not any(row.remaining_minor for row in rows):
        return dict.fromkeys(ALLOCATION, 0)
    shown = {part: sum(row.left(part) for row in course.owing) for part in ALLOCATION}
    shown["principal"] += sum(row.left("principal") for row in course.coming)
    for part in ("interest", "fee", "penalty"):
        shown[part] += sum(row.carried.get(part, 0) - row.paid[part] for row in course.coming)
    shown["interest"] += earned_interest(course, "by_day")[0]
    shown["fee"] += earned_fee(course, "by_day")
    return shown


def claims_by_holder(funding: Funding, terms: Terms, facts: Iterable[Fact], on: date) -> dict[str, dict[Part, int]]:
    """What the borrower owes to each at the end of the day, part by part: to the funders, or to the guarantor.

    Each part is apportioned by itself. Nobody has a claim before the loan starts. Refuses as `standing` does.
    """
    facts = tuple(facts)
    if on < terms.starts_on:
        return {}
    shown = owed(replay(terms, facts, on))
    if funding.guarantee and compensated_on(funding, terms, facts, on):
        return {funding.guarantee.guarantor: shown}
    parts = {part: apportion(minor, funding.funders) for part, minor in shown.items()}
    return {funder.id: {part: by_funder[funder.id] for part, by_funder in parts.items()} for funder in funding.funders}


def compensated_on(funding: Funding, terms: Terms, facts: Iterable[Fact], on: date) -> date | None:
    """The first day up to that one at whose end the loan is as late as the guarantee says; None where there is none."""
    if funding.guarantee is None:
        return None
    facts, after_days = tuple(facts), funding.guarantee.after_days
    day = terms.starts_on + _DAY
    while day <= on:
        course = replay(terms, facts, day)
        if days_past_due(course) >= after_days:
            return day
        # Between facts lateness grows by one a day: no day before this one can be the first.
        told = (fact.on for fact in facts if fact.on > day)
        day = min(_earliest(course, after_days), *told, date.max)
    return None


def _earliest(course: Course, after_days: int) -> date:
    if late := days_past_due(course):
        return course.day + timedelta(days=after_days - late)
    open_rows = [row.period.due_on for row in (*course.owing, *course.coming) if row.remaining_minor]
    if not open_rows:
        return date.max
    return max(course.day + _DAY, min(open_rows) + timedelta(days=after_days))


def compensation(funding: Funding, terms: Terms, facts: Iterable[Fact], on: date) -> Compensation | None:
    """What the guarantor has to pay, or had to pay by the day; None while the loan was never late enough.

    Everything that the borrower owes on that evening, due or not: the loan as a whole goes to the guarantor.
    """
    facts = tuple(facts)
    day = compensated_on(funding, terms, facts, on)
    if day is None:
        return None
    course = replay(terms, facts, day)
    shown = owed(course)
    to = split(sum(shown.values()), funding.funders, before_minor=_passed_minor(balances_of(course)))
    return Compensation(on=day, owed=shown, to=to)


def books_by_holder(funding: Funding, terms: Terms, facts: Iterable[Fact], on: date) -> dict[str, Books]:
    """What the books of each funder, and of the guarantor, show of the loan at the end of the day: see `shares`.

    Over all they show what `accounts.balances` shows, with the accounts through which money passes as one. Where the
    guarantor has stepped in, the funders' books stand still from that evening, paid out, and all else is the
    guarantor's: it has paid what was owed, and what comes in is its own. Refuses as `standing` does.
    """
    facts = tuple(facts)
    if on < terms.starts_on:
        return {}
    course = replay(terms, facts, on)
    day = compensated_on(funding, terms, facts, on)
    if funding.guarantee is None or day is None:
        return books_of_funders(balances_of(course), funding, interest_paid_minor=_interest_paid_minor(course))
    then = replay(terms, facts, day)
    paid_out = _paid_out(then)
    shown = books_of_funders(paid_out, funding, interest_paid_minor=_interest_paid_minor(then))
    shown[funding.guarantee.guarantor] = _rest(balances_of(course), paid_out)
    return shown


def _interest_paid_minor(course: Course) -> int:
    return sum(row.paid["interest"] for row in course.rows)


def _paid_out(course: Course) -> Books:
    """The balances as the funders leave them: earned up to the day, and every claim turned into money."""
    shown, owed_now = balances_of(course), owed(course)
    claimed = {account: minor for account, minor in shown.items() if _is_claim(account)}
    left = {account: minor for account, minor in shown.items() if account not in claimed}
    for part in ("interest", "fee"):
        booked_minor = sum(minor for account, minor in claimed.items() if account.startswith(f"receivable_{part}"))
        if course.written_off_minor is None:
            left[f"{part}_income"] = left.get(f"{part}_income", 0) + booked_minor - owed_now[part]
    left["unapplied"] = left.get("unapplied", 0) + sum(owed_now.values())
    assert sum(left.values()) == 0, "what is owed is what stands in the books, and what was earned since"
    return without_zeros(left)


def _is_claim(account: str) -> bool:
    return account.startswith("receivable_") or account in ("written_off", "recovered")


def _rest(balances: Books, paid_out: Books) -> Books:
    """What the guarantor has: all that the loan shows and the funders don't."""
    rest = {account: balances.get(account, 0) - paid_out.get(account, 0) for account in (*balances, *paid_out)}
    passed_minor = _passed_minor(rest)
    kept = {account: minor for account, minor in rest.items() if account not in PASSING}
    return without_zeros(kept | {PAYABLE: passed_minor})


def _passed_minor(balances: Books) -> int:
    return sum(balances.get(account, 0) for account in PASSING)
