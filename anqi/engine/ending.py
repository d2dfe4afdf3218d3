"""How a loan ends before its time without being paid: written off, or as though it had never been."""

from anqi.engine.allocation import pay_due
from anqi.engine.claims import claim, move, take_back
from anqi.engine.course import Course
from anqi.engine.cuts import take_surplus
from anqi.engine.lateness import open_rows, owing
from anqi.engine.payoff import stop
from anqi.engine.products import ALLOCATION


def write_off(course: Course) -> None:
    """核销: the lender counts all that is open as lost; the borrower still owes it, and nothing grows any more.

    Credit is set off first. What was to come, with what was earned by day, is owed on this day. 《金融企业呆账核销
    管理办法》(财金〔2017〕90号): a write-off ends no claim on the debtor. Nothing is written off where nothing is open.
    """
    if not open_rows(course):
        return
    course.credit_minor = pay_due(course, course.credit_minor)
    stopped = stop(course)
    course.credit_minor += sum(take_surplus(row) for row in stopped)
    claim(course, {part: sum(move(row, part, row.left(part)) for row in stopped) for part in ALLOCATION})
    course.credit_minor = pay_due(course, course.credit_minor)
    open_minor = sum(row.remaining_minor for row in owing(course))
    if open_minor:
        course.written_off_minor = open_minor


def annul(course: Course, *, money_in_minor: int, money_out_minor: int) -> None:
    """The payout came back: nothing was lent and nothing is owed; the borrower's money is credit."""
    course.rows, course.coming, course.owing, course.cuts = [], [], [], []
    course.opening_minor = course.lent_minor = course.lent_again_minor = course.fee_base_minor = 0
    course.prepaid_minor = course.returned_minor = course.taken_back_minor = course.goodwill_minor = 0
    course.written_off_minor = None
    course.is_void = True
    course.credit_minor = money_in_minor
    take_back(course, money_out_minor)
