"""What staff ask of charges, payments and unapplied money. Nothing here locks or writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Sum

from anqi.payments import news
from anqi.payments.models import (
    Application,
    Card,
    ChannelOrder,
    Charge,
    ChargePart,
    Difference,
    Exchange,
    Inbox,
    Outbox,
    Payment,
    Refund,
    Unapplied,
)  # fmt: skip

# Until then a charge, a message or a question is simply on its way.
CHARGE_OPEN_FOR = timedelta(minutes=30)
INBOX_WAITS_FOR = timedelta(minutes=5)
OUTBOX_WAITS_FOR = timedelta(minutes=5)
REFUND_TAKES = timedelta(days=1)
PAGE = 100


@dataclass(frozen=True, kw_only=True)
class MessageShown:
    """What a channel told us of a charge, masked, and what became of the message."""

    id: UUID
    channel: str
    key: str
    kind: str
    outcome: str
    detail: dict[str, Any]
    sha256: str
    received_at: datetime
    state: str
    why: str
    tries: int


@dataclass(frozen=True, kw_only=True)
class Dealings:
    """Everything between a borrower's charges and their channels, oldest first."""

    charges: tuple[Charge, ...]
    parts: tuple[ChargePart, ...]
    payments: tuple[Payment, ...]
    exchanges: tuple[Exchange, ...]
    messages: tuple[MessageShown, ...]
    differences: tuple[Difference, ...]
    refunds: tuple[Refund, ...]

    def parts_of(self, charge_id: UUID) -> list[ChargePart]:
        return [part for part in self.parts if part.charge_id == charge_id]


def dealings(borrower_id: UUID, loan_id: UUID, *, payment_ids: Iterable[UUID] = ()) -> Dealings:
    """What was asked and told about the charges that pay this loan, or whose money was put to it later."""
    own = Q(borrower_id=borrower_id)
    by_part = ChargePart.objects.filter(own, loan_id=loan_id).values("charge_id")
    by_payment = Payment.objects.filter(own, id__in=list(payment_ids)).values("charge_id")
    charges = Charge.objects.filter(own, Q(id__in=by_part) | Q(id__in=by_payment)).order_by("opened_at")
    return _dealings(own, tuple(charges))


def charges(borrower_id: UUID) -> list[tuple[Charge, list[ChargePart]]]:
    """The borrower's latest charges and what each is to pay, newest first."""
    rows = list(Charge.objects.filter(borrower_id=borrower_id).order_by("-opened_at")[:PAGE])
    parts = ChargePart.objects.filter(borrower_id=borrower_id, charge_id__in=[row.id for row in rows])
    by_charge: dict[UUID, list[ChargePart]] = {row.id: [] for row in rows}
    for part in parts.order_by("id"):
        by_charge[part.charge_id].append(part)
    return [(row, by_charge[row.id]) for row in rows]


def claim(borrower_id: UUID, loan_id: UUID) -> Charge | None:
    """The open charge that claims the loan."""
    part = ChargePart.objects.filter(borrower_id=borrower_id, loan_id=loan_id, claims=True)
    found = part.select_related("charge").first()
    return found.charge if found else None


def case(borrower_id: UUID, case_id: UUID) -> Unapplied | None:
    """The case with its payment and the charge of it."""
    found = Unapplied.objects.filter(borrower_id=borrower_id, id=case_id)
    return found.select_related("payment__charge").first()


def cases(borrower_id: UUID) -> list[Unapplied]:
    """The borrower's cases with their payments, newest first."""
    return list(Unapplied.objects.filter(borrower_id=borrower_id).select_related("payment").order_by("-id"))


def latest_cases() -> list[Unapplied]:
    """Everybody's latest cases, the open ones first and the oldest of them on top."""
    found = Unapplied.objects.select_related("payment")
    return list(found.order_by(F("closed_at").desc(nulls_first=True), "opened_at")[:PAGE])


def applications(borrower_id: UUID, *, case_id: UUID | None = None) -> list[Application]:
    """What was asked for and decided about the borrower's cases, or about one of them, oldest first."""
    found = Application.objects.filter(borrower_id=borrower_id)
    return list((found.filter(case_id=case_id) if case_id else found).order_by("requested_at"))


def application(borrower_id: UUID, application_id: UUID) -> Application | None:
    """The borrower's application of that id."""
    return Application.objects.filter(borrower_id=borrower_id, id=application_id).first()


def has_waiting_application(borrower_id: UUID, case_id: UUID) -> bool:
    """Whether somebody's wish about the case still waits for a second person."""
    return waiting_applications().filter(borrower_id=borrower_id, case_id=case_id).exists()


def decided_alone_minor(borrower_id: UUID, case_id: UUID) -> int:
    """How much of a case's money, in fen, was put to use by people who asked nobody."""
    alone = Application.objects.filter(
        borrower_id=borrower_id, case_id=case_id, state=Application.State.DONE, decided_by=F("requested_by")
    )
    return int(alone.aggregate(sum=Sum("amount_minor"))["sum"] or 0)


def cards(borrower_id: UUID) -> list[Card]:
    """The borrower's bank cards that were bound once, newest first."""
    bound = Card.objects.filter(borrower_id=borrower_id, bound_at__isnull=False)
    return list(bound.defer("token").order_by("-bound_at", "-id"))


def find_charges(number: str) -> list[tuple[ChannelOrder, UUID]]:
    """Charges by our number at the channel or by the channel's own, whoever's; beside each the charge's id."""
    found = ChannelOrder.objects.filter(Q(key=number) | Q(ref=number))[:PAGE]
    return [(order, order.charge_id) for order in found if order.charge_id]


