"""What Alipay's channel asks for a payout and what it makes of the answers, with the sandbox at the other end."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import OpenSSL.crypto
import pytest

from anqi.payments import channels
from anqi.payments.channels import alipay
from anqi.payments.channels.alipay import Alipay, gateway
from anqi.payments.channels.protocol import (
    Accepted,
    Failed,
    NotFound,
    Payee,
    PayoutChannel,
    PayoutRequest,
    Result,
    Succeeded,
    Unknown,
)
from anqi.rows.days import SHANGHAI
from tests.channels.cashier import NOTIFY_URL, Cashier
from tests.channels.test_alipay_charges import BROKEN_ANSWERS
from tests.sandbox.sandbox_stand import APP_ID, Sandbox

TRANSFER, QUERY = "alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"
FULL_MINOR, AMOUNT_MINOR = 100_000_000, 50_000
XIAOMAN = Payee(account="13800006021", name="林小满")
TOLD_LATER = {
    "transfer_lag", "transfer_forever", "transfer_dealing", "transfer_then_failed", "transfer_failed",
    "transfer_returned",
}  # fmt: skip
DECLINED: dict[str, Result] = {
    "transfer_mismatch": Failed(reason="name_mismatch", code="40004 PAYEE_USER_INFO_ERROR"),
    "transfer_no_payee": Failed(reason="no_such_account", code="40004 PAYEE_NOT_EXIST"),
    "transfer_limit": Failed(reason="over_limit", code="40004 EXCEED_LIMIT_SM_AMOUNT"),
    "transfer_day_limit": Unknown(cause="40004 EXCEED_LIMIT_DM_AMOUNT"),
    "transfer_balance": Unknown(cause="40004 PAYER_BALANCE_NOT_ENOUGH"),
}


@pytest.fixture
def payer(sandbox: Sandbox, certified: dict[str, str]) -> Alipay:
    """The channel in certificate mode, its account filled."""
    fill(sandbox, "1000000.00")
    return alipay.connect(certified)


@pytest.fixture
def impatient(payer: Alipay) -> Iterator[None]:
    payer._sdk._config.timeout = 1
    yield


def fill(sandbox: Sandbox, balance: str) -> None:
    assert sandbox.control("alipay/account", balance=balance).status_code == 200


def owed(key: str, amount_minor: int = AMOUNT_MINOR, **more: Any) -> PayoutRequest:
    stated: dict[str, Any] = {
        "key": key,
        "opened_at": datetime.now(SHANGHAI),
        "payee": XIAOMAN,
        "amount_minor": amount_minor,
        "currency": "CNY",
        "why": "按期放款",
        "notify_url": NOTIFY_URL,
    }
    return PayoutRequest(**stated | more)


def ask(payer: Alipay, key: str) -> Result:
    return payer.query_payout(key, opened_at=datetime.now(SHANGHAI))


def told(sandbox: Sandbox, key: str) -> dict[str, Any]:
    found: dict[str, Any] = sandbox.http.get(f"/_control/alipay/transfers/{key}").json()
    return found


def answered(payer: Alipay, monkeypatch: pytest.MonkeyPatch, **changes: Any) -> None:
    """From now on each good answer has these fields, signed by Alipay."""
    asked = gateway.ask

    def changed(*about: Any) -> Any:
        answer = asked(*about)
        assert isinstance(answer, dict)
        return {name: value for name, value in (answer | changes).items() if value is not None}

    monkeypatch.setattr(gateway, "ask", changed)


def refuse(monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    """From now on each transfer is answered so, and questions are as they were."""
    asked = gateway.ask

    def answer(sdk: Any, method: str, question: dict[str, Any]) -> Any:
        if method != TRANSFER:
            return asked(sdk, method, question)
        return dict(zip(("code", "sub_code"), said.split(), strict=True))

    monkeypatch.setattr(gateway, "ask", answer)


def test_money_reaches_the_wallet_under_its_owner_s_name(sandbox: Sandbox, payer: Alipay, key: str) -> None:
    before = datetime.now(SHANGHAI).replace(microsecond=0)
    result = payer.payout(owed(key))
    assert isinstance(result, Succeeded)
    found = told(sandbox, key)
    assert (result.ref, result.amount_minor) == (found["order_id"], AMOUNT_MINOR)
    assert before <= result.paid_at <= datetime.now(SHANGHAI)
    assert result.paid_at.utcoffset() == timedelta(hours=8)
    assert (found["logon_id"], found["name"], found["title"]) == ("13800006021", "林小满", "按期放款")
    assert ask(payer, key) == result
    assert payer.balance_minor() == FULL_MINOR - AMOUNT_MINOR


def test_the_same_number_moves_money_once(payer: Alipay, key: str) -> None:
    first = payer.payout(owed(key))
    assert payer.payout(owed(key)) == first
    assert payer.balance_minor() == FULL_MINOR - AMOUNT_MINOR


def test_the_same_number_for_something_else_is_a_riddle(payer: Alipay, key: str) -> None:
    payer.payout(owed(key))
    assert payer.payout(owed(key, 1_000)) == Unknown(cause="40004 PAYMENT_INFO_INCONSISTENCY")


def test_a_large_one_says_what_it_is_for(payer: Alipay, key: str) -> None:
    assert isinstance(payer.payout(owed(key, 5_000_000)), Succeeded)


def test_what_nobody_sent_is_not_found(payer: Alipay, key: str) -> None:
    assert ask(payer, key) == NotFound()


def test_sent_and_not_shown_yet_is_not_found(sandbox: Sandbox, payer: Alipay, key: str) -> None:
    payer.payout(owed(key))
    sandbox.fault("transfer_lag", out_id=key, next=1)
    assert ask(payer, key) == NotFound()
    assert isinstance(ask(payer, key), Succeeded)


def test_dealt_with_is_on_its_way_until_it_is_there(sandbox: Sandbox, payer: Alipay, key: str) -> None:
    sandbox.fault("transfer_dealing", out_id=key, seconds=600)
    on_its_way = payer.payout(owed(key))
    assert on_its_way == Accepted(ref=told(sandbox, key)["order_id"])
    assert payer.payout(owed(key)) == ask(payer, key) == on_its_way
    sandbox.shift_clock(600)
    assert isinstance(ask(payer, key), Succeeded)


def test_dealt_with_for_ever_is_on_its_way_for_ever(sandbox: Sandbox, payer: Alipay, key: str) -> None:
    sandbox.fault("transfer_forever", out_id=key)
    payer.payout(owed(key))
    sandbox.shift_clock(400 * 86400)
    assert isinstance(ask(payer, key), Accepted)


@pytest.mark.parametrize("fault", ["transfer_failed", "transfer_then_failed"])
def test_what_failed_is_a_final_no(sandbox: Sandbox, payer: Alipay, key: str, fault: str) -> None:
    sandbox.fault(fault, out_id=key)
    first = payer.payout(owed(key))
    sandbox.shift_clock(60)
    no = Failed(reason="account_unfit", code="PAYEE_ACCOUNT_STATUS_ERROR")
    assert first == (no if fault == "transfer_failed" else Accepted(ref=told(sandbox, key)["order_id"]))
    assert ask(payer, key) == payer.payout(owed(key)) == no


def test_a_no_for_a_reason_that_nobody_listed_is_one_too(
    sandbox: Sandbox, payer: Alipay, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sandbox.fault("transfer_failed", out_id=key)
    payer.payout(owed(key))
    answered(payer, monkeypatch, error_code="NEW_REASON")
    assert ask(payer, key) == Failed(reason="refused", code="NEW_REASON")


def test_what_comes_back_days_later_is_returned(sandbox: Sandbox, payer: Alipay, key: str) -> None:
    sandbox.fault("transfer_returned", out_id=key)
    assert isinstance(payer.payout(owed(key)), Succeeded)
    sandbox.shift_clock(2 * 86400 - 60)
    assert isinstance(ask(payer, key), Succeeded)
    sandbox.shift_clock(2 * 86400)
    assert ask(payer, key) == payer.payout(owed(key)) == Failed(reason="returned", code="REFUND")


def test_no_fault_of_a_transfer_is_forgotten(sandbox: Sandbox) -> None:
    catalogue = sandbox.http.get("/_control/faults").json()["catalogue"]
    known = {each["fault"] for each in catalogue if each["fault"].startswith("transfer_")}
    assert known == set(DECLINED) | TOLD_LATER


@pytest.mark.parametrize("fault", DECLINED)
def test_only_a_no_that_is_certain_is_final(sandbox: Sandbox, payer: Alipay, key: str, fault: str) -> None:
    sandbox.fault(fault, out_id=key)
    assert payer.payout(owed(key)) == DECLINED[fault]
    assert payer.balance_minor() == FULL_MINOR


@pytest.mark.parametrize("fault", ["transfer_mismatch", "transfer_no_payee", "transfer_limit"])
def test_a_no_to_a_repeat_does_not_deny_what_was_paid(
    sandbox: Sandbox, payer: Alipay, key: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway that looks at the payee, or at limits, before it looks for the number."""
    paid, no = payer.payout(owed(key)), DECLINED[fault]
    assert isinstance(no, Failed)
    refuse(monkeypatch, no.code)
    assert payer.payout(owed(key)) == paid
    sandbox.fault("http_500", out_id=key, operation=QUERY, next=1)
    assert payer.payout(owed(key)) == Unknown(cause="http_500")


