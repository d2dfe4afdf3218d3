"""Cash reserves (备用金): offered, applied for, decided with every reason, signed, and paid out to their borrower.

Refused
├── NotRefused            state
├── TooLateToQuestion
├── NotWaiting            state
├── LookedBefore          who looked before doesn't look again
└── CannotBeApproved      reason: no person may pass over it
Accounts are refused by `payments.payees`, applications by `lending.applications`, signatures by `lending.offers`;
who may act by `people.authority`.
"""

from anqi.actions.reserves.applying import apply, lapse, withdraw
from anqi.actions.reserves.offering import offer, quote
from anqi.actions.reserves.reviewing import (
    CannotBeApproved,
    LookedBefore,
    NotRefused,
    NotWaiting,
    TooLateToQuestion,
    question,
    review,
)
from anqi.actions.reserves.ruling import rule
from anqi.actions.reserves.signing import present, sign
from anqi.payments.payees import CannotPayThere, CreditCard, NoSuchCard, NotAWallet

__all__ = [
    "CannotBeApproved", "CannotPayThere", "CreditCard", "LookedBefore", "NoSuchCard", "NotAWallet", "NotRefused",
    "NotWaiting", "TooLateToQuestion", "apply", "lapse", "offer", "present", "question", "quote", "review", "rule",
    "sign", "withdraw",
]  # fmt: skip
