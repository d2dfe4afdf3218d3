"""Messages and webhooks that are due: sent until they are taken, once for the receiver, and given up in the end."""

import asyncio
import base64
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from anqi.actions import notices
from anqi.actions.notices import at_once as servers
from anqi.lending.models import Merchant
from anqi.notices import messages, texts, webhooks
from anqi.notices.models import Message, Webhook, WebhookTry
from anqi.people.models import Borrower
from anqi.rows.days import SHANGHAI
from mall import webhooks as shop
from tests.people.at_once import at_once
from tests.people.post_office import CUT, PostOffice, open_office
from tests.planting import plant_borrower
from tests.sandbox.sandbox_stand import Sandbox

NOW = datetime(2026, 11, 24, 9, tzinfo=SHANGHAI)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PHONE = "+8613800006021"
ACCEPTED = (200, b'{"message_id": "S-1", "status": "accepted"}')
SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with open_office() as office:
        office.answers = [ACCEPTED]
        yield office


@pytest.fixture
def gateway(office: PostOffice, tmp_path: Path, settings: Any) -> PostOffice:
    (tmp_path / "secret").write_text("the key")
    settings.ANQI_SMS = {"url": office.url, "secret_file": str(tmp_path / "secret")}
    return office


def enqueue(template: str = "order_lapsed", **more: Any) -> UUID:
    text = texts.write(template, language="zh-hans", merchant="青禾数码", code="204618")
    return messages.enqueue(borrower_id=None, phone=PHONE, template=template, text=text, now=NOW, **more)


def out_ids(office: PostOffice) -> list[str]:
    return [json.loads(body)["out_id"] for _, body in office.received]


# Messages


@pytest.mark.django_db
def test_a_message_that_is_due_is_sent_once(gateway: PostOffice) -> None:
    sent = enqueue()
    assert notices.send_due(now=NOW) == 1
    message = Message.objects.get(id=sent)
    assert (message.state, message.sent_at, message.proof, message.tries) == ("sent", NOW, "S-1", 1)
    assert notices.send_due(now=NOW + HOUR) == 0
    assert out_ids(gateway) == [sent.hex]


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "said"), [("zh-hans", "收到你的还款 ¥533.09"), ("en", "your payment of ¥533.09")])
def test_what_is_announced_is_written_and_addressed_when_it_is_sent(
    gateway: PostOffice, language: str, said: str
) -> None:
    who = plant_borrower(PHONE, now=NOW)
    Borrower.objects.filter(id=who).update(language=language)
    messages.announce(borrower_id=who, template="payment_received", words={"amount": "¥533.09"}, now=NOW)
    assert notices.send_due(now=NOW) == 1
    sent = json.loads(gateway.received[0][1])
    assert sent["phone"] == PHONE
    assert said in sent["text"]
    assert said in str(Message.objects.get().text), "the proof of what was sent"


@pytest.mark.django_db
def test_what_is_announced_is_not_sent_a_day_late(gateway: PostOffice) -> None:
    who = plant_borrower(PHONE, now=NOW)
    messages.announce(borrower_id=who, template="payment_received", words={"amount": "¥533.09"}, now=NOW)
    assert notices.send_due(now=NOW + 24 * HOUR) == 1
    assert (Message.objects.get().state, gateway.received) == ("failed", [])


@pytest.mark.django_db
def test_a_login_codes_text_is_blanked_however_it_ends(gateway: PostOffice) -> None:
    enqueue("login_code"), enqueue("login_code", expires_at=NOW), enqueue()
    gateway.answers = [ACCEPTED, (422, b""), ACCEPTED]
    notices.send_due(now=NOW)
    kept = {(each.template, each.text != "") for each in Message.objects.all()}
    assert kept == {("login_code", False), ("order_lapsed", True)}


@pytest.mark.django_db
def test_what_is_late_is_not_sent_any_more(gateway: PostOffice) -> None:
    enqueue("login_code", expires_at=NOW + 5 * MINUTE), enqueue()
    assert notices.send_due(now=NOW + 5 * MINUTE) == 2
    assert {(each.template, each.state, each.why) for each in Message.objects.all()} == {
        ("login_code", "failed", "expired"), ("order_lapsed", "sent", "")
    }  # fmt: skip
    enqueue()
    notices.send_due(now=NOW + 24 * HOUR)
    assert Message.objects.filter(why="expired").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("trouble", [(500, b""), (200, b"<html>"), (429, b""), (CUT, b"")])
