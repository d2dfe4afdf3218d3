"""Applications for a reserve (备用金) as rows: one alive a borrower, with all that was looked at when it was decided.

Refused
├── NoSuchApplication
├── AlreadyApplied        application_id
├── OtherRequest          the same attempt with other contents
├── NotOpen               state
└── OfferLapsed           expired_at
"""

import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from anqi.engine import decision as engine_decision
from anqi.engine.applications import Earlier
from anqi.engine.decision import Decision, Review
from anqi.lending.models import Application, ApplicationReview, Product
from anqi.rows.days import day_of, start_of
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

Outcome = Literal["approved", "refused"]
OUTCOMES: tuple[str, ...] = get_args(Outcome)
# So long what was approved can be signed: what was looked at is not true for ever.
LIFE = timedelta(hours=24)
# No policy looks back further.
_LOOKED_BACK = timedelta(days=366)


class NoSuchApplication(Refused):
    """There is no such application of yours."""

    code = "no_such_application"


class AlreadyApplied(Refused):
    """Another application of yours is not over: sign it, or withdraw it first."""

    code = "already_applied"


class OtherRequest(Refused):
    """This form has been sent before with other contents."""

    code = "other_request"


class NotOpen(Refused):
    """This can't be done with an application that is {state}."""

    code = "application_not_open"


class OfferLapsed(Refused):
    """What was approved could be signed until {expired_at}. Apply again, please."""

    code = "offer_lapsed"


@dataclass(frozen=True, kw_only=True)
class To:
    """Where a borrower wants the money: one of their bound cards, or else an account at a wallet."""

    card_id: UUID | None = None
    wallet: str = field(default="", repr=False)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a borrower applies for: a product by its code, an amount in fen, a purpose of `policies.PURPOSES`."""

    product: str
    amount_minor: int
    purpose: str
    to: To


@dataclass(frozen=True, kw_only=True)
class PaidTo:
    """The channel that a reserve is paid out by, and what people may see of the account."""

    channel: str
    label: str


def put(
    borrower_id: UUID, attempt: UUID, wish: Wish, *, product: Product, paid_to: PaidTo, decision: Decision,
    now: datetime,
) -> Application:  # fmt: skip
    """The application with what was decided about it. Hold the borrower first."""
    row = Application(
        borrower_id=borrower_id, id=attempt, lender=product.lender, product=product, amount_minor=wish.amount_minor,
        currency=product.currency, purpose=wish.purpose, card_id=wish.to.card_id, wallet=wish.to.wallet or None,
        **vars(paid_to), decision=json.dumps(engine_decision.written(decision)), reasons=_reasons(decision),
        applied_at=now, **_decided(decision.outcome, now),
    )  # fmt: skip
    Application.objects.bulk_create([row])
    return row


def find(borrower_id: UUID, application_id: UUID) -> Application | None:
    """The borrower's own application with its product and lender."""
    mine = Application.objects.select_related("product__lender", "lender")
    return mine.filter(borrower_id=borrower_id, id=application_id).first()


def get(borrower_id: UUID, application_id: UUID) -> Application:
    """The same. Refuses NoSuchApplication."""
    found = find(borrower_id, application_id)
    if found is None:
        raise NoSuchApplication
    return found


def wish_of(row: Application) -> Wish:
    """What was applied for."""
    to = To(card_id=row.card_id, wallet=row.wallet or "")
    return Wish(product=row.product.code, amount_minor=row.amount_minor, purpose=row.purpose, to=to)


def make_way(borrower_id: UUID, *, now: datetime) -> None:
    """Nothing of the borrower's is alive from here on: an offer whose time is over lapses, all else is in the way.

    Hold the borrower first. Refuses AlreadyApplied.
    """
    alive = Application.objects.filter(borrower_id=borrower_id, state__in=Application.ALIVE).first()
    if alive is None:
        return
    if not is_lapsed(alive, now=now):
        raise AlreadyApplied(application_id=alive.id)
    move(alive, Application.State.LAPSED, now=now)


