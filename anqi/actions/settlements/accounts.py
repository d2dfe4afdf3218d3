"""A shop's bank account: changed by two persons, used a day later, and told to the shop at once.

Refused
└── OwnAccount     nobody is their own second person
Who may act is refused by `people.authority`; what an account can't be by `lending.shop_accounts`.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from anqi.lending import shop_accounts
from anqi.lending.models import MerchantAccount
from anqi.lending.shop_accounts import AccountDecided
from anqi.notices import webhooks
from anqi.people import authority, staff
from anqi.people.models import User
from anqi.rows.refusals import Refused

State = MerchantAccount.State


class OwnAccount(Refused):
    """Whoever asked for this account can't release it."""

    code = "own_account"


def propose(
    *, account_id: UUID, merchant_id: UUID, name: str, bank: str, number: str, actor: User, now: datetime
) -> MerchantAccount:
    """The account, waiting for a second person. Refuses MayNotAct, BadAccount, AccountAsked."""
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        shop_accounts.lock_merchant(merchant_id)
        account = shop_accounts.put(
            merchant_id, account_id, name=name, bank=bank, number=number, actor_id=actor.id, now=now
        )
        _note("propose_account", account, actor, now)
        return account


def release(*, merchant_id: UUID, account_id: UUID, actor: User, now: datetime) -> MerchantAccount:
    """The account, used from a day from now on; until then the one before it is. Again changes nothing.

    Refuses NeedsSupervisor, OwnAccount, NoSuchAccount, AccountDecided.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        merchant = shop_accounts.lock_merchant(merchant_id)
        account = shop_accounts.lock(merchant_id, account_id)
        if account.state == State.RELEASED and account.decided_by == actor.id:
            return account
        if account.proposed_by == actor.id:
            raise OwnAccount
        _decide(account, State.RELEASED, actor, now)
        _note("release_account", account, actor, now)
        if merchant.webhook_url:
            webhooks.enqueue(
                merchant_id=merchant_id, kind="account.changed", subject_id=account.id,
                body=shop_accounts.told(account), now=now,
            )  # fmt: skip
        return account


def refuse(*, merchant_id: UUID, account_id: UUID, reason: str, actor: User, now: datetime) -> MerchantAccount:
    """The account, never used. Whoever asked for it may take it back, or a supervisor refuses it.

    Refuses MayNotAct, NeedsSupervisor, ReasonMissing, NoSuchAccount, AccountDecided.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        shop_accounts.lock_merchant(merchant_id)
        account = shop_accounts.lock(merchant_id, account_id)
        if account.proposed_by != actor.id:
            authority.must_decide(actor)
        if account.state != State.REFUSED:
            _decide(account, State.REFUSED, actor, now)
            _note("refuse_account", account, actor, now, reason)
        return account


def _decide(account: MerchantAccount, state: str, actor: User, now: datetime) -> None:
    if account.state != State.PROPOSED:
        raise AccountDecided(state=account.state)
    shop_accounts.decide(account, state, actor_id=actor.id, now=now)


def _note(verb: str, account: MerchantAccount, actor: User, now: datetime, reason: str = "") -> None:
    staff.note(
        actor_id=actor.id, verb=verb, object_id=account.id, reason=reason,
        detail={"merchant_id": str(account.merchant_id)}, now=now,
    )  # fmt: skip