def test_an_unclear_answer_is_asked_again_under_the_same_key(
    gateway: PostOffice, trouble: tuple[int, bytes]
) -> None:
    sent = enqueue()
    gateway.answers = [trouble, trouble, ACCEPTED]
    assert [notices.send_due(now=NOW + wait * SECOND) for wait in (0, 4, 5, 19, 20)] == [1, 0, 1, 0, 1]
    assert out_ids(gateway) == [sent.hex] * 3
    message = Message.objects.get()
    assert (message.state, message.tries) == ("sent", 3)


@pytest.mark.django_db
def test_without_a_gateway_messages_wait_until_they_are_late(settings: Any) -> None:
    settings.ANQI_SMS = None
    enqueue()
    now, tries = NOW, 0
    while now < NOW + 23 * HOUR:
        tries += notices.send_due(now=now)
        now += 5 * MINUTE
    message = Message.objects.get()
    assert (message.state, message.why) == ("waiting", "no gateway is configured")
    assert 20 < tries < 40
    notices.send_due(now=NOW + 25 * HOUR)
    assert Message.objects.get().state == "failed"


def test_a_sender_killed_before_it_noted_sends_again_under_the_same_key(
    gateway: PostOffice, clone_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = enqueue()
    with monkeypatch.context() as patched:

        def die(*_: object, **__: object) -> None:
            raise Killed

        patched.setattr(messages, "mark_sent", die)
        with pytest.raises(Killed):
            notices.send_due(now=NOW)
    assert notices.send_due(now=NOW + messages.LEASE - SECOND) == 0
    assert notices.send_due(now=NOW + messages.LEASE) == 1
    assert out_ids(gateway) == [sent.hex] * 2
    assert Message.objects.get().state == "sent"


def test_two_senders_at_once_send_each_message_once(gateway: PostOffice, clone_database: str) -> None:
    sent = {enqueue().hex for _ in range(40)}
    ends = at_once(*[lambda: notices.send_due(now=NOW)] * 3)
    assert sum(map(int, map(str, ends))) == 40
    assert sorted(out_ids(gateway)) == sorted(sent)
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}


@pytest.mark.django_db
def test_a_sender_that_slept_through_its_lease_undoes_nothing() -> None:
    enqueue()
    [asleep] = messages.lease_due(now=NOW, limit=1)
    [awake] = messages.lease_due(now=NOW + messages.LEASE, limit=1)
    messages.mark_sent(awake, proof="S-1", now=NOW + MINUTE)
    messages.postpone(asleep, why="TimeoutError", now=NOW + 2 * MINUTE)
    messages.mark_failed(asleep, why="http_422")
    message = Message.objects.get()
    assert (message.state, message.proof, message.next_try_at) == ("sent", "S-1", None)


@pytest.mark.django_db
def test_no_more_are_sent_than_asked_for(gateway: PostOffice) -> None:
    for _ in range(20):
        enqueue()
    assert [notices.send_due(now=NOW, limit=limit) for limit in (1, 17, 5, 5)] == [1, 17, 2, 0]


@pytest.mark.django_db
def test_a_slow_gateway_holds_up_a_batch_only_as_long_as_one_message(gateway: PostOffice) -> None:
    gateway.silent_seconds = 0.5
    for _ in range(16):
        enqueue()
    began = datetime.now(SHANGHAI)
    assert notices.send_due(now=NOW) == 16
    assert (datetime.now(SHANGHAI) - began).total_seconds() < 6


