"""Sessions of borrowers: a code by SMS, then the log-in, which is registration for somebody new."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.notices import messages, texts
from anqi.people import addresses, agents, borrowers, codes, devices, phones, sign_ins
from anqi.people.codes import WrongCode
from anqi.rows.days import day_of


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


def sign_in(
    *, phone: str, code: str, language: str, device: str = "", agent: str = "", now: datetime
) -> UUID:
    """The borrower whose phone and code these are. Refuses NotAPhone, WrongCode, which costs an attempt, AccountClosed.

    `device` is what a door knows the device by, `agent` what its browser says of itself. Who has devices already is
    told of a new one.
    """
    number = phones.read(phone)
    with transaction.atomic(durable=True):
        is_right = codes.try_code(phones.fingerprint(number), code.strip(), now=now)
        borrower_id = borrowers.find_or_register(number, language=language, now=now) if is_right else None
        if borrower_id and device:
            _meet(borrower_id, device, agent, now)
    # Refused only here: the attempt must count, and a refusal inside would take it back.
    if borrower_id is None:
        raise WrongCode
    borrowers.refuse_closed(borrower_id)
    return borrower_id


def _meet(borrower_id: UUID, device: str, agent: str, now: datetime) -> None:
    said = agents.read(agent)
    if devices.meet(borrower_id, device, said, now=now):
        words = {"system_word": said.system, "browser_word": said.browser}
        messages.announce(
            borrower_id=borrower_id, template="new_device", words=words | {"seen_on": day_of(now)}, now=now
        )


def begin(*, borrower_id: UUID, key: str, device: str, now: datetime) -> None:
    """The borrower's session is kept under that key, so that it can be ended from another one."""
    with transaction.atomic(durable=True):
        sign_ins.begin(borrower_id, key=key, device_hash=device, now=now)


def end(*, borrower_id: UUID, key: str, now: datetime) -> None:
    """The borrower went out."""
    with transaction.atomic(durable=True):
        sign_ins.end(borrower_id, key=key, now=now)


def end_others(*, borrower_id: UUID, key: str, now: datetime) -> int:
    """How many sessions ended: all of the borrower's but the one of that key. Again ends none."""
    with transaction.atomic(durable=True):
        return sign_ins.end(borrower_id, but=key, now=now)


def end_device(*, borrower_id: UUID, device_id: UUID, key: str, now: datetime) -> int:
    """How many sessions from that device ended; the one of that key, which asks, goes on. Refuses NoSuchDevice."""
    with transaction.atomic(durable=True):
        device = sign_ins.device(borrower_id, device_id)
        return sign_ins.end(borrower_id, device_hash=device.hash, but=key, now=now)


def see_device(*, borrower_id: UUID, device: str, now: datetime) -> None:
    """The borrower uses this device, if it is one of theirs."""
    with transaction.atomic(durable=True):
        devices.see(borrower_id, device, now=now)
