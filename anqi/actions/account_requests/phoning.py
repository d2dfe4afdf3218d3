"""Another phone number: proved by codes to both phones, or reported by whoever has lost the old one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.actions.account_requests import telling
from anqi.notices import messages, texts
from anqi.people import account_requests, addresses, codes, holds, phones
from anqi.people.account_requests import NoSuchRequest, SamePhone
from anqi.people.codes import WrongCode
from anqi.people.identities import Identity
from anqi.people.models import AccountRequest, Borrower

_PHONE, _PROVING = AccountRequest.Kind.PHONE, AccountRequest.State.PROVING


def begin(*, borrower_id: UUID, phone: str, language: str, now: datetime, address: str | None = None) -> AccountRequest:
    """Codes are on their way to the new phone and to the old one. Refuses NotAPhone, SamePhone, TooManyCodes."""
    new = phones.read(phone)
    if address:
        addresses.spend(address, now=now)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        old = Borrower.objects.only("phone").get(id=borrower_id).phone
        if new == old:
            raise SamePhone
        for each in (new, old):
            _send(borrower_id, each, language, now)
        return account_requests.put(borrower_id, _PHONE, state=_PROVING, now=now, phone=new)


def _send(borrower_id: UUID | None, phone: str, language: str, now: datetime) -> None:
    digits = codes.draw(account_requests.code_hash(phone), now=now)
    messages.enqueue(
        borrower_id=borrower_id, phone=phone, template="phone_code", now=now, expires_at=now + codes.LIFE,
        text=texts.write("phone_code", language=language, code=digits),
    )  # fmt: skip


def prove(*, borrower_id: UUID, new_code: str, old_code: str, now: datetime) -> AccountRequest:
    """The account has the new number once both codes are right, each of which may come by itself.

    Refuses NoSuchRequest, WrongCode, which costs an attempt, and PhoneTaken.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        row = account_requests.alive(borrower_id, _PHONE)
        if row is None or row.state != _PROVING or row.phone is None:
            raise NoSuchRequest
        old = Borrower.objects.only("phone").get(id=borrower_id).phone
        for name, phone, code in (("new_proved_at", row.phone, new_code), ("old_proved_at", old, old_code)):
            if not getattr(row, name) and codes.try_code(account_requests.code_hash(phone), code.strip(), now=now):
                account_requests.change(row, **{name: now})
        is_proved = bool(row.new_proved_at and row.old_proved_at)
        if is_proved:
            telling.move(row, now=now)
    # Refused only here: the attempts must count.
    if not is_proved:
        raise WrongCode
    return row


def send_code(*, phone: str, language: str, now: datetime, address: str | None) -> None:
    """A code to the new phone of somebody who has lost the old one. Refuses NotAPhone, TooManyCodes."""
    number = phones.read(phone)
    if address:
        addresses.spend(address, now=now)
    with transaction.atomic(durable=True):
        _send(None, number, language, now)


def report_lost(
    *, old_phone: str, new_phone: str, identity: Identity, code: str, now: datetime
) -> AccountRequest:
    """A person looks at it; the old phone is told at once, and can say no. What was asked for before makes way.

    Refuses NotAPhone, SamePhone, WrongCode, which costs an attempt, and NotMatching.
    """
    old, new = phones.read(old_phone), phones.read(new_phone)
    if old == new:
        raise SamePhone
    with transaction.atomic(durable=True):
        is_right = codes.try_code(account_requests.code_hash(new), code.strip(), now=now)
    if not is_right:
        raise WrongCode
    with transaction.atomic(durable=True):
        borrower_id = account_requests.matching(old, identity)
        holds.hold(borrower_id)
        row = account_requests.put(
            borrower_id, _PHONE, state=AccountRequest.State.REVIEW, phone=new, new_proved_at=now, now=now
        )
        telling.tell(row, "phone_change_asked", phones={old}, now=now)
        return row