# The sandbox's gateway


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    running = Sandbox(tmp_path_factory.mktemp("sandbox"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NO_PROXY", "127.0.0.1")
        running.start()
        yield running
        running.stop()


@pytest.fixture
def real_gateway(sandbox: Sandbox, settings: Any) -> Iterator[Sandbox]:
    settings.ANQI_SMS = {"url": f"{sandbox.url}/sms/send", "secret_file": str(sandbox.home / "sms_secret")}
    # The gateway's business clock stands where ours does, as when both read one clock file.
    sandbox.shift_clock(int((NOW - datetime.now(SHANGHAI)).total_seconds()))
    yield sandbox
    sandbox.http.delete("/_control/faults")
    sandbox.shift_clock(0)


def on_the_phone(sandbox: Sandbox, phone: str) -> list[str]:
    found = sandbox.http.get("/_control/sms", params={"phone": phone}).json()["messages"]
    return [message["text"] for message in found]


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [None, "lost_before", "lost_after", "http_500"])
def test_the_person_gets_one_message_whatever_happens_on_the_way(
    real_gateway: Sandbox, fault: str | None
) -> None:
    phone = f"+86138{uuid4().int % 10**8:08}"
    if fault:
        real_gateway.fault(fault, channel="sms", next=1)
    messages.enqueue(borrower_id=None, phone=phone, template="login_code", text="【按期】204618", now=NOW)
    assert notices.send_due(now=NOW) == 1
    assert notices.send_due(now=NOW + 5 * SECOND) == bool(fault)
    assert on_the_phone(real_gateway, phone) == ["【按期】204618"]
    assert Message.objects.get().state == "sent"
    assert Message.objects.get().proof


@pytest.mark.django_db
def test_what_the_gateway_finds_unfit_is_given_up(real_gateway: Sandbox) -> None:
    messages.enqueue(borrower_id=None, phone="+8521", template="login_code", text="【按期】", now=NOW)
    notices.send_due(now=NOW)
    message = Message.objects.get()
    assert (message.state, message.why) == ("failed", "http_422")


# Webhooks


def plant_shop(url: str, *, code: str = "qinghe", secret: str | None = SECRET) -> UUID:
    merchant = Merchant.objects.create(
        code=code, name="青禾数码", webhook_url=url, webhook_secret=secret, created_at=NOW
    )
    return merchant.id


def announce(merchant_id: UUID, *, number: str = "QH-1") -> UUID:
    return webhooks.enqueue(
        merchant_id=merchant_id, kind="order.shipped", subject_id=uuid4(), body={"order_number": number}, now=NOW
    )


@pytest.mark.django_db
def test_an_event_reaches_the_shop_signed_and_once(office: PostOffice) -> None:
    event = announce(plant_shop(office.url))
    assert notices.deliver_webhooks(now=NOW + SECOND) == 1
    [(headers, body)] = office.received
    shop.verify(headers=headers, body=body, secret=SECRET, now=NOW)
    assert headers["webhook-id"] == str(event)
    assert json.loads(body) == {
        "type": "order.shipped", "timestamp": NOW.isoformat(), "data": {"order_number": "QH-1"}
    }  # fmt: skip
    webhook = Webhook.objects.get()
    assert (webhook.state, webhook.delivered_at, webhook.tries) == ("delivered", NOW + SECOND, 1)
    assert WebhookTry.objects.values_list("status", "why").get() == (200, "")
    assert notices.deliver_webhooks(now=NOW + HOUR) == 0


@pytest.mark.django_db
def test_a_shop_that_never_takes_it_is_tried_nine_times_and_given_up(office: PostOffice) -> None:
    office.answers = [(500, b"")]
    event = announce(plant_shop(office.url))
    now = NOW
    for wait in (5, 60, 300, 1800, 7200, 21600, 43200, 86400):
        assert notices.deliver_webhooks(now=now) == 1
        now += timedelta(seconds=wait)
        assert notices.deliver_webhooks(now=now - SECOND) == 0
        assert Webhook.objects.get().state == "waiting"
    assert notices.deliver_webhooks(now=now) == 1
    assert (Webhook.objects.get().state, Webhook.objects.get().next_try_at) == ("given_up", None)
    assert notices.deliver_webhooks(now=now + 1000 * HOUR) == 0
    assert list(WebhookTry.objects.values_list("status", flat=True)) == [500] * 9
    assert {headers["webhook-id"] for headers, _ in office.received} == {str(event)}
    assert len({headers["webhook-signature"] for headers, _ in office.received}) == 9


@pytest.mark.django_db
def test_a_shop_that_recovers_gets_it(office: PostOffice) -> None:
    office.answers = [(CUT, b""), (302, b""), (204, b"")]
    announce(plant_shop(office.url))
    for wait in (0, 5, 65):
        notices.deliver_webhooks(now=NOW + wait * SECOND)
    assert Webhook.objects.get().state == "delivered"
    tries = WebhookTry.objects.order_by("at").values_list("status", "why")
    assert list(tries) == [(None, "RemoteProtocolError"), (302, ""), (204, "")]


@pytest.mark.django_db
@pytest.mark.parametrize(("url", "secret"), [("", SECRET), ("http://127.0.0.1:9/", None)])
def test_a_shop_without_an_address_or_a_secret_is_not_waited_for(url: str, secret: str | None) -> None:
    announce(plant_shop(url, secret=secret))
    announce(uuid4())
    assert notices.deliver_webhooks(now=NOW) == 2
    assert set(Webhook.objects.values_list("state", "next_try_at")) == {("given_up", None)}
    assert set(WebhookTry.objects.values_list("why", flat=True)) == {"no address"}


@pytest.mark.django_db
def test_one_shops_trouble_holds_up_no_other_shop(office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_PATIENCE_SECONDS", 4)
    with open_office() as silent:
        silent.silent_seconds = 6
        for code, url, secret in (
            ("silent", silent.url, SECRET),
            ("broken", "http://[::1", SECRET),
            ("nowhere", "http://127.0.0.1:9/", SECRET),
            ("unsigned", office.url, "whsec_不"),
        ):
            announce(plant_shop(url, code=code, secret=secret))
        good = announce(plant_shop(office.url, code="good"))
        assert notices.deliver_webhooks(now=NOW) == 5
    assert list(Webhook.objects.filter(state="delivered").values_list("id", flat=True)) == [good]
    assert Webhook.objects.filter(state="waiting", tries=1).count() == 4


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "why"),
    [("{office}", "not https"), ("https://127.0.0.1/", "private address"), ("https://localhost/", "private address")],
)
def test_production_calls_nobody_inside_the_network(
    office: PostOffice, settings: Any, url: str, why: str
) -> None:
    settings.ANQI_MODE = "production"
    announce(plant_shop(url.format(office=office.url)))
    notices.deliver_webhooks(now=NOW)
    assert WebhookTry.objects.get().why == why
    assert office.received == []


