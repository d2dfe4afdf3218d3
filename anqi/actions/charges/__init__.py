"""Charges: opened by a borrower, offered to a channel, given up again. What comes of them is `repayments`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.lending import repaying, store
from anqi.lending.repaying import Purpose
from anqi.lending.store import LoanInHand
from anqi.payments import channels, charges, exchanges, news, outbox, pay_links
from anqi.payments.channels.protocol import Accepted, ChargeRequest, How, Result
from anqi.payments.charges import Part
from anqi.payments.models import Charge, Outbox, PayLink
from anqi.payments.pay_links import LinkOver
from anqi.people import holds
from anqi.rows.days import day_of, end_of
from anqi.rows.refusals import Refused

# The request that opened the charge delivers it itself; after that the worker may.
LEASE = timedelta(seconds=3)
# A settlement is for one day: near midnight there is no time left to pay it in.
_LEAST_TIME = timedelta(minutes=2)
_A_DAY = timedelta(days=1)


class NoSuchLoan(Refused):
    """There is no such loan of yours."""

    code = "no_such_loan"


class SeveralLenders(Refused):
    """These loans are of several lenders, and one payment arrives with one of them."""

    code = "several_lenders"


class ChannelUnavailable(Refused):
    """This way to pay is not available now."""

    code = "channel_unavailable"


class OtherChargeOpen(Refused):
    """Another payment of this loan is still open: go on with it, or give it up first."""

    code = "other_charge_open"


class DebitOnItsWay(Refused):
    """An auto-debit of this loan is on its way: it is paid by hand again once its end is known."""

    code = "debit_on_its_way"


class TooLateToday(Refused):
    """The amount to settle changes at midnight. Ask again after it."""

    code = "too_late_today"


class TooSlowToSettle(Refused):
    """What settles it today does not on the day when a payment made this way is known."""

    code = "too_slow_to_settle"


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What a borrower wants to pay of one loan: a purpose, and for `due` perhaps an amount of their own."""

    loan_id: UUID
    purpose: Purpose
    amount_minor: int | None = None


def open(
    *, borrower_id: UUID, wishes: Sequence[Wish], channel: str, how: str, attempt: str, now: datetime,
    payer_ip: str | None = None, link_id: UUID | None = None,
) -> Charge:  # fmt: skip
    """The charge that collects these wishes: a new one, or the one that this attempt opened already.

    Refuses with NoSuchLoan, SeveralLenders, ChannelUnavailable, OtherChargeOpen, DebitOnItsWay, TooLateToday,
    TooSlowToSettle, or as `repaying.foresee` does; by a link of somebody else's with LinkOver too.
    """
    if channel not in channels.offered():
        raise ChannelUnavailable(channel=channel)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        known = charges.tried(borrower_id, attempt)
        if known:
            return known
        loan_ids = [wish.loan_id for wish in wishes]
        loans = store.read(borrower_id, loan_ids)
        claimed = charges.claiming(borrower_id, loan_ids)
        parts = _parts(wishes, loans, now)
        link = _link(borrower_id, link_id, loans, now) if link_id else None
        if claimed:
            return _join(claimed, parts, channel, link_id, now)
        charge = charges.put(
            borrower_id=borrower_id,
            channel=channel,
            how=how,
            attempt=attempt,
            subject=_subject([loans[each] for each in loan_ids], link),
            parts=parts,
            currency=loans[loan_ids[0]].currency,
            payer_ip=payer_ip,
            link_id=link_id,
            expires_at=_end(parts, loans, channels.life_of(channel), link, now),
            now=now,
        )
        outbox.put(borrower_id=borrower_id, charge_id=charge.id, kind=Outbox.Kind.CHARGE, now=now, lease=LEASE)
        return charge


def _parts(wishes: Sequence[Wish], loans: dict[UUID, LoanInHand], now: datetime) -> list[Part]:
    today = day_of(now)
    parts = []
    for wish in wishes:
        if wish.loan_id not in loans:
            raise NoSuchLoan(loan_id=wish.loan_id)
        amount_minor, goal = repaying.settle_amount(
            loans[wish.loan_id], purpose=wish.purpose, amount_minor=wish.amount_minor, today=today
        )
        quote = {"on": today.isoformat(), "asked": wish.purpose, "amount_minor": amount_minor}
        parts.append(Part(loan_id=wish.loan_id, purpose=goal, amount_minor=amount_minor, quote=quote))
    if len({(loan.lender_id, loan.currency) for loan in loans.values()}) > 1:
        raise SeveralLenders
    return parts


def _link(borrower_id: UUID, link_id: UUID, loans: dict[UUID, LoanInHand], now: datetime) -> PayLink:
    """The link, by which what it was made for can still be paid: nobody is to pay more than is due by now."""
    link = pay_links.read(borrower_id, link_id)
    assert link, "a link of this borrower"
    pay_links.must_be_alive(link, now=now)
    due_minor = repaying.choose(loans[link.loan_id], today=day_of(now)).due_minor
    if link.what == PayLink.What.DUE and link.amount_minor > due_minor:
        raise LinkOver(why="changed")
    return link


def _join(claimed: Charge, parts: Sequence[Part], channel: str, link_id: UUID | None, now: datetime) -> Charge:
    """A second tab that wants the same thing goes on with the first one's charge."""
    if claimed.is_debit:
        raise DebitOnItsWay(charge_id=claimed.id, amount_minor=claimed.amount_minor)
    # Whoever pays for somebody else pays nothing but what they were asked for, and the borrower not by their charge.
    is_theirs = claimed.link_id == link_id and channel == claimed.channel
    is_usable = claimed.closing_at is None and now < claimed.expires_at
    if _meant(charges.parts_of(claimed)) != _meant(parts) or not is_theirs or not is_usable:
        raise OtherChargeOpen(charge_id=claimed.id, amount_minor=claimed.amount_minor)
    return claimed


