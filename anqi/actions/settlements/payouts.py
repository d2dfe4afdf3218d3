"""Payouts to shops by staff: proposed by one, released by another; made at the bank, and seen there by two.

Refused
└── OwnPayout     nobody is their own second person
Who may act is refused by `people.authority`; what a payout can't do any more by `lending.payouts_to_shops`.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from anqi.actions.settlements import booking, ending
from anqi.lending import payouts_to_shops, settlements, shop_accounts
from anqi.lending.models import MerchantPayout
from anqi.lending.payouts_to_shops import BadDay, NothingDue, NotReported, PayoutDecided
from anqi.lending.shop_accounts import NoAccount
from anqi.payments.numbers import number_for
from anqi.people import authority, staff
from anqi.people.models import User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from anqi.rows.refusals import Refused

State = MerchantPayout.State


class OwnPayout(Refused):
    """Whoever did the first step can't do the second."""

    code = "own_payout"


def propose(
    *, payout_id: UUID, merchant_id: UUID, lender_id: UUID, currency: str, until: date, actor: User, now: datetime
) -> MerchantPayout:
    """A payout for all that is ready up to and with that day; days on which more came back make it smaller.

    The same id again changes nothing. Refuses MayNotAct, NoAccount, NothingDue, BelowLeast.
    """
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        merchant = shop_accounts.lock_merchant(merchant_id)
        known = payouts_to_shops.find(payout_id)
        if known:
            return known
        account = shop_accounts.current(merchant_id, now=now)
        if account is None:
            raise NoAccount
        due = settlements.free(
            merchant, lender_id=lender_id, currency=currency, until=until, today=day_of(now)
        )
        if not due:
            raise NothingDue
        payout = payouts_to_shops.put(
            payout_id, number=number_for("as", payout_id), merchant=merchant, account=account, settlements=due,
            actor_id=actor.id, now=now,
        )  # fmt: skip
        _note("propose_payout", payout, actor, now)
        return payout


def release(*, payout_id: UUID, actor: User, now: datetime) -> MerchantPayout:
    """The payout, to be made at the bank now. A supervisor's act on somebody else's wish; again changes nothing.

    Refuses NeedsSupervisor, OwnPayout, NoSuchPayout, PayoutDecided, and NoAccount where its account is no longer the
    shop's.
    """
    authority.must_decide(actor)
    with transaction.atomic(durable=True):
        payout = payouts_to_shops.lock(payout_id)
        if payout.state == State.RELEASED and payout.decided_by == actor.id:
            return payout
        _must_be(payout, State.PROPOSED)
        _must_be_another(actor, payout.proposed_by)
        account = shop_accounts.current(payout.merchant_id, now=now)
        if account is None or account.id != payout.account_id:
            raise NoAccount
        payouts_to_shops.move(payout, state=State.RELEASED, decided_by=actor.id, decided_at=now, now=now)
        _note("release_payout", payout, actor, now)
        return payout


def withdraw(*, payout_id: UUID, reason: str, actor: User, now: datetime) -> MerchantPayout:
    """The payout, never to be made; its settlements are free. Whoever proposed it may take it back, or a supervisor.

    Once it is released only the bank's word ends it. Refuses MayNotAct, ReasonMissing, NoSuchPayout, PayoutDecided.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        payout = payouts_to_shops.lock(payout_id)
        if payout.state == State.WITHDRAWN:
            return payout
        _must_be(payout, State.PROPOSED)
        if payout.proposed_by != actor.id:
            authority.must_decide(actor)
        payouts_to_shops.move(payout, state=State.WITHDRAWN, decided_by=actor.id, decided_at=now, now=now)
        payouts_to_shops.free_settlements(payout, now=now)
        _note("withdraw_payout", payout, actor, now, reason)
        return payout


def hand_over(*, actor: User, now: datetime) -> UUID:
    """A file of all released payouts that were in none yet, for the bank. Refuses MayNotAct, NothingDue."""
    authority.must_act(actor)
    with transaction.atomic(durable=True):
        file_id = uuid7()
        count = payouts_to_shops.hand_over(file_id, now=now)
        if not count:
            raise NothingDue
        staff.note(actor_id=actor.id, verb="hand_over_payouts", object_id=file_id, detail={"count": count}, now=now)
        return file_id


def report(
    *, payout_id: UUID, is_paid: bool, ref: str, on: date, actor: User, now: datetime
) -> MerchantPayout:
    """The payout with what this person saw at the bank; somebody else has to see it too. The last word counts.

    Refuses MayNotAct, ReasonMissing without the bank's number, NoSuchPayout, PayoutDecided, BadDay.
    """
    authority.must_act(actor)
    authority.must_say_why(ref)
    with transaction.atomic(durable=True):
        payout = payouts_to_shops.lock(payout_id)
        _must_be(payout, *((State.RELEASED,) if is_paid else (State.RELEASED, State.PAID)))
        first_on = payout.paid_on or (day_of(payout.decided_at) if payout.decided_at else on)
        if not first_on <= on <= day_of(now):
            raise BadDay
        told = {"is_paid": is_paid, "ref": ref.strip()[:64], "on": on.isoformat()}
        payouts_to_shops.move(payout, reported=told, reported_by=actor.id, now=now)
        _note("report_payout", payout, actor, now)
        return payout


def confirm(*, payout_id: UUID, actor: User, now: datetime) -> MerchantPayout:
    """The payout, paid or back again, as somebody else has reported. Refuses MayNotAct, NotReported, OwnPayout."""
    authority.must_act(actor)
    booking.book(payout_id, now=now)
    with transaction.atomic(durable=True):
        payout = payouts_to_shops.lock(payout_id)
        told: dict[str, Any] | None = payout.reported
        if not told or payout.reported_by is None:
            raise NotReported
        _must_be_another(actor, payout.reported_by)
        on = date.fromisoformat(told["on"])
        if told["is_paid"]:
            ending.pay(payout, ref=told["ref"], on=on, now=now)
        else:
            ending.give_back(payout, on=on, now=now)
        _note("confirm_payout", payout, actor, now)
        return payout


def _must_be(payout: MerchantPayout, *states: str) -> None:
    if payout.state not in states:
        raise PayoutDecided(state=payout.state)


def _must_be_another(actor: User, first: UUID) -> None:
    if actor.id == first:
        raise OwnPayout


def _note(verb: str, payout: MerchantPayout, actor: User, now: datetime, reason: str = "") -> None:
    staff.note(
        actor_id=actor.id, verb=verb, object_id=payout.id, reason=reason,
        detail={"merchant_id": str(payout.merchant_id), "amount_minor": payout.amount_minor}, now=now,
    )  # fmt: skip
