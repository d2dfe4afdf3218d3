"""How agreements to be debited are signed, found and ended at Alipay, with the sandbox at the other end."""

import json
import os
import subprocess
import sys
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from django.test import Client

from anqi.jobs import drains
from anqi.payments import channels, news
from anqi.payments.channels import alipay
from anqi.payments.channels.alipay import Alipay, gateway
from anqi.payments.channels.protocol import (
    Accepted,
    AnnounceRequest,
    BadSignature,
    Closed,
    DatedMandateChannel,
    DebitRules,
    Failed,
    MandateChannel,
    MandateFound,
    NotFound,
    NotOurs,
    Result,
    Unknown,
    Unreadable,
)
from anqi.payments.models import Inbox
from anqi.rows.days import SHANGHAI
from sandbox.alipay.agreement_catalogue import (
    AGREEMENT_QUERY_FAULTS,
    MOVING_FAULTS,
    SIGNING_FAULTS,
    UNSIGN_FAULTS,
)
from sandbox.alipay.catalogue import AGREEMENT_NOTIFY_FAULTS
from tests.channels.cashier import NOTIFY_URL, Cashier, raw
from tests.channels.signer import RETURN_URL, SCENE, SINGLE_MINOR, Signer, address, asked, soon
from tests.channels.test_alipay_charges import BROKEN_ANSWERS
from tests.sandbox.sandbox_stand import APP_ID, Merchant, Sandbox, wait_until

QUERY, UNSIGN = "alipay.user.agreement.query", "alipay.user.agreement.unsign"
MOVE = "alipay.user.agreement.executionplan.modify"
DAY = 86400
# Fault: which of the messages is believed, in the order in which they come, and whether about our key.
BENT_NOTICES: dict[str, list[type[Exception] | bool]] = {
    "duplicate": [True, True],
    "duplicate_at_once": [True],
    "late": [True],
    "before_response": [True],
    "never": [True],
    "wrong_signature": [BadSignature],
    "altered_order": [False],
    "altered_app": [NotOurs],
    "replay": [True, False],
    "replay_old": [True, True],
    "notice_other_key": [BadSignature],
    "notice_unsigned": [BadSignature],
    "clock_ahead": [True],
    "clock_behind": [True],
}


@pytest.fixture
def signing(stated: dict[str, str]) -> Alipay:
    """The channel with a scene to sign for."""
    return alipay.connect(stated | {"sign_scene": SCENE})


@pytest.fixture
def signer(sandbox: Sandbox, signing: Alipay) -> Signer:
    return Signer(sandbox=sandbox, ali=signing)


