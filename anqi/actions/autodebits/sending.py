"""Sending: debits, announcements and questions that stand in rows, put to their channels outside any transaction."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.actions.autodebits import telling
from anqi.payments import (
    cards,
    channels,
    charges,
    debit_days,
    debit_plans,
    exchanges,
    mandate_looks,
    mandates,
    outbox,
)
from anqi.payments.channels.protocol import (
    Accepted,
    AnnounceRequest,
    CardBound,
    Closed,
    DebitRequest,
    Failed,
    MandateFound,
    NotFound,
    Result,
    Succeeded,
    Unknown,
)
from anqi.payments.models import Charge, DebitNotice, DebitPlan, Mandate, Outbox
from anqi.people import holds
from anqi.rows.days import SHANGHAI, day_of


def lease_debits(channel: str, *, now: datetime, limit: int) -> list[Outbox]:
    """Debits of one channel that are to be sent, for whoever asked first."""
    with transaction.atomic(durable=True):
        return outbox.lease_debits(channel, now=now, limit=limit)


def deliver(*, borrower_id: UUID, charge_id: UUID, now: datetime) -> tuple[Charge, Result | None]:
    """Sends the debit, and says what the channel said: what is final is the caller's to have learned.

    None where nothing was sent: it has ended, or it is too late to send it and the channel is only asked about it.
    Under its one number however often it is sent.
    """
    charge = Charge.objects.get(borrower_id=borrower_id, id=charge_id)
    is_wanted = charge.state in Charge.OPEN and charge.closing_at is None and now < charge.expires_at
    if not is_wanted or not _is_in_hours(charge, now):
        _done(charge, now)
        return charge, None
    result = _ask(charge)
    with transaction.atomic(durable=True):
        exchanges.note(borrower_id=borrower_id, charge_id=charge_id, kind="debit", result=result, at=now)
        if isinstance(result, Accepted):
            charges.offer(charge, action=None, ref=result.ref)
        elif not isinstance(result, Succeeded | Failed):
            charges.doubt(charge)
            outbox.postpone(borrower_id=borrower_id, charge_id=charge_id, kind=Outbox.Kind.DEBIT, now=now)
            return charge, result
        outbox.done(borrower_id=borrower_id, charge_id=charge_id, kind=Outbox.Kind.DEBIT, now=now)
    return charge, result


def _is_in_hours(charge: Charge, now: datetime) -> bool:
    opens, closes = channels.find_debiting(charge.channel).debit_rules().hours
    return opens <= now.astimezone(SHANGHAI).time() < closes


def _ask(charge: Charge) -> Result:
    token = _token(charge)
    if not token:
        # The agreement has ended, and what it was known by is not kept: what was sent before is asked about.
        return Unknown(cause="mandate_ended")
    request = DebitRequest(
        key=charge.key,
        opened_at=charge.opened_at,
        token=token,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        subject=charge.subject,
        notify_url=f"{settings.ANQI_URLS['borrower']}/hooks/{charge.channel}",
    )
    return channels.find_debiting(charge.channel).debit(request)


def _token(charge: Charge) -> str | None:
    assert charge.mandate_id, "a debit is made under an agreement"
    mandate = mandates.read(charge.borrower_id, charge.mandate_id)
    assert mandate, "and that one is kept"
    if mandate.state != Mandate.State.ACTIVE:
        return None
    if not mandate.card_id:
        return mandate.ref
    card = cards.read(charge.borrower_id, mandate.card_id)
    return card.token if card and card.state == card.State.BOUND else None


def _done(charge: Charge, now: datetime) -> None:
    with transaction.atomic(durable=True):
        outbox.done(borrower_id=charge.borrower_id, charge_id=charge.id, kind=Outbox.Kind.DEBIT, now=now)


def lease_notices(*, now: datetime, limit: int) -> list[DebitNotice]:
    """Announcements that are to be sent, for whoever asked first."""
    with transaction.atomic(durable=True):
        return debit_plans.lease_notices(now=now, limit=limit)


def announce(*, borrower_id: UUID, notice_id: UUID, now: datetime) -> None:
    """Has the channel tell the payer of a debit, and notes whether it will. Safe to repeat."""
    notice = DebitNotice.objects.get(borrower_id=borrower_id, id=notice_id)
    if notice.state != DebitNotice.State.WAITING:
        return
    plan, mandate = debit_plans.read(borrower_id, notice.plan_id), mandates.read(borrower_id, notice.mandate_id)
    result = _announce(notice, plan, mandate)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        if isinstance(result, Accepted | Succeeded):
            debit_plans.mark_told(notice, now=now)
        elif isinstance(result, Failed):
            debit_plans.mark_refused(notice, reason=result.reason)
        else:
            debit_plans.say_again(notice, now=now)
            return
        debit_plans.wake(borrower_id, plan.id, now=now)


def _announce(notice: DebitNotice, plan: DebitPlan, mandate: Mandate | None) -> Result:
    if mandate is None or mandate.state != Mandate.State.ACTIVE or not mandate.ref:
        return Failed(reason="mandate_ended", code="")
    request = AnnounceRequest(
        key=notice.key, ref=mandate.ref, amount_minor=notice.amount_minor, on=plan.due_on, currency="CNY"
    )
    return channels.find_with_mandates(mandate.channel).announce(request)


def test(*, borrower_id: UUID, plan_id: UUID, now: datetime) -> None:
    """Asks each source whether it will do, and tells the borrower of those that will not. Safe to repeat."""
    plan = debit_plans.read(borrower_id, plan_id)
    signed = [each for each in mandates.living(borrower_id, plan.loan_id) if each.state == Mandate.State.ACTIVE]
    doubtful = [(each, reason) for each in signed if (reason := _doubt(each, plan, day_of(now)))]
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        plan = debit_plans.read(borrower_id, plan_id)
        if plan.tested_at:
            return
        telling.doubts(plan, doubtful, now=now)
        debit_plans.note(plan, tested_at=now)
        debit_plans.wake(borrower_id, plan.id, now=now)


def _doubt(mandate: Mandate, plan: DebitPlan, today: date) -> str:
    """Why a debit from there would fail, as far as anybody can say; empty where nobody can."""
    if not mandate.holds_on(plan.due_on):
        return "mandate_ended"
    found = _look_up(mandate, plan, today)
    if isinstance(found, Failed | Closed | NotFound):
        return "mandate_ended"
    if not isinstance(found, MandateFound):
        return ""
    if found.limit_minor is not None and found.limit_minor < plan.expected_minor:
        return "amount_limit"
    return "outside_hours" if debit_days.has_passed(found.next_on, plan.due_on, today=today) else ""


def _look_up(mandate: Mandate, plan: DebitPlan, today: date) -> MandateFound | CardBound | Result:
    if not mandate.card_id:
        return mandate_looks.look(mandate, due_on=plan.due_on, today=today)
    card = cards.read(mandate.borrower_id, mandate.card_id)
    if card is None or card.state != card.State.BOUND:
        return Closed()
    return channels.find_with_cards(card.channel).query_card(card.key, opened_at=card.opened_at)
