"""Why an amount is what it is: every amount of a loan, on its page's own day, with the lines that add up to it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anqi.engine.breakdown import Breakdown, InstalmentBreakdown, Line
from anqi.engine.loan import Standing, StandingInstalment
from anqi.engine.products import Part
from anqi.lending.queries import LoanView
from anqi.web.borrower import lines
from anqi.web.borrower.wording import PARTS, sentences
from anqi.web.shared import amounts
from anqi.web.shared.amounts import Amount, Row, Scene, left_minor
from anqi.web.shared.figures import write_day, write_yuan

_ALWAYS: tuple[Part, ...] = ("principal", "interest")
_PARTS: tuple[Part, ...] = ("principal", "interest", "fee", "penalty")


@dataclass(frozen=True)
class Explanation:
    """A running loan's amounts explained; the loan is broken down once, when the first line is asked for."""

    loan: LoanView

    @cached_property
    def _told(self) -> tuple[Scene, Breakdown]:
        return amounts.set_scene(self.loan.held.terms, self.loan.held.facts, self.loan.today)

    @property
    def scene(self) -> Scene:
        """What the lines are told of."""
        return self._told[0]

    @property
    def _behind(self) -> Breakdown:
        return self._told[1]

    @property
    def _due_label(self) -> str:
        return _("已经到期的") if self.loan.is_on_hold else _("现在应还")

    @property
    def _shown(self) -> Standing:
        assert self.loan.standing
        return self.loan.standing

    def remaining(self) -> Amount:
        """剩余应还, part by part."""
        sums = _left(self._shown.instalments)
        told: list[Row] = [
            {"label": PARTS[part], "amount_minor": minor}
            for part, minor in sums.items()
            if minor or part == "principal"
        ]
        if used_minor := amounts.credit_used_minor(self._shown):
            told.append({"label": lines.LINES["credit"], "amount_minor": used_minor, "minus": True})
        return Amount(name="remaining", label=_("剩余应还"), amount_minor=self.loan.remaining_minor, lines=told)

    def charged(self) -> Amount:
        """All instalments together, part by part."""
        sums = {part: sum(getattr(row, f"{part}_minor") for row in self._shown.instalments) for part in _PARTS}
        return _of_parts("charged", _("各期合计"), sums)

    def paid(self) -> Amount:
        """What is paid of all instalments, part by part."""
        sums = {part: sum(row.paid_of(part) for row in self._shown.instalments) for part in _PARTS}
        return _of_parts("paid", str(lines.LINES["paid"]), sums)

    def due(self) -> Amount:
        """现在应还, instalment by instalment; of a single one its parts at once."""
        told = self._of_instalments("due_now", self._behind.due_now)
        if len(told) == 1:
            told = told[0]["lines"]
        return Amount(name="due", label=self._due_label, amount_minor=self._shown.due_now_minor, lines=told)

    def next(self) -> Amount:
        """What falls due next by the plan."""
        shown = self._shown
        assert shown.next_due_on and shown.next_due_minor is not None
        day = write_day(shown.next_due_on, this_year=self.loan.today.year)
        [only] = self._of_instalments("next_due", self._behind.next_due)
        label = capfirst(_("%(day)s应还") % {"day": day})
        return Amount(name="next", label=label, amount_minor=shown.next_due_minor, lines=only["lines"])

    def pressing(self) -> Amount:
        """What is due, else what falls due next, part by part: without breaking the loan down."""
        if not self._shown.due_now_minor:
            return self.coming()
        due = [row for row in self._shown.instalments if row.due_on <= self.loan.today]
        return _of_parts("pressing", self._due_label, _left(due))

    def coming(self) -> Amount:
        """What falls due next, part by part: without breaking the loan down."""
        due_on = self._shown.next_due_on
        assert due_on
        day = write_day(due_on, this_year=self.loan.today.year)
        rows = [row for row in self._shown.instalments if row.due_on == due_on]
        return _of_parts("coming", capfirst(_("%(day)s应还") % {"day": day}), _left(rows))

    def with_next(self) -> Amount:
        """What is due and what falls due next, to be paid together."""
        shown = self._shown
        assert shown.next_due_minor is not None
        told = [
            *self._of_instalments("due_now", self._behind.due_now),
            *self._of_instalments("next_due", self._behind.next_due),
        ]
        label = _("连下期一起还") if shown.due_now_minor else _("提前还下期")
        minor = shown.due_now_minor + shown.next_due_minor
        return Amount(name="with_next", label=label, amount_minor=minor, lines=told)

    def payoff(self) -> Amount:
        """今天结清."""
        assert self._shown.payoff_minor is not None
        day = write_day(self.loan.today, this_year=self.loan.today.year)
        return Amount(
            name="payoff",
            label=_("今天结清"),
            amount_minor=self._shown.payoff_minor,
            lines=[self._opened(line) for line in self._behind.payoff],
            note=_("这是 %(day)s 当天的金额，24:00 前有效；以后哪天结清，按那天重新算。") % {"day": day},
        )

    def _opened(self, line: Line) -> Row:
        """A line of the payoff; what of it is due already is made of what is due now."""
        [told] = lines.tell(self.scene, "payoff", [line])
        is_due = line.what == "due" and line.exact == self._shown.due_now_minor
        return told | ({"lines": self.due().lines, "folds": True} if is_due else {})

    def credit(self) -> Amount:
        """溢缴款: all money that came in, less what was used of it."""
        told = lines.tell(self.scene, "credit", self._behind.credit)
        label, minor = str(lines.LINES["credit"]), self._shown.credit_minor
        return Amount(name="credit", label=label, amount_minor=minor, lines=told)

    def reduced(self) -> Iterator[Amount]:
        """What was taken off the plan, each with its days; nothing where nothing was."""
        reduced = self._shown.reduced
        for name, minor, behind in (
            ("prepaid", reduced.prepaid_minor, self._behind.prepaid),
            ("returned", reduced.returned_minor, self._behind.returned),
        ):
            if minor:
                told = lines.tell(self.scene, name, behind)
                yield Amount(name=name, label=str(lines.LINES[name]), amount_minor=minor, lines=told)

    def others(self) -> list[Amount]:
        """What a page tells beside what remains and what is due: payoff, credit, and what was taken off the plan."""
        payoff = [self.payoff()] if self._shown.next_due_on or self._shown.due_now_minor else []
        return [*payoff, *([self.credit()] if self._shown.credit_minor else []), *self.reduced()]

    def all(self) -> list[Amount]:
        """Every amount above the instalments that is there today."""
        due = [self.due()] if self._shown.due_now_minor else []
        coming = [self.next()] if self._shown.next_due_on else []
        return [self.remaining(), *due, *coming, *self.others()]

    def instalment(self, row: StandingInstalment) -> list[Row]:
        """What an instalment comes to and what is left of it; each part with its own lines."""
        told = [*self._parts(row), *self._paid(row)]
        if row.state in ("paid", "moved"):
            return told
        return [*told, {"label": _("本期待还"), "amount_minor": row.remaining_minor, "total": True}]

    def _of_instalments(self, of: str, behind: Iterable[Line]) -> list[Row]:
        told = []
        for line in behind:
            assert line.n
            row = self._shown.instalments[line.n - 1]
            [each] = lines.tell(self.scene, of, [line])
            told.append(each | {"lines": [*self._parts(row), *self._paid(row)], "folds": True})
        return told

    def _parts(self, row: StandingInstalment) -> Iterator[Row]:
        behind = self._behind.instalments[row.n - 1]
        for part in _PARTS:
            minor: int = getattr(row, f"{part}_minor")
            told = lines.tell(self.scene, part, getattr(behind, part))
            if minor or told or part in _ALWAYS:
                note = self._note(row, part)
                yield {"label": PARTS[part], "amount_minor": minor, "note": note, "lines": _brief(told)}

    def _note(self, row: StandingInstalment, part: Part) -> str:
        if part == "interest" and row.subsidy_minor:
            return _("另有贴息 %(amount)s，不用你付。") % {"amount": write_yuan(row.subsidy_minor)}
        if part == "penalty" and amounts.grows(self.scene.terms, self._shown, row):
            day = write_day(self.loan.today, this_year=self.loan.today.year)
            return _("按 %(day)s 算，还清以前每天增加。") % {"day": day}
        return ""

    def _paid(self, row: StandingInstalment) -> Iterator[Row]:
        if row.paid_minor:
            behind: InstalmentBreakdown = self._behind.instalments[row.n - 1]
            told = lines.tell(self.scene, "paid", amounts.taken_off(behind.paid)) if row.remaining_minor else []
            yield {
                "label": lines.LINES["paid"],
                "amount_minor": -row.paid_minor,
                "minus": True,
                "lines": told if len(told) > 1 else [],
            }


