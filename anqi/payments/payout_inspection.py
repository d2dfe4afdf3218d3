"""What staff ask of payouts. Nothing here locks or writes."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Case, Q, QuerySet, When

from anqi.payments.models import ChannelOrder, Payout, PayoutExchange

# Until then a payout is simply on its way.
TAKES = timedelta(days=1)
# So long a payout that failed or came back stands before the desk.
SHOWN = timedelta(days=3)
_PAGE = 100


def find(borrower_id: UUID, payout_id: UUID) -> Payout | None:
    """The borrower's payout of that id."""
    return Payout.objects.filter(borrower_id=borrower_id, id=payout_id).first()


def of_loan(borrower_id: UUID, loan_id: UUID) -> list[Payout]:
    """The payouts of a loan, oldest first."""
    return list(Payout.objects.filter(borrower_id=borrower_id, loan_id=loan_id).order_by("requested_at", "id"))


def exchanges(borrower_id: UUID, payout_id: UUID) -> list[PayoutExchange]:
    """What was said of a payout between its channel and us, oldest first."""
    return list(PayoutExchange.objects.filter(borrower_id=borrower_id, payout_id=payout_id).order_by("at", "id"))


def numbered(number: str) -> list[Payout]:
    """Payouts by our number at the channel or by the channel's own, whoever's."""
    keys = ChannelOrder.objects.filter(Q(key=number) | Q(ref=number), kind="payout").values_list("borrower_id", "key")
    return [Payout.objects.get(borrower_id=borrower_id, key=key) for borrower_id, key in keys[:_PAGE]]


def latest() -> list[Payout]:
    """The latest payouts, those that wait for a person first, then those without an end."""
    on_its_way = (Payout.State.RELEASED, *Payout.SENT)
    order = Case(When(state=Payout.State.WAITING, then=0), When(state__in=on_its_way, then=1), default=2)
    return list(Payout.objects.order_by(order, "-requested_at")[:_PAGE])


def waiting() -> QuerySet[Payout]:
    """Payouts that wait for somebody to release them, or to agree how they ended, the oldest first."""
    found = Payout.objects.filter(Q(state=Payout.State.WAITING) | Q(verdict__isnull=False))
    return found.order_by("requested_at")


def troubled(now: datetime) -> QuerySet[Payout]:
    """Payouts that can't leave, that nobody knows the end of, that contradict themselves, or that have just failed."""
    long_ago = Q(state__in=Payout.SENT, sent_at__lte=now - TAKES)
    cannot_leave = Q(state=Payout.State.RELEASED) & ~Q(reason="")
    contradicted = Q(reason__in=("failed_after_all", "paid_after_all", "other_amount", "earlier_paid"))
    ended = Q(state__in=(Payout.State.FAILED, Payout.State.RETURNED), ended_at__gt=now - SHOWN)
    return Payout.objects.filter(long_ago | cannot_leave | contradicted | ended).order_by("requested_at")
