"""An agreement is offered for a loan, opened, and its payer led to the channel's page."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from anqi.actions.mandates import keeping
from anqi.actions.mandates.refusing import (
    AmountAboveLimit,
    CannotDebit,
    DaysDoNotFit,
    NoSuchCard,
    NoSuchLoan,
    NothingToDebit,
)
from anqi.lending import dues, store
from anqi.lending.store import LoanInHand
from anqi.payments import cards, channels, debit_days, mandates
from anqi.payments.channels.protocol import Accepted, Action, MandateRequest
from anqi.payments.debit_days import Days
from anqi.payments.models import Card, Mandate
from anqi.people import holds
from anqi.rows.days import day_of

# The channel's page for it may end while the payer reads.
_JOINED_FOR = timedelta(minutes=20)
_NAME = "按期自动还款"
# What the borrower was shown; a change of the words is another one.
TERMS_VERSION = "debit-2026-11"


def offer(*, borrower_id: UUID, loan_id: UUID, channel: str, now: datetime) -> tuple[int, Days | None]:
    """What an agreement for this loan would say there: the most of one debit in fen, and its days. Writes nothing.

    The days are None for a bound card, which needs none. Refuses as `open` does.
    """
    return _fit(_loan(borrower_id, loan_id, now), channel, now)


def open(*, borrower_id: UUID, loan_id: UUID, channel: str, card_id: UUID | None = None, now: datetime) -> Mandate:
    """The agreement to debit this loan from there: a new one, or the one that is in force or being signed.

    Refuses NoSuchLoan, NothingToDebit, CannotDebit, NoSuchCard, AmountAboveLimit, DaysDoNotFit.
    """
    with transaction.atomic(durable=True):
        holds.hold(borrower_id)
        held = _loan(borrower_id, loan_id, now)
        card = _card(borrower_id, channel, card_id)
        single_minor, _ = _fit(held, channel, now)
        known = mandates.living_from(borrower_id, loan_id, channel, card_id)
        if known and (known[0].state == Mandate.State.ACTIVE or now < known[0].opened_at + _JOINED_FOR):
            return known[0]
        for stale in known:
            mandates.fail(stale, now=now)
        mandate = mandates.put(
            borrower_id=borrower_id, loan_id=loan_id, channel=channel, card_id=card_id,
            account=f"{card.bank} {card.last4}" if card else "", single_minor=single_minor,
            terms=_terms(held, single_minor), now=now,
        )  # fmt: skip
        if mandate.state == Mandate.State.ACTIVE:
            keeping.tell(mandate, "mandate_begun", now)
            keeping.plan(mandate, now)
        return mandate


def _loan(borrower_id: UUID, loan_id: UUID, now: datetime) -> LoanInHand:
    held = store.read(borrower_id, [loan_id]).get(loan_id)
    if held is None:
        raise NoSuchLoan(loan_id=loan_id)
    if dues.is_over(held) or not dues.largest_minor(held, today=day_of(now)):
        raise NothingToDebit
    return held


def _card(borrower_id: UUID, channel: str, card_id: UUID | None) -> Card | None:
    if card_id is None:
        if channel not in channels.with_mandates():
            raise CannotDebit(channel=channel)
        return None
    if channel not in channels.with_cards():
        raise CannotDebit(channel=channel)
    card = cards.read(borrower_id, card_id)
    if card is None or card.state != Card.State.BOUND or card.channel != channel:
        raise NoSuchCard(card_id=card_id)
    return card


def _fit(held: LoanInHand, channel: str, now: datetime) -> tuple[int, Days | None]:
    if channel not in (*channels.with_mandates(), *channels.with_cards()):
        raise CannotDebit(channel=channel)
    rules = channels.find_debiting(channel).debit_rules()
    largest_minor = dues.largest_minor(held, today=day_of(now))
    if rules.single_minor is not None and largest_minor > rules.single_minor:
        raise AmountAboveLimit(largest_minor=largest_minor, limit_minor=rules.single_minor)
    single_minor = debit_days.with_headroom(largest_minor, most_minor=rules.single_minor)
    if channel not in channels.with_mandates():
        return single_minor, None
    days = debit_days.fit([due.due_on for due in dues.coming(held, today=day_of(now))], rules, today=day_of(now))
    if days is None:
        raise DaysDoNotFit(channel=channel)
    return single_minor, days


def _terms(held: LoanInHand, single_minor: int) -> dict[str, object]:
    return {
        "version": TERMS_VERSION, "loan": held.number, "single_minor": single_minor,
        "timetable": dues.timetable_of(held.borrower_id, held.id),
    }  # fmt: skip


def lead(*, borrower_id: UUID, mandate_id: UUID, payer_ip: str, now: datetime) -> Action | None:
    """How the payer gets to the channel's page; None when there is nothing left to sign. Safe to repeat.

    Refuses NoSuchMandate, CannotDebit, or as `open` does when the loan has changed meanwhile.
    """
    mandate = keeping.own(borrower_id, mandate_id)
    if mandate.state != Mandate.State.PENDING:
        return None
    _, days = _fit(_loan(borrower_id, mandate.loan_id, now), mandate.channel, now)
    assert days, "only what is signed at a channel is pending"
    base = settings.ANQI_URLS["borrower"]
    request = MandateRequest(
        key=mandate.key,
        opened_at=mandate.opened_at,
        name=_NAME,
        single_minor=mandate.single_minor,
        first_on=days.first_on,
        every=days.every,
        times=days.times,
        return_url=f"{base}/mandates/{mandate.id}",
        notify_url=f"{base}/hooks/{mandate.channel}",
        payer_ip=payer_ip,
    )
    answer = channels.find_with_mandates(mandate.channel).sign_mandate(request)
    if not isinstance(answer, Accepted):
        raise CannotDebit(channel=mandate.channel)
    return answer.action
