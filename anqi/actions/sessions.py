"""Sessions of borrowers: a code by SMS, then the log-in, which is registration for somebody new."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.notices import messages, texts
from anqi.people import addresses, borrowers, codes, phones
from anqi.people.codes import WrongCode


def send_code(*, phone: str, language: str, now: datetime, address: str | None = None) -> None:
    """Sends a code to this phone, whether anybody knows it or not. Refuses NotAPhone, TooManyCodes.

    `address` is where the request came from on the network; None counts for no address, only for the phone.
    """
    number = phones.read(phone)
    if address:
        # Before the transaction: a refusal inside would take the count back.
        addresses.spend(address, now=now)
    with transaction.atomic(durable=True):
        digits = codes.draw(phones.fingerprint(number), now=now)
        messages.enqueue(
            borrower_id=borrowers.by_phone(number),
            phone=number,
            template="login_code",
            text=texts.write("login_code", language=language, code=digits),
            now=now,
            expires_at=now + codes.LIFE,
        )


def sign_in(*, phone: str, code: str, language: str, now: datetime) -> UUID:
    """The borrower whose phone and code these are. Refuses NotAPhone, WrongCode; a wrong code costs an attempt."""
    number = phones.read(phone)
    with transaction.atomic(durable=True):
        is_right = codes.try_code(phones.fingerprint(number), code.strip(), now=now)
        borrower_id = borrowers.find_or_register(number, language=language, now=now) if is_right else None
    # Refused only here: the attempt must count, and a refusal inside would take it back.
    if borrower_id is None:
        raise WrongCode
    return borrower_id
