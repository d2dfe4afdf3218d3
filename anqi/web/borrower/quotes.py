"""The pay page's choices, what each would do, and the mark of what the borrower has seen of it."""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from anqi.engine.facts import Payment
from anqi.engine.repayment import Choices, Preview
from anqi.lending import repaying
from anqi.lending.queries import LoanView
from anqi.lending.repaying import AmountOutOfRange, Purpose
from anqi.rows.chain import canonical
from anqi.rows.refusals import Refused
from anqi.web.borrower import lines
from anqi.web.borrower.explaining import Explanation
from anqi.web.borrower.wording import instalments
from anqi.web.shared.amounts import Amount, Row
from anqi.web.shared.figures import write_day, write_yuan

_PURPOSES: dict[str, Purpose] = {"due": "due", "next": "next", "all": "all", "own": "due"}
WHATS = tuple(_PURPOSES)
_AMOUNT = re.compile(r"(\d{1,9})(?:\.(\d{1,2}))?")


class NotAnAmount(Refused):
    """Write an amount in yuan, with two digits after the point at most."""

    code = "not_an_amount"


@dataclass(frozen=True, kw_only=True)
class Quote:
    """What paying so much would do today, in fen, and the mark by which the form says that it was seen."""

    what: str
    purpose: Purpose
    amount_minor: int
    today: date
    preview: Preview
    mark: str
    loan: LoanView

    @property
    def clears(self) -> str:
        """The instalments that become paid, in words; empty where there is none."""
        return instalments(self.preview.clears) if self.preview.clears else ""

    @property
    def parts(self) -> list[dict[str, Any]]:
        """Where the money goes: the part of what is owed, and how much; they add up to the amount."""
        seen = self.preview
        told = lines.tell_use(
            ((line.part, line.amount_minor) for line in seen.lines),
            prepaid_minor=seen.prepaid_minor,
            excess_minor=seen.excess_minor,
            credit_used_minor=seen.credit_used_minor,
        )
        return [*told, {"label": _("这次还"), "amount_minor": self.amount_minor, "total": True}]

    @property
    def after(self) -> list[Amount]:
        """What is left once it is paid, and what falls due next, each with its lines."""
        then = self._then
        assert then.standing
        explained = Explanation(then)
        left = [explained.remaining()] if then.remaining_minor else []
        return [*left, *([explained.coming()] if then.standing.next_due_minor else [])]

    @property
    def saved(self) -> list[Row]:
        """Interest and fees of the plan as it is, less those that are left of it: what is saved, or costs more."""
        before_minor, after_minor = _to_bear(self.loan), _to_bear(self._then)
        label = _("提前结清多付的费用") if self.costs_minor else _("省下利息和手续费")
        sign = -1 if self.costs_minor else 1
        return [
            {"label": _("按现在的计划，利息和手续费一共"), "amount_minor": sign * before_minor, "minus": sign < 0},
            {"label": _("这样还，一共"), "amount_minor": -sign * after_minor, "minus": sign > 0},
            {"label": label, "amount_minor": sign * self.preview.saved_minor, "total": True},
        ]

    @cached_property
    def _then(self) -> LoanView:
        facts = [fact for fact in self.loan.held.facts if fact.on <= self.today]
        last_id = max((fact.id for fact in facts), default="")
        paid = Payment(id=f"{last_id}+", on=self.today, amount_minor=self.amount_minor, goal=self.purpose)
        held = replace(self.loan.held, facts=(*facts, paid))
        return replace(self.loan, held=held, standing=held.standing(self.today))

    @property
    def costs_minor(self) -> int:
        """What settling early costs more than it saves; 0 where it saves."""
        return max(-self.preview.saved_minor, 0)

    @property
    def touches(self) -> str:
        """The instalments that are paid in part only, in words."""
        numbers = {line.n for line in self.preview.lines} - set(self.preview.clears)
        return instalments(numbers) if numbers else ""


def ask(loan: LoanView, *, what: str, amount: str) -> Quote:
    """What that choice would do today. Refuses with NotAnAmount, or as `repaying.foresee` does."""
    amount_minor, goal = repaying.settle_amount(
        loan.held, purpose=_PURPOSES[what], amount_minor=_own_amount(loan, what, amount), today=loan.today
    )
    preview = repaying.foresee(loan.held, purpose=goal, amount_minor=amount_minor, today=loan.today)
    return Quote(
        what=what,
        purpose=goal,
        amount_minor=amount_minor,
        today=loan.today,
        preview=preview,
        mark=_mark(loan.id, what, amount_minor, loan.today, preview),
        loan=loan,
    )


