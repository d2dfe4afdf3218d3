"""Payouts: a loan in cash leaves for its borrower, once; the loan begins on the day the money arrives.

Refused
├── NoSuchLoan
├── NothingToPayOut      the loan has begun, was cancelled, or is a purchase
├── AlreadyOnItsWay
├── MayBePaid            a channel has said since that a payout which failed arrived
├── TooLateToName        until
├── TooLateToUndo
├── NotWaiting           state
├── OwnVerdict           nobody agrees with themselves
├── BadVerdict           field
├── StatementNotHad      reason
├── StatementEnded
└── Stranger             a channel speaks of a payout that is not ours
Accounts are refused by `payments.payees`, and who may act by `people.authority`.
"""

from anqi.actions.payouts.asking import (
    AlreadyOnItsWay,
    NoSuchLoan,
    NothingToPayOut,
    lapse,
    request,
)
from anqi.actions.payouts.changing import MayBePaid, TooLateToName, TooLateToUndo, redirect, undo
from anqi.actions.payouts.deciding import (
    BadVerdict,
    NotWaiting,
    OwnVerdict,
    agree,
    ask_now,
    drop,
    judge,
    release,
    stop,
)
from anqi.actions.payouts.learning import Stranger, learn
from anqi.actions.payouts.sending import deliver, lease
from anqi.actions.payouts.statements import (
    StatementEnded,
    StatementNotHad,
    give_up_statement,
    look_through,
    take_statement,
    try_statement,
    unread,
)
from anqi.payments.payees import CannotPayThere, CreditCard, NoSuchCard, NotAWallet

__all__ = [
    "AlreadyOnItsWay", "BadVerdict", "CannotPayThere", "CreditCard", "MayBePaid", "NoSuchCard", "NoSuchLoan",
    "NotAWallet", "NotWaiting", "NothingToPayOut", "OwnVerdict", "StatementEnded", "StatementNotHad", "Stranger",
    "TooLateToName", "TooLateToUndo", "agree", "ask_now", "deliver", "drop", "give_up_statement", "judge", "lapse",
    "learn", "lease", "look_through", "redirect", "release", "request", "stop", "take_statement", "try_statement",
    "undo", "unread",
]  # fmt: skip
