"""Money over several loans of which their borrower named none: what each gets, in the order of Civil Code 560."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from anqi.engine import designation
from anqi.engine.cost import annual_cost_of
from anqi.engine.designation import Designation, Owing
from anqi.lending.store import LoanInHand


def designate(loans: Iterable[LoanInHand], amount_minor: int, *, today: date) -> Designation:
    """The shares of running loans of one lender, in fen; what is left once all is due, is paid ahead.

    None of our loans is secured, and what a year of one costs is what was disclosed when it was signed.
    """
    owed = [
        Owing(
            id=str(held.id),
            standing=held.standing(today),
            annual_cost=Fraction(annual_cost_of(held.terms).simple_percent),
        )
        for held in loans
    ]
    return designation.designate(owed, amount_minor, pays_ahead=True)
