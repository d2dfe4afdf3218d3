"""Offers: what a borrower may sign for an order now, and whether what comes back is exactly that.

Refused
├── NotVerified
└── AlreadySigned    order_id
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from anqi.lending import agreements, limits, products, readings
from anqi.lending.agreements import AgreementChanged, Draft
from anqi.lending.limits import Limit
from anqi.lending.models import Merchant, MerchantOrder, Order, Product
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused


class NotVerified(Refused):
    """Before the first signature we need to know who you are."""

    code = "not_verified"


class AlreadySigned(Refused):
    """This order has been signed."""

    code = "already_signed"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """The borrower as an agreement names them; without name and number until they are verified."""

    id: UUID
    name: str = field(repr=False)
    id_number: str = field(repr=False)
    is_verified: bool


@dataclass(frozen=True, kw_only=True)
class LaidOut:
    """What every signing page shows: what it costs, what would be signed, and what stands in the way.

    `statement` is the cost statement, `schedule` the instalments as if goods left, or money arrived, on `on`; in fen.
    """

    on: date
    statement: dict[str, Any]
    schedule: list[dict[str, Any]]
    draft: Draft
    limit: Limit
    reading_token: str
    consents: tuple[str, ...]
    is_verified: bool

    @property
    def is_within_limit(self) -> bool:
        return bool(self.draft.body["principal_minor"] <= self.limit.available_minor)


@dataclass(frozen=True, kw_only=True)
class Offer(LaidOut):
    """The order, and what its signing page shows."""

    order: Order
    merchant: Merchant
    product: Product
    return_url: str


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What comes back from the signing page."""

    sha256: str
    reading_token: str
    consents: tuple[str, ...]
    address: str = field(repr=False)
    agent: str = field(repr=False)

    @property
    def evidence(self) -> dict[str, Any]:
        """What proves later who signed, and where."""
        return {"address": self.address, "agent": self.agent[:400], "consents": sorted(self.consents)}


def make(order: Order, theirs: MerchantOrder, signer: Signer, *, now: datetime) -> Offer:
    """The offer as of today; its reading time begins now."""
    draft = _draft(order, theirs, signer, on=day_of(now))
    laid_out = lay_out(draft, signer, order_id=order.id, product=theirs.product, now=now)
    return Offer(
        order=order, merchant=order.shop, product=theirs.product, return_url=theirs.return_url, **vars(laid_out)
    )


def lay_out(draft: Draft, signer: Signer, *, order_id: UUID, product: Product, now: datetime) -> LaidOut:
    """The draft of today as a page shows it; its reading time begins now."""
    today = day_of(now)
    return LaidOut(
        on=today,
        statement=draft.body["cost_statement"],
        schedule=products.dated(products.plan_of(draft.body["terms"], today)),
        draft=draft,
        limit=limits.read(signer.id, product.lender_id, today=today),
        reading_token=readings.begin(order_id, draft.sha256, now=now),
        consents=tuple(agreements.asked(draft.body)),
        is_verified=signer.is_verified,
    )


def agree(order: Order, theirs: MerchantOrder, signer: Signer, signature: Signature, *, now: datetime) -> Draft:
    """What was read, drawn up again as on the day it was opened. Hold the borrower first.

    Refuses NotVerified, AgreementChanged, ReadingTooShort, ConsentMissing, CostAboveCap, CapUnknown, LimitExceeded.
    """
    draft = read_and_meant(
        signature, signer, order_id=order.id, draw=lambda on: _draft(order, theirs, signer, on=on), now=now
    )
    # The quote was within the caps of its day; the loan is of the day on which it is signed.
    products.refuse_dear(theirs.product, order.amount_minor, on=day_of(now))
    limits.admit(limits.read(signer.id, theirs.product.lender_id, today=day_of(now)), order.amount_minor)
    return draft


def read_and_meant(
    signature: Signature, signer: Signer, *, order_id: UUID, draw: Callable[[date], Draft], now: datetime
) -> Draft:
    """What was read for long enough and confirmed piece by piece, drawn up again as on the day it was opened.

    Nothing is signed by another way. Refuses NotVerified, AgreementChanged, ReadingTooShort, ConsentMissing.
    """
    if not signer.is_verified:
        raise NotVerified
    reading = readings.read(signature.reading_token, order_id=order_id, sha256=signature.sha256, now=now)
    draft = draw(day_of(reading.opened_at))
    if draft.sha256 != signature.sha256:
        raise AgreementChanged
    readings.refuse_hurry(reading, now=now)
    agreements.refuse_silence(draft.body, signature.consents)
    return draft


def _draft(order: Order, theirs: MerchantOrder, signer: Signer, *, on: date) -> Draft:
    return agreements.draw_up(
        order,
        product=theirs.product,
        borrower_name=signer.name,
        borrower_id_number=signer.id_number,
        on=on,
    )
