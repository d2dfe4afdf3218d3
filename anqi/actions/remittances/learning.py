"""What a channel tells of fees and remittances, and the bank of what came: learned, paired, booked."""

from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from anqi.ledger import chart, house
from anqi.lending import lenders
from anqi.payments import remittances
from anqi.payments.models import ReconciliationDay, Remittance
from anqi.rows.days import day_of


def due() -> list[tuple[str, date]]:
    """(channel, day) of what was matched and not learned: whoever was at it has died, or it was before we looked."""
    return remittances.unlearned()


def learn(*, channel: str, day: date, now: datetime) -> int:
    """How many postings the day's file brought: its fees, and what of its remittances has arrived. Again, none.

    Nothing while the day's file has not been matched. StatementUnreadable where it can't be read any more.
    """
    with transaction.atomic(durable=True):
        remittances.hold()
        matched = remittances.told_day(channel, day)
        if not matched or not matched.statement:
            return 0
        remittances.keep(matched.statement, remittances.read(matched.statement), now=now)
        remittances.mark_learned(matched)
        return _book_fees(matched, now) + _pair(now)


def match(*, now: datetime) -> int:
    """How many postings came of lines that the bank has told meanwhile."""
    with transaction.atomic(durable=True):
        remittances.hold()
        return _pair(now)


def _pair(now: datetime) -> int:
    return sum(book(row, now) for row in remittances.pair(now=now))


def book(row: Remittance, now: datetime) -> int:
    """How many postings it took: the books follow the bank, on the day of its line."""
    assert row.line, "what has arrived has its line"
    wanted = remittances.balances(row, in_transit=chart.arrives_in(row.channel))
    return _bring(wanted, "remittance", row.id, day_of(row.line.at), now)


def _book_fees(matched: ReconciliationDay, now: datetime) -> int:
    """What the channel has kept by its own word; what of it we dispute is a difference, and changes no books."""
    wanted = {"channel_fees": matched.fee_minor, chart.arrives_in(matched.channel): -matched.fee_minor}
    return _bring(wanted, "channel_fee", matched.id, matched.day, now)


def _bring(wanted: dict[str, int], cause: str, cause_id: UUID, counts_on: date, now: datetime) -> int:
    lender = lenders.account_holder()
    return house.bring_to(
        wanted, lender_id=lender.id, currency=lender.currency, cause=cause, cause_id=cause_id, counts_on=counts_on,
        now=now,
    )  # fmt: skip