def earlier(borrower_id: UUID, lender_id: UUID, *, today: date) -> tuple[Earlier, ...]:
    """The applications to that lender before, as the engine counts them."""
    rows = Application.objects.filter(
        borrower_id=borrower_id, lender_id=lender_id, applied_at__gte=start_of(today - _LOOKED_BACK)
    ).values_list("applied_at", "state")
    return tuple(Earlier(on=day_of(applied_at), outcome=_OUTCOMES[state]) for applied_at, state in rows)


def decision_of(row: Application) -> Decision:
    """What was decided when it came in, with all that was looked at."""
    return engine_decision.read(json.loads(row.decision))


def reviews_of(row: Application) -> tuple[Review, ...]:
    """Who has looked at it since, the first one first."""
    rows = ApplicationReview.objects.filter(borrower_id=row.borrower_id, application_id=row.id).order_by("at", "id")
    return tuple(
        Review(id=str(each.id), on=day_of(each.at), by=str(each.by), outcome=_said(each.outcome), reason=each.reason)
        for each in rows
    )


def put_review(row: Application, *, outcome: Outcome, reason: str, by: UUID, now: datetime) -> None:
    """A person has looked at it, and that holds from now on."""
    ApplicationReview.objects.create(
        borrower_id=row.borrower_id, id=uuid7(), application_id=row.id, outcome=outcome, reason=reason[:400], by=by,
        at=now,
    )  # fmt: skip
    _change(row, **_decided(outcome, now))


def ask(row: Application, text: str, *, now: datetime) -> None:
    """The borrower wants a person to look at a refusal."""
    _change(row, state=Application.State.REVIEW, question=text[:400], questioned_at=now)


def move(row: Application, state: str, *, now: datetime) -> None:
    """The application has ended so."""
    _change(row, state=state, ended_at=now)


def is_lapsed(row: Application, *, now: datetime) -> bool:
    """Whether it was approved and its time is over."""
    return row.state == Application.State.APPROVED and row.expires_at is not None and now >= row.expires_at


def refuse_closed(row: Application, *, now: datetime) -> None:
    """Refuses what can't be signed: OfferLapsed, NotOpen."""
    if row.state == Application.State.LAPSED or is_lapsed(row, now=now):
        raise OfferLapsed(expired_at=row.expires_at)
    if row.state != Application.State.APPROVED:
        raise NotOpen(state=row.state)


def lapsed(*, now: datetime, limit: int) -> list[Application]:
    """What was approved and not signed in time, the oldest first."""
    over = Application.objects.filter(state=Application.State.APPROVED, expires_at__lte=now)
    return list(over.order_by("expires_at")[:limit])


def _decided(outcome: str, now: datetime) -> dict[str, object]:
    if outcome == "review":
        return {"state": Application.State.REVIEW}
    if outcome == "refused":
        return {"state": Application.State.REFUSED, "decided_at": now}
    return {"state": Application.State.APPROVED, "decided_at": now, "expires_at": now + LIFE}


def _reasons(decision: Decision) -> list[dict[str, object]]:
    reasons: list[dict[str, object]] = engine_decision.written(decision)["reasons"]
    return reasons


def _said(outcome: str) -> Outcome:
    return "approved" if outcome == "approved" else "refused"


def _change(row: Application, **changes: object) -> None:
    Application.objects.filter(borrower_id=row.borrower_id, id=row.id).update(**changes)
    for name, value in changes.items():
        setattr(row, name, value)


_OUTCOMES: dict[str, Literal["open", "approved", "refused", "withdrawn"]] = {
    Application.State.REVIEW: "open",
    Application.State.APPROVED: "open",
    Application.State.REFUSED: "refused",
    Application.State.SIGNED: "approved",
    Application.State.WITHDRAWN: "withdrawn",
    Application.State.LAPSED: "withdrawn",
}
