"""A credit limit as its pages show it: four numbers and what each is made of, why nothing is free, what was decided."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from anqi.lending.limit_views import Decided, LineView, Use
from anqi.lending.limits import Limit
from anqi.lending.reserves import Shelf
from anqi.web.borrower.wording import sentences
from anqi.web.shared.figures import write_day, write_yuan

Row = dict[str, Any]


def numbers(limit: Limit, uses: Sequence[Use]) -> list[Row]:
    """Total, used, frozen, available, in fen, each with the lines behind it."""
    return [
        {"label": _("总额度"), "amount_minor": limit.limit_minor, "lines": _limit_lines(limit)},
        {"label": _("已用"), "amount_minor": limit.used_minor, "lines": _use_lines(uses, is_frozen=False)},
        {"label": _("冻结"), "amount_minor": limit.frozen_minor, "lines": _use_lines(uses, is_frozen=True)},
        {"label": _("可用"), "amount_minor": limit.available_minor, "total": True, "note": _available_note(limit)},
    ]


def _limit_lines(limit: Limit) -> list[Row]:
    lines = [{"label": _("出借机构给的额度"), "amount_minor": limit.granted_minor}]
    if limit.own_minor is not None:
        lines.append({"label": _("你自己定的上限"), "amount_minor": limit.own_minor})
    if limit.ceiling:
        lines.append({"label": _("法规上限"), "amount_minor": limit.ceiling.most})
    return lines if len(lines) == 1 else [*lines, {"label": _("取其中最小的"), "amount_minor": limit.limit_minor}]


def _use_lines(uses: Iterable[Use], *, is_frozen: bool) -> list[Row]:
    return [
        {
            "label": each.order.title, "amount_minor": each.amount_minor,
            "url": reverse("borrower:order", args=[each.order.id]),
        }
        for each in uses
        if each.is_frozen == is_frozen and each.amount_minor
    ]  # fmt: skip


def _available_note(limit: Limit) -> str:
    if limit.locks:
        return _("额度冻结着，暂时不能借。")
    if limit.is_expired:
        return _("额度过了有效期。")
    return _("总额度减去已用和冻结的。")


def why_nothing(shelf: Shelf, *, is_verified: bool, today: date) -> dict[str, str]:
    """Why this lender lends nothing now, and what can be done about it; empty where something is free."""
    if shelf.why == "no_line":
        text = _("实名以后，出借机构才会给额度。") if not is_verified else _("这家出借机构现在没有给你额度。")
        return {"title": _("还没有额度"), "text": text}
    if shelf.why == "locked":
        return _locked(shelf.limit)
    if shelf.why == "expired":
        until = shelf.limit.until
        assert until
        told = _("额度 %(day)s到期，现在不能借新的。已有的照常还款。") % {"day": write_day(until, this_year=today.year)}
        return {"title": _("额度过期了"), "text": told}
    if shelf.why == "used_up":
        return {"title": _("额度用满了"), "text": _("还清一部分，或还没开始的借款取消后，额度会放开。")}
    return {} if any(each.fits for each in shelf.reserves) else _too_little(shelf)


def _locked(limit: Limit) -> dict[str, str]:
    is_own = all(lock.by == "borrower" for lock in limit.locks)
    text = _("你自己冻结了额度，可以随时解冻。") if is_own else _("出借机构冻结了额度。已有的照常还款。")
    return {"title": _("额度冻结了"), "text": text}


def _too_little(shelf: Shelf) -> dict[str, str]:
    least_minor = min((each.least_minor for each in shelf.reserves), default=0)
    told = _("最少要借 %(least)s，现在可用 %(left)s。") % {
        "least": write_yuan(least_minor),
        "left": write_yuan(shelf.limit.available_minor),
    }
    return {"title": _("可用额度不够"), "text": told}


def told_lock(line: LineView) -> str:
    """That the lender has locked the limit, and why where that was said; empty where it hasn't."""
    if not line.their_locks:
        return ""
    why = _("原因：%(why)s。") % {"why": "；".join(each for each in line.their_locks if each)}
    told = _("出借机构冻结了额度，要由出借机构解冻。已有的照常还款。")
    return sentences(told, why if any(line.their_locks) else "")


def decisions(decided: Iterable[Decided], *, today: date) -> list[Row]:
    """Who decided what and when about a limit, and why where that was said."""
    return [{"at": each.at, "title": _by_whom(each, today), "why": each.reason} for each in decided]


def _by_whom(each: Decided, today: date) -> str:
    who = _("你") if each.by_borrower else _("出借机构")
    return _("%(who)s：%(what)s") % {"who": who, "what": _told(each, today)}


def _told(each: Decided, today: date) -> str:
    amount = write_yuan(each.amount_minor) if each.amount_minor is not None else ""
    until = write_day(each.until, this_year=today.year) if each.until else ""
    if each.kind == "own_limit" and each.amount_minor is None:
        return _("取消自己定的上限")
    words = {
        "grant": _("给出额度 %(amount)s"),
        "acceptance": _("同意提额到 %(amount)s"),
        "own_limit": _("把上限定为 %(amount)s"),
        "lock": _("冻结额度"),
        "unlock": _("解冻额度"),
        "expiry": _("有效期定到 %(until)s"),
    }
    return words[each.kind] % {"amount": amount, "until": until}
