"""One loan funded by several in fixed shares (联合贷款, 助贷): whose each fen of it is.

What everybody has is computed from what the loan shows in all on a day; what is posted is the difference from what was
posted before. So the parts add up whatever happens, and what is learned late ends as though it had been known in time.

Remainders go by the largest remainder of the total so far (Hamilton's rule): each part is its exact share rounded down,
and the fen that are missing go one by one to whoever lost the most by it, on a tie to whoever is named first. No total
is ever a whole fen away from its exact share. Of a movement no such rule can be had as well: with three funders or more
a payment can move a fen from one to another (the Alabama paradox; Balinski and Young, Fair Representation, ch. 5).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from anqi.engine.money import rounded
from anqi.engine.refusals import Refused

Books = dict[str, int]
# Accounts of whoever runs the loan: the money of all funders goes through them, and none of it is a funder's own.
PASSING = ("unapplied", "merchant_payable", "payout_payable", "credit_balance")
PAYABLE, ROUNDING, SERVICE_FEE = "partners_payable", "share_rounding", "service_fee"


class BadFunding(Refused):
    """Shares are more than nothing and make one together; nobody is named twice."""

    code = "bad_funding"


@dataclass(frozen=True, kw_only=True, slots=True)
class Funder:
    """Who lends a part of every fen."""

    id: str
    share: Fraction
    service_fee_rate: Fraction = Fraction(0)
    """What it pays whoever runs the loan, of the interest that the borrower pays it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Guarantee:
    """融资担保: after so many days past due the guarantor pays the funders out and stands in their place."""

    guarantor: str
    after_days: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Funding:
    """Who funds a loan, and who guarantees it. Making one refuses with BadFunding."""

    funders: tuple[Funder, ...]
    guarantee: Guarantee | None = None

    def __post_init__(self) -> None:
        names = [each.id for each in self.funders]
        if self.guarantee:
            names.append(self.guarantee.guarantor)
        are_fees_shares = all(0 <= each.service_fee_rate <= 1 for each in self.funders)
        is_whole = sum(each.share for each in self.funders) == 1 and all(each.share > 0 for each in self.funders)
        if not is_whole or not are_fees_shares or len(set(names)) != len(names):
            raise BadFunding(field="funders")
        if self.guarantee and self.guarantee.after_days < 1:
            raise BadFunding(field="after_days")


def apportion(total_minor: int, funders: Iterable[Funder]) -> dict[str, int]:
    """The funders' parts of a total so far, which add up to it; those of less than nothing mirror those of more.

    1000.01 at 1/3, 1/3, 1/3: 333.34, 333.34, 333.33. 99.99 at 70 % and 30 %: 69.993 and 29.997, so 69.99 and 30.00.
    """
    funders = tuple(funders)
    denominator = lcm(*(each.share.denominator for each in funders))
    exact = {each.id: divmod(abs(total_minor) * int(each.share * denominator), denominator) for each in funders}
    missing = abs(total_minor) - sum(whole for whole, _rest in exact.values())
    gaining = sorted(exact, key=lambda id: -exact[id][1])[:missing]
    sign = -1 if total_minor < 0 else 1
    return {id: sign * (whole + (id in gaining)) for id, (whole, _rest) in exact.items()}


def split(amount_minor: int, funders: Iterable[Funder], *, before_minor: int) -> dict[str, int]:
    """The funders' parts of a movement, which add up to it, where so much of its kind moved before.

    0.01 twice at one half each: 0.01 and 0.00, then 0.00 and 0.01.
    """
    funders = tuple(funders)
    before, after = apportion(before_minor, funders), apportion(before_minor + amount_minor, funders)
    return {id: after[id] - before[id] for id in after}


def books_of_funders(
    balances: Mapping[str, int], funding: Funding, *, interest_paid_minor: int
) -> dict[str, Books]:
    """What each funder's books show of a loan of which the books of all show these balances; Σ 0, debit above zero.

    Every account is apportioned by itself. `partners_payable` is what the loan passed on to the funder so far, less
    what it lent: what it settles with whoever runs the loan, in whose books it stands with the other sign. What the
    roundings of a funder's accounts leave stands in `share_rounding`: a few fen, nothing over all funders. Of the
    interest that the borrower paid, the funder's part bears its service fee, rounded half up.
    1000.00 lent at 70 % and 30 %: receivable_principal 700.00 and 300.00, partners_payable −700.00 and −300.00.
    """
    totals = {account: minor for account, minor in balances.items() if account not in PASSING}
    totals[PAYABLE] = sum(balances.get(account, 0) for account in PASSING)
    parts = {account: apportion(minor, funding.funders) for account, minor in totals.items()}
    interest = apportion(interest_paid_minor, funding.funders)
    shown = {}
    for funder in funding.funders:
        its = {account: by_funder[funder.id] for account, by_funder in parts.items()}
        its[ROUNDING] = -sum(its.values())
        its[SERVICE_FEE] = _service_fee_minor(funder, interest[funder.id])
        its[PAYABLE] -= its[SERVICE_FEE]
        shown[funder.id] = without_zeros(its)
    return shown


def _service_fee_minor(funder: Funder, interest_minor: int) -> int:
    fee = funder.service_fee_rate * interest_minor
    return rounded(fee.numerator, fee.denominator)


def without_zeros(books: Mapping[str, int]) -> Books:
    """The accounts in which something stands."""
    return {account: amount_minor for account, amount_minor in books.items() if amount_minor}
