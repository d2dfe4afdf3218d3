"""The queue: exceptions first, each with how many there are and since when, and the lists behind the counts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import groupby
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from anqi.ledger import books
from anqi.ledger import inspection as ledger
from anqi.lending import application_inspection as reserves
from anqi.lending import courses, holding, payouts_to_shops, returning, shop_accounts, store
from anqi.lending import hardship_inspection as hardship
from anqi.lending import inspection as lending
from anqi.notices import inspection as notices
from anqi.payments import bank_inspection as bank
from anqi.payments import debit_inspection as debits
from anqi.payments import inspection as payments
from anqi.payments import payout_inspection as payouts
from anqi.payments import reconciliation_inspection as reconciliation
from anqi.payments import remittance_inspection as remittances
from anqi.payments import unread_statements
from anqi.people import account_requests, calls, complaints
from anqi.people import inspection as people
from anqi.rows.days import day_of
from anqi.web.office import credit_lanes, paper_rows
from anqi.web.office.kinds import Kind

# Engine and books of so many loans are compared for the queue; all of them only by verification.
_COMPARED_LOANS = 100
_COMPARED_FOR_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Lane:
    """One line of the queue."""

    slug: str
    title: str | Promise
    tone: str
    count: int
    checked_at: datetime
    oldest_at: datetime | None = None
    oldest_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """The loans written to today whose books were compared with the engine, and those that differ."""

    at: datetime
    count: int
    differing: tuple[tuple[UUID, UUID], ...]


def lanes(now: datetime) -> list[Lane]:
    """The whole queue; empty kinds say when they were looked at."""
    compared, waiting = compare(now), _waiting(now)
    differing = Lane(
        slug="books", title=BOOKS, tone="bad", count=len(compared.differing), checked_at=compared.at
    )
    return [*(_lane(kind, *waiting[kind.slug], now) for kind in KINDS), differing, _papers(now)]


def compare(now: datetime) -> Compared:
    """Loans into whose books something was written today, engine against books. At most once a minute."""
    known: Compared | None = cache.get("office:compared")
    if known is None:
        known = _compare(now)
        cache.set("office:compared", known, _COMPARED_FOR_SECONDS)
    return known


def kind(slug: str) -> Kind | None:
    """The kind of that name."""
    return next((each for each in KINDS if each.slug == slug), None)


def _waiting(now: datetime) -> dict[str, tuple[int, str | None]]:
    """How many there are of each kind, and since when: one statement, because each page of the office asks."""
    statement, values = _counting(now.replace(second=0, microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return {slug: (count, since) for slug, count, since in cursor.fetchall()}


@lru_cache(maxsize=1)
def _counting(minute: datetime) -> tuple[str, tuple[Any, ...]]:
    # Kept for a minute, because putting it together out of all rooms takes several times as long as running it.
    first, *others = (_counted(kind, minute) for kind in KINDS)
    return first.union(*others, all=True).query.sql_with_params()


def _counted(kind: Kind, now: datetime) -> QuerySet[Any, Any]:
    # As text, since some stand since a day and some since an instant.
    rows = kind.rows(now).order_by().select_related(None).annotate(lane=Value(kind.slug)).values("lane")
    counted: QuerySet[Any, Any] = rows.annotate(lane_count=Count("*"), lane_since=Cast(Min(kind.since), TextField()))
    return counted


def _lane(kind: Kind, count: int, oldest: str | None, now: datetime) -> Lane:
    is_day = oldest is not None and len(oldest) == len("2026-11-27")
    return Lane(
        slug=kind.slug,
        title=kind.title,
        tone=kind.tone if count else "",
        count=count,
        oldest_at=datetime.fromisoformat(oldest) if oldest and not is_day else None,
        oldest_on=date.fromisoformat(oldest) if oldest and is_day else None,
        checked_at=now,
    )


def _papers(now: datetime) -> Lane:
    # They stand in files and not in a table, so that the one statement knows nothing of them.
    urgent = paper_rows.urgent(now)
    ends = [on for stated in urgent if (on := paper_rows.ends_on(stated))]
    return Lane(
        slug="papers", title=PAPERS, tone="bad" if urgent else "", count=len(urgent),
        oldest_on=min(ends, default=None), checked_at=now,
    )  # fmt: skip


def _compare(now: datetime) -> Compared:
    pairs = sorted(ledger.loans_booked_on(now.date(), limit=_COMPARED_LOANS))
    differing = [
        (borrower_id, loan_id)
        for borrower_id, group in groupby(pairs, key=lambda pair: pair[0])
        for loan_id in _differing(borrower_id, [loan_id for _, loan_id in group], now)
    ]
    return Compared(at=now, count=len(pairs), differing=tuple(differing))


def _differing(borrower_id: UUID, loan_ids: Sequence[UUID], now: datetime) -> Iterable[UUID]:
    booked = books.read(borrower_id, loan_ids).balances
    for held in store.read(borrower_id, loan_ids).values():
        wanted = courses.expected(held, today=now.date())
        if ledger.differences(wanted=wanted, booked=booked[held.id]):
            yield held.id


BOOKS, PAPERS = lazy("账与引擎不一致"), lazy("渠道证书快到期或读不出来")
KINDS = (
    Kind(
        slug="complaints", title=lazy("投诉等答复"), tone="bad", since="answer_by",
        rows=lambda now: complaints.open_ones(),
    ),
    Kind(slug="calls", title=lazy("电话没有记结果"), tone="warn", since="begun_at", rows=calls.unended),
    *credit_lanes.KINDS,
    Kind(
        slug="requests", title=lazy("换手机号和更正身份"), tone="warn", since="asked_at",
        rows=lambda now: account_requests.in_review(),
    ),
    Kind(
        slug="unapplied", title=lazy("待核销款"), tone="bad", since="opened_at",
        rows=lambda now: payments.open_cases(),
    ),
    Kind(
        slug="bank", title=lazy("银行来款待处理"), tone="bad", since="at",
        rows=lambda now: bank.open_lines(),
    ),
    Kind(
        slug="applications", title=lazy("等待复核"), tone="warn", since="requested_at",
        rows=lambda now: payments.waiting_applications(),
    ),
    Kind(
        slug="reserves", title=lazy("备用金等人工审核"), tone="warn", since="since",
        rows=lambda now: reserves.waiting(),
    ),
    Kind(
        slug="charges", title=lazy("没有结果的支付单"), tone="bad", since="opened_at",
        rows=payments.silent_charges,
    ),
    Kind(
        slug="differences", title=lazy("与渠道不一致"), tone="bad", since="opened_at",
        rows=lambda now: payments.open_differences(),
    ),
    Kind(
        slug="refunds", title=lazy("一天还没退成"), tone="bad", since="requested_at",
        rows=payments.late_refunds,
    ),
    Kind(
        slug="payouts-waiting", title=lazy("等待放款复核"), tone="warn", since="requested_at",
        rows=lambda now: payouts.waiting(),
    ),
    Kind(
        slug="payouts", title=lazy("放款有问题"), tone="bad", since="requested_at",
        rows=payouts.troubled,
    ),
    Kind(
        slug="statements", title=lazy("没有读到的渠道对账单"), tone="bad", since="first_tried_at",
        rows=unread_statements.waiting,
    ),
    Kind(
        slug="unreconciled", title=lazy("没有对平的渠道日"), tone="bad", since="day",
        rows=lambda now: reconciliation.waiting(now.date()),
    ),
    Kind(
        slug="remittances", title=lazy("渠道划款没到账或不符"), tone="bad", since="day",
        rows=lambda now: remittances.waiting(now.date()),
    ),
    Kind(
        slug="untold-lines", title=lazy("银行到了，渠道没说"), tone="warn", since="at",
        rows=lambda now: remittances.untold(now.date()),
    ),
    Kind(
        slug="debits", title=lazy("没有结果的自动扣款"), tone="bad", since="opened_at",
        rows=debits.hanging,
    ),
    Kind(
        slug="debit-plans", title=lazy("扣款失败，不是借款人的原因"), tone="bad", since="ended_at",
        may_be_dealt_with=True,
        rows=lambda now: debits.failed_by_others(but=people.dealt_with("debit-plans")),
    ),
    Kind(
        slug="debit-notices", title=lazy("渠道不预告的扣款"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: debits.refused_notices(but=people.dealt_with("debit-notices")),
    ),
    Kind(
        slug="inbox", title=lazy("没能处理的渠道消息"), tone="bad", since="received_at", may_be_dealt_with=True,
        rows=lambda now: payments.stuck_messages(now, but=people.dealt_with("inbox")),
    ),
    Kind(
        slug="outbox", title=lazy("迟迟没问到渠道"), tone="warn", since="created_at",
        rows=payments.late_questions,
    ),
    Kind(
        slug="webhooks", title=lazy("商户没收到的通知"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: notices.stuck_webhooks(now, but=people.dealt_with("webhooks")),
    ),
    Kind(
        slug="undelivered", title=lazy("没有送达的消息"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: notices.undelivered(but=people.dealt_with("undelivered")),
    ),
    Kind(
        slug="messages", title=lazy("没发出的消息"), tone="warn", since="created_at", may_be_dealt_with=True,
        rows=lambda now: notices.unsent_messages(now, but=people.dealt_with("messages")),
    ),
    Kind(
        slug="unwoken", title=lazy("没跑到的日终"), tone="bad", since="next_wake_on",
        rows=lambda now: lending.unwoken(now.date()),
    ),
    Kind(
        slug="set-aside", title=lazy("日终留下的分期"), tone="bad", since="opened_at",
        rows=lambda now: lending.waiting_set_aside(),
    ),
    Kind(
        slug="holds-over", title=lazy("冻结到期，还没有结果"), tone="bad", since="until",
        rows=lambda now: holding.overdue(now.date()),
    ),
    Kind(
        slug="holds-asked", title=lazy("延长冻结等复核"), tone="warn", since="asked_at",
        rows=lambda now: holding.asked(),
    ),
    Kind(
        slug="returns-asked", title=lazy("代商户收退货等复核"), tone="warn", since="asked_at",
        rows=lambda now: returning.asked(),
    ),
    Kind(
        slug="holds", title=lazy("退货与冻结"), tone="", since="opened_at",
        rows=lambda now: holding.waiting(),
    ),
    Kind(
        slug="hardship-urgent", title=lazy("协商还款明天前要答复"), tone="bad", since="answer_by",
        rows=lambda now: hardship.urgent(day_of(now)),
    ),
    Kind(
        slug="hardship", title=lazy("协商还款等答复"), tone="warn", since="asked_at",
        rows=lambda now: hardship.waiting(),
    ),
    Kind(
        slug="hardship-asked", title=lazy("协商方案等复核"), tone="warn", since="asked_at",
        rows=lambda now: hardship.proposed(),
    ),
    Kind(
        slug="orders", title=lazy("签约 10 天未发货"), tone="warn", since="changed_at",
        rows=lending.unshipped,
    ),
    Kind(
        slug="shop-payouts", title=lazy("给商户的付款出了问题"), tone="bad", since="changed_at", may_be_dealt_with=True,
        rows=lambda now: payouts_to_shops.troubled(but=people.dealt_with("shop-payouts")),
    ),
    Kind(
        slug="shop-waiting", title=lazy("给商户的付款等复核"), tone="warn", since="proposed_at",
        rows=lambda now: payouts_to_shops.waiting(),
    ),
    Kind(
        slug="shop-accounts", title=lazy("商户收款账户等复核"), tone="warn", since="proposed_at",
        rows=lambda now: shop_accounts.asked(),
    ),
)  # fmt: skip
