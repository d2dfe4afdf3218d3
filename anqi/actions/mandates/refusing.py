"""What is refused about agreements to be debited.

Refused
├── NoSuchLoan
├── NothingToDebit       the loan is over
├── CannotDebit          not from there, or not now
├── NoSuchCard
├── AmountAboveLimit     its instalments are more than the channel debits at once
├── DaysDoNotFit         the channel takes no agreement with these days
├── NoSuchMandate
└── Stranger             a channel speaks of an agreement that is not ours
"""

from anqi.rows.refusals import Refused


class NoSuchLoan(Refused):
    """There is no such loan of yours."""

    code = "no_such_loan"


class NothingToDebit(Refused):
    """Nothing of this loan is to be paid any more."""

    code = "nothing_to_debit"


class CannotDebit(Refused):
    """Money can't be debited from there now."""

    code = "cannot_debit"


class NoSuchCard(Refused):
    """There is no such bound card of yours."""

    code = "no_such_card"


class AmountAboveLimit(Refused):
    """An instalment is up to {largest_minor} fen; from there at most {limit_minor} fen can be debited at once."""

    code = "amount_above_limit"


class DaysDoNotFit(Refused):
    """The channel takes no agreement for these due days, or not before the loan has begun."""

    code = "days_do_not_fit"


class NoSuchMandate(Refused):
    """There is no such agreement of yours."""

    code = "no_such_mandate"


class Stranger(Refused):
    """The channel speaks of an agreement that is not ours."""

    code = "stranger"
