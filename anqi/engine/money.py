"""Amounts in the currency's smallest unit, and the one function that rounds them."""

import re
from typing import Literal

Tail = Literal["first", "last"]
Rounding = Literal["half_up", "half_even"]

# ISO 4217, list one: the digits after the decimal point of the smallest unit.
_NO_DIGITS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DIGITS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DIGITS = "CLF UYW"
_TWO_DIGITS = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF
    CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD
    HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
    MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR
    SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU
    UZS VED VES WST XCD YER ZAR ZMW ZWG
"""
DIGITS = {
    currency: digits
    for digits, currencies in ((0, _NO_DIGITS), (2, _TWO_DIGITS), (3, _THREE_DIGITS), (4, _FOUR_DIGITS))
    for currency in currencies.split()
}

# Eighteen digits before the point: more than any bank holds, and no line of text can stall the reader.
_AMOUNT = re.compile(r"(-?)([0-9]{1,18})(?:\.([0-9]{1,4}))?")


def read_amount(text: object, *, currency: str) -> int:
    """The amount in the smallest unit; fewer digits than the currency has are fine, more are a ValueError.

    ISO 4217. "12.5" in CNY: 1250; "12" in JPY: 12.
    """
    found = _AMOUNT.fullmatch(text) if isinstance(text, str) else None
    if found is None or len(found[3] or "") > DIGITS[currency]:
        raise ValueError(f"not an amount in {currency}")
    minor = int(found[2] + (found[3] or "").ljust(DIGITS[currency], "0"))
    return -minor if found[1] else minor


def write_amount(minor: int, *, currency: str) -> str:
    """The amount as a decimal string with all the currency's digits. 1250 in CNY: "12.50"."""
    digits = DIGITS[currency]
    sign = "-" if minor < 0 else ""
    figures = str(abs(minor)).rjust(digits + 1, "0")
    return f"{sign}{figures[:-digits]}.{figures[-digits:]}" if digits else sign + figures


def rounded(numerator: int, denominator: int) -> int:
    """The quotient rounded half up to a whole unit: the only rounding of money. Contract, opening. 5/2: 3."""
    return (2 * numerator + denominator) // (2 * denominator)


def rounded_half_even(numerator: int, denominator: int) -> int:
    """The quotient rounded to the nearest whole unit, a half to the even one: banker's rounding, IEEE 754, 4.3.1.

    5/2: 2; 7/2: 4.
    """
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2))


def even_split(total_minor: int, *, parts: int, tail: Tail) -> list[int]:
    """Equal parts rounded down, the tail part with the remainder. Contract, plan. 100 in 3, last: 33, 33, 34."""
    share, remainder = divmod(total_minor, parts)
    shares = [share] * parts
    shares[0 if tail == "first" else -1] += remainder
    return shares
