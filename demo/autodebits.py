"""Agreements to be debited: given for a bound card, and what the worker does about them on each day."""

from datetime import datetime
from uuid import UUID

import httpx
from procrastinate.contrib.django import app

from anqi.actions import mandates
from anqi.jobs import debits, tasks
from anqi.payments.models import Charge, DebitPlan
from demo import bound_cards
from demo.cast import Person

_CHANNEL = "unionpay"


def agree(
    sandbox: httpx.Client, *, borrower_id: UUID, loan_id: UUID, who: Person, card: str, now: datetime
) -> None:
    """The loan is debited from that card of the sandbox from its next instalment on."""
    bound = bound_cards.bind(sandbox, borrower_id=borrower_id, who=who, card=card, now=now)
    mandates.open(borrower_id=borrower_id, loan_id=loan_id, channel=_CHANNEL, card_id=bound.id, now=now)


def work(sandbox: httpx.Client, *, now: datetime) -> None:
    """What is due now is announced, tested or debited, and what came of it learned and told."""
    if not DebitPlan.objects.filter(next_try_at__lte=now).exists():
        return
    debits.step_debits_on()
    app.tasks[f"debits_{_CHANNEL}"]()
    on_their_way = Charge.objects.filter(plan_id__isnull=False, state=Charge.State.PROCESSING)
    for key in on_their_way.values_list("key", flat=True):
        bound_cards.await_news(sandbox, key)
    tasks.read_inbox()
    debits.step_debits_on()
