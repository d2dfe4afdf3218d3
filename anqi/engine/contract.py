"""The engine's door for JSON: one request in, one answer or one refusal out."""

import json
from collections.abc import Mapping
from typing import Any

from anqi.engine import cost_requests, line_answers
from anqi.engine.breakdown import break_down
from anqi.engine.calendar import read_date
from anqi.engine.cost import AnnualCost, annual_cost_of
from anqi.engine.facts import Fact, read_facts
from anqi.engine.loan import Standing, StandingInstalment, standing
from anqi.engine.money import write_amount
from anqi.engine.products import Terms, read_terms
from anqi.engine.refusals import BadFact, BadJson, BadRequest, BadTerms, Refused
from anqi.engine.schedule import plan

_Answer = dict[str, Any]


def answer_line(line: str | bytes) -> _Answer:
    """The answer to one line of JSON, or `{"refused": {"code", "field", "need", "message"}}`."""
    request: object = None
    try:
        request = _read_json(line)
        return answer(request)
    except Refused as refused:
        return {"refused": _refusal(refused, request)}


def _read_json(line: str | bytes) -> object:
    try:
        return json.loads(line.decode("utf-8") if isinstance(line, bytes) else line)
    except (ValueError, RecursionError):
        raise BadJson() from None


def _refusal(refused: Refused, request: object) -> _Answer:
    said: _Answer = {"code": refused.code}
    if refused.field is not None:
        said["field"] = refused.field
    if refused.need_minor is not None:
        currency = read_terms(_members(request, "terms")).currency
        said["need"] = write_amount(refused.need_minor, currency=currency)
    return said | {"message": refused.message}


def answer(request: object) -> _Answer:
    """The answer to one request as JSON values; refuses with any of `Refused`."""
    if not isinstance(request, Mapping):
        raise BadRequest()
    asked = request.get("ask")
    if asked == "standing":
        return _answer_standing(request)
    if asked == "plan":
        return _answer_plan(request)
    if asked == "annual_cost":
        return cost_requests.answer(request)
    raise BadRequest(field="ask")


def _answer_plan(request: Mapping[str, Any]) -> _Answer:
    _require_keys(request, "terms")
    terms = read_terms(_members(request, "terms"))
    planned, annual_cost = plan(terms), _annual_cost(terms)
    # What a third party pays is told beside what the borrower pays, where there is one.
    names = (*_PLANNED, "subsidy") if planned.totals.subsidy_minor else _PLANNED
    return {
        "instalments": [
            {"n": each.n, "due_on": each.due_on.isoformat()} | _amounts(each, names, terms.currency)
            for each in planned.instalments
        ],
        "totals": _amounts(planned.totals, names, terms.currency),
        "annual_cost": {
            "simple_percent": f"{annual_cost.simple_percent:f}",
            "compound_percent": f"{annual_cost.compound_percent:f}",
        },
    }


def _annual_cost(terms: Terms) -> AnnualCost:
    try:
        return annual_cost_of(terms)
    except ArithmeticError:
        # Interest or fees of many thousand times the principal, beyond all that has an annual cost.
        field = "fee_rate_per_instalment" if terms.method == "flat_fee" else "annual_rate"
        raise BadTerms(field=field) from None


def _answer_standing(request: Mapping[str, Any]) -> _Answer:
    _require_keys(request, "terms", "facts", "on", optional=("explain",))
    if not isinstance(request.get("explain", False), bool):
        raise BadRequest(field="explain")
    try:
        on = read_date(request["on"])
    except ValueError:
        raise BadRequest(field="on") from None
    terms = read_terms(_members(request, "terms"))
    facts = _known_facts(request["facts"], terms, on.isoformat())
    answered = _standing(standing(terms, facts, on), terms)
    if request.get("explain"):
        answered["explain"] = line_answers.write(break_down(terms, facts, on), currency=terms.currency)
    return answered


def _known_facts(stated: object, terms: Terms, on: str) -> tuple[Fact, ...]:
    if not isinstance(stated, list):
        raise BadRequest(field="facts")
    return read_facts([each for each in stated if _fact_day(each) <= on], currency=terms.currency)


def _fact_day(stated: object) -> str:
    """The day of a fact, read before all else: what is dated after the asked day is not looked at."""
    try:
        return read_date(stated["on"] if isinstance(stated, Mapping) else None).isoformat()
    except (KeyError, ValueError):
        raise BadFact(field="on") from None


def _standing(shown: Standing, terms: Terms) -> _Answer:
    currency = terms.currency
    return {
        "on": shown.on.isoformat(),
        "status": shown.status,
        "days_past_due": shown.days_past_due,
        "due_now": write_amount(shown.due_now_minor, currency=currency),
        "next_due_on": shown.next_due_on.isoformat() if shown.next_due_on else None,
        "next_due": _optional_amount(shown.next_due_minor, currency),
        "outstanding_principal": write_amount(shown.outstanding_principal_minor, currency=currency),
        "payoff": _optional_amount(shown.payoff_minor, currency),
        "credit": write_amount(shown.credit_minor, currency=currency),
        "reduced": _amounts(shown.reduced, ("prepaid", "returned"), currency),
        "paid": _amounts(shown.paid, ("principal", "interest", "fee", "penalty"), currency),
        "instalments": [_instalment(each, currency) for each in shown.instalments],
    } | _beside(shown, terms)


def _beside(shown: Standing, terms: Terms) -> _Answer:
    """What only some loans have: it is named where it is so."""
    beside: _Answer = {}
    if shown.lent_minor != terms.principal_minor:
        beside["lent"] = write_amount(shown.lent_minor, currency=terms.currency)
    if shown.written_off_minor is not None:
        beside["written_off"] = write_amount(shown.written_off_minor, currency=terms.currency)
    return beside


def _instalment(row: StandingInstalment, currency: str) -> _Answer:
    def amount(minor: int) -> str:
        return write_amount(minor, currency=currency)

    answered = {
        "n": row.n,
        "due_on": row.due_on.isoformat(),
        "principal": amount(row.principal_minor),
        "interest": amount(row.interest_minor),
        "fee": amount(row.fee_minor),
        "penalty": amount(row.penalty_minor),
        "paid": amount(row.paid_minor),
        "remaining": amount(row.remaining_minor),
        "state": row.state,
    }
    if row.moved_minor:
        answered["moved"] = amount(row.moved_minor)
    if row.subsidy_minor:
        answered["subsidy"] = amount(row.subsidy_minor)
    return answered


_PLANNED = ("principal", "interest", "fee", "total")


def _amounts(source: object, names: tuple[str, ...], currency: str) -> dict[str, str]:
    return {name: write_amount(getattr(source, f"{name}_minor"), currency=currency) for name in names}


def _optional_amount(amount_minor: int | None, currency: str) -> str | None:
    return None if amount_minor is None else write_amount(amount_minor, currency=currency)


def _members(request: object, key: str) -> Mapping[str, Any]:
    stated = request.get(key) if isinstance(request, Mapping) else None
    if not isinstance(stated, Mapping):
        raise BadRequest(field=key)
    return stated


def _require_keys(request: Mapping[str, Any], *needed: str, optional: tuple[str, ...] = ()) -> None:
    for key in needed:
        if key not in request:
            raise BadRequest(field=key)
    for key in request:
        if key != "ask" and key not in needed and key not in optional:
            raise BadRequest(field=key)
