"""What staff ask of the bank's lines: what waits, whose it may be, and which transfers are to be made by hand."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet

from anqi.payments.channels.bank import reference
from anqi.payments.models import BankLine, BankStatement, Charge, Refund

PAGE = 100
_OPEN = (BankLine.State.WAITING, BankLine.State.ASKED, BankLine.State.RETURNING)
# So long before a transfer its payer may have begun it, and so many of the latest are compared by their payers' names.
_BEGAN_WITHIN = timedelta(days=60)
_COMPARED = 500


@dataclass(frozen=True, kw_only=True)
class ToMake:
    """A transfer that people are to make at the bank, in fen, to whom the statement told; the reference goes with it.

    Its kind is refund, of a borrower's case, or line, of a line of the statement.
    """

    kind: str
    id: UUID
    reference: str
    amount_minor: int
    since_at: datetime
    name: str = field(repr=False)
    account: str = field(repr=False)
    borrower_id: UUID | None = None
    case_id: UUID | None = None


def open_lines() -> QuerySet[BankLine]:
    """Money that nobody stated a number for and that isn't dealt with to its end, the oldest first."""
    return BankLine.objects.filter(state__in=_OPEN).order_by("at")


def unmatched() -> list[BankLine]:
    """Those of which somebody is to say what they are."""
    return list(open_lines().exclude(state=BankLine.State.RETURNING)[:PAGE])


def line(line_id: UUID) -> BankLine | None:
    """The line of that id."""
    return BankLine.objects.filter(id=line_id).first()


def statements() -> list[BankStatement]:
    """The latest statements, newest first."""
    return list(BankStatement.objects.defer("raw").order_by("-imported_at")[:PAGE])


def last_line(account: str) -> BankLine | None:
    """Up to which the account is known."""
    return BankLine.objects.filter(account=account).order_by("-seq").first()


def candidates(line: BankLine) -> list[Charge]:
    """Transfers that were begun for just this amount, and the latest of all others, for their payers' names."""
    began = Charge.objects.filter(
        channel="bank", opened_at__gte=line.at - _BEGAN_WITHIN, opened_at__lte=line.at + _BEGAN_WITHIN
    )
    same = list(began.filter(amount_minor=line.amount_minor).order_by("-opened_at")[:PAGE])
    return [*same, *began.exclude(amount_minor=line.amount_minor).order_by("-opened_at")[:_COMPARED]]


def to_make() -> list[ToMake]:
    """Refunds and money sent back that the statement hasn't shown yet, the oldest first. Three statements."""
    refunds = Refund.objects.filter(channel="bank", state__in=Refund.OPEN).select_related("payment")
    owed = list(refunds.order_by("requested_at")[:PAGE])
    payers = {row.serial: row for row in BankLine.objects.filter(serial__in=[each.payment.ref for each in owed])}
    made = [_of_refund(each, payers.get(each.payment.ref)) for each in owed]
    lines = BankLine.objects.filter(state=BankLine.State.RETURNING).order_by("decided_at")[:PAGE]
    return sorted([*made, *map(_of_line, lines)], key=lambda each: each.since_at)


def _of_refund(refund: Refund, payer: BankLine | None) -> ToMake:
    return ToMake(
        kind="refund", id=refund.id, reference=reference(refund.key), amount_minor=refund.amount_minor,
        since_at=refund.requested_at, name=payer.name if payer else "", account=payer.payer_account if payer else "",
        borrower_id=refund.borrower_id, case_id=refund.case_id,
    )  # fmt: skip


def _of_line(line: BankLine) -> ToMake:
    assert line.returns_as and line.decided_at, "a line on its way back was decided about"
    return ToMake(
        kind="line", id=line.id, reference=line.returns_as, amount_minor=line.amount_minor, since_at=line.decided_at,
        name=line.name, account=line.payer_account,
    )  # fmt: skip
