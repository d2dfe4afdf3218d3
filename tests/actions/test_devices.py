"""Devices from which borrowers sign in: known by a value that nobody can read here, and told of when one is new."""

import re
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.core.cache import cache
from django.db import connection

from anqi.actions import sessions
from anqi.notices import device_texts
from anqi.notices.models import Message
from anqi.people import agents, devices, tries
from anqi.people.codes import WrongCode
from anqi.people.models import Device
from anqi.people.tries import TooOften
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7
from tests.people.at_once import at_once

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
LIN, ZHOU = "13800006021", "13800006022"
DAY = timedelta(days=1)
PHONE = "Mozilla/5.0 (Linux; Android 14; 2211133C) AppleWebKit/537.36 Chrome/125.0.0.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/125.0.0.0 Safari/537.36 Edg/125.0.0.0"
ONE, OTHER = devices.fingerprint("a" * 32), devices.fingerprint("b" * 32)


def enter(device: str, *, phone: str = LIN, agent: str = PHONE, at: datetime = NOW) -> UUID:
    sessions.send_code(phone=phone, language="zh-hans", now=at)
    sent = Message.objects.filter(template="login_code").order_by("-created_at")
    newest = next(each for each in sent if str(each.phone).endswith(phone))
    digits = re.search(r"[0-9]{6}", newest.text)
    assert digits
    return sessions.sign_in(
        phone=phone, code=digits[0], language="zh-hans", device=device, agent=agent, now=at + timedelta(seconds=9)
    )


def told() -> list[dict[str, str]]:
    return [each.words for each in Message.objects.filter(template="new_device")]


@pytest.mark.django_db
def test_the_first_device_is_kept_and_nobody_is_told() -> None:
    lin = enter(ONE)
    row = Device.objects.get()
    assert (row.borrower_id, row.hash, row.system, row.browser) == (lin, ONE, "android_phone", "chrome")
    assert row.first_seen_at == row.last_seen_at == NOW + timedelta(seconds=9)
    assert told() == []


@pytest.mark.django_db
def test_a_second_one_is_told_of_once_and_with_its_name() -> None:
    enter(ONE)
    enter(OTHER, agent=DESK, at=NOW + DAY)
    assert told() == [{"seen_on": "2026-11-25", "system_word": "windows", "browser_word": "edge"}]
    for n, device in enumerate((ONE, OTHER)):
        enter(device, at=NOW + (2 + n) * DAY)
    assert (len(told()), Device.objects.count()) == (1, 2)
    assert Device.objects.get(hash=OTHER).last_seen_at > NOW + 3 * DAY


@pytest.mark.django_db
def test_one_device_of_two_borrowers_is_each_of_theirs() -> None:
    lin, zhou = enter(ONE), enter(ONE, phone=ZHOU)
    assert set(Device.objects.values_list("borrower_id", "hash")) == {(lin, ONE), (zhou, ONE)}
    assert told() == []


@pytest.mark.django_db
def test_who_comes_in_without_a_device_or_with_a_wrong_code_leaves_none() -> None:
    enter("")
    with pytest.raises(WrongCode):
        sessions.sign_in(phone=LIN, code="x", language="zh-hans", device=ONE, agent=PHONE, now=NOW)
    assert not Device.objects.exists()


def test_two_sign_ins_at_once_from_one_device_leave_one(clone_database: str) -> None:
    lin = enter(OTHER)
    said = agents.read(PHONE)
    at_once(*[lambda: devices.meet(lin, ONE, said, now=NOW)] * 4)
    assert Device.objects.filter(borrower_id=lin).count() == 2


@pytest.mark.django_db
def test_being_seen_is_of_ones_own_devices_only() -> None:
    lin, zhou = enter(ONE), enter(OTHER, phone=ZHOU)
    sessions.see_device(borrower_id=lin, device=OTHER, now=NOW + DAY)
    sessions.see_device(borrower_id=lin, device=ONE, now=NOW + 2 * DAY)
    assert Device.objects.get(borrower_id=zhou).last_seen_at < NOW + DAY
    assert Device.objects.get(borrower_id=lin).last_seen_at == NOW + 2 * DAY


@pytest.mark.django_db
def test_the_value_can_not_be_read_in_the_database() -> None:
    value = devices.draw()
    assert (len(value), value == devices.draw()) == (devices.LENGTH, False)
    enter(devices.fingerprint(value))
    with connection.cursor() as cursor:
        cursor.execute("select string_agg(d::text, '') from people_device d")
        [(kept,)] = cursor.fetchall()
    assert value not in kept


@pytest.mark.parametrize(
    ("agent", "system", "browser"),
    [
        (PHONE, "android_phone", "chrome"),
        (PHONE.replace(" Mobile", ""), "android_tablet", "chrome"),
        (DESK, "windows", "edge"),
        (f"{PHONE} MicroMessenger/8.0.49", "android_phone", "wechat"),
        (f"{PHONE} AlipayClient/10.6", "android_phone", "alipay"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1", "iphone", "safari"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) CriOS/125.0 Mobile/15E148 Safari/604.1", "iphone", "chrome"),
        ("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) FxiOS/127.0 Mobile/15E148 Safari/605.1.15", "ipad", "firefox"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 Chrome/114.0 HuaweiBrowser/5.0 Mobile", "harmony", "huawei"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/17.4 Safari/605.1.15", "mac", "safari"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0", "linux", "firefox"),
        ("", "other", "other"),
        ("curl/8.5.0", "other", "other"),
    ],
)  # fmt: skip
def test_a_browser_is_known_by_two_words(agent: str, system: str, browser: str) -> None:
    assert vars(agents.read(agent)) == {"system": system, "browser": browser}


def test_every_word_is_said_in_both_languages() -> None:
    codes = {code for code, _ in (*agents._SYSTEMS, *agents._BROWSERS)} | {agents.OTHER}
    assert codes == set(device_texts.WORDS)


# How often something may be tried


@pytest.fixture
def counted() -> None:
    cache.clear()


@pytest.mark.django_db
def test_a_borrower_may_try_so_often_an_hour_and_is_told_when_again(counted: None) -> None:
    lin = uuid7()
    for n in range(tries.OF_BORROWER):
        tries.spend("apply", borrower_id=lin, address=None, now=NOW + timedelta(minutes=n))
    with pytest.raises(TooOften) as refused:
        tries.spend("apply", borrower_id=lin, address=None, now=NOW + timedelta(minutes=50))
    assert refused.value.facts == {"again_at": NOW + timedelta(hours=1)}
    tries.spend("question", borrower_id=lin, address=None, now=NOW)
    tries.spend("apply", borrower_id=uuid7(), address=None, now=NOW)


@pytest.mark.django_db
def test_all_borrowers_of_one_network_address_are_counted_together(counted: None) -> None:
    for _ in range(tries.OF_ADDRESS):
        tries.spend("apply", borrower_id=uuid7(), address="2001:db8::1", now=NOW)
    with pytest.raises(TooOften):
        tries.spend("apply", borrower_id=uuid7(), address="2001:db8::2", now=NOW)
    tries.spend("apply", borrower_id=uuid7(), address="203.0.113.9", now=NOW)
