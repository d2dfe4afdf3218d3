"""How somebody becomes a borrower: a code by SMS, an account, an identity, a credit line."""

from datetime import datetime, timedelta

from anqi.actions import identities
from anqi.lending.models import CreditLine
from anqi.people import codes
from anqi.people.models import Borrower, Consent, IdentityEntry, LoginCode, PhoneEntry, User
from demo.seeding import messages
from demo.seeding.biography import Biography


def join(told: Biography, at: datetime) -> None:
    """Registers at that instant; a minute later the identity is verified."""
    phone_hash = told.fingerprint(told.who.phone, purpose="phone")
    _show_code(told, phone_hash, at - timedelta(seconds=24))
    told.borrower_id = told.new_id(at)
    told.add(PhoneEntry, at, phone_hash=phone_hash, borrower_id=told.borrower_id)
    told.add(User, at, id=told.borrower_id, kind=User.Kind.BORROWER, created_at=at, password="!")
    verified_at = at + timedelta(seconds=73)
    id_number_hash = told.fingerprint(told.who.id_number, purpose="id_number")
    told.add(
        Borrower, at, id=told.borrower_id, phone=told.sealed_phone, phone_hash=phone_hash,
        name=told.sealed(told.who.name), id_number=told.sealed(told.who.id_number), id_number_hash=id_number_hash,
        verified_at=verified_at, created_at=at,
    )  # fmt: skip
    told.add(IdentityEntry, at, id_number_hash=id_number_hash, borrower_id=told.borrower_id)
    told.add_mine(
        Consent, verified_at, purpose=identities.PURPOSE, version=identities.TEXT_VERSION, given_at=verified_at
    )
    told.add_mine(
        CreditLine, verified_at, lender_id=told.street.lender.id, granted_minor=told.street.lender.limit_minor,
        granted_at=verified_at,
    )  # fmt: skip


def _show_code(told: Biography, phone_hash: str, at: datetime) -> None:
    digits = f"{told.chance.randrange(1_000_000):06}"
    code_hash = told.fingerprint(f"{phone_hash}:{digits}", purpose="login_code")
    told.add(
        LoginCode, at, phone_hash=phone_hash, code_hash=code_hash, attempts=1, sent_at=at, expires_at=at + codes.LIFE,
        used_at=at + timedelta(seconds=24),
    )  # fmt: skip
    # Nobody was registered under the phone when it was sent, and a code that was sent is readable no more.
    messages.send(
        told, at, template="login_code", phone=told.sealed_phone, text="", borrower_id=None, expires_at=at + codes.LIFE
    )
