"""Random terms, and random facts that were each accepted on their day, in whatever order they arrived."""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from anqi.engine.events import (
    Charge,
    Chargeback,
    Deferral,
    Draw,
    DueDayChange,
    Goodwill,
    Hold,
    Pause,
    RateChange,
    ReAge,
    ReAmortise,
    Recovery,
    Refund,
    Release,
    Reschedule,
    Subsidy,
    Void,
    WriteOff,
)
from anqi.engine.facts import Fact, Payment, Return, Reversal, Waiver
from anqi.engine.loan import standing
from anqi.engine.products import Terms, read_terms
from anqi.engine.refusals import BadTerms, Refused
from anqi.engine.schedule import plan

_METHODS = ("equal_instalment", "equal_principal", "interest_only", "bullet", "flat_fee")
_STARTS = ("2026-01-31", "2026-02-15", "2027-12-20", "2028-02-29")
_PENALTIES = (
    None,
    {"daily_rate": "0.0005"},
    {"daily_rate": "0.007", "on": "instalment"},
    {"daily_rate": "0"},
)
_STEPS = ({"months": 1}, {"months": 1}, {"months": 2}, {"weeks": 2}, {"days": 10})
_DAY_COUNTS = ("actual/365", "actual/360", "actual/actual", "30/360")
_EXTRAS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"late_fee": {"amount": "15.00", "cap": "20.00"}, "charges": {"notary": "80.00", "copy": "5.00"}},
    {"late_fee": {"rate": "0.05"}, "draws_up_to": "9000.00", "rounding": "half_even"},
    {"merchant_fee_rate": "0.03", "free_return_days": 7, "charges": {"notary": "80.00"}},
)
_FREE_DAYS = {
    "holidays": [*(f"2026-02-{day}" for day in range(15, 24)), "2026-05-01", "2027-12-31", "2028-03-29", "2028-03-31"],
    "workdays": ["2026-02-14", "2026-02-28", "2026-03-15", "2028-02-20"],
}
_SHAPES: dict[str, tuple[Any, ...]] = {
    "down_payment": ("0.01", "7.00", "500.00"),
    "balloon": ("0.02", "9.00", "800.00"),
    "interest_free": (1, 2, 4),
    "principal_free": (1, 2, 4),
    "round_to": ("0.05", "1.00", "10.00"),
    "month_end": (True,),
    "working_days": tuple(_FREE_DAYS | {"move": move} for move in ("following", "preceding", "modified_following")),
    "first_period": ({"due_day": 1, "least_days": 10}, {"due_day": 29, "least_days": 1}, {"due_day": 31, "least_days": 40}),
}
LATEST_DAY = 240


@st.composite
def loan_terms(draw: st.DrawFn) -> Terms:
    """Terms of every method, with every option of the contract."""
    method, every = draw(st.sampled_from(_METHODS)), draw(st.sampled_from(_STEPS))
    stated: dict[str, Any] = {
        "principal": draw(st.sampled_from(("1999.00", "6000.00", "37.11", "0.05"))),
        "method": method,
        "instalments": 1 if method == "bullet" else draw(st.integers(1, 6)),
        "starts_on": draw(st.sampled_from(_STARTS)),
        "every": every,
        "tail": draw(st.sampled_from(("last", "first"))),
        "grace_days": draw(st.sampled_from((0, 0, 3, 9))),
        "penalty": draw(st.sampled_from(_PENALTIES)),
        "allocation": list(draw(st.permutations(("penalty", "fee", "interest", "principal")))),
        "excess": draw(st.sampled_from(("credit", "next", "shorten", "lower"))),
        "early": {
            "interest": draw(st.sampled_from(("by_day", "whole_period"))),
            "fee": draw(st.sampled_from(("by_day", "whole_period", "all"))),
            "fee_rate": draw(st.sampled_from(("0", "0.03"))),
        },
    }
    stated |= draw(st.sampled_from(_EXTRAS))
    rate_key = "fee_rate_per_instalment" if method == "flat_fee" else "annual_rate"
    stated[rate_key] = draw(st.sampled_from(("0", "0.0065", "0.12", "0.36")))
    if stated.get("annual_rate", "0") != "0" and draw(st.sampled_from((False, False, True))):
        stated["subsidy_rate"] = "0.005"
    if "months" not in every or draw(st.booleans()):
        stated["day_count"] = draw(st.sampled_from(_DAY_COUNTS))
    if draw(st.booleans()):
        first_due_on = date.fromisoformat(stated["starts_on"]) + timedelta(days=draw(st.integers(1, 50)))
        stated["first_due_on"] = first_due_on.isoformat()
    shape: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(sorted(_SHAPES)), unique=True, max_size=3)):
        tried = shape | {name: draw(st.sampled_from(_SHAPES[name]))}
        shape = tried if _makes_sense(stated | {"shape": tried}) else shape
    return read_terms(stated | ({"shape": shape} if shape else {}))


def _makes_sense(stated: dict[str, Any]) -> bool:
    try:
        plan(read_terms(stated))
    except BadTerms:
        return False
    return True


