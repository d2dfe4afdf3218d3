"""What borrowers read of money that goods returned have freed. Nothing here locks or writes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from anqi.payments.models import Refund, Unapplied
from anqi.payments.unapplied import GOODS_RETURNED


@dataclass(frozen=True, kw_only=True)
class FreedMoney:
    """Money that goods returned have freed, in fen, and how far it is on its way to where it came from."""

    channel: str
    amount_minor: int
    refunded_at: datetime | None
    is_on_its_way: bool
    """Sent, or about to be; else, unless it has arrived, people find another way."""


def freed_money(borrower_id: UUID, loan_id: UUID) -> list[FreedMoney]:
    """What goods of this loan have freed, the latest first, in two statements."""
    cases = Unapplied.objects.filter(borrower_id=borrower_id, loan_id=loan_id, reason=GOODS_RETURNED)
    shown: list[FreedMoney] = []
    rows = list(cases.select_related("payment").order_by("-opened_at", "-id"))
    refunds = Refund.objects.filter(borrower_id=borrower_id, case_id__in=[case.id for case in rows])
    gone = list(refunds.exclude(state=Refund.State.FAILED).order_by("requested_at", "id"))
    for case in rows:
        shown += [
            FreedMoney(
                channel=refund.channel, amount_minor=refund.amount_minor, refunded_at=refund.refunded_at,
                is_on_its_way=refund.state in Refund.OPEN,
            )
            for refund in gone
            if refund.case_id == case.id
        ]  # fmt: skip
        if case.left_minor:
            shown.append(
                FreedMoney(
                    channel=case.payment.channel, amount_minor=case.left_minor, refunded_at=None,
                    is_on_its_way=case.returns_at is not None,
                )
            )  # fmt: skip
    return shown
