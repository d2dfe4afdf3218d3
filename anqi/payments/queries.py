"""What borrowers read of their charges and payments. Nothing here locks or writes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet, Sum

from anqi.payments.channels.protocol import Form
from anqi.payments.models import Card, Charge, ChargePart, Exchange, Payment, Payout, Refund, Unapplied

# What a channel said last, when, and to what question.
_Answered = tuple[str, datetime | None, str]
_NO_ANSWER: _Answered = ("", None, "")


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """Money that arrived, in fen, and how much of it waits for a decision because no loan could use it."""

    id: UUID
    is_by_other: bool
    """Whether somebody else has paid it for the borrower."""
    channel: str
    ref: str
    amount_minor: int
    paid_at: datetime
    recorded_at: datetime
    waiting_minor: int
    refunds: tuple["RefundView", ...]

    @property
    def returning_minor(self) -> int:
        """What of it is on its way back."""
        return sum(refund.amount_minor for refund in self.refunds if refund.is_on_its_way)

    @property
    def returned_minor(self) -> int:
        """What of it has gone back."""
        return sum(refund.amount_minor for refund in self.refunds if refund.refunded_at and not refund.is_on_its_way)


@dataclass(frozen=True, kw_only=True)
class RefundView:
    """Money that goes back to where it came from, in fen; without `refunded_at` it has not arrived."""

    id: UUID
    channel: str
    ref: str
    amount_minor: int
    requested_at: datetime
    refunded_at: datetime | None
    is_on_its_way: bool


@dataclass(frozen=True, kw_only=True)
class ChargeView:
    """A payment that was begun, in fen, and what is known of it."""

    id: UUID
    channel: str
    amount_minor: int
    state: str
    cashier_url: str
    cashier_form: Form | None
    code_text: str
    transfer: Mapping[str, str]
    """Where to transfer the money to: account_name, account_number, bank and reference; empty for other ways."""
    is_watched: bool
    is_closing: bool
    is_debit: bool
    """Taken without the borrower at the screen: nobody gives it up, and nobody pays beside it."""
    is_by_other: bool
    """Somebody else pays it, by a link of the borrower's: the borrower is not led to its cashier."""
    opened_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    reason: str
    loan_ids: tuple[UUID, ...]
    shares: Mapping[UUID, int]
    """What it is to bring to each of its loans, in fen; empty where only its claim was looked at."""
    last_answer: str
    asked_at: datetime | None
    """When the channel was last asked, to open the charge or what became of it."""
    queried_at: datetime | None
    """When it was last asked what became of the charge."""
    next_ask_at: datetime | None
    payments: tuple[PaymentView, ...]

    @property
    def is_open(self) -> bool:
        return self.state in Charge.OPEN

    @property
    def has_cashier(self) -> bool:
        """Whether the browser can be sent to pay, to an address or with a form."""
        return bool(self.cashier_url or self.cashier_form)

    def may_be_paid(self, now: datetime) -> bool:
        """Whether the cashier still takes the money, as far as we know."""
        is_offered = self.has_cashier or bool(self.code_text or self.transfer)
        return self.is_open and not self.is_closing and now < self.expires_at and is_offered


@dataclass(frozen=True, kw_only=True)
class CardView:
    """A bank card as its holder knows it, and when its channel was last asked about it."""

    id: UUID
    bank: str
    last4: str
    kind: str
    state: str
    asked_at: datetime | None


def charge(borrower_id: UUID, charge_id: UUID) -> ChargeView | None:
    """The borrower's own charge; None for one that is somebody else's or nobody's. Four statements."""
    rows = list(Charge.objects.filter(borrower_id=borrower_id, id=charge_id))
    return next(iter(_charge_views(borrower_id, rows)), None)


