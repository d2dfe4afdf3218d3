"""Refunds: money that no loan could use goes back to its source, by itself or because staff say so.

Refused
├── NothingLeft
├── AlreadyOnItsWay      one refund of a case at a time
├── WishWaits            somebody has asked to use the money, and nobody has decided yet
└── Stranger             a channel speaks of a refund that is not ours
Who may act, and on what, is refused by `people.authority`.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.ledger import books, chart
from anqi.ledger.books import Entry
from anqi.notices import messages, texts
from anqi.payments import channels, differences, exchanges, inbox, inspection, pay_links, refunds, unapplied
from anqi.payments.channels.protocol import (
    Accepted,
    Failed,
    NotFound,
    RefundRequest,
    Result,
    Succeeded,
    Unknown,
)
from anqi.payments.models import Difference, Refund, Unapplied
from anqi.people import authority, holds, staff
from anqi.people.authority import NotTheirs
from anqi.people.models import User
from anqi.rows.chain import Chain
from anqi.rows.days import day_of
from anqi.rows.refusals import Refused

# The payer reads it at the channel: no braces, no personal data.
_WHY = "按期退回未入账款项"
_WHY_GOODS = "按期退回退货款"
# While a wish about the money waits for its second person.
_LOOK_AGAIN_AFTER = timedelta(hours=1)


class NothingLeft(Refused):
    """Nothing is left of this money."""

    code = "nothing_left"


class AlreadyOnItsWay(Refused):
    """This money is on its way back already."""

    code = "already_on_its_way"


class WishWaits(Refused):
    """Somebody has asked to use this money: decide about that first."""

    code = "already_asked"


class Stranger(Refused):
    """The channel speaks of a refund that is not ours."""

    code = "stranger"


def begin(*, borrower_id: UUID, case_id: UUID, actor: User, reason: str, now: datetime) -> Refund:
    """All that is left of the case's money goes back.

    Refuses MayNotAct, ReasonMissing, NotTheirs, NothingLeft, AlreadyOnItsWay, WishWaits.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        refund = _begin(chain, _case(borrower_id, case_id), requested_by=actor.id, now=now)
        staff.note(
            actor_id=actor.id, verb="begin_refund", borrower_id=borrower_id, object_id=refund.id, reason=reason,
            detail={"case_id": str(case_id), "amount_minor": refund.amount_minor}, now=now,
        )  # fmt: skip
        return refund


def begin_due(*, borrower_id: UUID, case_id: UUID, now: datetime) -> Refund | None:
    """The refund of money that nobody found a use for in time; None when somebody has, or is about to."""
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        case = unapplied.read(borrower_id, case_id)
        if case.returns_at is None or case.returns_at > now:
            return None
        try:
            return _begin(chain, case, requested_by=None, now=now)
        except WishWaits:
            unapplied.keep_here(case, until=now + _LOOK_AGAIN_AFTER)
        except (NothingLeft, AlreadyOnItsWay):
            unapplied.keep_here(case, until=None)
        return None


def keep_here(*, borrower_id: UUID, case_id: UUID, actor: User, reason: str, now: datetime) -> None:
    """The money is not to go back by itself: staff are about to find its use. Saying so again changes nothing.

    Refuses MayNotAct, ReasonMissing, NotTheirs.
    """
    authority.must_act(actor)
    authority.must_say_why(reason)
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        case = _case(borrower_id, case_id)
        unapplied.keep_here(case, until=None)
        staff.note(
            actor_id=actor.id, verb="keep_unapplied", borrower_id=borrower_id, object_id=case_id, reason=reason,
            now=now,
        )  # fmt: skip


