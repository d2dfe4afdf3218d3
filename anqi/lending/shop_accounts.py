"""Bank accounts of shops, and who may be let into a shop's pages.

Refused
├── NoAccount
├── AccountAsked
├── AccountDecided    state
├── NoSuchAccount
├── BadAccount
└── LinkUsed
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from anqi.lending.models import Merchant, MerchantAccount, PageLink
from anqi.rows.refusals import Refused

State = MerchantAccount.State
# Whoever changes where money goes has to wait: the shop is told at once, and has so long to cry out.
COOLING = timedelta(days=1)
LINK_LIFE = timedelta(minutes=5)
_NUMBER = re.compile(r"[0-9]{8,32}")


class NoAccount(Refused):
    """The shop has no bank account that may be used yet."""

    code = "no_account"


class AccountAsked(Refused):
    """Another account of this shop still waits for its second person."""

    code = "account_asked"


class AccountDecided(Refused):
    """This account has been decided about: it is {state}."""

    code = "account_decided"


class NoSuchAccount(Refused):
    """The shop has no such account."""

    code = "no_such_account"


class BadAccount(Refused):
    """An account has a holder, a bank, and a number of 8 to 32 digits."""

    code = "bad_account"


class LinkUsed(Refused):
    """This link has been used, or its five minutes are over."""

    code = "link_used"


def read_number(text: str) -> str:
    """The digits of an account's number. Refuses BadAccount."""
    digits = re.sub(r"[\s-]", "", text)
    if not digits.isascii() or not _NUMBER.fullmatch(digits):
        raise BadAccount
    return digits


def put(
    merchant_id: UUID, id: UUID, *, name: str, bank: str, number: str, actor_id: UUID, now: datetime
) -> MerchantAccount:
    """An account that waits for its second person; lock the shop first. Refuses AccountAsked, BadAccount."""
    digits = read_number(number)
    if not name.strip() or not bank.strip():
        raise BadAccount
    if waiting(merchant_id):
        raise AccountAsked
    return MerchantAccount.objects.create(
        id=id, merchant_id=merchant_id, name=name.strip(), bank=bank.strip(), number=digits, last4=digits[-4:],
        proposed_by=actor_id, proposed_at=now,
    )  # fmt: skip


def decide(account: MerchantAccount, state: str, *, actor_id: UUID, now: datetime) -> None:
    """Released it may be used when the cooling time is over; refused never."""
    account.state, account.decided_by, account.decided_at = state, actor_id, now
    account.usable_from = now + COOLING if state == State.RELEASED else None
    account.save(update_fields=["state", "decided_by", "decided_at", "usable_from"])


def current(merchant_id: UUID, *, now: datetime) -> MerchantAccount | None:
    """The account to which the shop is paid now."""
    released = MerchantAccount.objects.filter(merchant_id=merchant_id, state=State.RELEASED, usable_from__lte=now)
    return released.order_by("-usable_from").first()


def waiting(merchant_id: UUID) -> MerchantAccount | None:
    """The account that waits for its second person."""
    return MerchantAccount.objects.filter(merchant_id=merchant_id, state=State.PROPOSED).first()


def asked() -> QuerySet[MerchantAccount]:
    """All accounts that wait for their second person, the oldest first."""
    waiting = MerchantAccount.objects.filter(state=State.PROPOSED).select_related("merchant")
    return waiting.defer("number").order_by("proposed_at")


def of_merchant(merchant_id: UUID) -> list[MerchantAccount]:
    """All accounts that the shop ever had, newest first; their numbers stay sealed."""
    return list(MerchantAccount.objects.filter(merchant_id=merchant_id).defer("number").order_by("-proposed_at"))


def lock(merchant_id: UUID, account_id: UUID) -> MerchantAccount:
    """The shop's account, locked. Refuses NoSuchAccount."""
    found = MerchantAccount.objects.select_for_update(no_key=True).filter(merchant_id=merchant_id, id=account_id)
    account = found.first()
    if account is None:
        raise NoSuchAccount
    return account


def lock_merchant(merchant_id: UUID) -> Merchant:
    """The shop, locked: one change of its accounts and payouts at a time."""
    return Merchant.objects.select_for_update(no_key=True).get(id=merchant_id)


def told(account: MerchantAccount) -> dict[str, Any]:
    """The account as the shop is told of it."""
    usable_from = account.usable_from.isoformat() if account.usable_from else None
    return {"name": account.name, "bank": account.bank, "number": masked(account), "usable_from": usable_from}


def masked(account: MerchantAccount) -> str:
    """The number as pages show it: **** 6789."""
    return f"**** {account.last4}"


def mint_link(merchant_id: UUID, *, now: datetime) -> tuple[str, datetime]:
    """A token that lets the shop's people in once, and until when. 256 random bits, so that a plain hash will do."""
    token, expires_at = secrets.token_urlsafe(32), now + LINK_LIFE
    # What is over opens nothing any more and is of no use to anybody.
    PageLink.objects.filter(merchant_id=merchant_id, expires_at__lt=now).delete()
    PageLink.objects.create(merchant_id=merchant_id, token_hash=_hash(token), expires_at=expires_at)
    return token, expires_at


def use_link(token: str, *, now: datetime) -> UUID:
    """The shop that the token lets into; from now on it opens nothing. Refuses LinkUsed."""
    unused = PageLink.objects.filter(token_hash=_hash(token), used_at=None, expires_at__gt=now)
    # One statement: of two who come at once, one finds it used.
    if not unused.update(used_at=now):
        raise LinkUsed
    return PageLink.objects.values_list("merchant_id", flat=True).get(token_hash=_hash(token))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
