"""What an act on a loan writes: its facts, the difference in the books, and when the loan is looked at next.

Actions don't call each other; what they write in common stands here, between them and the rooms.
"""

from collections.abc import Sequence
from datetime import datetime

from anqi.ledger import books
from anqi.ledger.books import Entry
from anqi.lending import courses, orders, reported_loans, store
from anqi.lending.courses import Outlook, Step
from anqi.lending.store import LoanInHand, NewFact
from anqi.notices import reminders, webhooks
from anqi.people import holds
from anqi.rows import sql
from anqi.rows.chain import Chain
from anqi.rows.days import day_of


def write(chain: Chain, held: LoanInHand, facts: Sequence[NewFact], *, now: datetime) -> None:
    """Records the facts of a loan that has begun and books what each changed. The last thing an act does to the chain.

    An order that is settled by them is told to its merchant.
    """
    today, after = day_of(now), held
    steps = courses.missed(held, today=today)
    for fact in facts:
        after = courses.advance(after, [fact])
        steps.append(courses.reached(after, by=fact, today=today))
    settle(held, post(chain, after, facts, steps, now=now), now=now)


def post(
    chain: Chain, after: LoanInHand, facts: Sequence[NewFact], steps: Sequence[Step], *, moved: Sequence[Entry] = (),
    now: datetime,
) -> Outlook:  # fmt: skip
    """The same of a loan that begins or ends by these facts: the steps are the caller's, and money beside the loan."""
    booked = books.read(after.borrower_id, [after.id])
    entries = books.bring_to(
        steps, booked=booked.balances[after.id], loan_id=after.id, lender_id=after.lender_id, currency=after.currency,
        discloses=after.discloses,
    )  # fmt: skip
    outlook = courses.outlook(after, today=day_of(now))
    with sql.together():
        store.record(chain, facts, now=now)
        books.post(chain, [*moved, *entries], first_open_on=booked.first_open_on, now=now)
        store.wake(after.borrower_id, after.id, outlook)
        reminders.wake(after.borrower_id, after.id, now=now)
        reported_loans.wake(after.borrower_id, after.id, now=now)
        holds.keep(chain)
    return outlook


def settle(before: LoanInHand, outlook: Outlook, *, now: datetime) -> None:
    """The order of a loan that owes nothing from now on is settled, and its merchant told."""
    if outlook.settled_on and not before.settled_on:
        settled = orders.settle(before.borrower_id, before.order_id, now=now)
        for event in orders.events(settled, "order.settled"):
            webhooks.enqueue(**event, now=now)