def _begin(chain: Chain, case: Unapplied, *, requested_by: UUID | None, now: datetime) -> Refund:
    if not case.left_minor:
        raise NothingLeft
    if refunds.open_one(case.borrower_id, case.id):
        raise AlreadyOnItsWay
    if inspection.has_waiting_application(case.borrower_id, case.id):
        raise WishWaits
    amount_minor = case.left_minor
    is_of_goods = case.reason == unapplied.GOODS_RETURNED
    why, template = (_WHY_GOODS, "refund_begun_goods") if is_of_goods else (_WHY, "refund_begun")
    refund = refunds.put(case, amount_minor=amount_minor, why=why, requested_by=requested_by, now=now)
    unapplied.draw(case, amount_minor, now=now)
    _post(chain, refund, ("unapplied", "refund_in_transit"), on=day_of(now), now=now)
    _tell(refund, template, now)
    return refund


def _case(borrower_id: UUID, case_id: UUID) -> Unapplied:
    try:
        return unapplied.read(borrower_id, case_id)
    except Unapplied.DoesNotExist:
        raise NotTheirs(what="case") from None


def deliver(*, borrower_id: UUID, refund_id: UUID, now: datetime) -> None:
    """Asks the channel for the refund, or what became of it, outside any transaction, and learns the answer.

    Safe to repeat: a channel knows a refund by its key, and pays it once.
    """
    refund = refunds.read(borrower_id, refund_id)
    if refund.state not in Refund.OPEN:
        return
    kind, result = _ask(refund)
    _note(refund, kind, result, now)
    learn(channel=refund.channel, key=refund.key, result=result, learned_by="query", now=now)


def _ask(refund: Refund) -> tuple[str, Result]:
    if refund.channel not in channels.offered():
        return "refund", Unknown(cause="channel_unavailable")
    channel, charge = channels.find(refund.channel), refund.payment.charge
    if refund.state == Refund.State.PROCESSING:
        found = channel.query_refund(refund.key, charge_key=charge.key, opened_at=refund.requested_at)
        # What was accepted and is not there is asked for again, under the same key.
        if not isinstance(found, NotFound):
            return "query_refund", found
    request = RefundRequest(
        key=refund.key,
        charge_key=charge.key,
        amount_minor=refund.amount_minor,
        charge_amount_minor=refund.payment.amount_minor,
        currency=refund.currency,
        why=refund.why,
        notify_url=f"{settings.ANQI_URLS['borrower']}/hooks/{refund.channel}",
        opened_at=refund.requested_at,
        payment_ref=refund.payment.ref,
    )
    return "refund", channel.refund(request)


def _note(refund: Refund, kind: str, result: Result, now: datetime) -> None:
    with transaction.atomic(durable=True):
        exchanges.note(
            borrower_id=refund.borrower_id, charge_id=refund.charge_id, kind=kind, result=result, at=now,
            key=refund.key,
        )  # fmt: skip


def learn(
    *, channel: str, key: str, result: Result, learned_by: str, now: datetime, inbox_id: UUID | None = None
) -> None:
    """What a channel says of a refund, in one durable transaction. Twice, late or out of order changes nothing more.

    Refuses a Stranger.
    """
    borrower_id = refunds.owner(channel, key)
    if not borrower_id:
        raise Stranger(channel=channel)
    with transaction.atomic(durable=True):
        chain = holds.hold(borrower_id)
        refund = refunds.by_key(borrower_id, key)
        if refund.state in Refund.OPEN:
            _take(chain, refund, result, learned_by, now)
        elif refund.state == Refund.State.SUCCEEDED and isinstance(result, Failed) and result.reason == "returned":
            _sent_back(chain, refund, result, now)
        else:
            _compare(refund, result, learned_by, now)
        if inbox_id:
            inbox.mark_done(inbox_id, now=now)


def _take(chain: Chain, refund: Refund, result: Result, learned_by: str, now: datetime) -> None:
    if isinstance(result, Succeeded) and result.amount_minor != refund.amount_minor:
        _doubt(refund, result, learned_by, now)
        refunds.go_on(refund, state=Refund.State.UNKNOWN, ref=result.ref, reason="other_amount", now=now)
    elif isinstance(result, Succeeded):
        _arrive(chain, refund, result, now)
    elif isinstance(result, Failed):
        _come_back(chain, refund, result, now)
    elif learned_by == "notice":
        # The channel has news, but not which.
        refunds.ask_now(refund, now=now)
    elif isinstance(result, Accepted):
        refunds.go_on(refund, state=Refund.State.PROCESSING, ref=result.ref, reason="", now=now)
    else:
        cause = result.cause if isinstance(result, Unknown) else "not_found"
        refunds.go_on(refund, state=Refund.State.UNKNOWN, ref="", reason=cause[:64], now=now)


