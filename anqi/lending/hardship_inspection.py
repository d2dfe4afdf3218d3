"""What staff ask about hardship cases: those that wait, the lists, what the sweeps look for. Nothing here writes."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from anqi.lending.models import HardshipCase
from anqi.rows.days import start_of

PAGE = 200
_State = HardshipCase.State
_WAITS = (_State.WAITING, _State.PROPOSED)


def waiting() -> QuerySet[HardshipCase]:
    """What a person is to answer, whoever must be answered first at the top."""
    return _of().filter(state=_State.WAITING).order_by("answer_by", "asked_at")


def proposed() -> QuerySet[HardshipCase]:
    """Where an offer waits for its second person."""
    return _of().filter(state=_State.PROPOSED).order_by("answer_by", "asked_at")


def urgent(today: date) -> QuerySet[HardshipCase]:
    """What must be answered by tomorrow, or should have been."""
    tomorrow = today + timedelta(days=1)
    return _of().filter(state__in=_WAITS, answer_by__lte=tomorrow).order_by("answer_by", "asked_at")


def listed(*, state: str, since: date, until: date) -> list[HardshipCase]:
    """Cases of these days, of that state or of any, the latest first, at most `PAGE`."""
    end = start_of(until + timedelta(days=1))
    found = _of().filter(asked_at__gte=start_of(since), asked_at__lt=end)
    if state:
        found = found.filter(state=state)
    return list(found.order_by("-asked_at", "id")[:PAGE])


def of_loan(borrower_id: Any, loan_id: Any) -> list[HardshipCase]:
    """The loan's, the latest first."""
    return list(_of().filter(borrower_id=borrower_id, loan_id=loan_id).order_by("-asked_at")[:PAGE])


def unanswered(today: date, *, limit: int) -> list[HardshipCase]:
    """What nobody answered in time and is not on hold for it."""
    late = HardshipCase.objects.filter(state__in=_WAITS, answer_by__lt=today, hold_id=None)
    return list(late.order_by("answer_by")[:limit])


def lapsed(now: datetime, *, limit: int) -> list[HardshipCase]:
    """What was to be chosen or signed in time and was not."""
    over = HardshipCase.objects.filter(state__in=(_State.CHOOSING, _State.OFFERED), expires_at__lte=now)
    return list(over.order_by("expires_at")[:limit])


def to_look_at(today: date, *, limit: int) -> list[HardshipCase]:
    """What was accepted and is now to be looked at: whether it is kept."""
    return list(HardshipCase.objects.filter(look_on__lte=today).order_by("look_on")[:limit])


def _of() -> QuerySet[HardshipCase]:
    # Words of the borrower's own are opened on the case's page only.
    return HardshipCase.objects.defer("said", "question")