def _meant(parts: Sequence[Part]) -> set[tuple[UUID, str, int]]:
    return {(part.loan_id, part.purpose, part.amount_minor) for part in parts}


def _end(
    parts: Sequence[Part], loans: dict[UUID, LoanInHand], life: timedelta, link: PayLink | None, now: datetime
) -> datetime:
    ends_at = min(now + life, link.expires_at) if link else now + life
    settling = [part for part in parts if part.purpose == "all"]
    if life > _A_DAY:
        # Nobody could know before midnight whether the money came in time: it must do on every day that it may.
        if not all(_settles_until(part, loans[part.loan_id], now, ends_at) for part in settling):
            raise TooSlowToSettle
    elif settling:
        ends_at = min(ends_at, end_of(day_of(now)) - timedelta(seconds=30))
    if ends_at - now < _LEAST_TIME:
        raise TooLateToday
    return ends_at


def _settles_until(part: Part, held: LoanInHand, now: datetime, ends_at: datetime) -> bool:
    days = (day_of(now + n * _A_DAY) for n in range(1, (day_of(ends_at) - day_of(now)).days + 1))
    return all(repaying.choose(held, today=day).all_minor == part.amount_minor for day in days)


def _subject(loans: Sequence[LoanInHand], link: PayLink | None) -> str:
    # The channel shows it to the payer and signs it: no braces, no personal data; and to somebody else no number.
    if link:
        return "按期代付还款"
    return "按期还款 " + "、".join(loan.number for loan in loans)


def deliver(*, borrower_id: UUID, charge_id: UUID, now: datetime) -> Charge:
    """Does what the outbox says about a charge, outside any transaction, and notes the answer.

    The one who leased the entry calls it: the request that wrote it, or the worker. Safe to repeat.
    """
    charge = Charge.objects.get(borrower_id=borrower_id, id=charge_id)
    if charge.state not in Charge.OPEN or charges.is_offered(charge, now=now):
        _settle_outbox(charge, Outbox.Kind.CHARGE, now)
        return charge
    result = _ask(charge)
    with transaction.atomic(durable=True):
        if isinstance(result, Accepted):
            charges.offer(charge, action=news.action_to_json(result, now=now), ref=result.ref)
            outbox.done(borrower_id=borrower_id, charge_id=charge_id, kind=Outbox.Kind.CHARGE, now=now)
        else:
            charges.doubt(charge)
            outbox.postpone(borrower_id=borrower_id, charge_id=charge_id, kind=Outbox.Kind.CHARGE, now=now)
        exchanges.note(borrower_id=charge.borrower_id, charge_id=charge.id, kind="charge", result=result, at=now)
    charge.refresh_from_db()
    return charge


def _ask(charge: Charge) -> Result:
    base = settings.ANQI_URLS["borrower"]
    request = ChargeRequest(
        key=charge.key,
        amount_minor=charge.amount_minor,
        currency=charge.currency,
        subject=charge.subject,
        how=cast(How, charge.how),
        expires_at=charge.expires_at,
        return_url=base + (pay_links.payer_address(charge) if charge.is_by_other else f"/charges/{charge.id}"),
        notify_url=f"{base}/hooks/{charge.channel}",
        opened_at=charge.opened_at,
        payer_ip=charge.payer_ip or "",
    )
    return channels.find(charge.channel).charge(request)


def _settle_outbox(charge: Charge, kind: str, now: datetime) -> None:
    with transaction.atomic(durable=True):
        outbox.done(borrower_id=charge.borrower_id, charge_id=charge.id, kind=kind, now=now)


def give_up(*, borrower_id: UUID, charge_id: UUID, now: datetime) -> Charge:
    """The borrower no longer wants to pay this charge: the channel is to close it. Once is enough."""
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        charge = Charge.objects.get(borrower_id=borrower_id, id=charge_id)
        begin_closing(charge, now=now)
        return charge


def begin_closing(charge: Charge, *, now: datetime) -> None:
    """The channel is to close the charge, unless it has ended or is being closed already. Lock the borrower first."""
    if charge.state in Charge.OPEN and charge.closing_at is None and not charge.is_debit:
        charges.begin_closing(charge, now=now)
        outbox.put(
            borrower_id=charge.borrower_id, charge_id=charge.id, kind=Outbox.Kind.CLOSE, now=now, lease=LEASE
        )  # fmt: skip


def lease_outbox(*, now: datetime, limit: int) -> list[Outbox]:
    """What is to be asked of channels and that no request is busy with, for whoever asked first."""
    with transaction.atomic(durable=True):
        return outbox.lease_due(now=now, limit=limit)


def lease_unheard(*, now: datetime, limit: int) -> list[Charge]:
    """Charges whose channel has been silent for too long, for whoever asked first."""
    with transaction.atomic(durable=True):
        return charges.lease_unheard(now=now, limit=limit)


def finish_closing(*, borrower_id: UUID, charge_id: UUID, now: datetime) -> None:
    """The channel has been asked to close the charge; what it said has been learned."""
    with transaction.atomic(durable=True):
        outbox.done(borrower_id=borrower_id, charge_id=charge_id, kind=Outbox.Kind.CLOSE, now=now)
