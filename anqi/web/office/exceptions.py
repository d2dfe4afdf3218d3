"""The rows behind each count of the queue: what it is, whose, since when, and where to act on it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.lending import inspection as lending
from anqi.payments import inspection as payments
from anqi.people import inspection as people
from anqi.people.inspection import Identity
from anqi.web.office import (
    application_rows,
    bank_rows,
    call_words,
    complaint_words,
    credit_lanes,
    debit_rows,
    goods_exceptions,
    hardship_rows,
    message_rows,
    payout_rows,
    request_words,
    settling,
    statement_rows,
    wording,
)
from anqi.web.office.exceptional import Exceptional, loan_url
from anqi.web.office.kinds import Kind
from anqi.web.office.queue import Compared
from anqi.web.office.wording import word
from anqi.web.shared.figures import write_yuan

PAGE = 100


def rows(kind: Kind, now: datetime) -> list[Exceptional]:
    """The oldest exceptions of a kind."""
    found = list(kind.rows(now)[:PAGE])
    borrower_ids = {getattr(row, "borrower_id", None) for row in found} - {None}
    who = people.identities(borrower_ids)  # type: ignore[arg-type]
    return _READERS[kind.slug](found, who)


def differing(compared: Compared) -> list[Exceptional]:
    """The loans whose books are not what the engine says."""
    numbers = lending.numbers(loan_id for _, loan_id in compared.differing)
    who = people.identities(borrower_id for borrower_id, _ in compared.differing)
    return [
        Exceptional(
            id=loan_id,
            title=numbers.get(loan_id, str(loan_id)),
            note=_("不要手工改账。先运行 anqi verify，再看这笔分期的页面。"),
            since_at=compared.at,
            url=loan_url(borrower_id, loan_id),
            who=who.get(borrower_id),
        )
        for borrower_id, loan_id in compared.differing
    ]


def _case_url(borrower_id: UUID, case_id: UUID) -> str:
    return reverse("office:case", args=[borrower_id, case_id])


def _unapplied(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    return [
        Exceptional(
            id=row.id,
            title=word(wording.WHY_UNAPPLIED, row.reason),
            note=f"{word(wording.CHANNELS, row.payment.channel)} {row.payment.ref}",
            since_at=row.opened_at,
            url=_case_url(row.borrower_id, row.id),
            amount_minor=row.left_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]


def _applications(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    names = people.staff_names(row.requested_by for row in found)
    return [
        Exceptional(
            id=row.id,
            title=row.reason,
            note=_("%(name)s 提交") % {"name": names.get(row.requested_by, "")},
            since_at=row.requested_at,
            url=_case_url(row.borrower_id, row.case_id),
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]


def _charges(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    loans = payments.first_loans((row.borrower_id, row.id) for row in found)
    return [
        Exceptional(
            id=row.id,
            title=row.key,
            note=_("%(channel)s，问过 %(tries)d 次") % {
                "channel": word(wording.CHANNELS, row.channel), "tries": row.tries,
            },
            since_at=row.opened_at,
            url=f"{loan_url(row.borrower_id, loans[row.id])}#charge-{row.id}" if row.id in loans else "",
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


def _differences(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    return [
        Exceptional(
            id=row.id,
            title=word(wording.DIFFERENCES, row.kind),
            note=f"{word(wording.CHANNELS, row.charge.channel)} {row.charge.key}",
            since_at=row.opened_at,
            url=reverse("office:difference", args=[row.borrower_id, row.id]),
            amount_minor=row.charge.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]


def _refunds(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    return [
        Exceptional(
            id=row.id,
            title=f"{word(wording.CHANNELS, row.channel)} {row.key}",
            note=_("问过 %(tries)d 次 %(why)s") % {"tries": row.tries, "why": row.reason},
            since_at=row.requested_at,
            url=_case_url(row.borrower_id, row.case_id),
            amount_minor=row.amount_minor,
            who=who.get(row.borrower_id),
        )
        for row in found
    ]


def _inbox(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    ours = payments.owners(row.key for row in found)
    loans = payments.first_loans((order.borrower_id, order.charge_id) for order in ours.values())
    return [
        Exceptional(
            id=row.id,
            title=f"{word(wording.CHANNELS, row.channel)} {row.key}",
            note=f"{word(wording.INBOX, row.state)} {word(wording.WHY_REFUSED, row.why)}",
            since_at=row.received_at,
            url=loan_url(order.borrower_id, loans[order.charge_id])
            if (order := ours.get(row.key)) and order.charge_id in loans
            else "",
            amount_minor=row.news.get("amount_minor"),
            may_be_dealt_with=row.state == "refused",
        )
        for row in found
    ]


def _outbox(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    loans = payments.first_loans((row.borrower_id, row.charge_id) for row in found)
    return [
        Exceptional(
            id=row.id,
            title=word(wording.QUESTIONS, row.kind),
            note=_("试过 %(tries)d 次") % {"tries": row.tries},
            since_at=row.created_at, who=who.get(row.borrower_id),
            url=loan_url(row.borrower_id, loans[row.charge_id]) if row.charge_id in loans else "",
        )
        for row in found
    ]  # fmt: skip


def _webhooks(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    merchants = {merchant.id: merchant.name for merchant in lending.merchants()}
    return [
        Exceptional(
            id=row.id,
            title=f"{merchants.get(row.merchant_id, '')} {row.kind}",
            note=_("%(state)s，试过 %(tries)d 次") % {
                "state": word(wording.WEBHOOKS, row.state), "tries": row.tries,
            },
            since_at=row.created_at,
            url=reverse("office:webhooks", args=[row.merchant_id]), may_be_dealt_with=row.state == "given_up",
        )
        for row in found
    ]  # fmt: skip


def _unwoken(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    return [
        Exceptional(
            id=row.id, title=row.number, note=_("到了自己的日子，还没有入账。工作进程在跑吗？"),
            since_on=row.next_wake_on, url=loan_url(row.borrower_id, row.id), who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


def _set_aside(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    return [
        Exceptional(
            id=row.id,
            title=row.loan.number,
            note=_why_set_aside(row),
            since_at=row.opened_at,
            url=loan_url(row.borrower_id, row.loan_id),
            who=who.get(row.borrower_id),
            again_url=reverse("office:bring_again", args=[row.borrower_id, row.id]),
        )
        for row in found
    ]


def _why_set_aside(row: Any) -> str:
    tried = ngettext("试过 %(n)s 次", "试过 %(n)s 次", row.tries) % {"n": row.tries}
    if row.kind == "failed":
        return _("算不下去（%(why)s），%(tried)s。还款照常收；程序修好后再试。") % {"why": row.why, "tried": tried}
    accounts = (
        _("%(account)s应为 %(wanted)s，账上 %(booked)s") % {
            "account": word(wording.ACCOUNTS, account), "wanted": write_yuan(wanted), "booked": write_yuan(booked),
        }
        for account, (wanted, booked) in row.details["accounts"].items()
    )  # fmt: skip
    return _("账与引擎不一致：%(accounts)s；%(tried)s。不要手工改账。") % {"accounts": "、".join(accounts), "tried": tried}


def _orders(found: Sequence[Any], who: dict[UUID, Identity]) -> list[Exceptional]:
    loans = lending.loan_ids_of_orders(found)
    return [
        Exceptional(
            id=row.id,
            title=f"{row.merchant.name} {row.order_number}",
            note=_("满 15 天自动失效"),
            since_at=row.changed_at,
            url=loan_url(row.borrower_id, loans[row.id]) if row.id in loans else "",
            amount_minor=row.amount_minor, who=who.get(row.borrower_id),
        )
        for row in found
    ]  # fmt: skip


_READERS: dict[str, Callable[[Sequence[Any], dict[UUID, Identity]], list[Exceptional]]] = {
    "complaints": complaint_words.exceptional,
    "calls": call_words.unended,
    **credit_lanes.READERS,
    "requests": request_words.exceptional,
    "unapplied": _unapplied,
    "bank": bank_rows.lines,
    "applications": _applications,
    "reserves": application_rows.exceptional,
    "charges": _charges,
    "differences": _differences,
    "refunds": _refunds,
    "payouts-waiting": payout_rows.exceptional,
    "payouts": payout_rows.exceptional,
    "statements": statement_rows.exceptional,
    "unreconciled": bank_rows.unreconciled,
    "remittances": bank_rows.remittances,
    "untold-lines": bank_rows.untold,
    "debits": debit_rows.hanging,
    "debit-plans": debit_rows.failed_by_others,
    "debit-notices": debit_rows.refused_notices,
    "inbox": _inbox,
    "outbox": _outbox,
    "webhooks": _webhooks,
    "messages": message_rows.unsent,
    "undelivered": message_rows.undelivered,
    "unwoken": _unwoken,
    "set-aside": _set_aside,
    "orders": _orders,
    **dict.fromkeys(("hardship", "hardship-urgent", "hardship-asked"), hardship_rows.exceptional),
    **dict.fromkeys(("holds", "holds-over", "holds-asked"), goods_exceptions.holds),
    "returns-asked": goods_exceptions.returns,
    "shop-payouts": settling.troubled,
    "shop-waiting": settling.waiting,
    "shop-accounts": settling.accounts_asked,
}
