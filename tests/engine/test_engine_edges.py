"""What stands exactly at an edge, found by changing the engine until no test noticed (`make mutants`)."""

from fractions import Fraction

import pytest

from anqi.engine.money import read_amount, rounded_half_even, write_amount


@pytest.mark.parametrize(("currency", "text", "minor"), [("KWD", "1.005", 1005), ("CLF", "-0.0205", -205)])
def test_currencies_of_three_and_four_digits_keep_them_all(currency: str, text: str, minor: int) -> None:
    """ISO 4217: a Kuwaiti dinar has 1000 fils, a Chilean unidad de fomento four digits and no coin."""
    assert read_amount(text, currency=currency) == minor
    assert write_amount(minor, currency=currency) == text
    with pytest.raises(ValueError, match="not an amount"):
        read_amount(f"{text}1", currency=currency)


def test_halves_go_to_the_even_neighbour_and_everything_else_to_the_nearest() -> None:
    assert [rounded_half_even(n, 2) for n in (-3, -1, 1, 3, 4, 5, 7)] == [-2, 0, 0, 2, 2, 2, 4]
    assert [rounded_half_even(n, 5) for n in (6, 7, 8, 9)] == [1, 1, 2, 2]
    for denominator in range(1, 9):
        for numerator in range(-40, 41):
            nearest = round(Fraction(numerator, denominator))
            assert rounded_half_even(numerator, denominator) == nearest
