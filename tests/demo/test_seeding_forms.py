"""Forms and their slots: what is filled, and what nobody asks for."""

import pytest

from demo.seeding.forms import Slots, Values

TAIL = bytes(range(8))


def unasked(values: Values) -> bytes:
    raise AssertionError("nobody asked for this")


def test_a_slot_is_filled_where_the_form_or_another_slot_uses_it() -> None:
    slots = Slots([9])
    name = slots.given(0)
    inner = slots.form(slots.add(8, lambda values: values[2][:8]))
    outer = slots.add(8, lambda values: inner.filled(values)[::-1], inner)
    slots.add(8, unasked)
    form = slots.form(f"100 % {outer}, {name}")
    values = slots.fill(TAIL, [b"123456789"], slots.needed([form]))
    assert form.filled(values) == b"100 % 87654321, 123456789"


def test_a_text_without_slots_stays_as_it_is() -> None:
    form = Slots([]).form("50 % off")
    assert form.is_fixed and form.filled([]) == b"50 % off"


def test_a_value_of_another_length_than_its_slot_is_no_value() -> None:
    slots = Slots([])
    form = slots.form(slots.add(8, lambda values: b"short"))
    with pytest.raises(AssertionError, match="another length"):
        slots.fill(TAIL, [], slots.needed([form]))