def owners(keys: Iterable[str]) -> dict[str, ChannelOrder]:
    """Whose charges these numbers at channels are; those that are not ours are left out."""
    return {order.key: order for order in ChannelOrder.objects.filter(key__in=list(keys))}


def loan_ids(borrower_id: UUID, charge_id: UUID) -> list[UUID]:
    """The loans that a charge pays."""
    parts = ChargePart.objects.filter(borrower_id=borrower_id, charge_id=charge_id).order_by("id")
    return list(parts.values_list("loan_id", flat=True))


def first_loans(pairs: Iterable[tuple[UUID, UUID | None]]) -> dict[UUID, UUID]:
    """A loan of each of these charges (borrower id, charge id), by the charge."""
    wanted = list(pairs)
    parts = ChargePart.objects.filter(
        borrower_id__in={borrower_id for borrower_id, _ in wanted}, charge_id__in=[charge_id for _, charge_id in wanted]
    )
    return dict(parts.order_by("-id").values_list("charge_id", "loan_id"))


def open_cases() -> QuerySet[Unapplied]:
    """Money that waits for somebody's decision, the oldest first."""
    return Unapplied.objects.filter(closed_at=None).select_related("payment").order_by("opened_at")


def late_refunds(now: datetime) -> QuerySet[Refund]:
    """Money on its way back of which nobody knows the end after so long, the oldest first."""
    late = Refund.objects.filter(next_try_at__isnull=False, requested_at__lte=now - REFUND_TAKES)
    return late.order_by("requested_at")


def refunds(borrower_id: UUID, case_id: UUID) -> list[Refund]:
    """The refunds of a case, oldest first."""
    return list(Refund.objects.filter(borrower_id=borrower_id, case_id=case_id).order_by("requested_at", "id"))


def charge(borrower_id: UUID, charge_id: UUID) -> Charge | None:
    """The borrower's charge of that id."""
    return Charge.objects.filter(borrower_id=borrower_id, id=charge_id).first()


def open_differences() -> QuerySet[Difference]:
    """Where a channel contradicts us and nobody has looked yet, the oldest first."""
    return Difference.objects.filter(closed_at=None).select_related("charge").order_by("opened_at")


def difference(borrower_id: UUID, difference_id: UUID) -> Difference | None:
    """The difference of that id with its charge."""
    found = Difference.objects.filter(borrower_id=borrower_id, id=difference_id)
    return found.select_related("charge").first()


def payments_of(borrower_id: UUID, charge_id: UUID) -> list[Payment]:
    """The money that came of a charge, as we have booked it."""
    return list(Payment.objects.filter(borrower_id=borrower_id, charge_id=charge_id).order_by("recorded_at"))


def waiting_applications() -> QuerySet[Application]:
    """Applications that wait for a second person, the oldest first."""
    return Application.objects.filter(state=Application.State.REQUESTED).order_by("requested_at")


def silent_charges(now: datetime) -> QuerySet[Charge]:
    """Charges of which nobody knows the end after so long, the oldest first. Debits are looked at elsewhere."""
    # Every open charge has a next time to ask; this is the index.
    late = Charge.objects.filter(next_try_at__isnull=False, state__in=Charge.OPEN, mandate_id=None)
    # A transfer between banks has days, of which nobody is to wonder before they are over.
    return late.filter(opened_at__lte=now - CHARGE_OPEN_FOR, expires_at__lte=now).order_by("opened_at")


def stuck_messages(now: datetime, *, but: Iterable[UUID] = ()) -> QuerySet[Inbox]:
    """Messages of channels that were refused, or still wait after so long, the oldest first."""
    late = Q(state=Inbox.State.WAITING, received_at__lte=now - INBOX_WAITS_FOR)
    found = Inbox.objects.filter(late | Q(state=Inbox.State.REFUSED)).exclude(id__in=but)
    return found.defer("raw").order_by("received_at")


def late_questions(now: datetime) -> QuerySet[Outbox]:
    """What was to be asked of channels and still is not answered after so long, the oldest first."""
    return Outbox.objects.filter(done_at=None, created_at__lte=now - OUTBOX_WAITS_FOR).order_by("created_at")


def shown(rows: Iterable[Inbox]) -> list[MessageShown]:
    """Messages as people may read them: no address that pays."""
    return [
        MessageShown(
            id=row.id,
            channel=row.channel,
            key=row.key,
            kind=row.kind,
            outcome=row.news["kind"],
            detail=news.masked(news.from_json(row.news)),
            sha256=row.sha256,
            received_at=row.received_at,
            state=row.state,
            why=row.why,
            tries=row.tries,
        )
        for row in rows
    ]


def _dealings(own: Q, rows: Sequence[Charge]) -> Dealings:
    ids = [row.id for row in rows]
    messages = Inbox.objects.filter(channel__in={row.channel for row in rows}, key__in=[row.key for row in rows])
    return Dealings(
        charges=tuple(rows),
        parts=tuple(ChargePart.objects.filter(own, charge_id__in=ids).order_by("id")),
        payments=tuple(Payment.objects.filter(own, charge_id__in=ids).order_by("recorded_at")),
        exchanges=tuple(Exchange.objects.filter(own, charge_id__in=ids).order_by("at")),
        messages=tuple(shown(messages.defer("raw").order_by("received_at"))),
        differences=tuple(Difference.objects.filter(own, charge_id__in=ids).order_by("opened_at")),
        refunds=tuple(Refund.objects.filter(own, charge_id__in=ids).order_by("requested_at")),
    )