@st.composite
def loans(draw: st.DrawFn, *, with_events: bool = True) -> tuple[Terms, list[Fact]]:
    """Terms and up to eight facts, each accepted when it came."""
    terms = draw(loan_terms())
    facts: list[Fact] = []
    for number in range(draw(st.integers(0, 8))):
        fact = draw(_events(terms, facts, number) if with_events and draw(st.booleans()) else _facts(terms, facts, number, with_events=with_events))
        if _is_accepted(terms, [*facts, fact]):
            facts.append(fact)
    return terms, draw(st.permutations(facts))


@st.composite
def _facts(draw: st.DrawFn, terms: Terms, facts: list[Fact], number: int, *, with_events: bool) -> Fact:
    stated = draw(_base(terms, number))
    amount_minor = draw(_amounts(terms))
    kind = draw(st.sampled_from(("pay", "pay", "pay", "return", "waive", "reverse")))
    if kind == "return":
        return Return(**stated, amount_minor=amount_minor, gives_back=with_events and draw(st.booleans()))
    if kind == "waive":
        what = draw(st.sampled_from(("penalty", "interest", "fee")))
        return Waiver(**stated, what=what, amount_minor=min(amount_minor, 300))
    undoable = [fact for fact in facts if not isinstance(fact, (Reversal, Waiver, Return))]
    if kind == "reverse" and undoable:
        lost = draw(st.sampled_from(undoable))
        later_on = lost.on + timedelta(days=draw(st.integers(0, 40)))
        return Reversal(id=stated["id"], on=later_on, of=lost.id)
    goal = draw(st.sampled_from(("due", "due", "next", "all")))
    return Payment(**stated, amount_minor=amount_minor, goal=goal)


@st.composite
def _base(draw: st.DrawFn, terms: Terms, number: int) -> dict[str, Any]:
    # Ids in no order of their own, as payments from several channels have them.
    on = terms.starts_on + timedelta(days=draw(st.integers(0, LATEST_DAY - 20)))
    return {"id": f"{draw(st.sampled_from('abc'))}{number}", "on": on}


def _amounts(terms: Terms) -> st.SearchStrategy[int]:
    return st.integers(1, 2 * terms.principal_minor) | st.integers(1, 40000)


@st.composite
def _events(draw: st.DrawFn, terms: Terms, facts: list[Fact], number: int) -> Fact:
    stated = draw(_base(terms, number))
    later_on = stated["on"] + timedelta(days=draw(st.integers(0, 45)))
    amount_minor = draw(_amounts(terms))
    rates = st.sampled_from((Fraction(0), Fraction("0.03"), Fraction("0.24")))
    kind = draw(st.sampled_from((
        Deferral, DueDayChange, ReAmortise, ReAge, Reschedule, Pause, Hold, Release, RateChange, Subsidy, Charge, Goodwill, Draw, Refund,
        Hold, Release, Chargeback, WriteOff, Recovery, Void, Chargeback, Reschedule, Deferral,
    )))  # fmt: skip
    payments = [fact for fact in facts if isinstance(fact, Payment)]
    if kind is Chargeback and payments:
        bounced = draw(st.sampled_from(payments))
        day = max(bounced.on, stated["on"])
        part_minor = draw(st.none() | st.integers(1, bounced.amount_minor))
        return Chargeback(id=stated["id"], on=day, of=bounced.id, amount_minor=part_minor)
    holds = [fact for fact in facts if isinstance(fact, Hold)]
    if kind is Release and holds:
        held = draw(st.sampled_from(holds))
        return Release(id=stated["id"], on=max(held.on, stated["on"]), of=held.id)
    if kind in (Hold, Release):
        return Hold(**stated, reason="return")
    if kind in (ReAmortise, WriteOff, Void):
        return kind(**stated)
    if kind is Deferral:
        return Deferral(**stated, n=draw(st.integers(1, 4)), to=later_on)
    if kind is DueDayChange:
        return DueDayChange(**stated, day=draw(st.sampled_from((1, 10, 25, 31))))
    if kind is ReAge:
        return ReAge(**stated, first_due_on=later_on, instalments=draw(st.none() | st.integers(1, 5)))
    if kind is Reschedule:
        return Reschedule(
            **stated, first_due_on=later_on, instalments=draw(st.integers(1, 5)),
            annual_rate=draw(st.none() | rates),
            carries=draw(st.sampled_from(((), ("interest",), ("interest", "fee", "penalty")))),
        )  # fmt: skip
    if kind is Pause:
        return Pause(**stated, until=later_on)
    if kind in (RateChange, Subsidy):
        return kind(**stated, annual_rate=draw(rates))
    if kind is Charge:
        code = draw(st.sampled_from(("notary", "copy", "other")))
        return Charge(**stated, code=code, amount_minor=amount_minor % 3000 + 1, reason="as agreed")
    if kind is Chargeback:
        kind = Refund
    return kind(**stated, amount_minor=amount_minor if kind is not Refund else amount_minor % 5000 + 1)


def _is_accepted(terms: Terms, facts: list[Fact]) -> bool:
    try:
        for on in {fact.on for fact in facts}:
            standing(terms, facts, on)
    except Refused:
        return False
    return True
