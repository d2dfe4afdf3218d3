"""What borrowers read of their orders, loans and agreements. Nothing here locks or writes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from anqi.engine import loan as engine_loan
from anqi.engine.loan import Standing, StandingInstalment
from anqi.engine.repayment import Preview
from anqi.lending import effects, hardship, holding, reported_loans, store
from anqi.lending.models import Agreement, Fact, Lender, Loan, MerchantOrder, Order
from anqi.lending.store import LoanInHand

PAGE = 20
# What the borrower has, whether goods or money.
RUNNING = (Order.State.SHIPPED, Order.State.PAID_OUT)
_PRESSING = ("due", "grace", "overdue")
# What the lists are called in which orders stand; signed goods wait for a shop, signed money for a channel.
_LISTS: Mapping[str, Q] = {
    "created": Q(state=Order.State.CREATED),
    "confirmed": Q(state=Order.State.CONFIRMED, merchant__isnull=False),
    "paying": Q(state=Order.State.CONFIRMED, merchant__isnull=True),
    "shipped": Q(state__in=RUNNING),
    "settled": Q(state=Order.State.SETTLED),
    "over": Q(state__in=(Order.State.CANCELLED, Order.State.LAPSED)),
}
_ENDED_UNPAID = (MerchantOrder.State.CANCELLED, MerchantOrder.State.LAPSED)


@dataclass(frozen=True, kw_only=True)
class Helper:
    """A lender whom the borrower can call."""

    name: str
    phone: str


@dataclass(frozen=True, kw_only=True)
class LoanView:
    """A loan as it stands at the end of a day; one that has not begun has no standing yet."""

    held: LoanInHand
    today: date
    principal_minor: int
    lender_name: str
    lender_phone: str
    product_title: str
    standing: Standing | None
    last_help: tuple[UUID, str] | None
    bureau: str | None
    """The one to which it is reported; None where it isn't."""

    @property
    def id(self) -> UUID:
        return self.held.id

    @property
    def number(self) -> str:
        return self.held.number

    @property
    def instalment_count(self) -> int:
        """How many instalments were signed."""
        return int(self.held.signed_terms["instalments"])

    @property
    def remaining_minor(self) -> int:
        """All that is still to be paid, in fen; the principal while the loan has not begun."""
        return self.standing.remaining_minor if self.standing else self.principal_minor

    def state_of(self, row: StandingInstalment) -> str:
        """The word for one instalment of it: what is open of a loan that was written off is just that.

        Whoever still pays on it needs no counting of the days; and while the plan is on hold, nothing is due now.
        """
        is_given_up = self.standing and self.standing.status == "written_off"
        if is_given_up and row.remaining_minor:
            return "written_off"
        return "held" if row.state in _PRESSING and self.is_on_hold else row.state

    @property
    def is_on_hold(self) -> bool:
        """Whether its plan is on hold today."""
        return holding.on(self.held, self.today)

    @property
    def grace_until(self) -> date | None:
        """The last day on which the earliest unpaid instalment bears no penalty, while it is in grace."""
        if not self.standing or self.standing.status != "grace":
            return None
        late = next(row for row in self.standing.instalments if row.state == "grace")
        return late.due_on + timedelta(days=self.held.terms.grace_days)


@dataclass(frozen=True, kw_only=True)
class OrderView:
    """A purchase of a borrower, or cash, and the loan of it once it is signed."""

    id: UUID
    number: str
    merchant_name: str
    is_cash: bool
    goods: tuple[Mapping[str, Any], ...]
    amount_minor: int
    state: str
    opened_at: datetime
    confirmed_at: datetime | None
    shipped_at: datetime | None
    ended_at: datetime | None
    loan: LoanView | None

    @property
    def title(self) -> str:
        """The goods as the merchant names them; of cash the product."""
        if self.is_cash and self.loan:
            return self.loan.product_title
        return "、".join(str(line["title"]) for line in self.goods)

    @property
    def condition(self) -> str:
        """What the contract says today, in one word.

        created, confirmed, active, overdue, written_off, settled, void, cancelled or lapsed.

        The loan's own standing comes before the order's state: a payment that bounced opens a settled loan again.
        """
        if not self.loan or not self.loan.standing or self.state in _ENDED_UNPAID:
            return "active" if self.state in RUNNING else self.state
        status = self.loan.standing.status
        return status if status in ("overdue", "written_off", "settled", "void") else "active"