def _arrive(chain: Chain, refund: Refund, result: Succeeded, now: datetime) -> None:
    refunds.end(
        refund, state=Refund.State.SUCCEEDED, ref=result.ref, reason="", at=result.paid_at, now=now
    )
    # A channel's clock may be ahead of ours.
    gone_on = day_of(min(result.paid_at, now))
    _post(chain, refund, ("refund_in_transit", chart.arrives_in(refund.channel)), on=gone_on, now=now)
    differences.confirm(refund.borrower_id, refund.charge_id, now=now)
    _tell(refund, "refund_done", now)


def _come_back(chain: Chain, refund: Refund, result: Failed, now: datetime) -> None:
    """The channel will never pay it: the money waits again, and people decide."""
    refunds.end(refund, state=Refund.State.FAILED, ref="", reason=result.reason, at=now, now=now)
    unapplied.put_back(refund.borrower_id, refund.case_id, refund.amount_minor)
    _post(chain, refund, ("refund_in_transit", "unapplied"), on=day_of(now), now=now)
    _tell(refund, "refund_failed", now)


def _sent_back(chain: Chain, refund: Refund, result: Failed, now: datetime) -> None:
    """The payee's bank didn't take what had left, and it is here again: the money waits, and people decide."""
    refunds.end(refund, state=Refund.State.FAILED, ref="", reason=result.reason, at=now, now=now)
    unapplied.put_back(refund.borrower_id, refund.case_id, refund.amount_minor)
    back_on = day_of(min(result.at or now, now))
    _post(chain, refund, (chart.arrives_in(refund.channel), "unapplied"), on=back_on, now=now)
    _tell(refund, "refund_failed", now)


def _compare(refund: Refund, result: Result, learned_by: str, now: datetime) -> None:
    """An end is for good. A channel that contradicts it is a case."""
    is_same = isinstance(result, Accepted | Unknown | NotFound) or (
        result.amount_minor == refund.amount_minor and refund.state == Refund.State.SUCCEEDED
        if isinstance(result, Succeeded)
        else refund.state == Refund.State.FAILED
    )
    if not is_same:
        _doubt(refund, result, learned_by, now)


def _doubt(refund: Refund, result: Result, learned_by: str, now: datetime) -> None:
    differences.open_case(
        borrower_id=refund.borrower_id, charge_id=refund.charge_id, kind=Difference.Kind.REFUND_DIFFERS,
        result=result, learned_by=learned_by, now=now,
    )  # fmt: skip


def _post(chain: Chain, refund: Refund, accounts: tuple[str, str], *, on: date, now: datetime) -> None:
    entry = Entry(
        loan_id=None,
        lender_id=refund.lender_id,
        currency=refund.currency,
        moves=[(*accounts, refund.amount_minor)],
        counts_on=on,
        cause="refund",
        cause_id=refund.id,
    )
    books.post(chain, [entry], first_open_on=books.first_open_on(), now=now)
    holds.keep(chain)


def _tell(refund: Refund, template: str, now: datetime) -> None:
    words = {"amount": texts.yuan(refund.amount_minor)}
    if pay_links.is_others_money(refund.borrower_id, refund.charge_id):
        template += texts.BY_OTHER
    messages.announce(borrower_id=refund.borrower_id, template=template, words=words, now=now)


def lease(*, now: datetime, limit: int) -> list[Refund]:
    """Refunds of which it is time to ask the channel, for whoever asked first."""
    with transaction.atomic(durable=True):
        return refunds.lease_due(now=now, limit=limit)
