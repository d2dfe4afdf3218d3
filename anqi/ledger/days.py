"""Business days of the books: shut, summed up, and closed once nothing of them waits."""

from datetime import date, datetime
from uuid import UUID

from anqi.ledger.models import ClosedDay, Posting
from anqi.rows import sql


def last_finished() -> date | None:
    """The last day whose run came to its end."""
    return ClosedDay.objects.exclude(finished_at=None).order_by("-day").values_list("day", flat=True).first()


def proved_to() -> UUID | None:
    """The borrower up to whom the last run has proved the book; None where the next one begins with the first."""
    last = ClosedDay.objects.exclude(finished_at=None).order_by("-day")
    return last.values_list("proved_to", flat=True).first()


def first_booked() -> date | None:
    """The first day on which anything was booked."""
    return Posting.objects.order_by("booked_on").values_list("booked_on", flat=True).first()


def shut(day: date, *, now: datetime) -> int:
    """Who reads the books after this commits sees the next day as the first open one; shut already, it stays so.

    The number of this transaction comes back, for `is_over`.
    """
    ClosedDay.objects.get_or_create(day=day, defaults={"shut_at": now})
    [(transaction_id,)] = sql.fetch("select pg_current_xact_id()::text::bigint", [])
    return int(transaction_id)


def is_over(transaction_id: int) -> bool:
    """Whether everybody who began before that transaction ended has ended too."""
    [(oldest,)] = sql.fetch("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint", [])
    return bool(oldest > transaction_id)


def sum_up(day: date, *, until: date | None = None, loans: str) -> None:
    """Keeps what was booked on a shut day, or on each until that one, by lender, product and account.

    Once, however often it is asked for. `loans` is a query that tells the product of every loan, as for
    `trial.by_product`.
    """
    sql.write(_SUM_UP.format(loans=loans), [day, until or day])


def finish(
    day: date, *, woken: int, proved: int, set_aside: int, proved_to: UUID | None, now: datetime
) -> None:
    """Notes what the day's run found, and how far it has come with the book."""
    ClosedDay.objects.filter(day=day).update(
        finished_at=now, loans_woken=woken, loans_proved=proved, loans_set_aside=set_aside, proved_to=proved_to
    )


def close_before(day: date | None, *, now: datetime) -> None:
    """Closes every finished day before that one; all of them for None."""
    waiting = ClosedDay.objects.filter(closed_at=None).exclude(finished_at=None)
    (waiting.filter(day__lt=day) if day else waiting).update(closed_at=now)


# Postings are read once, by their pairs of accounts, of which there are few; each pair then stands on both its sides.
_SUM_UP = """
    with moved as (
        select p.booked_on, p.lender_id, l.product_id, p.currency, p.debit, p.credit, sum(p.amount_minor) as amount
        from ledger_posting p
        left join ({loans}) l on l.borrower_id = p.borrower_id and l.loan_id = p.loan_id
        where p.booked_on between $1 and $2
        group by p.booked_on, p.lender_id, l.product_id, p.currency, p.debit, p.credit
        union all
        select booked_on, lender_id, null, currency, debit, credit, sum(amount_minor)
        from ledger_house_posting where booked_on between $1 and $2
        group by booked_on, lender_id, currency, debit, credit
    )
    insert into ledger_day_total (day, lender_id, product_id, currency, account, debit_minor, credit_minor)
    select booked_on, lender_id, product_id, currency, account, sum(debited), sum(credited)
    from (
        select booked_on, lender_id, product_id, currency, debit as account, amount as debited, 0 as credited
            from moved
        union all
        select booked_on, lender_id, product_id, currency, credit, 0, amount from moved
    ) sides
    group by booked_on, lender_id, product_id, currency, account
    on conflict do nothing
"""
