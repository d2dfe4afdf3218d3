"""What every act on an agreement does beside it: the loan's plan, the message, whose it is."""

from datetime import datetime
from uuid import UUID

from anqi.actions.mandates.refusing import NoSuchMandate
from anqi.lending import dues, store
from anqi.notices import messages
from anqi.payments import debit_plans, mandates
from anqi.payments.models import Mandate
from anqi.rows.days import day_of


def plan(mandate: Mandate, now: datetime) -> None:
    """The loan's next instalment has a plan, which is looked at anew; of a loan that is over nothing is debited."""
    borrower_id, loan_id = mandate.borrower_id, mandate.loan_id
    held = store.read(borrower_id, [loan_id])[loan_id]
    if dues.is_over(held):
        stop(mandate, by="settled", tells_channel=True, now=now)
    elif not debit_plans.open_of(borrower_id, loan_id):
        for due in dues.coming(held, today=day_of(now))[:1]:
            debit_plans.put(
                borrower_id=borrower_id, loan_id=loan_id, due_on=due.due_on, expected_minor=due.remaining_minor, now=now
            )
    else:
        wake_plan(borrower_id, loan_id, now)


def stop(mandate: Mandate, *, by: str, tells_channel: bool, now: datetime) -> None:
    """Nothing is debited by it any more, and the plan that may have counted on it is looked at anew."""
    mandates.end(mandate, by=by, tells_channel=tells_channel, now=now)
    wake_plan(mandate.borrower_id, mandate.loan_id, now)


def wake_plan(borrower_id: UUID, loan_id: UUID, now: datetime) -> None:
    """The loan's open plan is looked at at once."""
    plan = debit_plans.open_of(borrower_id, loan_id)
    if plan:
        debit_plans.wake(borrower_id, plan.id, now=now)


def tell(mandate: Mandate, template: str, now: datetime) -> None:
    """A message to the borrower about it."""
    words = {"source_word": mandate.channel, "account": mandate.account}
    messages.announce(borrower_id=mandate.borrower_id, template=template, words=words, now=now)


def own(borrower_id: UUID, mandate_id: UUID) -> Mandate:
    """The borrower's agreement. Refuses NoSuchMandate."""
    mandate = mandates.read(borrower_id, mandate_id)
    if not mandate:
        raise NoSuchMandate(mandate_id=mandate_id)
    return mandate
