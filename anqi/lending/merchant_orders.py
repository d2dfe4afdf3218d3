"""Orders as merchants sent them: one for each key, found only by their own merchant or by their token.

Refused
├── NoSuchOrder
├── KeyReused
├── OrderNumberTaken
├── GoodsDoNotAddUp   sum_minor, amount_minor
├── ReturnUrlUnknown
├── BadCursor
├── StateConflict     state
├── OrderLapsed
└── OrderCancelled
"""

import base64
import binascii
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from anqi.lending import merchants
from anqi.lending.models import Merchant, MerchantOrder, Product
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

State = MerchantOrder.State
OPEN = (State.CREATED, State.CONFIRMED)
# Unsigned it waits so long for the borrower; signed it waits so long again for the goods to leave.
LIFE = timedelta(days=15)


class NoSuchOrder(Refused):
    """There is no such order."""

    code = "not_found"


class KeyReused(Refused):
    """This idempotency key was used for something else."""

    code = "idempotency_key_reused"


class OrderNumberTaken(Refused):
    """There is another order of yours with this number."""

    code = "order_number_taken"


class GoodsDoNotAddUp(Refused):
    """The goods come to {sum_minor} fen, the order to {amount_minor} fen."""

    code = "goods_do_not_add_up"


class ReturnUrlUnknown(Refused):
    """The return_url is not at an address that was agreed with this merchant."""

    code = "return_url_unknown"


class BadCursor(Refused):
    """This cursor did not come from us."""

    code = "bad_cursor"


class StateConflict(Refused):
    """This can't be done to an order that is {state}."""

    code = "state_conflict"


class OrderLapsed(Refused):
    """This order has lapsed: nothing happened to it for 15 days."""

    code = "order_lapsed"


class OrderCancelled(Refused):
    """This order was cancelled."""

    code = "order_cancelled"


@dataclass(frozen=True, kw_only=True)
class Good:
    """One line of what is bought; the price is for one piece, in fen."""

    title: str
    quantity: int
    price_minor: int


@dataclass(frozen=True, kw_only=True)
class NewOrder:
    """An order as a merchant asks for it."""

    order_number: str
    amount_minor: int
    currency: str
    goods: Sequence[Good]
    plan: str
    quote: str
    return_url: str


@dataclass(frozen=True, kw_only=True)
class Page:
    """Some orders, newest first, and the cursor of the next page, or None."""

    orders: list[MerchantOrder]
    next: str | None


def refuse_unsound(new: NewOrder, merchant: Merchant) -> None:
    """Refuses with GoodsDoNotAddUp or ReturnUrlUnknown."""
    sum_minor = sum(good.quantity * good.price_minor for good in new.goods)
    if sum_minor != new.amount_minor:
        raise GoodsDoNotAddUp(sum_minor=sum_minor, amount_minor=new.amount_minor)
    if not merchants.may_return_to(merchant, new.return_url):
        raise ReturnUrlUnknown


def keyed(merchant_id: UUID, key: str) -> MerchantOrder | None:
    """The order that this key made, if it made one."""
    return MerchantOrder.objects.filter(merchant_id=merchant_id, idempotency_key=key).first()


def put(
    new: NewOrder, *, merchant_id: UUID, product: Product, key: str, body_hash: str, now: datetime
) -> tuple[MerchantOrder, bool]:
    """The order that stands under the key now, and whether this call made it. Refuses OrderNumberTaken."""
    row = MerchantOrder(
        id=uuid7(),
        merchant_id=merchant_id,
        order_number=new.order_number,
        idempotency_key=key,
        body_hash=body_hash,
        confirm_token=secrets.token_urlsafe(32),
        amount_minor=new.amount_minor,
        currency=new.currency,
        plan=new.plan,
        product=product,
        goods=[asdict(good) for good in new.goods],
        return_url=new.return_url,
        created_at=now,
        changed_at=now,
    )
    # Waits for the other of two at once to commit, and leaves its row in peace.
    MerchantOrder.objects.bulk_create([row], ignore_conflicts=True)
    standing = keyed(merchant_id, key)
    if standing is None:
        raise OrderNumberTaken(order_number=new.order_number)
    return standing, standing.id == row.id


