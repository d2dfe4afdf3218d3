"""What borrowers read of their auto-debits: agreements, plans, every try. Nothing here locks or writes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject

from anqi.payments.models import Charge, DebitNotice, DebitPlan, Mandate
from anqi.rows.days import day_of

_FAILED = (Charge.State.FAILED, Charge.State.CLOSED)


@dataclass(frozen=True, kw_only=True)
class Agreement:
    """A borrower's agreement to be debited, in fen; `ended_by` is who or what ended it."""

    id: UUID
    loan_id: UUID
    channel: str
    card_id: UUID | None
    account: str
    state: str
    single_minor: int
    limit_minor: int | None
    opened_at: datetime
    signed_at: datetime | None
    ends_on: date | None
    ended_at: datetime | None
    ended_by: str
    asked_at: datetime | None

    @property
    def is_living(self) -> bool:
        return self.state in Mandate.LIVING

    @property
    def most_minor(self) -> int:
        """What one debit may be at most, by the agreement and by its channel's word."""
        return self.single_minor if self.limit_minor is None else min(self.single_minor, self.limit_minor)

    def may_take(self, amount_minor: int, *, on: date) -> bool:
        """Whether so much may be debited by it on that day."""
        is_in_force = self.state == Mandate.State.ACTIVE and (self.ends_on is None or self.ends_on >= on)
        return is_in_force and amount_minor <= self.most_minor


@dataclass(frozen=True, kw_only=True)
class Try:
    """One debit, in fen: whether its end is known, whether it took the money, and why it did not."""

    id: UUID
    mandate_id: UUID
    channel: str
    amount_minor: int
    state: str
    reason: str
    opened_at: datetime
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in Charge.OPEN

    @property
    def has_failed(self) -> bool:
        return self.state in _FAILED

    @property
    def why(self) -> str:
        """The word for the reason; a debit that its channel never had is the channel's matter."""
        return "system" if self.state == Charge.State.CLOSED else self.reason


@dataclass(frozen=True, kw_only=True)
class Announced:
    """That a channel was to tell the payer of a debit of so many fen at most."""

    channel: str
    amount_minor: int
    state: str
    reason: str
    created_at: datetime
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Planned:
    """What is done about one due instalment; `tries` are all of it, or only the last where that is all one needs."""

    id: UUID
    loan_id: UUID
    due_on: date
    state: str
    why: str
    expected_minor: int
    opened_at: datetime
    reminded_at: datetime | None
    tested_at: datetime | None
    excused_until: date | None
    ended_at: datetime | None
    next_try_at: datetime | None
    tries: tuple[Try, ...]
    announced: tuple[Announced, ...] = ()

    @property
    def is_open(self) -> bool:
        return self.state == DebitPlan.State.OPEN

    @property
    def last(self) -> Try | None:
        return self.tries[-1] if self.tries else None

    @property
    def tried_next_at(self) -> datetime | None:
        """When it is tried again after a failure; None when it isn't, or when nobody has tried yet."""
        if not self.is_open or not self.last or not self.last.has_failed or not self.next_try_at:
            return None
        # After the last try an excused plan only waits for its days to be over.
        is_over = self.excused_until and day_of(self.next_try_at) > self.excused_until
        return None if is_over else self.next_try_at


@dataclass(frozen=True, kw_only=True)
class Debited:
    """How one loan is debited: its sources in the borrower's order, the plan that is open, the last one given up."""

    sources: tuple[Agreement, ...] = ()
    plan: Planned | None = None
    given_up: Planned | None = None


def debited(borrower_id: UUID, loan_ids: Iterable[UUID]) -> dict[UUID, Debited]:
    """How each of these loans is debited, with the last try of each plan, in two statements."""
    ids = list(loan_ids)
    living = Mandate.objects.filter(borrower_id=borrower_id, loan_id__in=ids, state__in=Mandate.LIVING)
    sources = [_agreement(row) for row in living.order_by("rank", "opened_at", "id")]
    plans = _last_plans(borrower_id, ids)
    return {
        loan_id: Debited(
            sources=tuple(each for each in sources if each.loan_id == loan_id),
            plan=_last(plans, loan_id, DebitPlan.State.OPEN),
            given_up=_last(plans, loan_id, DebitPlan.State.GIVEN_UP),
        )
        for loan_id in ids
    }  # fmt: skip


def _last_plans(borrower_id: UUID, loan_ids: Sequence[UUID]) -> list[Planned]:
    names = {name: name for name in _SHOWN_OF_TRY}
    tries = Charge.objects.filter(borrower_id=borrower_id, plan_id=OuterRef("id")).order_by("-opened_at", "-id")
    found = DebitPlan.objects.filter(
        Q(state=DebitPlan.State.OPEN) | Q(state=DebitPlan.State.GIVEN_UP), borrower_id=borrower_id, loan_id__in=loan_ids
    )
    rows = found.annotate(last_try=Subquery(tries.values(each=JSONObject(**names))[:1])).order_by("opened_at", "id")
    return [_planned(row, [_parsed(row.last_try)] if row.last_try else []) for row in rows]


