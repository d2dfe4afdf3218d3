"""The numbers of charges and refunds: new, in order, and good for every channel."""

import re
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from anqi.payments.numbers import number_for
from anqi.rows.ids import uuid7

_ids = some.integers(0, 2**128 - 1).map(lambda value: UUID(int=value))
# Letters and digits only, 8 to 40, is UnionPay's; no more than 32 is WeChat's.
_FITS_ALL = re.compile(r"[a-z0-9]{8,32}")


@given(_ids)
def test_a_number_is_the_id_in_other_digits(id: UUID) -> None:
    number = number_for("aq", id)
    assert _FITS_ALL.fullmatch(number)
    assert (len(number), number[:2], int(number[2:], 36)) == (27, "aq", id.int)


@given(_ids, _ids)
def test_numbers_sort_as_ids_do(one: UUID, other: UUID) -> None:
    assert (number_for("aq", one) < number_for("aq", other)) == (one < other)


def test_a_charge_is_no_refund() -> None:
    id = uuid7()
    assert number_for("aq", id)[2:] == number_for("ar", id)[2:]
    assert number_for("aq", id) != number_for("ar", id)


@pytest.mark.parametrize("prefix", ["", "a", "aqq", "a-", "按期"])
def test_a_prefix_has_two_letters(prefix: str) -> None:
    with pytest.raises(AssertionError):
        number_for(prefix, uuid7())
