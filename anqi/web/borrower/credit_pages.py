"""What a page says of the reporting of a loan: what was sent, what comes next, and what was told beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from anqi.engine.report_codes import BAD
from anqi.lending.models import Objection
from anqi.notices.report_notices import Given
from anqi.reporting import Look
from anqi.rows.days import next_month
from anqi.web.borrower import credit_words
from anqi.web.borrower.bill_months import month_name
from anqi.web.shared.credit import CODES
from anqi.web.shared.figures import write_day

NEXT = "next"
"""What stands for what is still to be sent, where an objection names a record."""


@dataclass(frozen=True, kw_only=True)
class RecordShown:
    """One record as it was sent; `note` says what became of it."""

    id: str
    month: str
    word: str
    code: str
    sent_on: date
    overdue_minor: int
    told_on: date | None
    note: str


@dataclass(frozen=True, kw_only=True)
class Next:
    """What may be sent next: of which month, what, from when at the earliest, and why it waits."""

    month: str
    word: str
    code: str
    note: str


def in_short(bureau: str | None) -> str:
    """Whether a loan is reported, and to whom, in one line."""
    return _("报送%(bureau)s") % {"bureau": bureau} if bureau else _("这笔不报送征信")


def records(look: Look, *, today: date) -> list[RecordShown]:
    """Every record that was sent, the latest first."""
    rejected = {each.record_id for each in look.sent.rejections}
    corrected = {each.corrects_id: each for each in look.sent.records if each.id not in rejected}
    return [
        RecordShown(
            id=str(row.id), month=month_name(row.month), word=str(CODES[row.code]), code=row.code, sent_on=row.sent_on,
            overdue_minor=row.overdue_minor, told_on=row.told_on,
            note=_note(row, corrected.get(row.id), is_rejected=row.id in rejected, today=today),
        )
        for row in sorted(look.sent.records, key=lambda row: (row.month, row.sent_on, row.id), reverse=True)
    ]  # fmt: skip


def _note(row: Any, by: Any, *, is_rejected: bool, today: date) -> str:
    if is_rejected:
        return _("征信机构没有收下，不算数")
    if by:
        on = write_day(by.sent_on, this_year=today.year)
        return _("%(on)s 已更正为：%(word)s") % {"on": on, "word": CODES[by.code]}
    return _("更正了之前的一条") if row.corrects_id else ""


def last(look: Look) -> RecordShown | None:
    """What was sent last and holds."""
    return max(_holding(look), key=lambda each: each.sent_on, default=None)


def _holding(look: Look) -> list[RecordShown]:
    """The records that the bureau has taken, the latest first."""
    taken = {each.id for each in look.sent.taken}
    return [each for each in records(look, today=look.on) if each.id in taken]


def following(look: Look) -> list[Next]:
    """What goes into the next file, what is withheld and why, and what the month that runs would be."""
    ready = [_next(each.month, each.code, _("随下一次报送")) for each in look.to_send(until=look.on)]
    late = [_next(each.month, each.code, _why(each.why, each.may_from, look.on)) for each in look.withheld]
    month = look.month(look.this_month)
    running = [] if month.was_over else [_next(month.ends_on, month.code, _earliest(look, month.code))]
    return [*ready, *late, *running]


def _next(month: date, code: str, note: str) -> Next:
    return Next(month=month_name(month), word=str(CODES[code]), code=code, note=note)


def _why(why: str, may_from: date | None, today: date) -> str:
    said = str(credit_words.WHY[why])
    if may_from is None or why == "no_notice":
        return said
    return _("%(why)s，最早 %(on)s") % {"why": said, "on": write_day(may_from, this_year=today.year)}


def _earliest(look: Look, code: str) -> str:
    """From when what would be sent of the running month may be: the month is over, and its borrower was told."""
    first = next_month(look.this_month.replace(day=1))
    if code in BAD:
        told = [each.as_engine.given_on for each in look.notices if each.proof] or [look.on]
        first = max(first, max(told) + timedelta(days=look.row.notice_days))
    return _("按现在的情况；最早 %(on)s 报送") % {"on": write_day(first, this_year=look.on.year)}


def promise(look: Look) -> str:
    """What paying today changes, where the engine says so; empty where nothing is bad or nothing can be promised."""
    if look.would_be not in BAD or look.waits_for:
        return ""
    return {
        "clean": _("今天还清，这个月就不会报送逾期。"),
        "made_good": _("今天还清，报送的是“当月逾期，当月已还清”，不再是月末逾期。"),
        "": _("早一天还清，报送的逾期就短一天。"),
    }[look.paying_today]


def notices(given: Iterable[Given]) -> list[dict[str, Any]]:
    """Every notice, the latest first: of which debt, when, by what, and whether it arrived."""
    return [
        {
            "due_on": each.row.due_on, "amount_minor": each.row.amount_minor, "said_at": each.row.said_at,
            "from_on": each.row.from_on, "how": _how(each), "proven_at": each.proven_at,
        }
        for each in reversed(list(given))
    ]  # fmt: skip


def _how(given: Given) -> str:
    media = {"sms": _("短信"), "mail": _("邮件"), "app": _("你在消息里看过")}
    if given.proof:
        return media[given.medium] if given.medium == "app" else _("%(medium)s已送达") % {"medium": media[given.medium]}
    return _("没有送达") if given.has_failed else _("还没有回执")


def choices(look: Look) -> list[tuple[str, str]]:
    """What can be objected to: each record that holds, and what is still to be sent."""
    return [
        *((each.id, _("%(month)s：%(word)s") % {"month": each.month, "word": each.word}) for each in _holding(look)),
        (NEXT, _("还没有报送的情况")),
    ]


def about(row: Objection) -> str:
    """What an objection is about, in few words."""
    if row.record is None:
        return _("还没有报送的情况")
    return _("%(month)s：%(word)s") % {"month": month_name(row.record.month), "word": CODES[row.record.code]}
