"""Our operations at the channels, as the cells of the matrix name them."""

from typing import Literal

# Of a charge, of a loan paid out, of a bound card, of a channel's or a bank's statement, of a day that is held against
# it, and of auto-debit.
Operation = Literal[
    "pay", "query", "close", "refund", "payout", "card", "statement", "sign", "look", "move", "end", "announce",
    "debit", "reconcile",
]  # fmt: skip
# An operation, and the stand-in's own name of the step of it.
Place = tuple[Operation, str]
OF_CHARGES: tuple[Operation, ...] = ("pay", "query", "close", "refund")
OF_MONEY_OUT: tuple[Operation, ...] = ("payout", "card", "statement")
OF_DEBITS: tuple[Operation, ...] = ("sign", "look", "move", "end", "announce", "debit")
OF_RECONCILING: tuple[Operation, ...] = ("reconcile",)
