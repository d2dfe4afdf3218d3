"""A case of help as its pages show it: each kind side by side with what it costs, and how far it is."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from anqi.engine.loan import Standing, StandingInstalment
from anqi.engine.products import Part
from anqi.lending import hardship_shapes
from anqi.lending.hardship_options import Option
from anqi.lending.models import HardshipCase
from anqi.lending.queries import LoanView
from anqi.people import inspection as people
from anqi.rows.days import day_of
from anqi.web.borrower.hardship_words import KINDS, badge_of
from anqi.web.borrower.wording import PARTS, sentences
from anqi.web.shared.amounts import left_minor
from anqi.web.shared.figures import write_day, write_yuan

Row = dict[str, Any]
_PARTS: tuple[Part, ...] = ("principal", "interest", "fee", "penalty")


def way_to(loan: LoanView) -> Row | None:
    """Where help can be asked for, or how far it is; nothing of a plan that is over or on hold."""
    assert loan.standing
    if loan.standing.status in ("settled", "void", "written_off"):
        return None
    case_id, state = loan.last_help or (None, "")
    if state in (*HardshipCase.ALIVE, HardshipCase.State.ACCEPTED):
        return {"case_id": case_id, "badge": badge_of(state)}
    return None if loan.is_on_hold else {"is_late": loan.standing.status in ("grace", "overdue")}


def told(option: Option, *, choice: str) -> Row:
    """One kind of help: what it is, what it costs, until when, and what becomes of penalty and report."""
    foreseen, year = option.foreseen, option.foreseen.on.year
    return {
        "choice": choice,
        "title": KINDS[option.shape.kind],
        "text": _what(option, year),
        "costs_minor": foreseen.cost_minor,
        "saves_minor": -foreseen.cost_minor,
        "lines": _cost_lines(option),
        "count": len(foreseen.after),
        "largest_minor": option.largest_minor,
        "first_on": min(row.due_on for row in foreseen.after),
        "ends_on": option.ends_on,
        "dues": [_due(row) for row in sorted(foreseen.after, key=lambda row: row.due_on)],
        "before": [_due(row) for row in sorted(foreseen.before, key=lambda row: row.due_on)],
        "penalty": _penalty(option, year),
        "report": _report(option, year),
    }


def _what(option: Option, year: int) -> str:
    shape, after = option.shape, option.foreseen.after
    if option.until:
        day = write_day(option.until, this_year=year)
        return _("%(day)s 24:00 前把逾期的还清，从今天起不再算逾期、不再加罚息。其他各期不变。") % {"day": day}
    if shape.kind == "spread":
        count = sum(row.due_on > option.foreseen.on for row in after)
        return ngettext(
            "逾期的钱平均摊到后面 %(count)d 期，还款日不变，从今天起不算逾期。",
            "逾期的钱平均摊到后面 %(count)d 期，还款日不变，从今天起不算逾期。", count,
        ) % {"count": count}  # fmt: skip
    assert shape.on
    day = write_day(shape.on, this_year=year)
    if shape.kind == "later":
        return _("下一期改到 %(day)s还，后面各期不变。") % {"day": day}
    return ngettext(
        "没还的重新分成 %(count)d 期，%(day)s起还，年利率不变。",
        "没还的重新分成 %(count)d 期，%(day)s起还，年利率不变。", shape.instalments,
    ) % {"count": shape.instalments, "day": day}  # fmt: skip


def _cost_lines(option: Option) -> list[Row]:
    """What is to be paid in all before and after, and the parts in which the two differ."""
    before, after = option.foreseen.standing_before, option.foreseen.standing_after
    rows: list[Row] = [{"label": _("照现在的计划，一共还要还"), "amount_minor": before.remaining_minor}]
    for part in _PARTS:
        more_minor = _left(after, part) - _left(before, part)
        if more_minor:
            label = _("多出的%(part)s") if more_minor > 0 else _("减少的%(part)s")
            named = label % {"part": str(PARTS[part]).lower()}
            rows.append({"label": named, "amount_minor": more_minor, "minus": more_minor < 0})
    return [*rows, {"label": _("照这个方案，一共还要还"), "amount_minor": after.remaining_minor, "total": True}]


def _left(shown: Standing, part: Part) -> int:
    return sum(left_minor(row, part) for row in shown.instalments)


def _due(row: StandingInstalment) -> Row:
    told = [(part, left_minor(row, part)) for part in _PARTS]
    parts = " + ".join(f"{PARTS[part]} {write_yuan(minor)}" for part, minor in told if minor)
    return {"due_on": row.due_on, "total_minor": row.remaining_minor, "parts": parts}


def _penalty(option: Option, year: int) -> str:
    penalty_minor = hardship_shapes.penalty_minor(option.foreseen.standing_before)
    if not penalty_minor:
        return _("现在没有罚息。")
    so_far = {"amount": write_yuan(penalty_minor)}
    waived = ""
    if option.waived_minor:
        waived = _("减免罚息 %(amount)s。") % {"amount": write_yuan(option.waived_minor)}
        if option.waived_minor == penalty_minor:
            return waived
        so_far = {"amount": write_yuan(penalty_minor - option.waived_minor)}
    if option.until:
        day = {"day": write_day(option.until, this_year=year)}
        return sentences(waived, _("已有的罚息 %(amount)s仍要还，") % so_far + _("到 %(day)s为止不再增加。") % day)
    return sentences(waived, _("已有的罚息 %(amount)s分到后面各期里还，不再增加。") % so_far)


def _report(option: Option, year: int) -> str:
    if option.until:
        return _("这几天不报送征信。到期还没还清，以后照实报送。")
    if not option.foreseen.standing_before.days_past_due:
        return _("按新的还款日报送，不会因为协商变坏。")
    return _("从今天起按新计划报送。今天以前已经逾期的月份照实报送，不会因为协商变坏，也不会抹掉。")


def steps(row: HardshipCase) -> list[Row]:
    """How far it is: received, looked at where a person answers, offered, signed."""
    is_before_people = row.state in ("waiting", "proposed")
    is_offered = row.state in ("choosing", "offered") or (bool(row.accepted_at) and not is_before_people)
    is_signed = bool(row.accepted_at) and row.state not in HardshipCase.ALIVE
    looked = [(_("有人在看"), bool(row.looked_at))] if is_before_people or row.looked_at else []
    found = [(_("已收到"), True), *looked, (_("给出方案"), is_offered), (_("你签约"), is_signed)]
    first_open = next((place for place, (_label, is_done) in enumerate(found) if not is_done), len(found))
    return [
        {"label": label, "done": is_done, "current": row.state in HardshipCase.ALIVE and place == first_open}
        for place, (label, is_done) in enumerate(found)
    ]


def events(row: HardshipCase) -> list[tuple[str, datetime]]:
    """What has happened, the first thing first."""
    looked = ""
    if row.looked_by:
        looked = people.staff_names([row.looked_by]).get(row.looked_by, "")
    found: Iterable[tuple[str, datetime | None]] = (
        (_("收到你的申请"), row.asked_at),
        (_("%(name)s开始处理") % {"name": looked} if looked else _("有人开始处理"), row.looked_at),
        (_("没有同意"), row.decided_at),
        (_("你要求再看一次"), row.questioned_at),
        (_("你签了约"), row.accepted_at),
        (_("没有按时还，重新交给工作人员"), row.broken_at),
    )
    return sorted(((words, at) for words, at in found if at), key=lambda each: each[1])


def last_day(row: HardshipCase) -> date | None:
    """The last day on which there is something to choose or to sign."""
    return day_of(row.expires_at - timedelta(seconds=1)) if row.expires_at else None


def is_late(row: HardshipCase, *, now: datetime) -> bool:
    """Whether the lender has not answered by the day that it named."""
    return row.state in ("waiting", "proposed") and row.answer_by is not None and row.answer_by < day_of(now)