def test_only_a_business_answer_is_a_no(payer: Alipay, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    refuse(monkeypatch, "20000 PAYEE_NOT_EXIST")
    assert payer.payout(owed(key)) == Unknown(cause="20000 PAYEE_NOT_EXIST")


def test_the_name_and_the_wallet_are_alipay_s_to_compare(payer: Alipay, key: str) -> None:
    other = payer.payout(owed(key, payee=Payee(account="13800006021", name="林小曼")))
    assert other == DECLINED["transfer_mismatch"]
    nobody = payer.payout(owed(key, payee=Payee(account="nobody@example.com", name="林小满")))
    assert nobody == DECLINED["transfer_no_payee"]


@pytest.mark.parametrize("fault", BROKEN_ANSWERS)
@pytest.mark.usefixtures("impatient")
def test_what_cannot_be_believed_is_unknown_and_the_same_number_finds_out(
    sandbox: Sandbox, payer: Alipay, key: str, fault: str
) -> None:
    cause, is_done = BROKEN_ANSWERS[fault]
    sandbox.fault(fault, out_id=key, operation=TRANSFER, next=1, **({"seconds": 3} if fault == "slow" else {}))
    assert payer.payout(owed(key)) == Unknown(cause=cause.replace("ACQ.", ""))
    assert isinstance(ask(payer, key), Succeeded if is_done else NotFound)
    assert isinstance(payer.payout(owed(key)), Succeeded)
    assert payer.balance_minor() == FULL_MINOR - AMOUNT_MINOR


@pytest.mark.parametrize(
    "fault", ["lost_after", "http_500", "bad_signature", "no_signature", "system_error", "unlisted_code"]
)
def test_a_question_that_gets_no_good_answer_is_open(sandbox: Sandbox, payer: Alipay, key: str, fault: str) -> None:
    payer.payout(owed(key))
    sandbox.fault(fault, out_id=key, operation=QUERY, next=1)
    assert ask(payer, key) == Unknown(cause=BROKEN_ANSWERS[fault][0].replace("ACQ.", ""))
    sandbox.fault(fault, operation="alipay.fund.account.query", next=1)
    assert payer.balance_minor() is None
    assert payer.balance_minor() == FULL_MINOR - AMOUNT_MINOR


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"out_biz_no": "other"}, "unreadable"),
        ({"out_biz_no": None}, "unreadable"),
        ({"order_id": None}, "unreadable"),
        ({"trans_amount": "x"}, "unreadable"),
        ({"trans_amount": None}, "unreadable"),
        ({"pay_date": None}, "unreadable"),
        ({"pay_date": "2026-11-27"}, "unreadable"),
        ({"status": "CLOSED"}, "unlisted_status"),
        ({"status": None}, "unlisted_status"),
    ],
    ids=str,
)
def test_an_answer_that_does_not_say_it_all_says_nothing(
    payer: Alipay, key: str, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any], cause: str
) -> None:
    payer.payout(owed(key))
    answered(payer, monkeypatch, **changes)
    assert ask(payer, key) == Unknown(cause=cause)