def attempt(loan: LoanView, *, what: str, amount: str) -> tuple[Quote | None, str]:
    """What the choice would do today, or in words why there is no such choice."""
    if what == "own" and not amount.strip():
        return None, _("请填写还款金额。")
    try:
        return ask(loan, what=what, amount=amount), ""
    except NotAnAmount:
        return None, not_an_amount()
    except AmountOutOfRange as refused:
        return None, explain_range(refused)


def not_an_amount() -> str:
    """How an amount is to be typed."""
    return _("金额请写数字，单位元，最多两位小数，例如 200.50。")


def _to_bear(loan: LoanView) -> int:
    assert loan.standing
    return sum(row.interest_minor + row.fee_minor for row in loan.standing.instalments)


def _own_amount(loan: LoanView, what: str, amount: str) -> int | None:
    if what != "own":
        return None
    amount_minor, chosen = fen_of(amount), repaying.choose(loan.held, today=loan.today)
    if not amount_minor:
        raise AmountOutOfRange(least_minor=chosen.least_minor, most_minor=chosen.most_minor)
    return amount_minor


def _mark(loan_id: UUID, what: str, amount_minor: int, today: date, preview: Preview) -> str:
    seen = [loan_id, what, amount_minor, today, asdict(preview)]
    return hashlib.sha256(canonical(seen)).hexdigest()


def fen_of(amount: str) -> int:
    """Yuan as somebody types them, in fen: ¥1,234.5 is 123450. Refuses with NotAnAmount."""
    plain = unicodedata.normalize("NFKC", amount).replace(",", "").replace(" ", "").lstrip("¥")
    found = _AMOUNT.fullmatch(plain)
    if not found or not plain.isascii():
        raise NotAnAmount
    amount_minor = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))
    return amount_minor


def picks(loan: LoanView, choices: Choices) -> list[dict[str, Any]]:
    """The choices that make sense today, for the part `picks`."""
    offered = [_due(loan, choices), _next(loan, choices), _all(loan, choices), _own(choices)]
    return [pick for pick in offered if pick]


def _due(loan: LoanView, choices: Choices) -> dict[str, Any]:
    if not choices.due_minor:
        return {}
    assert loan.standing
    rows = [row.n for row in loan.standing.instalments if row.due_on <= loan.today and row.remaining_minor]
    ends = choices.due_minor == choices.all_minor
    note = _("还完就全部结清") if ends else capfirst(instalments(rows))
    label = _("已经到期的") if loan.is_on_hold else _("本期应还")
    return {"value": "due", "label": label, "amount_minor": choices.due_minor, "note": note}


def _next(loan: LoanView, choices: Choices) -> dict[str, Any]:
    if choices.next_minor is None:
        return {}
    assert loan.standing and loan.standing.next_due_on
    day = write_day(loan.standing.next_due_on, this_year=loan.today.year)
    label = _("连下期一起还") if choices.due_minor else _("提前还下期")
    return {
        "value": "next",
        "label": label,
        "amount_minor": choices.next_minor,
        "note": _("%(day)s到期") % {"day": day},
    }


def _all(loan: LoanView, choices: Choices) -> dict[str, Any]:
    if choices.due_minor == choices.all_minor:
        return {}
    saved_minor = ask(loan, what="all", amount="").preview.saved_minor
    note = _("省 %(amount)s") % {"amount": write_yuan(saved_minor)} if saved_minor > 0 else _("还完就全部结清")
    return {
        "value": "all",
        "label": _("提前结清"),
        "amount_minor": choices.all_minor,
        "saves_minor": max(saved_minor, 0),
        "note": note,
    }


def _own(choices: Choices) -> dict[str, Any]:
    if choices.least_minor == choices.most_minor:
        return {}
    least = _("最少 %(amount)s") % {"amount": write_yuan(choices.least_minor)}
    return {"value": "own", "label": _("自己填"), "text": _("任意金额"), "note": least}


def first_choice(offered: Sequence[dict[str, Any]]) -> str:
    """The choice that the page opens with: what is due, else the next instalment, else all."""
    return str(offered[0]["value"])


def explain_range(refused: AmountOutOfRange) -> str:
    """The bounds of a payment in words."""
    least_minor, most_minor = refused.facts["least_minor"], refused.facts["most_minor"]
    assert isinstance(least_minor, int) and isinstance(most_minor, int)
    return _("今天最少还 %(least)s，最多还 %(most)s。多出的部分我们不收。") % {
        "least": write_yuan(least_minor),
        "most": write_yuan(most_minor),
    }
