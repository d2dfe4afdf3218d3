"""A code by SMS, and the log-in that it opens."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from anqi.actions import sessions
from anqi.notices.models import Message
from anqi.people import addresses, codes, phones
from anqi.people.codes import TooManyCodes, WrongCode
from anqi.people.models import Borrower, LoginCode, PhoneEntry, User
from anqi.people.phones import NotAPhone
from anqi.rows.days import SHANGHAI
from tests.people.at_once import at_once

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
LIN, ZHOU = "13800006021", "13800006022"
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def ask(phone: str = LIN, *, at: datetime = NOW, language: str = "zh-hans", address: str | None = None) -> str:
    """Asks for a code, and reads it as the person does: in the newest message to that phone."""
    sessions.send_code(phone=phone, language=language, now=at, address=address)
    texts = [each.text for each in Message.objects.order_by("-created_at") if each.phone.endswith(phone)]
    found = re.search(r"[0-9]{6}", texts[0])
    assert found
    return found[0]


def enter(code: str, phone: str = LIN, *, at: datetime = NOW) -> UUID:
    return sessions.sign_in(phone=phone, code=code, language="zh-hans", now=at)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@pytest.mark.django_db
def test_the_first_log_in_registers_and_the_next_one_finds_the_same_borrower() -> None:
    lin = enter(ask())
    assert User.objects.get(id=lin).kind == User.Kind.BORROWER
    assert Borrower.objects.get(id=lin).phone == "+8613800006021"
    assert enter(ask(at=NOW + MINUTE), "+86 138-0000-6021", at=NOW + MINUTE) == lin
    assert enter(ask(ZHOU), ZHOU) != lin
    assert User.objects.count() == Borrower.objects.count() == 2


@pytest.mark.django_db
def test_a_borrower_has_no_password_that_could_be_guessed() -> None:
    user = User.objects.get(id=enter(ask()))
    assert not user.has_usable_password()
    assert user.email is None


@pytest.mark.django_db
def test_a_code_opens_once() -> None:
    code = ask()
    enter(code)
    with pytest.raises(WrongCode):
        enter(code)


@pytest.mark.django_db
def test_a_code_lives_five_minutes() -> None:
    code = ask()
    with pytest.raises(WrongCode):
        enter(code, at=NOW + 5 * MINUTE)
    enter(code, at=NOW + 5 * MINUTE - SECOND)


@pytest.mark.django_db
def test_only_the_newest_code_counts() -> None:
    old, new = ask(), ask(at=NOW + MINUTE)
    if old != new:
        with pytest.raises(WrongCode):
            enter(old, at=NOW + MINUTE)
    enter(new, at=NOW + MINUTE)


@pytest.mark.django_db
def test_a_code_opens_no_other_phone() -> None:
    code = ask()
    while ask(ZHOU) == code:
        LoginCode.objects.filter(attempts=0).latest("sent_at").delete()
    with pytest.raises(WrongCode):
        enter(code, ZHOU)
    assert not Borrower.objects.exists()


@pytest.mark.django_db
def test_a_code_that_somebody_moves_to_another_phone_in_the_database_opens_nothing() -> None:
    code = ask()
    LoginCode.objects.update(phone_hash=phones.fingerprint("+8613800006022"))
    with pytest.raises(WrongCode):
        enter(code, ZHOU)


@pytest.mark.django_db
def test_five_attempts_are_counted_although_they_are_refused() -> None:
    code = ask()
    for _ in range(5):
        with pytest.raises(WrongCode):
            enter(wrong(code))
    assert LoginCode.objects.get().attempts == 5
    with pytest.raises(WrongCode):
        enter(code)


@pytest.mark.django_db
def test_the_fifth_attempt_may_be_the_right_one() -> None:
    code = ask()
    for _ in range(4):
        with pytest.raises(WrongCode):
            enter(wrong(code))
    enter(code)


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "%", "' or 1=1"])
def test_what_is_no_code_is_wrong(typed: str) -> None:
    ask()
    with pytest.raises(WrongCode):
        enter(typed)


@pytest.mark.django_db
def test_without_a_code_nobody_comes_in() -> None:
    with pytest.raises(WrongCode):
        enter("000000")
    with pytest.raises(NotAPhone):
        enter("000000", "12345")
    assert not PhoneEntry.objects.exists()


@pytest.mark.django_db
def test_the_next_code_is_sent_after_a_minute() -> None:
    ask()
    with pytest.raises(TooManyCodes) as refusal:
        ask(at=NOW + MINUTE - SECOND)
    assert refusal.value.facts == {"again_at": NOW + MINUTE}
    ask(at=NOW + MINUTE)


@pytest.mark.django_db
def test_ten_codes_a_day_and_the_eleventh_when_the_first_is_a_day_old() -> None:
    for n in range(10):
        ask(at=NOW + n * MINUTE)
    with pytest.raises(TooManyCodes) as refusal:
        ask(at=NOW + 20 * MINUTE)
    assert refusal.value.facts == {"again_at": NOW + timedelta(days=1)}
    ask(at=NOW + timedelta(days=1))
    ask(ZHOU, at=NOW + 20 * MINUTE)


@pytest.mark.django_db
def test_an_address_that_asks_for_many_phones_is_refused() -> None:
    for n in range(addresses.AN_HOUR):
        ask(f"138000070{n:02}", address="203.0.113.9")
    with pytest.raises(TooManyCodes):
        ask(LIN, address="203.0.113.9")
    ask(LIN, address="203.0.113.10")


@pytest.mark.django_db
def test_a_number_that_is_none_costs_its_address_nothing() -> None:
    for _ in range(addresses.AN_HOUR + 1):
        with pytest.raises(NotAPhone):
            sessions.send_code(phone="1", language="en", now=NOW, address="203.0.113.9")
    ask(LIN, address="203.0.113.9")


@pytest.mark.django_db
def test_a_known_phone_and_an_unknown_one_are_answered_alike() -> None:
    enter(ask())
    before = Message.objects.count()
    known = sessions.send_code(phone=LIN, language="zh-hans", now=NOW + MINUTE)  # type: ignore[func-returns-value]
    unknown = sessions.send_code(phone=ZHOU, language="zh-hans", now=NOW + MINUTE)  # type: ignore[func-returns-value]
    assert known is unknown is None
    assert Message.objects.count() == before + 2


@pytest.mark.django_db
def test_neither_phone_nor_code_can_be_read_in_the_database() -> None:
    code = ask()
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(m::text, '') from notices_message m")
        [(messages,)] = cursor.fetchall()
        cursor.execute("select string_agg(c::text, '') from people_login_code c")
        [(kept,)] = cursor.fetchall()
    for readable in (code, LIN, "按期", code.encode().hex(), LIN.encode().hex()):
        assert readable not in messages + kept


@pytest.mark.django_db
def test_the_message_ends_with_the_code_and_speaks_the_language_asked_for() -> None:
    sessions.send_code(phone=LIN, language="en", now=NOW)
    message = Message.objects.get()
    assert message.text.startswith("【按期】Your login code is ")
    assert message.expires_at == NOW + codes.LIFE


def test_two_who_enter_the_same_code_at_once_are_one_borrower_and_one_log_in(clone_database: str) -> None:
    code = ask()
    ends = at_once(*[lambda: enter(code)] * 4)
    assert sorted(type(end).__name__ for end in ends) == ["UUID", "WrongCode", "WrongCode", "WrongCode"]
    assert Borrower.objects.count() == PhoneEntry.objects.count() == User.objects.count() == 1


def test_guesses_at_once_are_all_counted(clone_database: str) -> None:
    code = ask()
    ends = at_once(*[lambda: enter(wrong(code))] * 8)
    assert {type(end) for end in ends} == {WrongCode}
    assert LoginCode.objects.get().attempts == codes.ATTEMPTS


def test_two_who_ask_at_once_get_one_code(clone_database: str) -> None:
    ends = at_once(*[lambda: sessions.send_code(phone=LIN, language="en", now=NOW)] * 4)  # type: ignore[func-returns-value]
    assert sorted(type(end).__name__ for end in ends) == ["NoneType", *["TooManyCodes"] * 3]
    assert LoginCode.objects.count() == Message.objects.count() == 1
