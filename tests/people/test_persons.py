"""Names and identity card numbers. 11010519491231002X is the example of GB 11643 itself."""

from datetime import date

import pytest

from anqi.people import identities
from anqi.people.identities import Identity, NotAName, NotAnIdNumber, TooYoung

TODAY = date(2026, 11, 24)
RIGHT = "11010519491231002X"


def read(*, name: str = "林小满", number: str = RIGHT, today: date = TODAY) -> Identity:
    identity = identities.read(name=name, number=number, today=today)
    identities.VERIFIERS["checksum"].verify(identity)
    identities.must_be_of_age(identity, today=today)
    return identity


def number_of(born: str) -> str:
    """A number with that birth date and a right last character."""
    digits = f"110105{born}002"
    total = sum(int(digit) * weight for digit, weight in zip(digits, identities._WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


@pytest.mark.parametrize("typed", [RIGHT, RIGHT.lower(), f"  {RIGHT} ", "１１０１０５１９４９１２３１００２Ｘ"])
def test_one_number_has_one_form(typed: str) -> None:
    assert read(number=typed) == Identity(name="林小满", number=RIGHT)


def test_every_mistyped_character_and_every_swap_of_two_is_noticed() -> None:
    for at, right in enumerate(RIGHT):
        for other in "0123456789X":
            if other != right:
                with pytest.raises(NotAnIdNumber):
                    read(number=RIGHT[:at] + other + RIGHT[at + 1 :])
    swapped = RIGHT[:4] + RIGHT[5] + RIGHT[4] + RIGHT[6:]
    with pytest.raises(NotAnIdNumber):
        read(number=swapped)


@pytest.mark.parametrize("typed", ["", "110105491231002", RIGHT + "0", "1101051949123100２X９", "护照E12345678"])
def test_what_is_no_card_number_is_refused(typed: str) -> None:
    with pytest.raises(NotAnIdNumber):
        read(number=typed)


@pytest.mark.parametrize("born", ["19490230", "19491301", "00000101", "20261125"])
def test_a_birth_date_that_is_none_or_is_to_come_is_refused(born: str) -> None:
    with pytest.raises(NotAnIdNumber):
        read(number=number_of(born))


@pytest.mark.parametrize(
    ("born", "first_day"),
    [("20081124", date(2026, 11, 24)), ("20080229", date(2026, 3, 1)), ("20081231", date(2026, 12, 31))],
)
def test_credit_begins_on_the_eighteenth_birthday(born: str, first_day: date) -> None:
    read(number=number_of(born), today=first_day)
    with pytest.raises(TooYoung) as refusal:
        read(number=number_of(born), today=date.fromordinal(first_day.toordinal() - 1))
    assert refusal.value.facts == {"years": 18}


def test_a_mistyped_birth_year_is_told_as_a_mistyped_number() -> None:
    with pytest.raises(NotAnIdNumber):
        read(number="11010520191231002X")


@pytest.mark.parametrize("name", ["林小满", "欧阳〇", "𠮷田", "迪丽热巴·迪力木拉提", "Anna-Maria O'Neill"])
def test_names_as_cards_write_them(name: str) -> None:
    assert read(name=f" {name} ").name == name


def test_the_dots_of_different_keyboards_are_one_dot() -> None:
    assert {read(name=f"迪丽热巴{dot}迪力木拉提").name for dot in "·•・‧"} == {"迪丽热巴·迪力木拉提"}


@pytest.mark.parametrize("name", ["", "林1", "林·", "林\n小满", "<b>林</b>", "林" * 21, "x", "·".join(["林" * 20] * 4)])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(NotAName):
        read(name=name)
