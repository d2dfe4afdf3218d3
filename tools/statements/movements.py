"""What happened at a channel, as far as its statement tells it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class Movement:
    """In fen, above zero what came in; times are Shanghai's, without a zone."""

    kind: str
    key: str
    ref: str
    amount_minor: int
    fee_minor: int
    at: datetime
    charge_key: str = ""
    is_known: bool = True
    """Otherwise it is told in a word that nobody has learned."""
    subject: str = "按期 第 3 期，还款"
