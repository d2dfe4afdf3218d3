"""The trial balance: every account over everything that was booked up to a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection


@dataclass(frozen=True, kw_only=True)
class Row:
    """One account, in fen: all that was debited and credited to it."""

    code: str
    name: str
    side: str
    debit_minor: int
    credit_minor: int

    @property
    def balance_minor(self) -> int:
        """Debit above zero."""
        return self.debit_minor - self.credit_minor


@dataclass(frozen=True, kw_only=True)
class Total:
    """The last line, in fen. Where the books are whole both sides are equal."""

    debit_minor: int
    credit_minor: int

    @property
    def is_balanced(self) -> bool:
        return self.debit_minor == self.credit_minor


def trial_balance(on: date) -> list[Row]:
    """All accounts of the chart by what was booked up to and on that day, in fen. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIAL_BALANCE, {"on": on})
        return [
            Row(code=code, name=name, side=side, debit_minor=int(debit), credit_minor=int(credit))
            for code, name, side, debit, credit in cursor.fetchall()
        ]


def total(rows: Sequence[Row]) -> Total:
    """What all accounts come to."""
    return Total(
        debit_minor=sum(row.debit_minor for row in rows), credit_minor=sum(row.credit_minor for row in rows)
    )


_TRIAL_BALANCE = """
    select a.code, a.name, a.side, coalesce(sum(moved.debit), 0), coalesce(sum(moved.credit), 0)
    from ledger_account a
    left join (
        select debit as account, sum(amount_minor) as debit, 0 as credit
            from ledger_posting where booked_on <= %(on)s group by debit
        union all
        select credit, 0, sum(amount_minor) from ledger_posting where booked_on <= %(on)s group by credit
    ) moved on moved.account = a.code
    group by a.code, a.name, a.side
    order by array_position(array['asset', 'liability', 'income', 'expense'], a.side::text), a.code
"""