@dataclass(frozen=True, kw_only=True)
class PaymentView:
    """One payment as it works on the loan today, in fen; a reversed one works on nothing.

    What the channel took back of it later it had paid until then.
    """

    fact_id: str
    payment_id: UUID
    counts_on: date
    amount_minor: int
    is_reversed: bool
    taken_back_minor: int
    effect: Preview | None


def orders(
    borrower_id: UUID, *, today: date, state: str = "", before: UUID | None = None, limit: int = PAGE
) -> list[OrderView]:
    """The orders, newest first, in three statements, narrowed to a list and to those before an order (its id)."""
    found = Order.objects.filter(borrower_id=borrower_id)
    if state:
        found = found.filter(_LISTS[state])
    if before:
        found = found.filter(id__lt=before)
    return _viewed(borrower_id, found.order_by("-id")[:limit], today)


def order(borrower_id: UUID, order_id: UUID, *, today: date) -> OrderView | None:
    """The borrower's own order; None for one that is somebody else's or nobody's."""
    return next(iter(_viewed(borrower_id, Order.objects.filter(borrower_id=borrower_id, id=order_id), today)), None)


def running(borrower_id: UUID, *, today: date) -> list[OrderView]:
    """The orders whose loans have begun and are neither settled nor void, the oldest first, in three statements."""
    loans = Loan.objects.filter(
        borrower_id=borrower_id, starts_on__isnull=False, settled_on=None, cancelled_on=None
    ).values("order_id")
    found = Order.objects.filter(borrower_id=borrower_id, id__in=loans).order_by("id")
    return [each for each in _viewed(borrower_id, found, today) if each.condition not in ("settled", "void")]


def begun(borrower_id: UUID, *, today: date) -> list[OrderView]:
    """The orders whose loans have begun, settled and void ones too, the oldest first, in three statements."""
    loans = Loan.objects.filter(borrower_id=borrower_id, starts_on__lte=today, cancelled_on=None).values("order_id")
    return _viewed(borrower_id, Order.objects.filter(borrower_id=borrower_id, id__in=loans).order_by("id"), today)


def counts(borrower_id: UUID) -> dict[str, int]:
    """How many orders stand in each list; lists without any are left out. One statement."""
    lists = {word: Count("id", filter=theirs) for word, theirs in _LISTS.items()}
    found: dict[str, int] = Order.objects.filter(borrower_id=borrower_id).aggregate(**lists)
    return {word: count for word, count in found.items() if count}


