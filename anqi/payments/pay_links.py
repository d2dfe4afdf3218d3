"""Links by which somebody else pays one amount of one loan: made, found again by their token, and over one day.

Refused
├── TooManyLinks    most
└── LinkOver        why: paid, revoked, expired or changed
"""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anqi.payments import channels
from anqi.payments.charges import MARGIN
from anqi.payments.models import ChannelOrder, Charge, PayLink, PayLinkEntry
from anqi.rows import keyring
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

LIFE = timedelta(days=3)
MOST_ALIVE = 3
SHOWN = 20
_PROOF = 32


class TooManyLinks(Refused):
    """At most {most} links can be alive at a time."""

    code = "too_many_links"


class LinkOver(Refused):
    """Nothing can be paid by this link any more."""

    code = "link_over"


def draw(borrower_id: UUID, attempt: UUID) -> str:
    """The token of the link that this form makes. Sent twice it is the same; without the ring nobody guesses it."""
    return keyring.fingerprint(f"{borrower_id}:{attempt}", purpose="pay_link")


def made(borrower_id: UUID, token: str) -> PayLink | None:
    """The link that this token was drawn for, if it has been made already."""
    return PayLink.objects.filter(borrower_id=borrower_id, token_hash=_hash(token)).first()


def put(
    *, borrower_id: UUID, token: str, loan_id: UUID, what: str, amount_minor: int, currency: str, now: datetime,
    expires_at: datetime,
) -> PayLink:  # fmt: skip
    """A new link. Lock the borrower first. Refuses TooManyLinks."""
    alive = PayLink.objects.filter(borrower_id=borrower_id, expires_at__gt=now, revoked_at=None)
    if list(states(list(alive), now=now).values()).count("alive") >= MOST_ALIVE:
        raise TooManyLinks(most=MOST_ALIVE)
    link = PayLink(
        borrower_id=borrower_id, id=uuid7(), loan_id=loan_id, what=what, amount_minor=amount_minor, currency=currency,
        token_hash=_hash(token), made_at=now, expires_at=expires_at,
    )  # fmt: skip
    PayLink.objects.bulk_create([link])
    PayLinkEntry.objects.create(token_hash=link.token_hash, borrower_id=borrower_id, link_id=link.id)
    return link


def find(token: str) -> PayLink | None:
    """The link with that token, over or not; None where there is none."""
    entry = PayLinkEntry.objects.filter(token_hash=_hash(token)).first()
    return read(entry.borrower_id, entry.link_id) if entry else None


def read(borrower_id: UUID, link_id: UUID) -> PayLink | None:
    """The borrower's own link; None for one that is somebody else's or nobody's."""
    return PayLink.objects.filter(borrower_id=borrower_id, id=link_id).first()


def of(borrower_id: UUID) -> list[PayLink]:
    """The borrower's last links, newest first."""
    return list(PayLink.objects.filter(borrower_id=borrower_id).order_by("-id")[:SHOWN])


def state(link: PayLink, *, now: datetime) -> str:
    """What has become of it in one word: paid, revoked, expired, or alive."""
    return states([link], now=now)[link.id]


def states(links: Sequence[PayLink], *, now: datetime) -> dict[UUID, str]:
    """The same of several links of one borrower, by their ids. One statement."""
    paid = Charge.objects.filter(
        borrower_id__in={link.borrower_id for link in links}, link_id__in=[link.id for link in links],
        state=Charge.State.SUCCEEDED,
    )  # fmt: skip
    paid_by = set(paid.values_list("link_id", flat=True))
    return {link.id: "paid" if link.id in paid_by else _unpaid(link, now) for link in links}


def _unpaid(link: PayLink, now: datetime) -> str:
    if link.revoked_at:
        return "revoked"
    return "expired" if now >= link.expires_at else "alive"


def must_be_alive(link: PayLink, *, now: datetime) -> None:
    """Refuses LinkOver. Lock the borrower first."""
    why = state(link, now=now)
    if why != "alive":
        raise LinkOver(why=why)


def revoke(link: PayLink, *, now: datetime) -> None:
    """From now on nothing can be paid by it, and what is paid later goes back."""
    PayLink.objects.filter(borrower_id=link.borrower_id, id=link.id, revoked_at=None).update(revoked_at=now)


def open_charge(link: PayLink) -> Charge | None:
    """The charge that somebody is paying by it."""
    return _charges(link).filter(state__in=Charge.OPEN).first()


def is_too_late(borrower_id: UUID, link_id: UUID, *, paid_at: datetime) -> bool:
    """Whether money was paid when the link was over; what was begun in time may be settled a little later."""
    link = read(borrower_id, link_id)
    assert link, "a charge names a link of its borrower"
    return paid_at > link.expires_at + MARGIN or (link.revoked_at is not None and paid_at > link.revoked_at)


def is_others_money(borrower_id: UUID, charge_id: UUID) -> bool:
    """Whether somebody else paid that charge: their money goes back to them, or nowhere."""
    return Charge.objects.filter(borrower_id=borrower_id, id=charge_id, link_id__isnull=False).exists()


def payer_address(charge: Charge) -> str:
    """The path of the page on which whoever pays this charge sees what became of it, and nothing else."""
    return f"/paid-for/{charge.key}/{_proof(charge.key)}"


def find_paid(key: str, proof: str) -> Charge | None:
    """The charge with that number that somebody else pays; None without the proof that we led there."""
    if not hmac.compare_digest(proof.encode(), _proof(key).encode()):
        return None
    order = ChannelOrder.objects.filter(channel__in=channels.known(), key=key, kind="charge").first()
    if not order or not order.charge_id:
        return None
    return Charge.objects.filter(borrower_id=order.borrower_id, id=order.charge_id, link_id__isnull=False).first()


def _charges(link: PayLink) -> QuerySet[Charge]:
    return Charge.objects.filter(borrower_id=link.borrower_id, link_id=link.id)


def _proof(key: str) -> str:
    # The number alone is printed on receipts and in the channel's bill.
    return keyring.fingerprint(key, purpose="payer_page")[:_PROOF]


def _hash(token: str) -> str:
    return keyring.fingerprint(token, purpose="pay_link_token")
