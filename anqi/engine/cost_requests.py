"""Requests for an annual cost: how the flows of each regime are read, and the answer."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from anqi.engine import cost, reading
from anqi.engine.calendar import read_date
from anqi.engine.refusals import BadRequest

_COMMON = ("ask", "regime", "places")


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """`{"annual_percent"}` of the flows under the regime; refuses with `BadRequest` what has no reading or no rate."""
    regime = _read(request, "regime", reading.one_of(_REGIMES))
    keys, rate_of = _REGIMES[regime]
    for key in request:
        if key not in keys and key not in _COMMON:
            raise BadRequest(field=key)
    try:
        return {"annual_percent": f"{rate_of(request, _places(request)):f}"}
    except ArithmeticError:  # NoRate, or figures too large for any rate of this world
        raise BadRequest(field=keys[0]) from None


def _places(request: Mapping[str, Any]) -> int:
    return _read(request, "places", _read_places) if "places" in request else 2


def _read_places(stated: object) -> int:
    places = reading.whole_number(stated)
    if not 0 <= places <= 20:
        raise ValueError("more places than the root has")
    return places


def _cn_simple(request: Mapping[str, Any], places: int) -> Decimal:
    amounts = _read(request, "flows", lambda stated: [reading.decimal(each) for each in _some(stated)])
    periods_per_year = _read(request, "periods_per_year", _times_a_year)
    return cost.cn_simple(amounts, periods_per_year=periods_per_year, places=places)


def _cn_compound(request: Mapping[str, Any], places: int) -> Decimal:
    return cost.cn_compound(_read(request, "flows", _dated_flows), places=places)


def _us_actuarial(request: Mapping[str, Any], places: int) -> Decimal:
    return cost.us_actuarial(
        _read(request, "advances", _unit_period_flows),
        _read(request, "payments", _unit_period_flows),
        unit_periods_per_year=_read(request, "unit_periods_per_year", _times_a_year),
        places=places,
    )


def _eu(request: Mapping[str, Any], places: int) -> Decimal:
    return cost.eu(
        _read(request, "drawdowns", _drawdowns),
        upfront_cost=_read(request, "upfront_cost", reading.decimal)
        if "upfront_cost" in request
        else Fraction(0),
        repayments=_read(request, "repayments", _repayments),
        places=places,
    )


def _dated_flows(stated: object) -> list[tuple[date, Fraction]]:
    flows = [reading.members(each, needed=("on", "amount")) for each in _some(stated)]
    return [(read_date(flow["on"]), reading.decimal(flow["amount"])) for flow in flows]


def _unit_period_flows(stated: object) -> list[cost.Flow]:
    return [flow for each in _some(stated) for flow in _unit_period_series(each)]


def _unit_period_series(stated: object) -> Iterator[cost.Flow]:
    optional = ("count", "first_full_unit_periods", "fraction")
    series = reading.members(stated, needed=("amount",), optional=optional)
    first = reading.whole_from(0)(series.get("first_full_unit_periods", 0))
    amount, fraction = reading.decimal(series["amount"]), reading.quotient(series.get("fraction", "0"))
    for n in range(_count(series)):
        yield cost.Flow(amount=amount, at=Fraction(first + n), fraction=fraction)


def _drawdowns(stated: object) -> list[cost.Flow]:
    flows = [reading.members(each, needed=("amount", "t_years")) for each in _some(stated)]
    return [
        cost.Flow(amount=reading.decimal(flow["amount"]), at=reading.quotient(flow["t_years"]))
        for flow in flows
    ]


def _repayments(stated: object) -> list[cost.Flow]:
    return [flow for each in _some(stated) for flow in _repayment_series(each)]


def _repayment_series(stated: object) -> Iterator[cost.Flow]:
    series = reading.members(stated, needed=("amount", "first_t"), optional=("count", "step"))
    count = _count(series)
    if count > 1 and "step" not in series:
        raise ValueError("several repayments and no step between them")
    amount, first = reading.decimal(series["amount"]), reading.quotient(series["first_t"])
    step = reading.quotient(series.get("step", "0"))
    for n in range(count):
        yield cost.Flow(amount=amount, at=first + n * step)


def _count(series: Mapping[str, Any]) -> int:
    return reading.number_of_times(series.get("count", 1))


def _times_a_year(stated: object) -> Fraction:
    times = Fraction(stated) if type(stated) is int else reading.quotient(stated)
    if times <= 0:
        raise ValueError("no periods in a year")
    return times


def _some(stated: object) -> list[Any]:
    if not isinstance(stated, list) or not stated:
        raise ValueError("no flows")
    return stated


def _read(request: Mapping[str, Any], key: str, reader: reading.Reader) -> Any:
    try:
        return reader(request[key])
    except (KeyError, ValueError):
        raise BadRequest(field=key) from None


_REGIMES: dict[str, tuple[tuple[str, ...], Callable[[Mapping[str, Any], int], Decimal]]] = {
    "cn_simple": (("flows", "periods_per_year"), _cn_simple),
    "cn_compound": (("flows",), _cn_compound),
    "us_actuarial": (("advances", "payments", "unit_periods_per_year"), _us_actuarial),
    "eu": (("drawdowns", "repayments", "upfront_cost"), _eu),
}