def test_a_deliverer_killed_before_it_noted_sends_again_with_the_same_id(
    office: PostOffice, clone_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = announce(plant_shop(office.url))
    with monkeypatch.context() as patched:

        def die(*_: object, **__: object) -> None:
            raise Killed

        patched.setattr(webhooks, "note", die)
        with pytest.raises(Killed):
            notices.deliver_webhooks(now=NOW)
    assert notices.deliver_webhooks(now=NOW + webhooks.LEASE - SECOND) == 0
    assert notices.deliver_webhooks(now=NOW + webhooks.LEASE) == 1
    assert [headers["webhook-id"] for headers, _ in office.received] == [str(event)] * 2
    assert Webhook.objects.get().state == "delivered"


def test_two_deliverers_at_once_send_each_event_once(office: PostOffice, clone_database: str) -> None:
    merchant = plant_shop(office.url)
    events = [str(announce(merchant, number=f"QH-{n}")) for n in range(30)]
    ends = at_once(*[lambda: notices.deliver_webhooks(now=NOW)] * 3)
    assert sum(map(int, map(str, ends))) == 30
    assert sorted(headers["webhook-id"] for headers, _ in office.received) == sorted(events)
    assert WebhookTry.objects.count() == 30


@pytest.mark.django_db
def test_a_deliverer_that_slept_through_its_lease_undoes_nothing() -> None:
    announce(plant_shop("http://127.0.0.1:9/"))
    [asleep] = webhooks.lease_due(now=NOW, limit=1)
    [awake] = webhooks.lease_due(now=NOW + webhooks.LEASE, limit=1)
    webhooks.note(awake, webhooks.Answer(status=200), now=NOW + MINUTE)
    webhooks.note(asleep, webhooks.Answer(status=None, why="TimeoutError"), now=NOW + 2 * MINUTE)
    webhook = Webhook.objects.get()
    assert (webhook.state, webhook.next_try_at) == ("delivered", None)
    assert WebhookTry.objects.count() == 2


@pytest.mark.django_db
def test_what_is_rolled_back_is_never_told(office: PostOffice) -> None:
    merchant = plant_shop(office.url)
    with pytest.raises(Killed), transaction.atomic():
        announce(merchant)
        raise Killed
    assert notices.deliver_webhooks(now=NOW) == 0


def test_answers_are_waited_for_where_a_loop_is_running_already() -> None:
    """As in a browser test, whose library runs one."""

    async def answer() -> int:
        return 7

    async def inside() -> list[int]:
        return servers.wait_for([answer(), answer()])

    assert asyncio.run(inside()) == [7, 7]
