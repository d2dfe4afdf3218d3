"""What comes on top of a plan: a further draw, a fee that staff charge, and what the lender pays itself."""

from anqi.engine.allocation import pay_due
from anqi.engine.claims import carry, claim
from anqi.engine.course import Course
from anqi.engine.cuts import plan_afresh, reprice, set_principal, unpaid_principal
from anqi.engine.events import Charge, Draw
from anqi.engine.pricing import close_stretches
from anqi.engine.refusals import MoreThanAgreed, UnknownCharge


def draw(course: Course, fact: Draw) -> None:
    """Lend so much more: what is then unpaid is planned afresh over the instalments to come, as signed.

    The running period is weighted by day. With nothing left to come it is owed at once. 300.00 more on two
    instalments of 300.00 in equal parts: two of 450.00.
    """
    drawn_minor = course.lent_minor - course.lent_again_minor
    left_minor = (course.terms.draws_up_to_minor or drawn_minor) - drawn_minor
    if fact.amount_minor > left_minor:
        raise MoreThanAgreed(need_minor=left_minor)
    course.lent_minor += fact.amount_minor
    if not course.coming:
        claim(course, {"principal": fact.amount_minor})
        return
    close_stretches(course)
    _plan_more(course, fact.amount_minor)
    course.opening_minor += fact.amount_minor
    course.fee_base_minor += fact.amount_minor
    course.is_fee_base_changed = True
    reprice(course)


def _plan_more(course: Course, amount_minor: int) -> None:
    if all(row.is_paid for row in course.coming):
        last = course.coming[-1]
        set_principal(last, last.charged["principal"] + amount_minor)
    else:
        plan_afresh(course, unpaid_principal(course) + amount_minor)


def charge(course: Course, fact: Charge) -> None:
    """Put a fee on the next instalment to come, or claim it at once where none comes.

    Refused for a code that the terms don't name: what was not disclosed is not charged; and beyond the most that
    they allow of it in all.
    """
    most_minor = dict(course.terms.charges).get(fact.code)
    if most_minor is None:
        raise UnknownCharge(field="code")
    so_far_minor = course.charges_minor.get(fact.code, 0)
    if so_far_minor + fact.amount_minor > most_minor:
        raise MoreThanAgreed(need_minor=most_minor - so_far_minor)
    course.charges_minor[fact.code] = so_far_minor + fact.amount_minor
    if course.coming:
        carry(course.coming[0], "fee", fact.amount_minor)
    else:
        claim(course, {"fee": fact.amount_minor})


def give(course: Course, amount_minor: int) -> None:
    """Goodwill: the lender pays what is due itself; what is over is the borrower's credit."""
    course.goodwill_minor += amount_minor
    course.credit_minor += pay_due(course, amount_minor)
