"""Loans as tables name them: whose, and which."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

Pair = tuple[UUID, UUID]
"""(borrower id, loan id)"""


def among(pairs: Iterable[Pair]) -> Q:
    """The rows of these loans, by both columns: the one says on which shard, the other is of one borrower only."""
    asked = list(pairs)
    return Q(borrower_id__in={borrower_id for borrower_id, _ in asked}, loan_id__in=[loan_id for _, loan_id in asked])
