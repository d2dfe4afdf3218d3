"""What a lender offers by itself to somebody who can't pay as agreed, and how it deals with the rest, from a day on."""

from dataclasses import dataclass
from datetime import date

from anqi.engine.dated import in_force as engine_in_force


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What holds from a day on for one lender; without one for every lender that has no row of its own."""

    since: date
    source: str
    lender: str | None = None
    catch_up_days: int = 7
    """So many days to pay what is late, of which none counts."""
    later_days: int = 15
    """So much later the next instalment may fall due."""
    more_instalments: int = 12
    """A new plan has at most so many instalments more than are open."""
    begins_within_days: int = 45
    """A new plan has its first due day within so many days."""
    again_after_days: int = 180
    """So long after it was accepted nothing is offered by itself for the same loan; a person looks."""
    answers_within_days: int = 3
    choose_within_days: int = 7
    offer_days: int = 7
    """An offer of a person can be signed for so many days, unless they say otherwise."""
    alone_minor: int = 50_000
    """Up to here one person gives away; for more a second one has to look."""
    looks: int = 3
    """So many due days of what was accepted are looked at, each so long after it."""
    looks_after_days: int = 3


OURS = (
    # The regulator of March 2025 lets lenders renegotiate term and frequency with people in difficulty.
    Rules(since=date(2024, 7, 1), source="anqi"),
)


def in_force(lender: str, *, on: date, rows: tuple[Rules, ...] = OURS) -> Rules:
    """What holds for the lender on the day."""
    found = engine_in_force(rows, lender=lender, on=on)
    assert found, f"nothing was shipped for {on}"
    return found
