"""What a close leaves behind, in everything that must be the same however it went."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from anqi.config.verification import verify
from anqi.ledger.models import ClosedDay, DayTotal, Posting
from anqi.lending.models import Loan, Order, SetAside
from anqi.notices.models import Webhook


@dataclass(frozen=True, kw_only=True)
class Left:
    """Books and days, by what they come to: neither ids of rows nor instants."""

    sums: Counter[tuple[Any, ...]]
    """In fen by loan, account, the day on which it counts and the day on which it is booked."""
    days: list[tuple[Any, ...]]
    """Each shut day: whether it has had its run and is closed, how many were proved and are set aside."""
    totals: list[tuple[Any, ...]]
    unsummed: list[date]
    """Days whose totals are not those of their postings."""
    loans: list[tuple[Any, ...]]
    """When each goes on, and since when it is settled."""
    waiting: list[tuple[Any, ...]]
    told: Counter[tuple[Any, ...]]
    """Events for merchants, by kind and order."""
    wrong: list[str]
    """What verification finds."""


def left(*, today: date) -> Left:
    """What there is now. A planted agreement was never signed, and has no hash."""
    return Left(
        sums=sums(),
        days=[
            (each.day, each.finished_at is not None, each.closed_at is not None, each.loans_proved, each.loans_set_aside)
            for each in ClosedDay.objects.order_by("day")
        ],
        totals=sorted(DayTotal.objects.values_list("day", "account", "lender_id", "debit_minor", "credit_minor")),
        unsummed=_unsummed(),
        loans=sorted(Loan.objects.values_list("id", "next_wake_on", "settled_on", "stands_on", "accruals")),
        waiting=sorted(SetAside.objects.values_list("loan_id", "kind", "day", "why", "resolved_by")),
        told=Counter([*Webhook.objects.values_list("kind", "subject_id"), *Order.objects.values_list("state", "id")]),
        wrong=sorted(each.told() for each in verify(today=today).wrong if each.what != "agreement"),
    )  # fmt: skip


def sums() -> Counter[tuple[Any, ...]]:
    """The books as sums per loan, account and day, whatever rows they are made of."""
    found: Counter[tuple[Any, ...]] = Counter()
    for posting in Posting.objects.all():
        found[(posting.loan_id, posting.debit, posting.counts_on, posting.booked_on)] += posting.amount_minor
        found[(posting.loan_id, posting.credit, posting.counts_on, posting.booked_on)] -= posting.amount_minor
    # Not +found, which would forget the credits.
    return Counter({what: amount_minor for what, amount_minor in found.items() if amount_minor})


def _unsummed() -> list[date]:
    kept: Counter[tuple[Any, ...]] = Counter()
    # What accrues has no postings.
    posted = DayTotal.objects.exclude(account__startswith="accrued_")
    for day, account, *both in posted.values_list("day", "account", "debit_minor", "credit_minor"):
        kept.update({(day, account, "debit"): both[0], (day, account, "credit"): both[1]})
    for posting in Posting.objects.filter(booked_on__in=ClosedDay.objects.exclude(finished_at=None).values("day")):
        for side in ("debit", "credit"):
            kept[(posting.booked_on, getattr(posting, side), side)] -= posting.amount_minor
    # What was booked before the first day of which there are totals was planted.
    since = DayTotal.objects.order_by("day").values_list("day", flat=True).first() or date.max
    return sorted({day for (day, *_), amount_minor in kept.items() if amount_minor and day >= since})
