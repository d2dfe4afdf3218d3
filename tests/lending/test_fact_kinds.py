"""Every kind of fact that the engine counts goes to PostgreSQL and comes back as the engine states it."""

from datetime import date
from typing import Any, get_args

import pytest

from anqi.engine import facts as engine_facts
from anqi.engine.facts import KINDS, Fact, read_facts
from anqi.engine.refusals import BadFact
from anqi.lending import store
from anqi.lending.store import NewFact
from anqi.people import holds
from anqi.rows.ids import uuid7
from tests.happening import hold
from tests.planting import Planted, at, plant_loan

pytestmark = pytest.mark.django_db

STARTED = date(2026, 8, 31)
ON = date(2026, 9, 5)
PAYMENT = str(uuid7())

# The engine's own statements, without type, id and on.
STATED: dict[str, dict[str, Any]] = {
    "payment": {"amount": "533.09", "for": "next"},
    "reversal": {"of": PAYMENT},
    "waiver": {"what": "penalty", "amount": "1.20"},
    "return": {"amount": "1999.00", "gives_back": True},
    "deferral": {"n": 3, "to": "2026-12-05"},
    "due_day_change": {"day": 25},
    "re_amortise": {},
    "re_age": {"first_due_on": "2026-12-01", "instalments": 6, "every": {"weeks": 2}},
    "reschedule": {
        "first_due_on": "2026-12-01", "instalments": 24, "every": {"months": 1}, "method": "equal_principal",
        "annual_rate": "0.06", "carries": ["interest", "penalty"],
    },
    "pause": {"until": "2026-10-31"},
    "hold": {"reason": "return"},
    "release": {"of": PAYMENT},
    "rate_change": {"annual_rate": "0.0365"},
    "subsidy": {"annual_rate": "0.03"},
    "charge": {"code": "copies", "amount": "20.00", "reason": "寄送合同副本"},
    "goodwill": {"amount": "15.00"},
    "draw": {"amount": "300.00"},
    "refund": {"amount": "8.88"},
    "chargeback": {"of": PAYMENT, "amount": "100.00"},
    "write_off": {},
    "recovery": {"amount": "50.00"},
    "void": {},
}  # fmt: skip
# These four were there first, and keep amounts in fen.
IN_FEN = {
    "payment": {"amount_minor": 53309, "for": "next", "payment_id": str(uuid7())},
    "waiver": {"what": "penalty", "amount_minor": 120},
    "return": {"amount_minor": 199900, "gives_back": True},
}


@pytest.fixture
def lin() -> Planted:
    return plant_loan(starts_on=STARTED)


def record(who: Planted, kind: str, body: dict[str, Any]) -> NewFact:
    fact = NewFact(loan_id=who.loan_id, kind=kind, counts_on=ON, body=body, actor="staff", key=str(uuid7()))
    chain = holds.hold(who.borrower_id)
    store.record(chain, [fact], now=at(ON))
    holds.keep(chain)
    return fact


def stated(fact: NewFact) -> Fact:
    [read] = read_facts(
        [{"type": fact.kind, "id": str(fact.id), "on": ON.isoformat()} | STATED[fact.kind]], currency="CNY"
    )
    return read


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_recorded_is_read_as_stated(lin: Planted, kind: str) -> None:
    fact = record(lin, kind, IN_FEN.get(kind, STATED[kind]))
    assert hold(lin).facts == (stated(fact),)
    assert store.counted(fact, currency="CNY") == stated(fact), "before it is recorded it reads the same"


def test_no_kind_of_the_engine_is_forgotten() -> None:
    each = [{"type": kind, "id": kind, "on": ON.isoformat()} | body for kind, body in STATED.items()]
    assert {type(fact) for fact in read_facts(each, currency="CNY")} == set(get_args(Fact))
    assert STATED.keys() == set(KINDS)


def test_a_return_gives_nothing_back_unless_told_so(lin: Planted) -> None:
    record(lin, "return", {"amount_minor": 100})
    [read] = hold(lin).facts
    assert isinstance(read, engine_facts.Return) and not read.gives_back


def test_facts_that_say_how_it_began_are_not_counted(lin: Planted) -> None:
    record(lin, "signed", {"agreement_sha256": "0" * 64})
    assert hold(lin).facts == ()


def test_a_body_that_says_something_else_is_refused(lin: Planted) -> None:
    fact = NewFact(
        loan_id=lin.loan_id, kind="draw", counts_on=ON, body={"amount_minor": 30000}, actor="staff", key="draw"
    )
    with pytest.raises(BadFact):
        store.counted(fact, currency="CNY")
