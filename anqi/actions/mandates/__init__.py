"""Agreements to be debited: given by a borrower for one loan, learned of by asking, put in order, ended by either side.

opening     offered with its amounts and days, opened, signed at the channel
learning    how it stands, by the channel's word
ending      ended by the borrower, or put in another order
refusing    what is refused
"""

from anqi.actions.mandates.ending import arrange, end
from anqi.actions.mandates.learning import inquire, learn, lease
from anqi.actions.mandates.opening import TERMS_VERSION, lead, offer, open
from anqi.actions.mandates.refusing import (
    AmountAboveLimit,
    CannotDebit,
    DaysDoNotFit,
    NoSuchCard,
    NoSuchLoan,
    NoSuchMandate,
    NothingToDebit,
    Stranger,
)

__all__ = [
    "TERMS_VERSION", "AmountAboveLimit", "CannotDebit", "DaysDoNotFit", "NoSuchCard", "NoSuchLoan", "NoSuchMandate",
    "NothingToDebit", "Stranger", "arrange", "end", "inquire", "lead", "learn", "lease", "offer", "open",
]  # fmt: skip
