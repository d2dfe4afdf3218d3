"""Files that people hand in: as which of a day's statements one can be read, and what it tells."""

from dataclasses import dataclass
from datetime import date

from anqi.payments import channels, clearing_days, kept_statements
from anqi.payments.statements import Row, Statement, StatementUnreadable


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """A file that can be read to its end."""

    statement: Statement
    returned: tuple[Row, ...]
    """The payouts that came back."""
    is_of_day: bool
    """Not so where it has rows and none of them is of the day: some channels' files don't say of which day they are."""


def read(channel: str, day: date, file: bytes) -> HandedIn:
    """The file as the one of the day's that it can be read as, rather one that is not here yet.

    StatementUnreadable where it is none of them; LookupError where that channel has no statements.
    """
    adapter, faults = channels.find_stating(channel), []
    here = kept_statements.kinds(channel, day)
    for kind in sorted(adapter.statement_kinds(), key=lambda kind: kind in here):
        try:
            return _read(adapter.handed_in(file, day=day, kind=kind))
        except StatementUnreadable as fault:
            faults.append(fault)
    raise faults[0]


def _read(statement: Statement) -> HandedIn:
    begins, ends = clearing_days.bounds(statement.channel, statement.day)
    told, returned = set(), []
    for row in statement.rows():
        told.add(begins <= row.at < ends)
        if row.state == "returned":
            returned.append(row)
    return HandedIn(statement=statement, returned=tuple(returned), is_of_day=told != {False})
