"""How and when a borrower wants to be reminded: by what, on which days before, at which hour, and never when.

Refused
├── HourIsQuiet
├── NotAMail
└── NoMailAsked
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from anqi.engine.contact_rules import Hours
from anqi.people.models import ContactWish
from anqi.rows import keyring
from anqi.rows.days import SHANGHAI, start_of
from anqi.rows.refusals import Refused

STEPS = (7, 3, 1, 0)
"""So many days before a due day somebody may be reminded."""
QUIET_FROM, QUIET_UNTIL = range(18, 24), range(6, 13)
"""From these hours of an evening until those of a morning nothing is said."""
_LONGEST = 254


class HourIsQuiet(Refused):
    """At {hour} o'clock you don't want to be disturbed: choose an hour from {quiet_until} until {quiet_from}."""

    code = "hour_is_quiet"


class NotAMail(Refused):
    """This is not a mail address."""

    code = "not_a_mail"


class NoMailAsked(Refused):
    """There is no mail address that waits to be confirmed."""

    code = "no_mail_asked"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What one borrower wants; the usual where they said nothing. Hours are whole hours of Shanghai."""

    by_sms: bool = True
    by_mail: bool = False
    steps: frozenset[int] = frozenset(STEPS)
    hour: int = 9
    quiet_from: int = 21
    quiet_until: int = 8
    is_chosen: bool = False
    mail: str = ""
    """The confirmed address."""
    mail_asked: str = ""
    """The one that waits for its code."""
    no_calls_at: datetime | None = None
    """Since when they want to be called no more."""
    doubted_at: datetime | None = None
    """Since when their number is said to be somebody else's, who is told nothing of a debt."""

    @property
    def agreed(self) -> Hours | None:
        """The hours that the borrower has asked for; None for who has named none."""
        return Hours(opens=time(self.quiet_until), closes=time(self.quiet_from)) if self.is_chosen else None

    def hour_on(self, day: date) -> datetime:
        """The instant of that day from which on they are reminded."""
        return start_of(day) + timedelta(hours=self.hour)

    def quiet_end(self, at: datetime) -> datetime | None:
        """When the quiet hours end in which the instant lies; None where it lies in none. 21:30: 8:00 tomorrow."""
        local = at.astimezone(SHANGHAI)
        morning = local.replace(hour=self.quiet_until, minute=0, second=0, microsecond=0)
        if local < morning:
            return morning
        return morning + timedelta(days=1) if local.hour >= self.quiet_from else None


def read(borrower_id: UUID) -> Wishes:
    """What the borrower wants."""
    return read_all([borrower_id]).get(borrower_id, Wishes())


def read_all(borrower_ids: Iterable[UUID]) -> dict[UUID, Wishes]:
    """What these borrowers want; who said nothing is left out. One statement."""
    return {row.borrower_id: _of(row) for row in ContactWish.objects.filter(borrower_id__in=set(borrower_ids))}


def _of(row: ContactWish) -> Wishes:
    return Wishes(
        by_sms=row.by_sms, by_mail=row.by_mail, steps=frozenset(row.steps), hour=row.hour, quiet_from=row.quiet_from,
        quiet_until=row.quiet_until, is_chosen=row.is_chosen, mail=row.mail or "", mail_asked=row.mail_asked or "",
        no_calls_at=row.no_calls_at, doubted_at=row.doubted_at,
    )  # fmt: skip


def choose(
    borrower_id: UUID, *, by_sms: bool, by_mail: bool, steps: Iterable[int], hour: int, quiet_from: int,
    quiet_until: int, now: datetime,
) -> None:  # fmt: skip
    """These hold from now on. Refuses HourIsQuiet."""
    if not quiet_until <= hour < quiet_from:
        raise HourIsQuiet(hour=hour, quiet_until=quiet_until, quiet_from=quiet_from)
    _keep(
        borrower_id, now, by_sms=by_sms, by_mail=by_mail, steps=sorted(set(steps), reverse=True), hour=hour,
        quiet_from=quiet_from, quiet_until=quiet_until, is_chosen=True,
    )  # fmt: skip


def name_mail(borrower_id: UUID, address: str, *, now: datetime) -> str:
    """The address in its one form, which waits for its code; the one confirmed before holds until then.

    Refuses NotAMail.
    """
    stated = read_mail(address)
    _keep(borrower_id, now, mail_asked=stated)
    return stated


def read_mail(address: str) -> str:
    """The address in its one form. " Lin@Example.COM ": "Lin@example.com". Refuses NotAMail."""
    local, _at, domain = address.strip().rpartition("@")
    stated = f"{local}@{domain.lower()}"
    try:
        validate_email(stated)
    except ValidationError:
        raise NotAMail from None
    if len(stated) > _LONGEST:
        raise NotAMail
    return stated


def fingerprint(borrower_id: UUID, address: str) -> str:
    """By what a code is known that was sent to this borrower at this address."""
    return keyring.fingerprint(f"{borrower_id}:{address}", purpose="mail")


def confirm_mail(borrower_id: UUID, address: str, *, now: datetime) -> None:
    """The address is theirs: reminders may go there from now on."""
    _keep(borrower_id, now, mail=address, mail_asked=None, by_mail=True)


def drop_mail(borrower_id: UUID, *, now: datetime) -> None:
    """Nothing goes by mail any more, and no address is kept."""
    _keep(borrower_id, now, mail=None, mail_asked=None, by_mail=False)


def stop_calls(borrower_id: UUID, *, now: datetime) -> None:
    """Nobody calls them about what is overdue until they say otherwise."""
    _keep(borrower_id, now, no_calls_at=now)


def allow_calls(borrower_id: UUID, *, now: datetime) -> None:
    """They may be called again."""
    _keep(borrower_id, now, no_calls_at=None)


def doubt_number(borrower_id: UUID, *, now: datetime) -> None:
    """Somebody else answers at their number: until it is theirs, nothing of a debt goes there."""
    _keep(borrower_id, now, doubted_at=now)


def trust_number(borrower_id: UUID) -> None:
    """The number that they have now is theirs."""
    ContactWish.objects.filter(borrower_id=borrower_id).exclude(doubted_at=None).update(doubted_at=None)


def _keep(borrower_id: UUID, now: datetime, **wanted: Any) -> None:
    usual = Wishes()
    ContactWish.objects.bulk_create(
        [ContactWish(
            borrower_id=borrower_id, steps=list(STEPS), hour=usual.hour, quiet_from=usual.quiet_from,
            quiet_until=usual.quiet_until, changed_at=now,
        )],
        ignore_conflicts=True,
    )  # fmt: skip
    ContactWish.objects.filter(borrower_id=borrower_id).update(**wanted, changed_at=now)
