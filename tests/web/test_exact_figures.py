"""Amounts with a part of a fen: told to people to about a hundredth of one, and to staff to the last digit."""

from fractions import Fraction

import pytest
from django.utils import translation

from anqi.web.shared.figures import write_about, write_exact, write_product


@pytest.mark.parametrize(
    ("exact", "told"),
    [
        ("5500", "¥55.00"), ("552691/100", "¥55.2691"), ("139290/4000", "¥0.348225"), ("-71/400", "−¥0.001775"),
        ("1/3", "≈ ¥0.0033"), ("586071/620", "≈ ¥9.4528"), ("123456789/7", "≈ ¥176,366.8414"), ("0", "¥0.00"),
    ],
)  # fmt: skip
def test_people_read_few_digits_and_a_mark_where_there_are_more(exact: str, told: str) -> None:
    assert write_about(Fraction(exact)) == told


@pytest.mark.parametrize(
    ("exact", "signed", "told"),
    [
        ("5500", False, "¥55.00"), ("552691/100", False, "¥55.2691"), ("139290/4000", False, "¥0.348225"),
        ("9/100", True, "+¥0.0009"), ("-71/400", True, "−¥0.001775"), ("1/1024", False, "¥0.000009765625"),
        ("7/620", True, "+7/620 分"), ("-7/620", True, "−7/620 分"), ("7/620", False, "7/620 分"),
        ("586071/620", False, "¥9.45 + 171/620 分"), ("-400/3", False, "−¥1.33 − 1/3 分"),
        ("400/3", True, "+¥1.33 + 1/3 分"),
    ],
)  # fmt: skip
def test_staff_read_the_last_digit_or_a_fraction_of_a_fen(exact: str, signed: bool, told: str) -> None:
    with translation.override("zh-hans"):
        assert write_exact(Fraction(exact), signed=signed) == told
    with translation.override("en"):
        assert write_exact(Fraction(exact), signed=signed) == told.replace("分", "fen")


def test_a_product_breaks_before_its_signs_only() -> None:
    told = write_product("剩余本金 ¥5.00 × 本期利率 1% × 12 天 ÷ 本期 30 天")
    assert told.split(" ") == [
        "剩余本金\N{NO-BREAK SPACE}¥5.00", "×\N{NO-BREAK SPACE}本期利率\N{NO-BREAK SPACE}1%",
        "×\N{NO-BREAK SPACE}12\N{NO-BREAK SPACE}天", "÷\N{NO-BREAK SPACE}本期\N{NO-BREAK SPACE}30\N{NO-BREAK SPACE}天",
    ]  # fmt: skip