def of_merchant(merchant_id: UUID, id: UUID) -> MerchantOrder:
    """The merchant's order, not locked. Refuses with NoSuchOrder, also where it is another merchant's."""
    found = MerchantOrder.objects.filter(merchant_id=merchant_id, id=id).first()
    if found is None:
        raise NoSuchOrder
    return found


def newest(
    merchant_id: UUID, *, order_number: str | None, state: str | None, cursor: str | None, limit: int
) -> Page:
    """The merchant's orders, newest first, from the cursor on. Refuses with BadCursor."""
    rows = MerchantOrder.objects.filter(merchant_id=merchant_id).order_by("-created_at", "-id")
    if order_number is not None:
        rows = rows.filter(order_number=order_number)
    if state is not None:
        rows = rows.filter(state=state)
    if cursor is not None:
        at, id = _read_cursor(cursor)
        rows = rows.filter(Q(created_at__lt=at) | Q(created_at=at, id__lt=id))
    found = list(rows[: limit + 1])
    return Page(orders=found[:limit], next=_cursor(found[limit - 1]) if len(found) > limit else None)


def get(id: UUID) -> MerchantOrder:
    """The order with its merchant and product, not locked."""
    return MerchantOrder.objects.select_related("merchant", "product__lender").get(id=id)


def lock(id: UUID) -> MerchantOrder:
    """The order as it stands, locked, with its merchant and product. Hold its borrower first, if it has one."""
    return (
        MerchantOrder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("merchant", "product__lender")
        .get(id=id)
    )


def find_by_token(token: str) -> UUID:
    """The id of the order that this confirm_url leads to. Refuses with NoSuchOrder."""
    found = MerchantOrder.objects.filter(confirm_token=token).values_list("id", flat=True).first()
    if found is None:
        raise NoSuchOrder
    return found


def waited_too_long(*, now: datetime, limit: int) -> list[MerchantOrder]:
    """Open orders whose time is over, the oldest first."""
    return list(
        MerchantOrder.objects.filter(state__in=OPEN, changed_at__lte=now - LIFE).order_by("changed_at")[:limit]
    )


def is_over(theirs: MerchantOrder, *, now: datetime) -> bool:
    """Whether an open order's time is over, swept or not."""
    return theirs.state in OPEN and theirs.changed_at <= now - LIFE


def refuse_over(theirs: MerchantOrder, *, now: datetime) -> None:
    """Refuses with OrderLapsed what has lapsed, or would have if the sweep had come by."""
    if theirs.state == State.LAPSED or is_over(theirs, now=now):
        raise OrderLapsed


def refuse_ended(theirs: MerchantOrder, *, now: datetime) -> None:
    """Refuses with OrderLapsed or OrderCancelled."""
    refuse_over(theirs, now=now)
    if theirs.state == State.CANCELLED:
        raise OrderCancelled


def give_to(theirs: MerchantOrder, *, borrower_id: UUID, order_id: UUID) -> None:
    """The order belongs to whoever opened it first; its state does not change by that."""
    theirs.borrower_id, theirs.order_id = borrower_id, order_id
    theirs.save(update_fields=["borrower_id", "order_id"])


def move(
    theirs: MerchantOrder, state: State, *, now: datetime, tracking_number: str = "", reason: str = ""
) -> None:
    """The order reached a state; what the merchant said with it is kept."""
    theirs.state, theirs.changed_at = state, now
    theirs.tracking_number, theirs.reason = tracking_number, reason
    theirs.save(update_fields=["state", "changed_at", "tracking_number", "reason"])


def _cursor(order: MerchantOrder) -> str:
    stated = f"{order.created_at.isoformat()}|{order.id}"
    return base64.urlsafe_b64encode(stated.encode()).decode()


def _read_cursor(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, _, id = base64.urlsafe_b64decode(cursor.encode()).decode().partition("|")
        instant = datetime.fromisoformat(at)
        if instant.tzinfo is None:
            raise ValueError("no zone")
        return instant, UUID(id)
    except (binascii.Error, ValueError) as error:
        raise BadCursor from error
