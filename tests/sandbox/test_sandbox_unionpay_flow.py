"""A merchant takes payments by card, binds cards, debits them, gives back and pays out."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from sandbox_stand import SHANGHAI, Sandbox, wait_until
from unionpay_stand import BACK, CERTIFICATE, DEBIT, FRONT, TR_ID, Acquirer, Teller, inner, number, wire_time


def test_a_payment_from_the_form_to_the_notice(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    form = acquirer.payment(order_no)
    assert acquirer.query(order_no)["respCode"] == "34"
    led = acquirer.send(FRONT, form)
    assert led.status_code == 303 and led.headers["location"].startswith("/unionpay/cashier/")
    waiting = acquirer.query(order_no)
    assert (waiting["respCode"], waiting["origRespCode"]) == ("00", "05")
    assert sandbox.control("unionpay/pay", out_trade_no=order_no).status_code == 200
    sandbox.flush(order_no)
    [notice] = acquirer.about(order_no)
    assert acquirer.trouble(notice) is None
    found = acquirer.query(order_no)
    assert (found["respCode"], found["origRespCode"], found["txnType"]) == ("00", "00", "01")
    shared = ("orderId", "txnTime", "txnAmt", "currencyCode", "queryId", "traceNo", "traceTime", "settleDate", "merId")
    assert [notice[name] for name in shared] == [found[name] for name in shared]
    assert (notice["txnAmt"], notice["settleAmt"], notice["respCode"]) == ("1230", "1230", "00")
    assert len(notice["queryId"]) == 21 and notice["txnTime"] == acquirer.made_at[order_no]


def test_a_form_once_more_shows_the_page_again(acquirer: Acquirer, order_no: str) -> None:
    form = acquirer.payment(order_no)
    first, second = acquirer.send(FRONT, form), acquirer.send(FRONT, form)
    assert first.headers["location"] == second.headers["location"]
    other = acquirer.payment(order_no, txnAmt="1231")
    assert acquirer.send(FRONT, other).status_code == 400


def test_what_is_empty_is_not_signed(acquirer: Acquirer, order_no: str) -> None:
    assert acquirer.send(FRONT, acquirer.payment(order_no, reqReserved="")).status_code == 303
    unsigned = acquirer.payment(order_no) | {"reqReserved": "x"}
    assert acquirer.send(FRONT, unsigned).status_code == 400


def test_another_time_is_another_order(acquirer: Acquirer, order_no: str) -> None:
    acquirer.pay(order_no)
    later = wire_time(minutes=-1)
    assert acquirer.query(order_no, txnTime=later)["respCode"] == "34"
    refused = acquirer.sandbox.control("unionpay/open", fields=acquirer.payment(order_no, txnTime=later))
    assert (refused.status_code, refused.json()["error"]) == (400, "12")


def test_an_order_that_nobody_paid_is_not_there_in_the_end(
    acquirer: Acquirer, sandbox: Sandbox, order_no: str
) -> None:
    sandbox.control("unionpay/open", fields=acquirer.payment(order_no))
    sandbox.shift_clock(16 * 60)
    assert acquirer.query(order_no)["respCode"] == "34"
    assert sandbox.control("unionpay/pay", out_trade_no=order_no).json()["error"] == "ORDER_EXPIRED"


def test_a_bank_that_refused_is_told_once_the_time_is_over(
    acquirer: Acquirer, sandbox: Sandbox, order_no: str
) -> None:
    tried = sandbox.control("unionpay/pay", fields=acquirer.payment(order_no), card="empty")
    assert (tried.status_code, tried.json()["error"]) == (409, "64")
    # Another card may still be tried.
    assert acquirer.query(order_no)["origRespCode"] == "05"
    sandbox.shift_clock(16 * 60)
    assert acquirer.query(order_no)["origRespCode"] == "64"


@pytest.mark.parametrize(
    ("card", "code"),
    [("limit", "36"), ("daily", "68"), ("lost", "63"), ("expired", "73"), ("other", "67"), ("closed", "77"), ("risky", "30")],
)
def test_cards_that_are_no_good(acquirer: Acquirer, order_no: str, card: str, code: str) -> None:
    tried = acquirer.sandbox.control("unionpay/pay", fields=acquirer.payment(order_no), card=card)
    assert (tried.status_code, tried.json()["error"]) == (409, code)


def test_a_card_is_opened(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    form = acquirer.opening(order_no)
    assert acquirer.opened(order_no)["respCode"] == "34"
    assert acquirer.send(FRONT, form).status_code == 303
    assert acquirer.opened(order_no)["activateStatus"] == "0"
    assert sandbox.control("unionpay/bind", out_trade_no=order_no, card="credit").status_code == 200
    answer = acquirer.opened(order_no)
    assert (answer["respCode"], answer["activateStatus"], answer["payCardType"]) == ("00", "1", "02")
    assert (answer["accNo"], answer["payCardIssueName"]) == ("6225****0013", "招商银行")
    data = inner(answer["tokenPayData"])
    assert data["trId"] == TR_ID and data["tokenType"] == "01" and data["tokenBegin"] < data["tokenEnd"]
    sandbox.flush(order_no)
    [notice] = acquirer.about(order_no)
    assert acquirer.trouble(notice) is None
    assert (notice["activateStatus"], notice["tokenPayData"]) == ("1", answer["tokenPayData"])
    assert "txnAmt" not in notice


def test_one_card_of_one_holder_has_one_token_until_it_is_removed(acquirer: Acquirer, order_no: str) -> None:
    first = acquirer.bind(f"{order_no}a")
    assert acquirer.bind(f"{order_no}b") == first
    assert acquirer.bind(f"{order_no}c", holder="周航") != first
    removal = f"{order_no}r"
    assert acquirer.remove(removal, first)["respCode"] == "00"
    assert acquirer.remove(removal, first)["respCode"] == "00"
    assert acquirer.remove(f"{order_no}s", first)["respCode"] == "61"
    assert acquirer.debit(f"{order_no}d", first)["respCode"] == "61"
    assert acquirer.bind(f"{order_no}e") != first


@pytest.mark.parametrize(("card", "code"), [("other", "67"), ("closed", "77"), ("6222020000000010018", "61")])
def test_cards_that_cant_be_opened(acquirer: Acquirer, order_no: str, card: str, code: str) -> None:
    tried = acquirer.sandbox.control("unionpay/bind", fields=acquirer.opening(order_no), card=card)
    assert (tried.status_code, tried.json()["error"]) == (409, code)


def test_a_debit_is_taken_first_and_done_then(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    token, debit = acquirer.bind(order_no), f"{order_no}d"
    answer = acquirer.debit(debit, token)
    assert (answer["respCode"], answer["orderId"]) == ("00", debit)
    assert acquirer.debit(debit, token)["respCode"] == "12"
    found = acquirer.settled(debit, "000902")
    assert (found["origRespCode"], found["txnAmt"], found["bizType"]) == ("00", "1230", "000902")
    sandbox.flush(debit)
    assert [each["queryId"] for each in acquirer.about(debit) if each["orderId"] == debit] == [answer["queryId"]]


def test_one_debit_sent_by_many_at_once_is_taken_once(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    token, debit = acquirer.bind(order_no, card="salary"), f"{order_no}d"
    before = sandbox.http.get("/_control/unionpay/balance").json()["cards"]["salary"]
    acquirer.made_at[debit] = wire_time()
    with ThreadPoolExecutor(6) as pool:
        codes = sorted(pool.map(lambda _: acquirer.debit(debit, token)["respCode"], range(6)))
    assert codes == ["00", *["12"] * 5]
    acquirer.settled(debit, "000902")
    assert sandbox.http.get("/_control/unionpay/balance").json()["cards"]["salary"] == before - 1230


def test_a_killed_server_forgets_nothing(tmp_path: Path, teller: Teller, order_no: str) -> None:
    running = Sandbox(tmp_path)
    running.start()
    try:
        acquirer = Acquirer(sandbox=running, teller=teller)
        token = acquirer.bind(order_no)
        assert acquirer.payout(f"{order_no}p", token)["respCode"] == "00"
        running.kill()
        running.start()
        assert acquirer.settled(f"{order_no}p", "000401")["origRespCode"] == "00"
        assert acquirer.opened(order_no)["tokenPayData"].startswith(f"{{token={token}&")
    finally:
        running.stop()


def test_a_debit_that_the_bank_refuses_tells_nobody(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    token, debit = acquirer.bind(order_no, card="empty"), f"{order_no}d"
    assert acquirer.debit(debit, token)["respCode"] == "64"
    assert acquirer.query(debit, "000902")["origRespCode"] == "64"
    assert sandbox.flush(debit) == []


def test_a_refund_and_the_rest_of_it(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    acquirer.pay(order_no)
    assert acquirer.refund(f"{order_no}r", order_no, 1000)["respCode"] == "00"
    assert acquirer.refund(f"{order_no}s", order_no, 231)["respCode"] == "36"
    assert acquirer.refund(f"{order_no}t", order_no, 230)["respCode"] == "00"
    found = acquirer.settled(f"{order_no}r", "000201")
    assert (found["origRespCode"], found["txnType"], found["txnAmt"]) == ("00", "04", "1000")
    wait_until(lambda: acquirer.query(f"{order_no}t")["origRespCode"] == "00")
    # A refund's notice is kept under its payment.
    sandbox.flush(order_no)
    told = {(each["orderId"], each["txnType"], each["txnAmt"]) for each in acquirer.teller.received}
    assert (f"{order_no}r", "04", "1000") in told and (f"{order_no}t", "04", "230") in told


def test_a_payout_leaves_the_account(acquirer: Acquirer, order_no: str) -> None:
    token, payout, before = acquirer.bind(order_no), f"{order_no}p", acquirer.balance()
    assert acquirer.payout(payout, token, 5000, reqReserved="L1")["respCode"] == "00"
    assert acquirer.balance() == before - 5000
    assert acquirer.payout(payout, token, 5000)["respCode"] == "12"
    found = acquirer.settled(payout, "000401")
    assert (found["origRespCode"], found["txnType"], found["txnAmt"]) == ("00", "12", "5000")
    assert acquirer.balance() == before - 5000
    acquirer.sandbox.flush(payout)
    [notice] = [each for each in acquirer.teller.received if each["orderId"] == payout]
    assert notice["reqReserved"] == "L1" and acquirer.trouble(notice) is None


@pytest.mark.parametrize(("card", "holder", "code"), [("icbc", "周航", "67"), ("credit", "林晓", "62"), ("lost", "林晓", "63")])
def test_payouts_that_are_refused_take_nothing(
    acquirer: Acquirer, order_no: str, card: str, holder: str, code: str
) -> None:
    token, before = acquirer.bind(order_no, card=card), acquirer.balance()
    assert acquirer.payout(f"{order_no}p", token, holder=holder)["respCode"] == code
    assert acquirer.query(f"{order_no}p", "000401")["origRespCode"] == code
    assert acquirer.balance() == before


def test_a_payout_beyond_the_balance(acquirer: Acquirer, sandbox: Sandbox, order_no: str) -> None:
    token, before = acquirer.bind(order_no), acquirer.balance()
    sandbox.control("unionpay/balance", balance_minor=100)
    assert acquirer.payout(f"{order_no}p", token, 101)["respCode"] == "64"
    sandbox.control("unionpay/balance", balance_minor=before)
    assert acquirer.balance() == before


def test_what_stands_for_no_order_is_asked_with_the_worlds_time(acquirer: Acquirer, sandbox: Sandbox) -> None:
    before = acquirer.balance()
    sandbox.shift_clock(-40 * 86400)
    assert acquirer.balance() == before


def test_the_certificate_for_what_is_secret(acquirer: Acquirer, sandbox: Sandbox) -> None:
    pem = acquirer.ask(BACK, acquirer.request(CERTIFICATE, number(), certType="01"))["encryptPubKeyCert"]
    told = x509.load_pem_x509_certificate(pem.encode())
    told.verify_directly_issued_by(acquirer.root)
    assert told == x509.load_pem_x509_certificate((sandbox.home / "unionpay/encrypt.pem").read_bytes())


def test_from_eleven_in_the_evening_it_is_the_next_clearing_day(
    acquirer: Acquirer, sandbox: Sandbox, order_no: str
) -> None:
    now = datetime.now(SHANGHAI)
    eleven = now.replace(hour=23, minute=0, second=30, microsecond=0)
    sandbox.shift_clock(int((eleven - now).total_seconds()) + (86400 if eleven < now else 0))
    shifted = datetime.now(SHANGHAI) + timedelta(seconds=int(sandbox.clock_file.read_text()))
    acquirer.pay(order_no, txnTime=f"{shifted:%Y%m%d%H%M%S}", payTimeout=f"{shifted + timedelta(minutes=15):%Y%m%d%H%M%S}")
    acquirer.made_at[order_no] = f"{shifted:%Y%m%d%H%M%S}"
    found = acquirer.query(order_no)
    assert found["settleDate"] == f"{shifted + timedelta(days=1):%m%d}"
    assert found["traceTime"].startswith(f"{shifted:%m%d}23")


def test_a_token_is_of_this_merchants(acquirer: Acquirer, order_no: str) -> None:
    assert acquirer.debit(order_no, "6235000000000000000")["respCode"] == "61"
    fields = acquirer.request(DEBIT, f"{order_no}d", **acquirer.money(1), orderDesc="x", tokenPayData="{token=1&trId=1}")
    assert acquirer.ask(BACK, fields)["respCode"] == "10"
