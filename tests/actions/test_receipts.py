"""What gateways say of messages: signed, twice, late, never, in another order; and the next medium when one fails."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.test.utils import override_settings

from anqi import clock
from anqi.actions import notices
from anqi.actions.notices import following
from anqi.notices import messages
from anqi.notices.models import Message, MessageWord
from anqi.people import authority, wishes
from anqi.people.models import DEALT_WITH, StaffAct
from tests.people.post_office import PostOffice, open_office
from tests.planting import at, plant_borrower
from tests.returning import staff

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
NOW = at(date(2026, 11, 24), 10)
HOUR = timedelta(hours=1)
PHONE, MAIL = "+8613800006021", "lin@example.com"


@pytest.fixture
def office(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[PostOffice]:
    monkeypatch.setattr(clock, "now", lambda: NOW)
    with open_office() as office:
        office.answers = [(200, b'{"message_id": "G-1", "status": "accepted"}')]
        for name in ("sms", "mail"):
            (tmp_path / name).write_text(f"the {name} key")
            gateway = {"url": office.url, "secret_file": str(tmp_path / name)}
            setattr(settings, f"ANQI_{name.upper()}", gateway)
        yield office


@pytest.fixture
def lin() -> UUID:
    return plant_borrower(PHONE, now=NOW)


@pytest.fixture
def with_mail(lin: UUID) -> UUID:
    wishes.name_mail(lin, MAIL, now=NOW)
    wishes.confirm_mail(lin, MAIL, now=NOW)
    return lin


def announce(who: UUID) -> Message:
    messages.announce(borrower_id=who, template="payment_received", words={"amount": "¥533.09"}, now=NOW)
    notices.send_due(now=NOW)
    return Message.objects.get()


def say(message: Message, status: str, *, by: str = "sms", key: str = "", at: int = 0, **more: Any) -> int:
    stated = {"message_id": "G-1", "out_id": message.id.hex, "status": status, **more}
    body, stamp = json.dumps(stated).encode(), str(int(NOW.timestamp()) + at)
    signature = hmac.new((key or f"the {by} key").encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
    name = by.title()
    headers = {f"X-{name}-Timestamp": stamp, f"X-{name}-Signature": signature}
    return Client(headers=headers).post(f"/hooks/receipts/{by}", body, content_type="application/json").status_code


def state(message: Message) -> tuple[str, str]:
    message.refresh_from_db()
    return message.state, message.medium


def words() -> list[tuple[str, str]]:
    return sorted(MessageWord.objects.values_list("medium", "said"))


def bodies(office: PostOffice) -> list[dict[str, Any]]:
    return [json.loads(body) for _, body in office.received]


def test_a_receipt_is_believed_by_its_signature_alone(office: PostOffice, lin: UUID) -> None:
    message = announce(lin)
    [sent] = bodies(office)
    assert sent["receipt_url"].endswith("/hooks/receipts/sms") and message.answer_by == NOW + 6 * HOUR
    for wrong in ({"key": "guess"}, {"at": 301}, {"at": -301}, {"status": "read"}, {"out_id": "x"}):
        status = wrong.pop("status", "delivered")
        assert say(message, str(status), **wrong) == 401
    assert Client().post("/hooks/receipts/sms", b"{}", content_type="application/json").status_code == 401
    assert Client().get("/hooks/receipts/sms").status_code == 405
    assert say(message, "delivered", out_id="0" * 32) == 404, "nobody's"
    assert say(message, "delivered", by="mail") == 404, "it never went by mail"
    with override_settings(ANQI_MAIL=None):
        assert say(message, "delivered", by="mail") == 404
    assert (state(message), words()) == (("sent", "sms"), [("sms", "accepted")])
    # Twice, and contradicted afterwards: what has arrived has arrived.
    assert [say(message, each) for each in ("delivered", "delivered", "undelivered")] == [200] * 3
    message.refresh_from_db()
    assert (message.state, message.delivered_at, message.answer_by, message.proof) == ("delivered", NOW, None, "G-1")
    assert words() == [("sms", "accepted"), ("sms", "delivered"), ("sms", "undelivered")]
    assert notices.send_due(now=NOW + HOUR) == 0


def test_what_does_not_arrive_by_sms_goes_by_mail_in_the_same_words(office: PostOffice, with_mail: UUID) -> None:
    message = announce(with_mail)
    assert say(message, "undelivered") == 200
    assert state(message) == ("waiting", "mail")
    assert say(message, "undelivered") == 200
    notices.send_due(now=NOW)
    texted, letter = bodies(office)
    assert (letter["to"], letter["text"], letter["language"]) == (MAIL, texted["text"], "zh-CN")
    assert letter["subject"] == "【按期】账户通知" and letter["receipt_url"].endswith("/mail")
    # Late by SMS after all: it has arrived, and the mail's failure is nobody's matter any more.
    assert say(message, "delivered") == 200
    assert say(message, "undelivered", by="mail") == 200
    assert state(message) == ("delivered", "sms")
    assert notices.follow_up(now=NOW + 7 * HOUR, limit=100) == 0


def test_where_all_fail_the_office_has_it_and_asks_to_check(office: PostOffice, with_mail: UUID) -> None:
    message = announce(with_mail)
    say(message, "undelivered"), notices.send_due(now=NOW), say(message, "undelivered", by="mail")
    message.refresh_from_db()
    assert (message.state, message.why) == ("failed", "undelivered")
    clerk = staff()
    with pytest.raises(authority.ReasonMissing):
        notices.ask_to_check(message_id=message.id, reason=" ", actor=clerk, now=NOW)
    notices.ask_to_check(message_id=message.id, reason="电话打通了，请他查拦截", actor=clerk, now=NOW)
    notices.ask_to_check(message_id=message.id, reason="tapped twice", actor=clerk, now=NOW)
    told = Message.objects.get(template="contact_check")
    assert (told.medium, told.state, told.words) == ("app", "delivered", {"sent_on": "2026-11-24"})
    assert {each.verb for each in StaffAct.objects.all()} == {DEALT_WITH, "ask_to_check"}
    say(message, "delivered", by="mail")
    assert state(message)[0] == "delivered"
    with pytest.raises(notices.NotUndelivered):
        notices.ask_to_check(message_id=message.id, reason="again", actor=clerk, now=NOW)


def test_a_gateway_that_says_nothing_for_six_hours(office: PostOffice, with_mail: UUID) -> None:
    message = announce(with_mail)
    assert notices.follow_up(now=NOW + 6 * HOUR - timedelta(seconds=1), limit=100) == 0
    assert notices.follow_up(now=NOW + 6 * HOUR, limit=100) == 1
    assert (state(message), words()) == (("waiting", "mail"), [("sms", "accepted"), ("sms", "silent")])
    notices.send_due(now=NOW + 6 * HOUR)
    assert notices.follow_up(now=NOW + 12 * HOUR, limit=100) == 1
    # Nobody knows, and there is no other way: not a failure, and nothing that repeats.
    assert state(message) == ("sent", "mail")
    assert notices.follow_up(now=NOW + 99 * HOUR, limit=100) == 0


def test_a_receipt_that_comes_before_we_noted_what_was_sent(office: PostOffice, with_mail: UUID) -> None:
    messages.announce(borrower_id=with_mail, template="payment_received", words={"amount": "¥533.09"}, now=NOW)
    [leased] = messages.lease_due(now=NOW, limit=1)
    assert say(leased, "delivered") == 200
    messages.mark_sent(leased, proof="G-1", now=NOW)
    assert state(leased) == ("delivered", "sms")


def test_a_message_that_a_gateway_declines_goes_another_way(office: PostOffice, with_mail: UUID) -> None:
    office.answers = [(422, b""), (200, b'{"message_id": "M-1", "status": "accepted"}')]
    message = announce(with_mail)
    assert state(message) in {("waiting", "mail"), ("sent", "mail")}
    notices.send_due(now=NOW)
    assert state(message) == ("sent", "mail")


def test_a_code_does_not_wait_behind_the_morning_s_reminders(lin: UUID) -> None:
    for n in range(3):
        messages.announce(
            borrower_id=lin, template="debit_excused", words={"until_on": date(2026, 12, n + 1)}, now=NOW - HOUR
        )
    messages.enqueue(borrower_id=lin, phone=PHONE, template="login_code", text="【按期】204618", now=NOW)
    assert [each.template for each in messages.lease_due(now=NOW, limit=2)] == ["login_code", "debit_excused"]


def test_codes_are_followed_by_nobody(office: PostOffice, with_mail: UUID) -> None:
    text = {"template": "login_code", "text": "【按期】204618"}
    messages.enqueue(borrower_id=with_mail, phone=PHONE, now=NOW, **text)
    notices.send_due(now=NOW)
    message = Message.objects.get()
    assert "receipt_url" not in bodies(office)[0] and message.answer_by is None
    assert say(message, "undelivered") == 200
    assert (state(message), words()) == (("sent", "sms"), [("sms", "accepted")])


def test_a_borrower_who_wants_no_sms_is_reminded_by_mail_only(office: PostOffice) -> None:
    by_mail = wishes.Wishes(by_sms=False, by_mail=True, mail=MAIL)
    assert following.media_of("reminder_due", by_mail) == ("mail",)
    assert following.media_of("reminder_due", wishes.Wishes(by_sms=False)) == ()
    assert following.media_of("debit_coming", by_mail) == ("sms", "mail"), "what is taken must be known"
    assert following.media_of("login_code", by_mail) == ()
    with override_settings(ANQI_MAIL=None):
        assert following.media_of("reminder_due", by_mail) == ()