def _left(rows: Iterable[StandingInstalment]) -> dict[Part, int]:
    shown = list(rows)
    return {part: sum(left_minor(row, part) for row in shown) for part in _PARTS}


def _of_parts(name: str, label: str, sums: dict[Part, int]) -> Amount:
    told: list[Row] = [{"label": PARTS[part], "amount_minor": minor} for part, minor in sums.items() if minor]
    return Amount(name=name, label=label, amount_minor=sum(sums.values()), lines=told)


def _brief(told: list[Row]) -> list[Row]:
    """The lines; of a single one, which is the amount itself, its words only."""
    return [told[0] | {"amount_minor": None, "text": ""}] if len(told) == 1 else told


def dates_rule(signed_terms: dict[str, Any], *, is_cash: bool) -> str:
    """When instalments fall due, as it is said before goods are shipped or money has arrived.

    Empty for other rhythms than a month.
    """
    # A plan of a shape of its own has dates of its own, which this rule does not tell.
    if signed_terms.get("every") != {"months": 1} or "first_due_on" in signed_terms or "shape" in signed_terms:
        return ""
    return sentences(
        _("从到账那天开始计息。第一个还款日是到账日之后一个月的同一天，以后每月同一天。")
        if is_cash
        else _("从发货那天开始分期。第一个还款日是发货日之后一个月的同一天，以后每月同一天。"),
        _("当月没有这一天的，就在当月最后一天。"),
    )