def charges(borrower_id: UUID, *, before: UUID | None, limit: int) -> list[ChargeView]:
    """The borrower's charges, debits too, the latest first, from before that one on. Six statements."""
    found = Charge.objects.filter(borrower_id=borrower_id)
    rows = (found.filter(id__lt=before) if before else found).order_by("-id")[:limit]
    return _charge_views(borrower_id, list(rows))


def cards(borrower_id: UUID) -> list[CardView]:
    """The borrower's bound cards, oldest first."""
    bound = Card.objects.filter(borrower_id=borrower_id, state=Card.State.BOUND).order_by("bound_at", "id")
    return [CardView(**row) for row in bound.values(*_SHOWN_OF_CARD)]


def refusing_cards(borrower_id: UUID, loan_id: UUID) -> set[UUID]:
    """The borrower's bound cards to which this loan could not be paid."""
    failed = Payout.objects.filter(borrower_id=borrower_id, loan_id=loan_id, state=Payout.State.FAILED)
    tokens = {payout.account for payout in failed}
    bound = Card.objects.filter(borrower_id=borrower_id, state=Card.State.BOUND)
    return {card.id for card in bound if card.token in tokens}


def card(borrower_id: UUID, card_id: UUID) -> CardView | None:
    """The borrower's own card, whatever its state; None for one that is somebody else's or nobody's."""
    found = Card.objects.filter(borrower_id=borrower_id, id=card_id).values(*_SHOWN_OF_CARD).first()
    return CardView(**found) if found else None


_SHOWN_OF_CARD = ("id", "bank", "last4", "kind", "state", "asked_at")


def claims(borrower_id: UUID, loan_ids: Iterable[UUID]) -> dict[UUID, ChargeView]:
    """The open charge of each of these loans that has one, in one statement."""
    parts = ChargePart.objects.filter(borrower_id=borrower_id, loan_id__in=list(loan_ids), claims=True)
    return {
        part.loan_id: _charge_view(part.charge, loan_ids=(part.loan_id,), shares={}, answer=_NO_ANSWER, payments=())
        for part in parts.select_related("charge")
    }


def payments(borrower_id: UUID, payment_ids: Iterable[UUID]) -> dict[UUID, PaymentView]:
    """These payments of the borrower by their ids, in two statements."""
    rows = list(_payments(borrower_id).filter(id__in=list(payment_ids)))
    return {view.id: view for view in _payment_views(borrower_id, rows)}


def paid_between(borrower_id: UUID, since: datetime, until: datetime) -> list[PaymentView]:
    """The borrower's payments made from one moment until before another, the latest first, in three statements."""
    found = _payments(borrower_id).filter(paid_at__gte=since, paid_at__lt=until)
    return list(_payment_views(borrower_id, list(found.order_by("-paid_at", "-id"))))


def _payments(borrower_id: UUID) -> QuerySet[Payment]:
    return Payment.objects.filter(borrower_id=borrower_id).annotate(link_id=F("charge__link_id"))


def _charge_views(borrower_id: UUID, rows: Sequence[Charge]) -> list[ChargeView]:
    if not rows:
        return []
    ids = [row.id for row in rows]
    shares: dict[UUID, dict[UUID, int]] = {charge_id: {} for charge_id in ids}
    parts = ChargePart.objects.filter(borrower_id=borrower_id, charge_id__in=ids).order_by("id")
    for charge_id, loan_id, minor in parts.values_list("charge_id", "loan_id", "amount_minor"):
        shares[charge_id][loan_id] = minor
    arrived = list(_payments(borrower_id).filter(charge_id__in=ids).order_by("id"))
    views = list(zip(arrived, _payment_views(borrower_id, arrived), strict=True))
    answers = _last_answers(borrower_id, ids)
    return [
        _charge_view(
            row, loan_ids=tuple(shares[row.id]), shares=shares[row.id], answer=answers.get(row.id, _NO_ANSWER),
            payments=tuple(view for paid, view in views if paid.charge_id == row.id),
        )
        for row in rows
    ]  # fmt: skip