def order_of_loans(borrower_id: UUID, loan_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """The order that each of these loans pays for."""
    found = Loan.objects.filter(borrower_id=borrower_id, id__in=list(loan_ids))
    return dict(found.values_list("id", "order_id"))


def orders_of_loans(borrower_id: UUID, loan_ids: Iterable[UUID], *, today: date) -> dict[UUID, OrderView]:
    """The order that each of these loans pays for, as it stands, in three statements."""
    loans = Loan.objects.filter(borrower_id=borrower_id, id__in=list(loan_ids)).values("order_id")
    viewed = _viewed(borrower_id, Order.objects.filter(borrower_id=borrower_id, id__in=loans).order_by("id"), today)
    return {order.loan.id: order for order in viewed if order.loan}


def helpers(borrower_id: UUID) -> list[Helper]:
    """Whom the borrower can call: each of their lenders that can be called."""
    theirs = Loan.objects.filter(borrower_id=borrower_id).values("lender_id")
    found = Lender.objects.filter(id__in=theirs).exclude(service_phone="").order_by("name")
    return [Helper(name=each.name, phone=each.service_phone) for each in found]


def agreement(borrower_id: UUID, order_id: UUID) -> Agreement | None:
    """What was signed for the order; None before signing."""
    return Agreement.objects.filter(borrower_id=borrower_id, order_id=order_id).first()


def way_back(borrower_id: UUID, order_id: UUID) -> str:
    """The address of the merchant's page to return to; empty unless its origin is one the merchant registered."""
    theirs = (
        MerchantOrder.objects.filter(borrower_id=borrower_id, order_id=order_id)
        .values_list("return_url", "merchant__return_origins")
        .first()
    )
    if not theirs:
        return ""
    url, origins = theirs
    parts = urlsplit(url)
    is_registered = parts.scheme in ("http", "https") and f"{parts.scheme}://{parts.netloc}" in origins
    return url if is_registered else ""


def payments(held: LoanInHand, *, today: date) -> list[PaymentView]:
    """What each payment of the loan does to it as known today, in the order of their days; one statement.

    With `effects.of_other_money` they add up to what the standing says was paid, late news and reversals included,
    but for what a credit balance pays on a due date.
    """
    payment_ids, taken_back = _payment_ids(held), effects.taken_back(held, today=today)
    return [
        PaymentView(
            fact_id=fact.id,
            payment_id=payment_ids[fact.id],
            counts_on=fact.on,
            amount_minor=fact.amount_minor,
            is_reversed=effect is None,
            taken_back_minor=taken_back.get(fact.id, 0),
            effect=effect,
        )
        for fact, effect in effects.of_payments(held, today=today)
    ]


def _viewed(borrower_id: UUID, found: QuerySet[Order], today: date) -> list[OrderView]:
    rows = list(found.select_related("merchant"))
    loans = _loans_of(borrower_id, [row.id for row in rows], today)
    return [_order_view(row, loans.get(row.id)) for row in rows]


def _loans_of(borrower_id: UUID, order_ids: list[UUID], today: date) -> dict[UUID, LoanView]:
    if not order_ids:
        return {}
    rows = Loan.objects.filter(borrower_id=borrower_id, order_id__in=order_ids)
    rows = rows.annotate(**hardship.last_cases(), bureau=reported_loans.bureaus())
    loans = {row.id: row for row in rows.select_related("lender", "product")}
    held = store.read(borrower_id, loans) if loans else {}
    return {row.order_id: _loan_view(row, held[row.id], today) for row in loans.values()}


def _loan_view(row: Any, held: LoanInHand, today: date) -> LoanView:
    has_standing = held.has_begun and held.starts_on is not None and held.starts_on <= today
    return LoanView(
        held=held,
        today=today,
        principal_minor=row.principal_minor,
        lender_name=row.lender.name,
        lender_phone=row.lender.service_phone,
        product_title=row.product.title,
        standing=engine_loan.standing(held.terms, held.facts, today) if has_standing else None,
        last_help=(row.help_id, row.help_state) if row.help_id else None,
        bureau=row.bureau,
    )


def _order_view(row: Order, loan: LoanView | None) -> OrderView:
    return OrderView(
        id=row.id,
        number=row.order_number,
        merchant_name=row.merchant.name if row.merchant else loan.lender_name if loan else "",
        is_cash=row.merchant is None,
        goods=tuple(row.goods),
        amount_minor=row.amount_minor,
        state=row.state, loan=loan,
        opened_at=row.opened_at, confirmed_at=row.confirmed_at, shipped_at=row.shipped_at, ended_at=row.ended_at,
    )  # fmt: skip


def _payment_ids(held: LoanInHand) -> dict[str, UUID]:
    rows = Fact.objects.filter(borrower_id=held.borrower_id, loan_id=held.id, kind="payment")
    return {str(fact_id): UUID(body["payment_id"]) for fact_id, body in rows.values_list("id", "body")}