def _parsed(stated: dict[str, Any]) -> Try:
    """A try as the database writes it inside another row."""
    at = {name: datetime.fromisoformat(stated[name]) for name in ("opened_at", "ended_at") if stated[name]}
    ids = {name: UUID(stated[name]) for name in ("id", "mandate_id")}
    return Try(**{**stated, **at, **ids})


def _last(plans: Sequence[Planned], loan_id: UUID, state: str) -> Planned | None:
    return next((plan for plan in reversed(plans) if (plan.loan_id, plan.state) == (loan_id, state)), None)


def agreements(borrower_id: UUID, *, loan_id: UUID | None = None, card_id: UUID | None = None) -> list[Agreement]:
    """The borrower's agreements, of one loan or on one card or all: the living in their order, then those ended.

    An agreement that nobody signed never was one. One statement.
    """
    found = Mandate.objects.filter(borrower_id=borrower_id).exclude(state=Mandate.State.FAILED)
    found = found.filter(loan_id=loan_id) if loan_id else found
    found = found.filter(card_id=card_id) if card_id else found
    rows = [_agreement(row) for row in found.order_by("loan_id", "rank", "opened_at", "id")]
    ended = sorted((row for row in rows if not row.is_living), key=lambda row: (row.ended_at, row.id), reverse=True)
    return [*(row for row in rows if row.is_living), *ended]


def agreement(borrower_id: UUID, mandate_id: UUID) -> Agreement | None:
    """The borrower's own agreement, whatever its state; None for one that is somebody else's or nobody's."""
    row = Mandate.objects.filter(borrower_id=borrower_id, id=mandate_id).first()
    return _agreement(row) if row else None


def count(borrower_id: UUID) -> int:
    """How many agreements of the borrower are in force or being signed."""
    return Mandate.objects.filter(borrower_id=borrower_id, state__in=Mandate.LIVING).count()


def history(borrower_id: UUID, loan_id: UUID) -> list[Planned]:
    """All that was done about each instalment of a loan, the latest first, in three statements."""
    rows = list(DebitPlan.objects.filter(borrower_id=borrower_id, loan_id=loan_id).order_by("-opened_at", "-id"))
    ids = [row.id for row in rows]
    tries = _tries(borrower_id, ids)
    told = list(DebitNotice.objects.filter(borrower_id=borrower_id, plan_id__in=ids).select_related("mandate"))
    return [
        _planned(
            row, [each for plan_id, each in tries if plan_id == row.id],
            [_announced(notice) for notice in sorted(told, key=_by_time) if notice.plan_id == row.id],
        )
        for row in rows
    ]  # fmt: skip


def _tries(borrower_id: UUID, plan_ids: Sequence[UUID]) -> list[tuple[UUID, Try]]:
    found: QuerySet[Charge] = Charge.objects.filter(borrower_id=borrower_id, plan_id__in=plan_ids)
    rows = found.order_by("opened_at", "id").values("plan_id", *_SHOWN_OF_TRY)
    return [(row.pop("plan_id"), Try(**row)) for row in rows]


def _by_time(notice: DebitNotice) -> tuple[datetime, UUID]:
    return notice.created_at, notice.id


_SHOWN_OF_TRY = ("id", "mandate_id", "channel", "amount_minor", "state", "reason", "opened_at", "ended_at")
_SHOWN_OF_PLAN = (
    "id", "loan_id", "due_on", "state", "why", "expected_minor", "opened_at", "reminded_at", "tested_at",
    "excused_until", "ended_at", "next_try_at",
)  # fmt: skip
_SHOWN_OF_AGREEMENT = (
    "id", "loan_id", "channel", "card_id", "account", "state", "single_minor", "limit_minor", "opened_at", "signed_at",
    "ends_on", "ended_at", "ended_by", "asked_at",
)  # fmt: skip


def _agreement(row: Mandate) -> Agreement:
    return Agreement(**{name: getattr(row, name) for name in _SHOWN_OF_AGREEMENT})


def _planned(row: DebitPlan, tries: Sequence[Try], told: Sequence[Announced] = ()) -> Planned:
    shown = {name: getattr(row, name) for name in _SHOWN_OF_PLAN}
    return Planned(**shown, tries=tuple(tries), announced=tuple(told))


def _announced(row: DebitNotice) -> Announced:
    return Announced(
        channel=row.mandate.channel, amount_minor=row.amount_minor, state=row.state, reason=row.reason,
        created_at=row.created_at, told_at=row.told_at,
    )  # fmt: skip
