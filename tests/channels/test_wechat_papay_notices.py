"""WeChat's messages in XML at our door: of contracts and debits, bent, forged, and full of traps."""

import hashlib
import logging
import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from anqi.jobs import drains
from anqi.payments import channels, news
from anqi.payments.channels import wechat
from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Failed,
    NotOurs,
    RawRequest,
    Result,
    Succeeded,
    Unknown,
    Unreadable,
)
from anqi.payments.channels.wechat import Wechat
from anqi.payments.models import Inbox
from sandbox.wechat import keys, v2
from tests.channels import contract_desk
from tests.channels.contract_desk import AMOUNT_MINOR, ContractDesk, order, raw
from tests.channels.till import ACCOUNT, Till
from tests.sandbox.sandbox_stand import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("papay_offered")]

# Fault: what a merchant of ours makes of each message of a debit, in the order in which they come; None is refused.
BENT_DEBITS: dict[str, list[type[Result] | None]] = {
    "duplicate": [Succeeded, Succeeded],
    "duplicate_at_once": [Succeeded],
    "late": [Succeeded],
    "papay_before_response": [Succeeded],
    "never": [Succeeded],
    "wrong_signature": [None],
    "papay_md5_signature": [None],
    "papay_unsigned": [None],
    "papay_entity": [None],
    "altered_amount": [Succeeded],
    "altered_order": [Succeeded],
    "altered_mchid": [None],
    "altered_appid": [None],
    "altered_currency": [None],
    "replay": [Succeeded, Succeeded],
    "papay_then_failed": [Succeeded, Failed],
}
# The same of a contract's; all that a good one says is: ask.
BENT_CONTRACTS: dict[str, list[type[Result] | None]] = {
    "duplicate": [Accepted, Accepted],
    "duplicate_at_once": [Accepted],
    "late": [Accepted],
    "before_response": [Accepted],
    "never": [Accepted],
    "wrong_signature": [None],
    "papay_md5_signature": [None],
    "papay_unsigned": [None],
    "papay_entity": [None],
    "papay_altered_plan": [None],
    "altered_order": [Accepted],
    "altered_mchid": [None],
    "replay": [Accepted, Accepted],
}
CONTRACT = {
    "result_code": "SUCCESS",
    "contract_code": "am1234",
    "plan_id": ACCOUNT.plan_id,
    "openid": "oSandbox1",
    "change_type": "ADD",
    "operate_time": "2026-11-25 10:00:00",
    "contract_id": "20261125001",
    "request_serial": "1000",
}
DEBIT = {
    "appid": ACCOUNT.appid,
    "nonce_str": "5K8264ILTKCH16CQ2502SI8ZNMTM67VS",
    "result_code": "SUCCESS",
    "out_trade_no": "ad1234",
    "contract_id": "20261125001",
    "total_fee": "30000",
    "transaction_id": "4200001",
    "time_end": "20261125235959",
}


@pytest.fixture
def papay_offered(sandbox: Sandbox, settings: Any) -> Iterator[None]:
    """WeChat's channel with its template, as the application finds it."""
    settings.ANQI_WECHAT = contract_desk.stated(sandbox)
    channels.find.cache_clear()
    yield
    channels.find.cache_clear()


@pytest.fixture
def wx(sandbox: Sandbox) -> Wechat:
    return wechat.connect(contract_desk.stated(sandbox))


@pytest.fixture
def desk(sandbox: Sandbox, wx: Wechat) -> ContractDesk:
    return ContractDesk(sandbox=sandbox, wx=wx)