def test_another_amount_than_was_sent_is_told(payer: Alipay, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    payer.payout(owed(key))
    answered(payer, monkeypatch, trans_amount="5.00")
    result = ask(payer, key)
    assert isinstance(result, Succeeded)
    assert result.amount_minor == 500


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("0.00", 0), ("0", 0), ("26.4", 2640), ("26.45", 2645), ("", None), (None, None), (0, None), ("-1.00", None)],
    ids=str,
)
def test_a_balance_is_read_to_the_fen_or_not_at_all(
    payer: Alipay, monkeypatch: pytest.MonkeyPatch, amount: Any, minor: int | None
) -> None:
    answered(payer, monkeypatch, available_amount=amount)
    assert payer.balance_minor() == minor


def test_a_balance_in_an_answer_that_is_no_yes_is_none(payer: Alipay, monkeypatch: pytest.MonkeyPatch) -> None:
    answered(payer, monkeypatch, code="20000")
    assert payer.balance_minor() is None


def test_what_the_wire_says(
    payer: Alipay, key: str, certified: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, float]] = []

    def listen(url: str, timeout: float) -> io.BytesIO:
        asked.append((url, timeout))
        return io.BytesIO(b"")

    monkeypatch.setattr("alipay.urlopen", listen)
    payer.payout(owed(key))
    [(url, timeout)] = asked
    assert url.startswith(certified["gateway"])
    assert timeout == 10
    fields = parse_qs(urlsplit(url).query)
    assert (fields["app_id"], fields["method"]) == ([APP_ID], [TRANSFER])
    assert [len(fields[name][0]) for name in ("app_cert_sn", "alipay_root_cert_sn")] == [32, 32]
    assert "notify_url" not in fields


