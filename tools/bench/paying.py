"""Ways to pay a loan: what an engine's request states of payments, returns, reversals and waivers."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from anqi.engine.money import write_amount
from anqi.engine.schedule import Plan, Planned

Stated = dict[str, Any]

# What a bullet is paid by at a time; loans that are paid as planned have so much principal for each instalment.
SHARE_MINOR = 500_00
# Past any grace that is stated, so that there is a penalty.
_LATE_DAYS = 10


def promptly(planned: Plan) -> Iterator[Stated]:
    for each in planned.instalments:
        yield _payment(each)


def late(planned: Plan) -> Iterator[Stated]:
    """What was planned, after grace: the penalty comes first, so that a little is always left over."""
    for each in planned.instalments:
        yield _payment(each, days=_LATE_DAYS)


def in_part(planned: Plan) -> Iterator[Stated]:
    for each in planned.instalments:
        yield _payment(each, percent=90)


def half(planned: Plan) -> Iterator[Stated]:
    """Every payment goes to an instalment that has been overdue for longer and longer."""
    for each in planned.instalments:
        yield _payment(each, percent=50)


def more(planned: Plan) -> Iterator[Stated]:
    for each in planned.instalments:
        yield _payment(each, percent=105)


def ahead(planned: Plan) -> Iterator[Stated]:
    for each in planned.instalments:
        yield _payment(each, days=-_LATE_DAYS) | {"for": "next"}


def all_at_last(planned: Plan) -> Iterator[Stated]:
    *before, last = planned.instalments
    for each in before:
        yield _payment(each)
    yield _payment(last, days=-_LATE_DAYS) | {"for": "all"}


def with_returns(planned: Plan) -> Iterator[Stated]:
    for each in planned.instalments:
        yield _payment(each)
        if each.n % 3 == 1:
            yield _return(each)


def bouncing(planned: Plan) -> Iterator[Stated]:
    for each in planned.instalments:
        yield _payment(each)
        if each.n % 3 == 0:
            yield _reversal(each)


def waived(planned: Plan) -> Iterator[Stated]:
    """Late, and a little of the penalty and of the interest is let off each time."""
    for each in planned.instalments:
        yield _waiver(each, "penalty")
        yield _waiver(each, "interest")
        yield _payment(each, days=_LATE_DAYS)


def anyhow(planned: Plan) -> Iterator[Stated]:
    """Late and too little, then prompt and too much, with waivers, returns and payments that bounce."""
    for each in planned.instalments:
        if each.n % 2:
            yield _waiver(each, "penalty")
            yield _payment(each, percent=95, days=_LATE_DAYS)
        else:
            yield _payment(each, percent=110)
        if each.n % 4 == 0:
            yield _return(each)
        if each.n % 5 == 0:
            yield _reversal(each)


def in_late_parts(planned: Plan) -> Iterator[Stated]:
    (only,) = planned.instalments
    for number in range(only.principal_minor // SHARE_MINOR):
        on = only.due_on + timedelta(days=_LATE_DAYS * (number + 1))
        amount = write_amount(SHARE_MINOR, currency="CNY")
        yield {"id": f"p{number:03}", "type": "payment", "on": on.isoformat(), "amount": amount}


def _payment(each: Planned, *, percent: int = 100, days: int = 0) -> Stated:
    amount = write_amount(each.total_minor * percent // 100, currency="CNY")
    return {"id": f"p{each.n:03}", "type": "payment", "on": _day(each, days), "amount": amount}


def _return(each: Planned) -> Stated:
    return {"id": f"r{each.n:03}", "type": "return", "on": _day(each, 5), "amount": "50.00"}


def _reversal(each: Planned) -> Stated:
    return {"id": f"b{each.n:03}", "type": "reversal", "on": _day(each, _LATE_DAYS + 2), "of": f"p{each.n:03}"}


def _waiver(each: Planned, what: str) -> Stated:
    days = _LATE_DAYS
    return {"id": f"w{each.n:03}{what}", "type": "waiver", "on": _day(each, days), "what": what, "amount": "0.05"}


def _day(each: Planned, days: int) -> str:
    return (each.due_on + timedelta(days=days)).isoformat()