def _last_answers(borrower_id: UUID, charge_ids: Sequence[UUID]) -> dict[UUID, _Answered]:
    answers = Exchange.objects.filter(borrower_id=borrower_id, charge_id__in=charge_ids, direction="out")
    last = answers.order_by("charge_id", "-at", "-id").distinct("charge_id")
    return {row[0]: row[1:] for row in last.values_list("charge_id", "outcome", "at", "kind")}


def _payment_views(borrower_id: UUID, rows: Sequence[Payment]) -> tuple[PaymentView, ...]:
    if not rows:
        return ()
    cases = Unapplied.objects.filter(borrower_id=borrower_id, payment_id__in=[row.id for row in rows])
    summed = cases.values("payment_id").annotate(left_minor=Sum("left_minor")).order_by("payment_id")
    waiting = {case["payment_id"]: int(case["left_minor"]) for case in summed}
    refunds = _refund_views(borrower_id, list(waiting))
    return tuple(
        PaymentView(
            id=row.id,
            is_by_other=vars(row)["link_id"] is not None,
            channel=row.channel,
            ref=row.ref,
            amount_minor=row.amount_minor,
            paid_at=row.paid_at,
            recorded_at=row.recorded_at,
            waiting_minor=waiting.get(row.id, 0),
            refunds=tuple(refunds.get(row.id, ())),
        )
        for row in rows
    )


def _refund_views(borrower_id: UUID, payment_ids: Sequence[UUID]) -> dict[UUID, list[RefundView]]:
    """The refunds of these payments that are on their way or have arrived, oldest first."""
    views: dict[UUID, list[RefundView]] = {}
    if not payment_ids:
        return views
    found = Refund.objects.filter(borrower_id=borrower_id, payment_id__in=payment_ids)
    for row in found.exclude(state=Refund.State.FAILED).order_by("requested_at", "id"):
        views.setdefault(row.payment_id, []).append(
            RefundView(
                id=row.id,
                channel=row.channel,
                ref=row.ref,
                amount_minor=row.amount_minor,
                requested_at=row.requested_at,
                refunded_at=row.refunded_at,
                is_on_its_way=row.state in Refund.OPEN,
            )
        )
    return views


def _charge_view(
    row: Charge, *, loan_ids: tuple[UUID, ...], shares: Mapping[UUID, int], answer: _Answered,
    payments: tuple[PaymentView, ...],
) -> ChargeView:  # fmt: skip
    action = row.action or {}
    return ChargeView(
        id=row.id,
        channel=row.channel,
        amount_minor=row.amount_minor,
        state=row.state,
        cashier_url=action.get("url", ""),
        cashier_form=Form(url=action["post"], fields=action["fields"]) if "post" in action else None,
        code_text=action.get("qr", ""),
        transfer=action.get("transfer", {}),
        is_watched=row.next_try_at is not None,
        is_closing=row.closing_at is not None,
        is_debit=row.is_debit,
        is_by_other=row.is_by_other,
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        ended_at=row.ended_at,
        reason=row.reason,
        loan_ids=loan_ids,
        shares=shares,
        last_answer=answer[0],
        asked_at=answer[1],
        queried_at=answer[1] if answer[2] != "charge" else None,
        next_ask_at=row.next_try_at,
        payments=payments,
    )


def latest_payout(borrower_id: UUID, loan_id: UUID) -> Payout | None:
    """The last payout of a loan, however it stands."""
    return latest_payouts(borrower_id, [loan_id]).get(loan_id)


def latest_payouts(borrower_id: UUID, loan_ids: Iterable[UUID]) -> dict[UUID, Payout]:
    """The last payout of each of these loans that has one, in one statement."""
    found = Payout.objects.filter(borrower_id=borrower_id, loan_id__in=list(loan_ids)).order_by("requested_at", "id")
    return {payout.loan_id: payout for payout in found}