@pytest.fixture
def debit_key(key: str) -> str:
    return f"ad{key[2:]}"


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The jobs that were asked for; the queue itself has tests of its own."""
    names: list[str] = []
    monkeypatch.setattr(drains, "soon", names.append)
    return names


def knock(message: RawRequest) -> HttpResponse:
    """Posted as WeChat does it, from elsewhere, without a cookie or a token."""
    answer: Any = Client(enforce_csrf_checks=True).post("/hooks/wechat", message.body, content_type="text/xml")
    return answer


def is_thanked(answer: HttpResponse) -> bool:
    """Whether WeChat, which reads what it is told, stops repeating the message."""
    try:
        said = v2.read(answer.content)
    except v2.NotTaken:
        assert answer.status_code in (401, 413)
        return False
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/xml")
    return said["return_code"] == "SUCCESS"


def kept() -> list[Result]:
    return [news.from_json(message.news) for message in Inbox.objects.order_by("received_at", "id")]


def test_no_fault_of_a_notice_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["channel"] == "wechat" and each["kind"] == "notify"}
    # What bends headers and sealed messages, and what closes an order, bends nothing here.
    others = {"unknown_serial", "no_headers", "then_closed", "refund_before_response", "refund_before_payment"}
    assert known - others == set(BENT_DEBITS) | set(BENT_CONTRACTS)


def test_a_signature_is_told_kept_and_acknowledged_in_its_own_words(
    wx: Wechat, desk: ContractDesk, key: str, woken: list[str]
) -> None:
    desk.sign(key)
    [notice] = desk.notices(desk.contract(key))
    assert is_thanked(knock(notice))
    message = Inbox.objects.get()
    assert (message.channel, message.kind, message.key, message.state) == ("wechat", "mandate", key, "waiting")
    assert news.from_json(message.news) == Accepted()
    assert bytes(message.raw) == notice.body
    assert woken == ["inbox"]


def test_an_end_is_told_once_by_each_side(wx: Wechat, desk: ContractDesk, key: str) -> None:
    found = desk.sign(key)
    wx.end_mandate(key, ref=found.ref, why="已结清")
    signed, ended = desk.notices(desk.contract(key))
    for _ in range(2):
        assert is_thanked(knock(ended))
        assert is_thanked(knock(signed))
    assert [(message.kind, message.key) for message in Inbox.objects.all()] == [("mandate", key)] * 2


def test_a_debits_end_is_told_and_kept(
    wx: Wechat, desk: ContractDesk, key: str, debit_key: str, woken: list[str]
) -> None:
    found = desk.announced(key)
    wx.debit(order(debit_key, found))
    done = desk.settle(debit_key)
    [notice] = desk.notices(desk.debit(debit_key))
    assert is_thanked(knock(notice))
    message = Inbox.objects.get()
    assert (message.kind, message.key, news.from_json(message.news)) == ("charge", debit_key, done)
    assert message.message_key.startswith(hashlib.sha256(notice.body).hexdigest())
    assert woken == ["inbox"]


@pytest.mark.parametrize("fault", BENT_DEBITS)
def test_each_way_in_which_a_debits_notice_can_be_bent(
    wx: Wechat, desk: ContractDesk, key: str, debit_key: str, fault: str
) -> None:
    found = desk.announced(key)
    if fault == "replay":
        older = f"{debit_key[:31]}o"
        wx.debit(order(older, found))
        desk.settle(older)
        deliver(desk, older)
        key, found = f"{key[:31]}n", desk.announced(f"{key[:31]}n")
    place = "debit" if fault == "papay_before_response" else "debited"
    desk.fault(fault, debit_key, operation=place, seconds=3600)
    wx.debit(order(debit_key, found))
    assert isinstance(desk.settle(debit_key), Succeeded)
    bent(desk.notices(desk.debit(debit_key)), BENT_DEBITS[fault])


@pytest.mark.parametrize("fault", BENT_CONTRACTS)
@pytest.mark.parametrize("operation", ["signed", "ended"])
def test_each_way_in_which_a_contracts_notice_can_be_bent(
    desk: ContractDesk, key: str, fault: str, operation: str
) -> None:
    if fault == "replay":
        older = f"{key[:31]}o"
        desk.sign(older)
        deliver(desk, older)
    desk.fault(fault, key, operation=operation, seconds=3600)
    desk.sign(key)
    desk.end_as_payer(key)
    told = [each for each in desk.contract(key)["notifications"] if each["event"] == operation]
    bent([raw(each["body"].encode()) for each in told], BENT_CONTRACTS[fault])


def deliver(desk: ContractDesk, number: str) -> None:
    """That message was accepted once: a replay repeats it."""
    with sqlite3.connect(desk.sandbox.home / "sandbox.sqlite3") as file:
        file.execute("UPDATE notifications SET state = 'delivered' WHERE order_no = ?", (number,))
    file.close()


def bent(notices: list[RawRequest], expected: list[type[Result] | None]) -> None:
    """Each is thanked for or not; told once more it changes nothing."""
    assert len(notices) == len(expected)
    for _ in range(2):
        for notice, result in zip(notices, expected, strict=True):
            assert is_thanked(knock(notice)) == (result is not None)
    different = {notice.body: result for notice, result in zip(notices, expected, strict=True)}.values()
    assert [type(each) for each in kept()] == [result for result in different if result]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, Succeeded),
        ({"result_code": "FAIL", "err_code": "NOTENOUGH"}, Failed),
        ({"result_code": "FAIL", "err_code": "0"}, Unknown),
        ({"result_code": "FAIL", "err_code": "SYSTEMERROR"}, Unknown),
        ({"result_code": "FAIL"}, Unknown),
    ],
    ids=str,
)
def test_what_a_debits_notice_says(desk: ContractDesk, change: dict[str, str], expected: type[Result]) -> None:
    assert is_thanked(knock(desk.signed(**DEBIT | change)))
    assert [type(result) for result in kept()] == [expected]


@pytest.mark.parametrize(
    "change",
    [
        {"out_trade_no": ""},
        {"out_trade_no": "a b"},
        {"transaction_id": ""},
        {"total_fee": "300.00"},
        {"total_fee": "-1"},
        {"total_fee": "０"},
        {"time_end": ""},
        {"time_end": "20260230000000"},
        {"fee_type": "USD"},
        {"result_code": ""},
        {"result_code": "ODD"},
        {"return_code": "FAIL"},
    ],
    ids=str,
)
def test_a_debits_notice_that_says_less_than_it_must_is_refused(
    wx: Wechat, desk: ContractDesk, change: dict[str, str]
) -> None:
    notice = desk.signed(**DEBIT | change)
    with pytest.raises(Unreadable):
        wx.parse_notification(notice)
    assert not is_thanked(knock(notice))
    assert Inbox.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [{"contract_code": ""}, {"change_type": "RENEW"}, {"result_code": "FAIL"}, {"return_code": "FAIL"}],
    ids=str,
)
def test_a_contracts_notice_that_says_less_than_it_must_is_refused(
    wx: Wechat, desk: ContractDesk, change: dict[str, str]
) -> None:
    with pytest.raises(Unreadable):
        wx.parse_notification(desk.signed(**CONTRACT | change))


@pytest.mark.parametrize("fields", [CONTRACT, DEBIT], ids=["contract", "debit"])
@pytest.mark.parametrize("name", ["mch_id", "plan_id", "appid"])
@pytest.mark.parametrize("value", ["1900000108", ""])
def test_a_notice_for_another_account_is_refused(
    wx: Wechat, desk: ContractDesk, fields: dict[str, str], name: str, value: str
) -> None:
    if name == ("appid" if fields is CONTRACT else "plan_id"):
        name = "mch_id"
    notice = desk.signed(**fields | {name: value})
    with pytest.raises(NotOurs):
        wx.parse_notification(notice)
    assert not is_thanked(knock(notice))
    assert Inbox.objects.count() == 0


def attacks(key: bytes) -> dict[str, bytes]:
    """What is no honest message, each under the best signature that its writer could get or know."""
    fields = {"return_code": "SUCCESS", "mch_id": ACCOUNT.mchid, **DEBIT}
    good = v2.seal(fields, key).encode()
    sign = v2.sign(fields, key)
    entity = b'<!DOCTYPE xml [<!ENTITY fee "30000">]>'
    bomb = b'<!DOCTYPE xml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    return {
        "entity": entity + good.replace(b"<![CDATA[30000]]>", b"&fee;"),
        "file": b'<!DOCTYPE xml [<!ENTITY fee SYSTEM "file:///etc/passwd">]>' + good.replace(b"30000", b"&fee;"),
        "bomb": bomb + good.replace(b"<![CDATA[30000]]>", b"&b;"),
        "dtd": b'<!DOCTYPE xml SYSTEM "http://127.0.0.1:9/evil.dtd">' + good,
        "empty dtd": b"<!DOCTYPE xml>" + good,
        "huge": b"<xml>" + b"<x>1</x>" * 8000 + b"</xml>",
        "deep": b"<xml>" + b"<x>" * 5000 + b"</x>" * 5000 + b"</xml>",
        "nested": good.replace(b"<![CDATA[30000]]>", b"<a>30000</a>"),
        "twice": good.replace(b"</xml>", b"<total_fee>1</total_fee></xml>"),
        "twice, the good one last": good.replace(b"<xml>", b"<xml><total_fee>1</total_fee>"),
        "attribute": good.replace(b"<total_fee>", b'<total_fee currency="USD">'),
        "other root": good.replace(b"<xml>", b"<html>").replace(b"</xml>", b"</html>"),
        "two roots": good + good,
        "cut": good[: len(good) // 2],
        "utf-16": "<?xml version='1.0' encoding='utf-16'?>".encode("utf-16") + good,
        "odd encoding": b"<?xml version='1.0' encoding='no-such'?>" + good,
        "not text": b"<xml>\xff\xfe</xml>",
        "zero": good.replace(b"30000", b"300\x0000"),
        "unsigned": v2.seal(fields, key, how="none").encode(),
        "wrongly signed": v2.seal(fields, key, how="wrong").encode(),
        "md5": v2.seal(fields, key, how="md5").encode(),
        "md5 by its word": v2.seal({**fields, "sign_type": "MD5"}, key, how="md5").encode(),
        "md5 by its word, signed well": v2.seal({**fields, "sign_type": "MD5"}, key).encode(),
        "no key": v2.seal(fields, b"").encode(),
        "lower case": good.replace(sign.encode(), sign.lower().encode()),
        "empty signature": good.replace(sign.encode(), b""),
        "foreign signature": good.replace(sign.encode(), "签名".encode()),
        "altered": good.replace(b"30000", b"30001"),
        "added": good.replace(b"</xml>", b"<coupon_fee>1</coupon_fee></xml>"),
        "taken": good.replace(b"<total_fee><![CDATA[30000]]></total_fee>", b""),
        "nothing inside": b"<xml></xml>",
        "not XML": b"<",
    }


NAMES = tuple(attacks(b"x"))


@pytest.mark.parametrize("name", NAMES)
def test_what_anybody_could_have_written_is_refused(
    wx: Wechat, desk: ContractDesk, name: str, woken: list[str]
) -> None:
    message = raw(attacks(keys.prepare(desk.sandbox.home).v2_key)[name])
    with pytest.raises(BadSignature):
        wx.parse_notification(message)
    assert not is_thanked(knock(message))
    assert (Inbox.objects.count(), woken) == (0, [])


def test_the_unharmed_message_is_believed(desk: ContractDesk) -> None:
    assert is_thanked(knock(desk.signed(**DEBIT)))


def test_white_space_before_a_message_changes_nothing(wx: Wechat, desk: ContractDesk) -> None:
    assert wx.parse_notification(raw(b"\n " + desk.signed(**DEBIT).body)).key == "ad1234"


def test_without_a_template_nobody_can_have_signed(sandbox: Sandbox, desk: ContractDesk) -> None:
    plain = wechat.connect({name: value for name, value in contract_desk.stated(sandbox).items() if "v2" not in name
                            and "papay" not in name})  # fmt: skip
    with pytest.raises(BadSignature):
        plain.parse_notification(desk.signed(**DEBIT))
    with pytest.raises(AssertionError):
        plain.debit_rules()


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"trade_state": "PAY_FAIL"}, Failed(reason="declined", code="PAY_FAIL")),
        ({"trade_state": "PAY_FAIL", "err_code": "NOTENOUGH"}, Failed(reason="balance", code="NOTENOUGH")),
        ({"trade_state": "PAY_FAIL", "err_code": 7}, Failed(reason="declined", code="PAY_FAIL")),
        ({"trade_state": "ACCEPT"}, Accepted()),
    ],
    ids=str,
)
def test_the_newer_wire_tells_of_debits_too(
    sandbox: Sandbox, wx: Wechat, fields: dict[str, Any], expected: Result
) -> None:
    inside = {"appid": ACCOUNT.appid, "mchid": ACCOUNT.mchid, "out_trade_no": "ad1234", **fields}
    notice = Till(sandbox=sandbox, wx=wx).signed(inside, event_type="TRANSACTION.FAIL")
    told = wx.parse_notification(notice)
    assert (told.kind, told.key, told.result, told.thanks) == ("charge", "ad1234", expected, None)
    answer: Any = Client().post(
        "/hooks/wechat", notice.body, content_type="application/json", headers=notice.headers
    )
    assert (answer.status_code, answer.content) == (204, b"")


def test_the_log_counts_and_tells_nothing(
    desk: ContractDesk, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    found = desk.sign(key)
    [notice] = desk.notices(desk.contract(key))
    with caplog.at_level(logging.DEBUG):
        knock(notice)
        knock(raw(notice.body.replace(b"ADD", b"DELETE")))
        knock(desk.signed(**CONTRACT | {"plan_id": "1"}))
        knock(desk.signed(**CONTRACT | {"change_type": "ODD"}))
    events = [record.message for record in caplog.records if record.name == "anqi.channels"]
    assert events == ["notice_badly_signed", "notice_not_ours", "notice_unreadable"]
    assert key not in caplog.text
    assert found.ref not in caplog.text
    assert str(AMOUNT_MINOR) not in caplog.text
