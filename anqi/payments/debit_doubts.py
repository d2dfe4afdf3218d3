"""What of a changed plan the present agreements can't debit: told before it is signed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from anqi.payments import channels
from anqi.payments.models import Mandate


@dataclass(frozen=True, kw_only=True)
class Doubt:
    """One source that will not do for what falls due on that day, in fen.

    `above_limit`: more than one debit may be. `second_in_month`: its channel lets one debit through a month.
    """

    channel: str
    account: str
    due_on: date
    amount_minor: int
    why: Literal["above_limit", "second_in_month"]
    most_minor: int


def of(sources: Iterable[Mandate], dues: Sequence[tuple[date, int]]) -> tuple[Doubt, ...]:
    """The doubts about these agreements and what is to be debited, by its days in order; one a source at most."""
    return tuple(doubt for source in sources for doubt in list(_of(source, dues))[:1])


def _of(source: Mandate, dues: Sequence[tuple[date, int]]) -> Iterator[Doubt]:
    rules = channels.find_debiting(source.channel).debit_rules()
    caps = (source.single_minor, source.limit_minor, rules.single_minor)
    most_minor = min(cap for cap in caps if cap is not None)
    months = list[tuple[int, int]]()
    for due_on, amount_minor in dues:
        is_second = rules.names_days and (due_on.year, due_on.month) in months
        if amount_minor > most_minor or is_second:
            yield Doubt(
                channel=source.channel, account=source.account, due_on=due_on, amount_minor=amount_minor,
                why="second_in_month" if is_second else "above_limit", most_minor=most_minor,
            )  # fmt: skip
        months.append((due_on.year, due_on.month))
