"""How old the money between us and the channels is: first in, first out, by the days of the books."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from anqi.ledger import chart, trial
from anqi.ledger.trial import Known

# The last day of each of the first three; what is older is the fourth.
_UNTIL = (1, 3, 7)


@dataclass(frozen=True, kw_only=True)
class Age:
    """An account in transit on a day, in fen, debit above zero: 0 to 1, 2 to 3, 4 to 7 days old, and older.

    `oldest_on` is the day of the oldest of it; none where nothing is open.
    """

    account: str
    parts_minor: tuple[int, int, int, int]
    oldest_on: date | None

    @property
    def balance_minor(self) -> int:
        return sum(self.parts_minor)


def in_transit(on: date, *, known: Known = "now") -> list[Age]:
    """What of each channel's account is open on that day, in fen. What left is taken from what came first.

    10.00 of the 1st and 5.00 of the 4th, of which 12.00 have left: on the 5th 3.00, one day old. One statement.
    """
    found: dict[str, list[tuple[date, int]]] = {chart.arrives_in(each): [] for each in chart.CHANNELS}
    query = _OPEN.format(one_by_one=trial.ONE_BY_ONE[known], day="counts_on" if known == "now" else "booked_on")
    with connection.cursor() as cursor:
        cursor.execute(query, {"on": on, "accounts": list(found)})
        for account, day, open_minor in cursor.fetchall():
            found[account].append((day, int(open_minor)))
    return [_age(account, parts, on) for account, parts in found.items()]


def _age(account: str, parts: list[tuple[date, int]], on: date) -> Age:
    sums = [0] * (len(_UNTIL) + 1)
    for day, open_minor in parts:
        sums[sum((on - day).days > until for until in _UNTIL)] += open_minor
    oldest_on = min((day for day, _ in parts), default=None)
    return Age(account=account, parts_minor=(sums[0], sums[1], sums[2], sums[3]), oldest_on=oldest_on)


# More that left than came is open as well, below zero, and as old as what left last. A day that has its total shows
# there what was booked on it.
_OPEN = """
    with moved as (
        select account, day, sum(debited) as debited, sum(credited) as credited
        from (
            select account, day, debit_minor as debited, credit_minor as credited from ledger_day_total
                where day <= %(on)s and account = any(%(accounts)s)
            union all
            select debit, {day}, amount_minor, 0 from ({one_by_one}) p where debit = any(%(accounts)s)
            union all
            select credit, {day}, 0, amount_minor from ({one_by_one}) p where credit = any(%(accounts)s)
        ) sides
        group by account, day
    ), later as (
        select account, day, debited, credited,
            sum(debited - credited) over (partition by account) as balance,
            sum(debited) over newest - debited as debited_later, sum(credited) over newest - credited as credited_later
        from moved window newest as (partition by account order by day desc)
    ), left_over as (
        select account, day, case when balance > 0 then least(debited, balance - debited_later)
            else -least(credited, -balance - credited_later) end as minor, balance
        from later
    )
    select account, day, minor from left_over where sign(minor) = sign(balance) and minor <> 0 order by account, day
"""
