"""Identities (实名): a name and an identity card number that belong together, one account a person.

Refused
├── NotAName
├── NotAnIdNumber
├── TooYoung
├── IdentityTaken
└── AlreadyVerified
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from anqi.people.models import Borrower, IdentityEntry
from anqi.rows import keyring
from anqi.rows.refusals import Refused

_OLD_ENOUGH = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_NUMBER = re.compile(r"[1-9][0-9]{16}[0-9X]")
_HAN = "[〇㐀-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]{1,20}"
_NAME = re.compile(rf"{_HAN}(?:·{_HAN})*|[A-Za-z][A-Za-z .'-]{{1,60}}")
_LONGEST_NAME = 64
_DOTS = str.maketrans("•・‧∙⋅", "·····")


class NotAName(Refused):
    """This is not a name as it stands on an identity card."""

    code = "not_a_name"


class NotAnIdNumber(Refused):
    """This is not an identity card number: one of its eighteen characters must be mistyped."""

    code = "not_an_id_number"


class TooYoung(Refused):
    """Credit is for people of {years} and more."""

    code = "too_young"


class IdentityTaken(Refused):
    """This person has an account already, under another phone."""

    code = "identity_taken"


class AlreadyVerified(Refused):
    """This account belongs to somebody else already."""

    code = "already_verified"


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A name and a number in the form of a card's. Whether they are true is for a verifier to say."""

    name: str
    number: str

    @property
    def born_on(self) -> date:
        return date(int(self.number[6:10]), int(self.number[10:12]), int(self.number[12:14]))


class Verifier(Protocol):
    """Whoever knows whether a name and a number belong together."""

    def verify(self, identity: Identity) -> None:
        """Refuses an identity that isn't true, by NotAnIdNumber or a refusal of its own. May ask the outside."""


class ChecksumVerifier:
    """Knows what the number says of itself: its last character fits the others (GB 11643)."""

    def verify(self, identity: Identity) -> None:
        """Σ digit × weight, mod 11. 11010519491231002X: the sum is 167, 167 mod 11 is 2, and 2 stands for X."""
        digits = zip(identity.number[:17], _WEIGHTS, strict=True)
        total = sum(int(digit) * weight for digit, weight in digits)
        if identity.number[17] != "10X98765432"[total % 11]:
            raise NotAnIdNumber


VERIFIERS: dict[str, Verifier] = {"checksum": ChecksumVerifier()}


def read(*, name: str, number: str, today: date) -> Identity:
    """What was typed, in the form of a card's. Refuses NotAName, NotAnIdNumber."""
    # Chinese keyboards type full-width digits and dots of many kinds, which are one and the same to people.
    name = unicodedata.normalize("NFC", name).strip().translate(_DOTS)
    number = unicodedata.normalize("NFKC", number).strip().upper()
    if len(name) > _LONGEST_NAME or not _NAME.fullmatch(name):
        raise NotAName
    if not _NUMBER.fullmatch(number):
        raise NotAnIdNumber
    identity = Identity(name=name, number=number)
    try:
        is_born = identity.born_on <= today
    except ValueError:
        is_born = False
    if not is_born:
        raise NotAnIdNumber
    return identity


def must_be_of_age(identity: Identity, *, today: date) -> None:
    """Refuses TooYoung before the eighteenth birthday; who was born on 29 February waits for 1 March."""
    born_on = identity.born_on
    birthday_is_to_come = (today.month, today.day) < (born_on.month, born_on.day)
    if today.year - born_on.year - birthday_is_to_come < _OLD_ENOUGH:
        raise TooYoung(years=_OLD_ENOUGH)


def keep(borrower_id: UUID, identity: Identity, *, now: datetime) -> bool:
    """The borrower is that person from now on; False when it was known. Refuses IdentityTaken, AlreadyVerified.

    The caller holds the borrower.
    """
    hashed = keyring.fingerprint(identity.number, purpose="id_number")
    known = Borrower.objects.only("name", "id_number_hash").get(id=borrower_id)
    if known.id_number_hash:
        if (known.id_number_hash, known.name) != (hashed, identity.name):
            raise AlreadyVerified
        # Who took back their consent agrees anew by this.
        return bool(Borrower.objects.filter(id=borrower_id, verified_at=None).update(verified_at=now))
    IdentityEntry.objects.bulk_create(
        [IdentityEntry(id_number_hash=hashed, borrower_id=borrower_id)], ignore_conflicts=True
    )
    # Who closed an account may come back under another; what was closed keeps what the law wants kept of it.
    closed = Borrower.objects.filter(closed_at__isnull=False).values("id")
    IdentityEntry.objects.filter(id_number_hash=hashed, borrower_id__in=closed).update(borrower_id=borrower_id)
    if not IdentityEntry.objects.filter(id_number_hash=hashed, borrower_id=borrower_id).exists():
        raise IdentityTaken
    Borrower.objects.filter(id=borrower_id).update(
        name=identity.name, id_number=identity.number, id_number_hash=hashed, verified_at=now
    )
    return True
