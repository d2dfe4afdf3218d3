"""The one search box: what was typed is guessed, and whatever it names is found."""

from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from anqi.lending import application_inspection as reserves
from anqi.lending import inspection as lending
from anqi.lending.models import Application, Loan
from anqi.payments import inspection as payments
from anqi.payments import payout_inspection as payouts
from anqi.people import inspection as people
from anqi.people import phones
from anqi.people.inspection import Identity


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Something that was found; without an address there is nothing more to see."""

    kind: str
    title: str
    url: str = ""
    borrower_id: UUID | None = None
    who: Identity | None = None


@dataclass(frozen=True, kw_only=True)
class Found:
    """All hits, and what the text was taken for: a word for the record, which never holds the text itself."""

    kind: str
    hits: tuple[Hit, ...]


def find(text: str) -> Found:
    """What the text names: a phone, an id, a number of ours, of a merchant or of a channel."""
    for kind, look in (("phone", _by_phone), ("id", _by_id), ("charge", _by_charge), ("payout", _by_payout),
                       ("loan", _by_loan), ("order", _by_order)):  # fmt: skip
        hits = look(text)
        if hits:
            return Found(kind=kind, hits=tuple(_with_identity(hits)))
    return Found(kind="nothing", hits=())


def _by_phone(text: str) -> list[Hit]:
    try:
        borrower_id = people.find_by_phone(phones.read(text))
    except phones.NotAPhone:
        return []
    if not borrower_id:
        return []
    loans, asked = lending.loans_of(borrower_id), reserves.of_borrower(borrower_id)
    if len(loans) == 1 and not asked:
        return [_loan(loans[0])]
    return [_borrower(borrower_id), *map(_loan, loans), *map(_application, asked)]


def _by_id(text: str) -> list[Hit]:
    try:
        id = UUID(text)
    except ValueError:
        return []
    if people.identity(id):
        return [_borrower(id)]
    row, application = lending.find_loan(id), reserves.find(id)
    if row:
        return [_loan(row)]
    return [_application(application)] if application else []


def _by_charge(text: str) -> list[Hit]:
    loans = {
        loan_id: order
        for order, charge_id in payments.find_charges(text)
        for loan_id in payments.loan_ids(order.borrower_id, charge_id)
    }
    numbers = lending.numbers(loans)
    return [
        Hit(
            kind=_("支付单 %(key)s") % {"key": order.key},
            title=numbers[loan_id],
            url=f"{reverse('office:loan', args=[order.borrower_id, loan_id])}#charge-{order.charge_id}",
            borrower_id=order.borrower_id,
        )
        for loan_id, order in loans.items()
    ]


def _by_payout(text: str) -> list[Hit]:
    return [
        Hit(
            kind=_("放款单"), title=row.key, url=reverse("office:payout", args=[row.borrower_id, row.id]),
            borrower_id=row.borrower_id,
        )
        for row in payouts.numbered(text)
    ]  # fmt: skip


def _by_loan(text: str) -> list[Hit]:
    return [_loan(row) for row in lending.find_loans(text)]


def _by_order(text: str) -> list[Hit]:
    orders = lending.find_orders(text)
    loans = lending.loan_ids_of_orders(orders)
    return [
        Hit(
            kind=_("%(merchant)s 的订单") % {"merchant": order.merchant.name},
            title=order.order_number,
            url=_order_url(order.borrower_id, loans.get(order.id)),
            borrower_id=order.borrower_id,
        )
        for order in orders
    ]


def _order_url(borrower_id: UUID | None, loan_id: UUID | None) -> str:
    if not borrower_id:
        return ""
    if not loan_id:
        return reverse("office:borrower", args=[borrower_id])
    return reverse("office:loan", args=[borrower_id, loan_id])


def _loan(row: Loan) -> Hit:
    return Hit(
        kind=_("分期"),
        title=row.number,
        url=reverse("office:loan", args=[row.borrower_id, row.id]),
        borrower_id=row.borrower_id,
    )


def _application(row: Application) -> Hit:
    return Hit(
        kind=pgettext("one", "备用金申请"),
        title=str(row.id),
        url=reverse("office:application", args=[row.borrower_id, row.id]),
        borrower_id=row.borrower_id,
    )


def _borrower(borrower_id: UUID) -> Hit:
    return Hit(
        kind=_("借款人"),
        title=str(borrower_id),
        url=reverse("office:borrower", args=[borrower_id]),
        borrower_id=borrower_id,
    )


def _with_identity(hits: list[Hit]) -> list[Hit]:
    who = people.identities(hit.borrower_id for hit in hits if hit.borrower_id)
    return [
        Hit(
            kind=hit.kind, title=hit.title, url=hit.url, borrower_id=hit.borrower_id,
            who=who.get(hit.borrower_id) if hit.borrower_id else None,
        )
        for hit in hits
    ]  # fmt: skip
