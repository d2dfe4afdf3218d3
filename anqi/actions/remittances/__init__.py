"""What channels remit to our bank: learned from their files, paired with the bank's lines, booked; and people's part.

Refused
├── RemittanceEnded      it has been decided about, or has arrived by itself
├── NoSuchLine           the line is not there, or has been taken as something else
└── LineDecided          somebody has decided about the line, or it is no channel's
Who may act is refused by `people.authority`.
"""

from anqi.actions.remittances.deciding import (
    LineDecided,
    NoSuchLine,
    RemittanceEnded,
    approve,
    ask,
    refuse,
    release,
)
from anqi.actions.remittances.learning import due, learn, match

__all__ = [
    "LineDecided", "NoSuchLine", "RemittanceEnded", "approve", "ask", "due", "learn", "match", "refuse", "release",
]  # fmt: skip
