"""Reconciliation (对账): each file of a channel's held against ours and the books, and what differs brought to an end.

Refused
├── DifferenceEnded      it has been decided about, or went by itself
├── OtherDay             nothing of the file is of that day
└── SameFile             the file is the one by which the day stands
Who may act is refused by `people.authority`.
"""

from anqi.actions.reconciliation.correcting import OtherDay, SameFile, correct
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
    "DifferenceEnded", "OtherDay", "SameFile", "approve_write_off", "ask_write_off", "correct", "due", "explain",
    "match", "refuse_write_off", "tell",
]  # fmt: skip
