"""What lateness, early settlement and what staff may charge cost, as the terms name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from anqi.engine import reading
from anqi.engine.money import read_amount

EarnedInterest = Literal["by_day", "whole_period"]
EarnedFee = Literal["by_day", "whole_period", "all"]


@dataclass(frozen=True, kw_only=True)
class Penalty:
    """The late charge: a daily rate and what it is counted on."""

    daily_rate: Fraction
    on: Literal["principal", "instalment"] = "principal"


@dataclass(frozen=True, kw_only=True)
class LateFee:
    """What each missed instalment costs once: an amount, or a rate of what is unpaid of it, capped per loan."""

    amount_minor: int = 0
    rate: Fraction = Fraction(0)
    cap_minor: int | None = None


@dataclass(frozen=True, kw_only=True)
class Early:
    """What early settlement costs."""

    interest: EarnedInterest = "by_day"
    fee: EarnedFee = "by_day"
    fee_rate: Fraction = Fraction(0)


def read_penalty(stated: object) -> Penalty | None:
    if stated is None:
        return None
    penalty = reading.members(stated, needed=("daily_rate",), optional=("on",))
    on = reading.one_of(("principal", "instalment"))(penalty.get("on", "principal"))
    return Penalty(daily_rate=reading.rate(penalty["daily_rate"]), on=on)


def read_early(stated: object) -> Early:
    early = reading.members(stated, needed=(), optional=("interest", "fee", "fee_rate"))
    return Early(
        interest=reading.one_of(("by_day", "whole_period"))(early.get("interest", "by_day")),
        fee=reading.one_of(("by_day", "whole_period", "all"))(early.get("fee", "by_day")),
        fee_rate=reading.rate(early.get("fee_rate", "0")),
    )


def read_late_fee(stated: object, currency: str) -> LateFee | None:
    """One of `amount` and `rate`, and a cap where there is one; ValueError otherwise."""
    if stated is None:
        return None
    late_fee = reading.members(stated, needed=(), optional=("amount", "rate", "cap"))
    if ("amount" in late_fee) == ("rate" in late_fee):
        raise ValueError("neither an amount nor a rate, or both")
    return LateFee(
        amount_minor=read_amount_above_zero(late_fee["amount"], currency) if "amount" in late_fee else 0,
        rate=reading.rate(late_fee.get("rate", "0")),
        cap_minor=read_amount_above_zero(late_fee["cap"], currency) if "cap" in late_fee else None,
    )


def read_charges(stated: object, currency: str) -> tuple[tuple[str, int], ...]:
    """Codes with the most of each, in the order of the codes; ValueError where one is no code or no amount."""
    if not isinstance(stated, Mapping) or not all(code and isinstance(code, str) for code in stated):
        raise ValueError("not codes with amounts")
    return tuple((code, read_amount_above_zero(stated[code], currency)) for code in sorted(stated))


def read_amount_above_zero(stated: object, currency: str) -> int:
    """The amount in the smallest unit; ValueError for zero and less."""
    amount_minor = read_amount(stated, currency=currency)
    if amount_minor <= 0:
        raise ValueError("not above zero")
    return amount_minor