@pytest.mark.parametrize("change", [{"currency": "USD"}, {"why": "a{b}"}], ids=str)
def test_a_payout_that_alipay_could_not_make_is_a_broken_assumption(
    payer: Alipay, key: str, change: dict[str, str]
) -> None:
    with pytest.raises(AssertionError):
        payer.payout(owed(key, **change))


def test_certificate_mode_carries_the_whole_channel(sandbox: Sandbox, payer: Alipay, key: str) -> None:
    cashier = Cashier(sandbox=sandbox, ali=payer)
    assert payer.query(key) == NotFound()
    cashier.pay(key)
    assert isinstance(payer.query(key), Succeeded)


def test_without_certificates_nothing_leaves(sandbox: Sandbox, ali: Alipay, payer: Alipay, key: str) -> None:
    assert ali.payout(owed(key)) == Unknown(cause="40001 isv.missing-app-cert-sn")
    assert isinstance(ask(ali, key), Unknown)
    assert ali.balance_minor() is None
    assert payer.balance_minor() == FULL_MINOR


def test_certificates_of_the_wrong_kind_are_refused_at_once(certified: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="application's own"):
        alipay.connect(certified | {"alipay_cert": certified["app_cert"]})
    broken = tmp_path / "broken.pem"
    broken.write_text("nothing")
    for name in ("app_cert", "alipay_cert", "alipay_root_cert"):
        with pytest.raises(OpenSSL.crypto.Error):
            alipay.connect(certified | {name: str(broken)})
    broken.write_text("")
    with pytest.raises(AssertionError, match="no certificate for RSA"):
        alipay.connect(certified | {"alipay_root_cert": str(broken)})


def test_it_pays_out_where_it_has_certificates(
    settings: Any, stated: dict[str, str], sandbox: Sandbox
) -> None:
    settings.ANQI_ALIPAY = stated
    assert channels.paying_out() == ()
    settings.ANQI_ALIPAY = stated | {"app_cert": str(sandbox.home / "app_cert.pem")}
    assert "alipay" in channels.paying_out()
    settings.ANQI_ALIPAY = None
    assert "alipay" not in channels.paying_out()


CERTIFICATES = {f"ANQI_ALIPAY_{name}": f"{name}.pem" for name in ("APP_CERT", "CERT", "ROOT_CERT")}


@pytest.mark.parametrize(
    ("stated", "taken"),
    [
        ({"ANQI_ALIPAY_PUBLIC_KEY": "key.pem"}, {"alipay_public_key"}),
        (CERTIFICATES, {"app_cert", "alipay_cert", "alipay_root_cert"}),
        (CERTIFICATES | {"ANQI_ALIPAY_PUBLIC_KEY": "key.pem"}, {"app_cert", "alipay_cert", "alipay_root_cert"}),
        (CERTIFICATES | {"ANQI_ALIPAY_ROOT_CERT": "", "ANQI_ALIPAY_PUBLIC_KEY": "key.pem"}, {"alipay_public_key"}),
        (CERTIFICATES | {"ANQI_ALIPAY_ROOT_CERT": ""}, None),
    ],
    ids=["key", "certificates", "both", "too few and a key", "too few"],
)
def test_the_environment_states_a_key_or_all_certificates(stated: dict[str, str], taken: set[str] | None) -> None:
    told = subprocess.run(
        [sys.executable, "-c", "from anqi.config import settings; print(*settings.ANQI_ALIPAY or ('nothing',))"],
        env=os.environ | {"ANQI_ALIPAY_PUBLIC_KEY": ""} | stated, capture_output=True, text=True, check=True,
    )  # fmt: skip
    common = {"gateway", "app_id", "seller_id", "app_private_key"}
    assert set(told.stdout.split()) == (common | taken if taken else {"nothing"})


def test_it_is_a_payout_channel(payer: Alipay) -> None:
    assert isinstance(payer, PayoutChannel)
