"""Which loans of a borrower may be overdue, and what was paid on them since somebody promised to. Amounts in fen."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from anqi.lending.models import Fact, Loan
from anqi.rows.pairs import Pair, among


def running(borrower_ids: Iterable[UUID]) -> list[Pair]:
    """The loans of these borrowers that have begun and aren't over, (borrower id, loan id). One statement."""
    found = Loan.objects.filter(borrower_id__in=set(borrower_ids), settled_on=None, cancelled_on=None)
    return list(found.exclude(starts_on=None).order_by("borrower_id", "id").values_list("borrower_id", "id"))


def paid_since(since: Mapping[Pair, datetime]) -> dict[Pair, int]:
    """What was booked as paid on each of these loans since that instant; what was reversed again is left out.

    One statement.
    """
    paid: dict[Pair, dict[str, int]] = {pair: {} for pair in since}
    found = Fact.objects.filter(among(since), kind__in=("payment", "reversal"))
    for fact in found.order_by("borrower_id", "seq"):
        theirs = paid[fact.borrower_id, fact.loan_id]
        if fact.kind == "reversal":
            theirs.pop(fact.body["of"], None)
        elif fact.recorded_at > since[fact.borrower_id, fact.loan_id]:
            theirs[str(fact.id)] = fact.body["amount_minor"]
    return {pair: sum(theirs.values()) for pair, theirs in paid.items()}
