"""Reconciliation (对账): each file of a channel's held against ours and the books, and what differs brought to an end.

Refused
└── DifferenceEnded      it has been decided about, or went by itself
Who may act is refused by `people.authority`.
"""

from anqi.actions.reconciliation.deciding import (
    DifferenceEnded,
    approve_write_off,
    ask_write_off,
    explain,
    refuse_write_off,
)
from anqi.actions.reconciliation.matching import due, match
from anqi.actions.reconciliation.telling import tell

__all__ = [
    "DifferenceEnded", "approve_write_off", "ask_write_off", "due", "explain", "match", "refuse_write_off",
    "tell",
]  # fmt: skip