def answered(ali: Alipay, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """From now on each good answer has these fields, signed by Alipay."""
    ask = gateway.ask

    def changed(*about: Any, **outer: str) -> Any:
        answer = ask(*about, **outer)
        assert isinstance(answer, dict)
        return {name: value for name, value in (answer | changes).items() if value is not None}

    monkeypatch.setattr(gateway, "ask", changed)


def test_it_is_a_channel_of_agreements(signing: Alipay) -> None:
    assert isinstance(signing, MandateChannel)
    assert isinstance(signing, DatedMandateChannel)


def test_an_agreement_is_signed_on_alipay_s_page(signer: Signer, key: str) -> None:
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    address(signer.ali.sign_mandate(asked(key)))
    # Nothing was sent: Alipay hears of it when the page is opened.
    assert signer.ali.query_mandate(key) == NotFound()
    signer.open(key)
    assert signer.ali.query_mandate(key) == Accepted()
    found = signer.sign(key, buyer="zhou")
    told = signer.told(key)
    assert found == MandateFound(
        ref=told["agreement_no"], account="zho***@example.com", signed_at=found.signed_at, ends_on=None,
        limit_minor=SINGLE_MINOR, next_on=soon(),
    )  # fmt: skip
    assert before <= found.signed_at <= datetime.now(SHANGHAI)
    assert found.signed_at.utcoffset() == timedelta(hours=8)
    assert told["agreement_no"] not in repr(found)


@pytest.mark.parametrize(
    ("more", "period"),
    [
        (
            {"every": "month", "times": 12, "first_on": date(2099, 1, 28)},
            {"period_type": "MONTH", "period": 1, "execute_time": "2099-01-28", "total_payments": 12},
        ),
        (
            {"first_on": soon(3), "times": 12},
            {"period_type": "DAY", "period": 7, "execute_time": soon(3).isoformat(), "total_payments": 1},
        ),
        (
            {"first_on": soon(45)},
            {"period_type": "DAY", "period": 45, "execute_time": soon(45).isoformat(), "total_payments": 1},
        ),
    ],
    ids=["monthly", "once and soon", "once and later"],
)
def test_what_the_wire_says(
    signer: Signer, stated: dict[str, str], key: str, more: dict[str, Any], period: dict[str, Any]
) -> None:
    url = address(signer.ali.sign_mandate(asked(key, **more)))
    assert url.startswith(f"{stated['gateway']}?")
    fields = dict(parse_qsl(urlsplit(url).query))
    assert (fields["method"], fields["app_id"]) == ("alipay.user.agreement.page.sign", APP_ID)
    assert (fields["return_url"], fields["notify_url"]) == (RETURN_URL, NOTIFY_URL)
    assert json.loads(fields["biz_content"]) == {
        "product_code": "CYCLE_PAY_AUTH",
        "personal_product_code": "CYCLE_PAY_AUTH_P",
        "sign_scene": SCENE,
        "external_agreement_no": key,
        "access_params": {"channel": "ALIPAYAPP"},
        "period_rule_params": {"single_amount": "600.00", **period},
    }
    # The stand-in, which takes no field that it doesn't know, takes it.
    signer.open(key, **more)


def test_a_month_lacks_no_agreed_day(signing: Alipay, key: str) -> None:
    with pytest.raises(AssertionError, match="some month lacks"):
        signing.sign_mandate(asked(key, every="month", first_on=date(2099, 1, 29)))
    address(signing.sign_mandate(asked(key, first_on=date(2099, 1, 29))))


def test_without_a_scene_nothing_is_signed(ali: Alipay, key: str) -> None:
    with pytest.raises(AssertionError, match="ANQI_ALIPAY_SIGN_SCENE"):
        ali.sign_mandate(asked(key))


def test_no_fault_of_an_agreement_is_forgotten() -> None:
    tried = {
        "agreement_low_limit", "agreement_expires", "agreement_ended", "agreement_unseen", "agreement_temp",
        "agreement_ends_late", "agreement_never_ends", "agreement_day_refused",
    }  # fmt: skip
    # How a plan moves is seen by its debits.
    known = {fault.name for fault in (*SIGNING_FAULTS, *AGREEMENT_QUERY_FAULTS, *UNSIGN_FAULTS, *MOVING_FAULTS)}
    assert known == tried | {"agreement_plan_moves"}
    assert {fault.name for fault in AGREEMENT_NOTIFY_FAULTS} == set(BENT_NOTICES)


def test_what_the_payer_refused_or_left_is_not_there(sandbox: Sandbox, signer: Signer, key: str) -> None:
    signer.open(key)
    sandbox.http.post(f"{signer.told(key)['sign_path']}/refuse")
    assert signer.ali.query_mandate(key) == NotFound()
    signer.open(f"{key}b")
    sandbox.shift_clock(1800)
    assert signer.ali.query_mandate(f"{key}b") == NotFound()


def test_a_limit_is_what_alipay_says(sandbox: Sandbox, signer: Signer, key: str) -> None:
    sandbox.fault("agreement_low_limit", order=key)
    assert signer.sign(key).limit_minor == SINGLE_MINOR // 2


def test_what_was_signed_for_a_time_ends_on_a_day(sandbox: Sandbox, signing: Alipay, key: str) -> None:
    """Ours are signed for none; Alipay may know better."""
    fields = dict(parse_qsl(urlsplit(address(signing.sign_mandate(asked(key)))).query))
    biz = json.loads(fields["biz_content"]) | {"sign_validity_period": "30d"}
    query = signing._sdk.client_api(fields["method"], biz)
    sandbox.control("alipay/sign", url=f"{signing._sdk._gateway}?{query}")
    found = signing.query_mandate(key)
    assert isinstance(found, MandateFound)
    assert found.ends_on == soon(30)


def test_a_query_that_does_not_see_it_yet(sandbox: Sandbox, signer: Signer, key: str) -> None:
    signer.sign(key)
    sandbox.fault("agreement_unseen", order=key, next=1)
    assert signer.ali.query_mandate(key) == NotFound()
    sandbox.fault("agreement_temp", order=key, next=1)
    assert signer.ali.query_mandate(key) == Accepted()
    assert isinstance(signer.ali.query_mandate(key), MandateFound)


@pytest.mark.parametrize("way", ["page", "fault"])
def test_the_payer_s_end(sandbox: Sandbox, signer: Signer, key: str, way: str) -> None:
    if way == "fault":
        sandbox.fault("agreement_ended", order=key)
    signer.sign(key)
    if way == "fault":
        sandbox.shift_clock(DAY)
    else:
        signer.end(key)
    assert signer.ali.query_mandate(key) == Failed(reason="ended_by_payer", code="STOP")


def test_a_silent_end(sandbox: Sandbox, signer: Signer, key: str) -> None:
    sandbox.fault("agreement_expires", order=key)
    signer.sign(key)
    sandbox.shift_clock(DAY)
    ended = signer.ali.query_mandate(key)
    assert isinstance(ended, Failed)
    assert (ended.reason, ended.code) == ("expired", "STOP")
    assert ended.at
    assert ended.at.date() == soon(1)
    assert len(signer.bodies(key)) == 1


def test_our_end_is_taken_and_comes_later(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(key).ref
    sandbox.fault("agreement_ends_late", order=key, next=1)
    assert signer.ali.end_mandate(key, ref=ref, why="paid off") == Accepted(ref=ref)
    assert isinstance(signer.ali.query_mandate(key), MandateFound)
    sandbox.shift_clock(601)
    wait_until(lambda: isinstance(signer.ali.query_mandate(key), Failed))
    # As often as it is asked for: what has ended has ended.
    assert signer.ali.end_mandate(key, ref=ref, why="paid off") == Closed()
    assert signer.ali.end_mandate(key, ref=ref, why="paid off") == Closed()


def test_our_end_without_any_fault_is_soon(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(key).ref
    assert signer.ali.end_mandate(key, ref=ref, why="") in (Accepted(ref=ref), Closed())
    sandbox.shift_clock(2)
    assert signer.ali.end_mandate(key, ref=ref, why="") == Closed()


def test_an_end_that_never_comes_is_not_believed(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(key).ref
    sandbox.fault("agreement_never_ends", order=key)
    for _ in range(2):
        assert signer.ali.end_mandate(key, ref=ref, why="") == Accepted(ref=ref)
        sandbox.shift_clock(DAY)


def moved_to(signer: Signer, key: str, ref: str, to: date) -> date | None:
    found = signer.ali.move_mandate(key, ref=ref, to=to)
    assert isinstance(found, MandateFound)
    return found.next_on


def test_the_day_of_the_next_debit_is_moved_on(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(key).ref
    to = date(2099, 1, 12)
    assert moved_to(signer, key, ref, to) == to
    # Never back, and what was moved there is there.
    assert moved_to(signer, key, ref, date(2098, 12, 12)) == to
    assert moved_to(signer, key, ref, to) == to
    with pytest.raises(AssertionError, match="some month lacks"):
        signer.ali.move_mandate(key, ref=ref, to=date(2099, 1, 29))


def test_a_day_that_alipay_does_not_take_stays(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(key).ref
    sandbox.fault("agreement_day_refused", order=key, next=1)
    assert moved_to(signer, key, ref, date(2099, 1, 12)) == soon()
    assert moved_to(signer, key, ref, date(2099, 1, 12)) == date(2099, 1, 12)


@pytest.mark.parametrize("fault", [name for name in BROKEN_ANSWERS if name != "slow"])
def test_whatever_is_answered_to_a_move_the_query_says_whether_it_was(
    sandbox: Sandbox, signer: Signer, key: str, fault: str
) -> None:
    ref = signer.sign(key).ref
    sandbox.fault(fault, order=ref, operation=MOVE, next=1)
    _, is_done = BROKEN_ANSWERS[fault]
    assert moved_to(signer, key, ref, date(2099, 1, 12)) == (date(2099, 1, 12) if is_done else soon())
    sandbox.fault("http_500", order=key, operation=QUERY, next=1)
    assert signer.ali.move_mandate(key, ref=ref, to=date(2099, 2, 12)) == Unknown(cause="http_500")


@pytest.mark.parametrize("told", ["2026-12-12", "2026-12-12 00:00:00"])
def test_the_day_may_be_told_as_an_instant_or_not_at_all(
    signer: Signer, key: str, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    signer.sign(key)
    answered(signer.ali, monkeypatch, next_deduct_time=told)
    found = signer.ali.query_mandate(key)
    assert isinstance(found, MandateFound)
    assert found.next_on == date(2026, 12, 12)
    answered(signer.ali, monkeypatch, next_deduct_time=None)
    found = signer.ali.query_mandate(key)
    assert isinstance(found, MandateFound)
    assert found.next_on is None


def test_an_ended_agreement_that_alipay_no_longer_knows_is_closed(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(key).ref
    signer.end(key)
    sandbox.fault("agreement_unseen", order=key)
    assert signer.ali.query_mandate(key) == NotFound()
    assert signer.ali.end_mandate(key, ref=ref, why="") == Closed()


@pytest.mark.parametrize("fault", [name for name in BROKEN_ANSWERS if name != "slow"])
def test_what_cannot_be_believed_is_open(sandbox: Sandbox, signer: Signer, key: str, fault: str) -> None:
    ref = signer.sign(key).ref
    cause, is_done = BROKEN_ANSWERS[fault]
    open_end = Unknown(cause=cause.replace("ACQ.", ""))
    sandbox.fault(fault, order=key, operation=QUERY, next=1)
    assert signer.ali.query_mandate(key) == open_end
    # The call that ends it names Alipay's number.
    sandbox.fault(fault, order=ref, operation=UNSIGN, next=1)
    assert signer.ali.end_mandate(key, ref=ref, why="") == open_end
    sandbox.shift_clock(2)
    assert isinstance(signer.ali.query_mandate(key), Failed if is_done else MandateFound)


def test_an_end_is_not_told_before_a_query_shows_it(sandbox: Sandbox, signer: Signer, key: str) -> None:
    ref = signer.sign(key).ref
    sandbox.fault("http_500", order=key, operation=QUERY, next=1)
    assert signer.ali.end_mandate(key, ref=ref, why="") == Unknown(cause="http_500")


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"external_agreement_no": "other"}, "unreadable"),
        ({"external_agreement_no": None}, "unreadable"),
        ({"personal_product_code": "GENERAL_WITHHOLDING_P"}, "unreadable"),
        ({"sign_scene": "INDUSTRY|EDU"}, "unreadable"),
        ({"agreement_no": None}, "unreadable"),
        ({"agreement_no": "a b"}, "unreadable"),
        ({"sign_time": None}, "unreadable"),
        ({"sign_time": "2026-11-27"}, "unreadable"),
        ({"invalid_time": "soon"}, "unreadable"),
        ({"single_quota": "x"}, "unreadable"),
        ({"next_deduct_time": "soon"}, "unreadable"),
        ({"status": "UNSIGN"}, "unlisted_status"),
        ({"status": None}, "unlisted_status"),
        ({"code": "20000"}, "20000"),
    ],
    ids=str,
)
def test_an_answer_that_does_not_say_it_all_says_nothing(
    signer: Signer, key: str, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], cause: str
) -> None:
    signer.sign(key)
    answered(signer.ali, monkeypatch, **changes)
    assert signer.ali.query_mandate(key) == Unknown(cause=cause)


@pytest.mark.parametrize("quota", [None, "", "0.00"])
def test_a_limit_may_be_left_out(signer: Signer, key: str, monkeypatch: pytest.MonkeyPatch, quota: str | None) -> None:
    signer.sign(key)
    answered(signer.ali, monkeypatch, single_quota=quota, alipay_logon_id=None)
    found = signer.ali.query_mandate(key)
    assert isinstance(found, MandateFound)
    assert (found.limit_minor, found.account) == (None, "")


def test_a_no_to_the_end_that_nobody_listed_is_open(signer: Signer, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = signer.sign(key).ref
    monkeypatch.setattr(gateway, "ask", lambda *about: {"code": "40004", "sub_code": "NEW_REASON"})
    assert signer.ali.end_mandate(key, ref=ref, why="") == Unknown(cause="40004 NEW_REASON")


def test_nothing_is_announced(signing: Alipay, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*about: Any) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr("alipay.urlopen", refuse)
    request = AnnounceRequest(key=key, ref="1", amount_minor=1, on=soon(), currency="CNY")
    assert signing.announce(request) == Accepted()
    assert signing.debit_rules().announced_days == 0


@pytest.mark.parametrize(("stated_minor", "limit"), [({}, None), ({"single_minor": "500000"}, 500_000)], ids=str)
def test_the_rules(stated: dict[str, str], stated_minor: dict[str, str], limit: int | None) -> None:
    assert alipay.connect(stated | stated_minor).debit_rules() == DebitRules(
        names_days=True, last_day_of_month=28, once_a_period=True, single_minor=limit
    )


@pytest.mark.parametrize("event", ["signed", "unsigned"])
@pytest.mark.parametrize("fault", BENT_NOTICES)
def test_each_way_in_which_a_notice_can_be_bent(
    sandbox: Sandbox, signer: Signer, key: str, fault: str, event: str
) -> None:
    if fault == "replay":
        _have_an_old_one(sandbox, signer, key)
    sandbox.fault(fault, order=key, operation=event, seconds=3600)
    signer.sign(key)
    if event == "unsigned":
        signer.end(key)
    bodies = signer.bodies(key)[event == "unsigned" :]
    assert [_read(signer.ali, body, key) for body in bodies] == BENT_NOTICES[fault]


def _have_an_old_one(sandbox: Sandbox, signer: Signer, key: str) -> None:
    """Somebody takes a notice: the first that Alipay may send again."""
    merchant = Merchant()
    try:
        signer.sign(f"{key}old", notify_url=merchant.notify_url)
        sandbox.flush(f"{key}old")
        wait_until(lambda: signer.told(f"{key}old")["notifications"][0]["state"] == "delivered")
    finally:
        merchant.stop()


def _read(ali: Alipay, body: bytes, key: str) -> type[Exception] | bool:
    try:
        told = ali.parse_notification(raw(body))
    except (BadSignature, NotOurs) as trouble:
        return type(trouble)
    # It says: ask.
    assert (told.kind, told.result, told.is_secret) == ("mandate", Accepted(), False)
    return told.key == key


def test_a_notice_names_the_application_and_our_key(
    sandbox: Sandbox, signer: Signer, cashier: Cashier, key: str
) -> None:
    signer.sign(key)
    [body] = signer.bodies(key)
    fields = dict(parse_qsl(body.decode()))
    told = signer.ali.parse_notification(raw(body))
    assert told.message_key == fields["notify_id"]
    kept = {name: value for name, value in fields.items() if name not in ("sign", "sign_type")}
    with pytest.raises(Unreadable):
        signer.ali.parse_notification(raw(cashier.signed(kept | {"external_agreement_no": "a b"})))
    with pytest.raises(NotOurs):
        signer.ali.parse_notification(raw(cashier.signed(kept | {"app_id": ""})))
    # What is no agreement's must name whom it is paid to.
    with pytest.raises(NotOurs):
        signer.ali.parse_notification(raw(cashier.signed(kept | {"notify_type": "trade_status_sync"})))


@pytest.mark.django_db
@pytest.mark.usefixtures("offered")
def test_a_notice_is_kept_at_our_door(signer: Signer, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drains, "soon", lambda name: None)
    signer.sign(key)
    signer.end(key)
    for body in (*signer.bodies(key), signer.bodies(key)[0]):
        form = "application/x-www-form-urlencoded; charset=utf-8"
        answer = Client(enforce_csrf_checks=True).post("/hooks/alipay", body, content_type=form)
        assert (answer.status_code, answer.content) == (200, b"success")
    kept = [(message.kind, message.key, news.from_json(message.news)) for message in Inbox.objects.all()]
    assert kept == [("mandate", key, Accepted())] * 2


def test_what_came_late_is_asked_about(sandbox: Sandbox, signer: Signer, key: str) -> None:
    """The news of the signing, read after the agreement has ended, brings nothing back."""
    signer.sign(key)
    signer.end(key)
    signed, ended = signer.bodies(key)
    results: list[Result] = [signer.ali.parse_notification(raw(body)).result for body in (ended, signed)]
    assert results == [Accepted(), Accepted()]
    assert isinstance(signer.ali.query_mandate(key), Failed)


def test_it_is_offered_with_a_scene_only(settings: Any, stated: dict[str, str]) -> None:
    channels.find.cache_clear()
    settings.ANQI_ALIPAY = stated
    assert "alipay" not in channels.with_mandates()
    with pytest.raises(LookupError):
        channels.find_with_mandates("alipay")
    settings.ANQI_ALIPAY = stated | {"sign_scene": SCENE}
    assert "alipay" in channels.with_mandates()
    assert isinstance(channels.find_with_mandates("alipay"), Alipay)
    assert isinstance(channels.find_debiting("alipay"), Alipay)
    channels.find.cache_clear()


@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        ({}, {}),
        ({"ANQI_ALIPAY_SIGN_SCENE": SCENE}, {"sign_scene": SCENE}),
        (
            {"ANQI_ALIPAY_SIGN_SCENE": SCENE, "ANQI_ALIPAY_SINGLE_MINOR": "500000"},
            {"sign_scene": SCENE, "single_minor": "500000"},
        ),
        ({"ANQI_ALIPAY_SINGLE_MINOR": "500000"}, {}),
        ({"ANQI_ALIPAY_SIGN_SCENE": SCENE, "ANQI_ALIPAY_APP_ID": ""}, None),
    ],
    ids=str,
)
def test_the_environment_may_state_a_scene(stated: dict[str, str], taken: dict[str, str] | None) -> None:
    complete = {
        f"ANQI_ALIPAY_{name}": "x" for name in ("GATEWAY", "APP_ID", "SELLER_ID", "APP_PRIVATE_KEY", "PUBLIC_KEY")
    }
    told = subprocess.run(
        [
            sys.executable, "-c",
            "import json; from anqi.config import settings; print(json.dumps(settings.ANQI_ALIPAY))",
        ],
        env=os.environ | complete | stated, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(told.stdout)
    new = None if found is None else {k: v for k, v in found.items() if k in ("sign_scene", "single_minor")}
    assert new == taken


def test_the_sdk_sends_no_address_with_an_end(
    signer: Signer, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_for: list[str] = []

    def listen(url: str, timeout: float) -> None:
        asked_for.append(url)
        raise TimeoutError

    monkeypatch.setattr("alipay.urlopen", listen)
    assert signer.ali.end_mandate(key, ref="20261127", why="") == Unknown(cause="timeout")
    [fields] = [parse_qs(urlsplit(url).query) for url in asked_for]
    assert fields["method"] == [UNSIGN]
    assert json.loads(fields["biz_content"][0]) == {"agreement_no": "20261127"}
    assert "notify_url" not in fields
