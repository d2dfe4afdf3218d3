"""Phone numbers, as people type them."""

import pytest

from anqi.people import phones
from anqi.people.phones import NotAPhone


@pytest.mark.parametrize(
    "typed",
    [
        "13800006021",
        " 138 0000 6021 ",
        "138-0000-6021",
        "+8613800006021",
        "+86 138 0000 6021",
        "8613800006021",
        "008613800006021",
        "(+86)138-00006021",
        "１３８００００６０２１",
        "＋８６ １３８００００６０２１",
    ],
)
def test_one_number_has_one_form(typed: str) -> None:
    assert phones.read(typed) == "+8613800006021"


@pytest.mark.parametrize(
    "typed",
    [
        "", "1380000602", "138000060211", "12800006021", "02160000000", "+85261234567", "+861380000602x",
        "1380000602١", "13800006021;13800006022", "+86+8613800006021", "aq13800006021",
    ],
)  # fmt: skip
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(NotAPhone):
        phones.read(typed)


def test_a_number_is_shown_masked_and_found_by_a_hash_that_does_not_show_it() -> None:
    assert phones.mask("+8613800006021") == "138****6021"
    assert "13800006021" not in phones.fingerprint("+8613800006021")
    assert phones.fingerprint("+8613800006021") != phones.fingerprint("+8613800006022")
