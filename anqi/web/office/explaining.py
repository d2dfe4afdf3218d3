"""How every amount of a loan comes about on the day that is looked at; the lines add up to it exactly."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from anqi.engine.breakdown import InstalmentBreakdown, Line
from anqi.engine.loan import Standing, StandingInstalment
from anqi.engine.products import Part
from anqi.lending.store import LoanInHand
from anqi.web.office import lines
from anqi.web.office.wording import PARTS
from anqi.web.shared import amounts
from anqi.web.shared.amounts import Amount, Row, Scene
from anqi.web.shared.figures import write_yuan

_PARTS: tuple[Part, ...] = ("principal", "interest", "fee", "penalty")


@dataclass(frozen=True, kw_only=True)
class Explained:
    """An instalment and the lines behind its figures."""

    row: StandingInstalment
    lines: list[Row]


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """The amounts above the instalments that are not nothing, and every instalment."""

    amounts: list[Amount]
    instalments: list[Explained]


def explain(held: LoanInHand, standing: Standing) -> Explanation:
    """The loan as it stands on the standing's day, broken down once."""
    scene, behind = amounts.set_scene(held.terms, held.facts, standing.on)
    over: list[tuple[str, str, int | None, Iterable[Line]]] = [
        ("due_now", _("现在应还"), standing.due_now_minor, behind.due_now),
        ("next_due", _("下一期应还"), standing.next_due_minor, behind.next_due),
        ("outstanding_principal", _("剩余本金"), standing.outstanding_principal_minor, behind.outstanding_principal),
        ("payoff", _("当天结清"), standing.payoff_minor, behind.payoff),
        ("credit", str(lines.LINES["credit"]), standing.credit_minor, behind.credit),
        ("prepaid", str(lines.LINES["prepaid"]), standing.reduced.prepaid_minor, behind.prepaid),
        ("returned", str(lines.LINES["returned"]), standing.reduced.returned_minor, behind.returned),
        *(("paid", _paid_of(part), getattr(standing.paid, f"{part}_minor"), behind.paid[part]) for part in _PARTS),
    ]
    told = [
        Amount(name=name, label=label, amount_minor=minor, lines=lines.tell(scene, name, of))
        for name, label, minor, of in over
        if minor
    ]
    return Explanation(
        amounts=[_remaining(standing), *told],
        instalments=[
            Explained(row=row, lines=list(_instalment(scene, standing, row, each)))
            for row, each in zip(standing.instalments, behind.instalments, strict=True)
        ],
    )


def _paid_of(part: Part) -> str:
    return _("已还%(part)s") % {"part": PARTS[part]}


def _remaining(standing: Standing) -> Amount:
    told: list[Row] = [
        {"label": _("第 %(n)d 期") % {"n": row.n}, "amount_minor": row.remaining_minor}
        for row in standing.instalments
        if row.remaining_minor
    ]
    if used_minor := amounts.credit_used_minor(standing):
        told.append({"label": lines.LINES["credit"], "amount_minor": used_minor})
    return Amount(name="remaining", label=_("剩余应还"), amount_minor=standing.remaining_minor, lines=told)


def _instalment(
    scene: Scene, standing: Standing, row: StandingInstalment, behind: InstalmentBreakdown
) -> Iterator[Row]:
    for part in _PARTS:
        minor: int = getattr(row, f"{part}_minor")
        told = lines.tell(scene, part, getattr(behind, part))
        if minor or told:
            note = _note(scene, standing, row, part)
            yield {"label": PARTS[part], "amount_minor": minor, "lines": told, "note": note}
    if row.paid_minor:
        told = lines.tell(scene, "paid", amounts.taken_off(behind.paid))
        yield {"label": lines.LINES["paid"], "amount_minor": -row.paid_minor, "lines": told}
    yield {"label": _("待还"), "amount_minor": row.remaining_minor, "total": True}


def _note(scene: Scene, standing: Standing, row: StandingInstalment, part: Part) -> str:
    if part == "interest" and row.subsidy_minor:
        return _("另有贴息 %(amount)s") % {"amount": write_yuan(row.subsidy_minor)}
    if part == "penalty" and amounts.grows(scene.terms, standing, row):
        return _("还清以前每天增加")
    return ""

