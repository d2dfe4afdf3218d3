"""Wishes of borrowers about being reminded, and the mail address they give: confirmed by a code that goes there."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.notices import messages, reminders, texts
from anqi.payments import debit_queries
from anqi.people import codes, holds, tries, wishes
from anqi.people.codes import WrongCode
from anqi.people.models import Borrower

# What is debited by itself is told a week before, whatever else is wanted: whoever is debited must know.
ALWAYS_WHEN_DEBITED = 7


def choose(
    *, borrower_id: UUID, by_sms: bool, by_mail: bool, steps: Iterable[int], hour: int, quiet_from: int,
    quiet_until: int, language: str, now: datetime,
) -> None:  # fmt: skip
    """From now on the borrower is reminded so; hours are whole hours of Shanghai. Refuses HourIsQuiet.

    While anything is debited by itself, the reminder of a week before stays.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        kept = {ALWAYS_WHEN_DEBITED} if debit_queries.count(borrower_id) else set()
        wishes.choose(
            borrower_id, by_sms=by_sms, by_mail=by_mail, steps={*steps, *kept}, hour=hour, quiet_from=quiet_from,
            quiet_until=quiet_until, now=now,
        )  # fmt: skip
        Borrower.objects.filter(id=borrower_id).update(language=texts.known(language))
        reminders.wake_of(borrower_id, now=now)


def name_mail(*, borrower_id: UUID, address: str, language: str, now: datetime) -> None:
    """A code goes to the address. Refuses NotAMail, TooManyCodes, TooOften."""
    wishes.read_mail(address)
    # Before the transaction: a refusal inside would take the count back.
    tries.spend("mail", borrower_id=borrower_id, address=None, now=now)
    with transaction.atomic(durable=True):
        stated = wishes.name_mail(borrower_id, address, now=now)
        # By the borrower as well: a code opens nothing to another who names the same address.
        digits = codes.draw(wishes.fingerprint(borrower_id, stated), now=now)
        messages.enqueue(
            borrower_id=borrower_id, mail=stated, template="mail_code",
            text=texts.write("mail_code", language=language, code=digits), now=now, expires_at=now + codes.LIFE,
        )  # fmt: skip


def confirm_mail(*, borrower_id: UUID, code: str, now: datetime) -> None:
    """The address is the borrower's. Refuses NoMailAsked, WrongCode; a wrong code costs an attempt."""
    with transaction.atomic(durable=True):
        asked = wishes.read(borrower_id).mail_asked
        if not asked:
            raise wishes.NoMailAsked
        is_right = codes.try_code(wishes.fingerprint(borrower_id, asked), code.strip(), now=now)
        if is_right:
            wishes.confirm_mail(borrower_id, asked, now=now)
    # Refused only here: the attempt must count, and a refusal inside would take it back.
    if not is_right:
        raise WrongCode


def drop_mail(*, borrower_id: UUID, now: datetime) -> None:
    """Nothing goes by mail any more, and the address is forgotten."""
    with transaction.atomic(durable=True):
        wishes.drop_mail(borrower_id, now=now)


def stop_calls(*, borrower_id: UUID, now: datetime) -> None:
    """Nobody calls the borrower about what is overdue until they say otherwise."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        wishes.stop_calls(borrower_id, now=now)


def allow_calls(*, borrower_id: UUID, now: datetime) -> None:
    """The borrower may be called about what is overdue."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        wishes.allow_calls(borrower_id, now=now)


def trust_number(*, borrower_id: UUID) -> None:
    """The number is the borrower's, who has come in by a code that went there."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        wishes.trust_number(borrower_id)
