"""References of transfers: short, proved by their last character, and found in whatever a payer writes around them."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from anqi.payments.channels import bank
from anqi.payments.channels.bank import reference, references_in
from anqi.payments.channels.protocol import Accepted, BadSignature, Closed, Transfer
from anqi.payments.numbers import number_for
from tests.channels.cashier import ordered, raw

STATED = {"account_name": "青禾消费金融有限公司", "account_number": "110060149012345678901", "bank_name": "交通银行北京分行"}
KEY = "aq0c5qk1e2m9x4t7z3r8w6b2n5v"
_keys = some.integers(0, 2**128 - 1).map(lambda value: number_for("aq", UUID(int=value)))


def test_a_charge_is_an_account_and_a_reference() -> None:
    result = bank.connect(STATED).charge(ordered(KEY))
    assert isinstance(result, Accepted)
    assert result.action == Transfer(
        account_name=STATED["account_name"], account_number=STATED["account_number"], bank="交通银行北京分行",
        reference="AQ8W6B2N5VT",
    )  # fmt: skip


def test_nobody_is_asked_and_nobody_knocks() -> None:
    channel, opened_at = bank.connect(STATED), ordered(KEY).opened_at
    assert channel.query(KEY, opened_at=opened_at) == Accepted()
    assert channel.close(KEY, opened_at=opened_at) == Closed()
    assert channel.query_refund("ar1", charge_key=KEY, opened_at=opened_at) == Accepted()
    assert channel.life == timedelta(days=3)
    with pytest.raises(BadSignature):
        channel.parse_notification(raw(b"reference=AQ8W6B2N5VT"))


@given(_keys)
def test_it_is_found_again_in_what_people_write(key: str) -> None:
    told = reference(key)
    assert len(told) == 11
    for written in (told, told.lower(), f"还款{told}谢谢", f"{told[:4]} {told[4:8]}-{told[8:]}", f"按期:{told};9月"):
        assert references_in(written) == (told,), written


@pytest.mark.parametrize("written", ["aq8w6b2n5vt", "ＡＱ８Ｗ６Ｂ２Ｎ５ＶＴ", "附言：AQ8W6 B2N5 VT 李四"])
def test_wide_letters_and_spaces_are_no_matter(written: str) -> None:
    assert references_in(written) == ("AQ8W6B2N5VT",)


def test_letters_that_look_like_digits_are_those() -> None:
    told = reference("aq00000000000000000" + "o10il1x2")
    assert not set("OIL") & set(told)
    assert references_in(told.replace("0", "O").replace("1", "l")) == (told,)


@given(_keys, some.integers(2, 10), some.sampled_from("0123456789ABCDEFGHJKMNPQRSTUVWXYZ"))
def test_one_wrong_letter_is_noticed(key: str, place: int, typed: str) -> None:
    told = reference(key)
    wrong = told[:place] + typed + told[place + 1 :]
    assert references_in(wrong) == ((told,) if typed == told[place] else ())


@given(_keys, some.integers(2, 9))
def test_two_neighbours_exchanged_are_noticed(key: str, place: int) -> None:
    told = reference(key)
    wrong = told[:place] + told[place + 1] + told[place] + told[place + 2 :]
    assert references_in(wrong) == ((told,) if wrong == told else ())


def test_several_references_are_all_found_once() -> None:
    first, second = (reference(number_for("aq", UUID(int=3**70 + n))) for n in (1, 2))
    assert references_in(f"{first} {second} {first}") == (first, second)
    assert references_in("工资 2026年11月") == ()
