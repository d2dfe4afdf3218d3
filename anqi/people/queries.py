"""What borrowers read of themselves. Nothing here locks or writes; personal data leaves it masked, but for papers."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from anqi.people import phones
from anqi.people.models import Borrower, StaffAct, User


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A borrower as their own page shows them."""

    phone_masked: str
    name_masked: str
    is_verified: bool


def user(borrower_id: UUID) -> User:
    """The user who may sign in as this borrower."""
    return User.objects.get(id=borrower_id, kind=User.Kind.BORROWER)


def profile(borrower_id: UUID) -> Profile:
    """The borrower, masked."""
    borrower = Borrower.objects.only("phone", "name", "verified_at").get(id=borrower_id)
    phone, name = str(borrower.phone), str(borrower.name or "")
    return Profile(
        phone_masked=phones.mask(phone),
        name_masked=mask_name(name),
        is_verified=borrower.verified_at is not None,
    )


def language(borrower_id: UUID) -> str:
    """The language in which the borrower is written to."""
    return str(Borrower.objects.only("language").get(id=borrower_id).language)


def name_on_papers(borrower_id: UUID) -> str:
    """The borrower's whole name, for papers of their own; empty before it was verified."""
    return str(Borrower.objects.only("name").get(id=borrower_id).name or "")


def staff_number(user_id: UUID) -> str:
    """By what a borrower can name a member of staff to us, without knowing who it is."""
    return user_id.hex[-6:].upper()


def acts_on(
    borrower_id: UUID, *, before: UUID | None = None, limit: int, but: Iterable[str] = ()
) -> list[StaffAct]:
    """What staff looked at or did on the borrower's pages, the latest first, but for acts of these names."""
    found = StaffAct.objects.filter(borrower_id=borrower_id).exclude(verb__in=list(but))
    return list((found.filter(id__lt=before) if before else found).order_by("-id")[:limit])


def mask_name(name: str) -> str:
    """A name of which the family name stays, as on a bank's letter: 林小满 is 林**."""
    return name[:1] + "*" * (len(name) - 1)
