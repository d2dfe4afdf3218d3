"""What a timeline is made of: events, and the lines behind their figures."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of what stands behind a figure; an amount in fen, or a text."""

    label: str
    text: str = ""
    amount_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened. What one instant brought stands in the order of its rank."""

    at: datetime
    rank: int
    title: str
    note: str = ""
    tone: str = ""
    amount_minor: int | None = None
    lines: tuple[Line, ...] = ()
    anchor: str = ""
    url: str = ""
    """The paper of it, where there is one."""
