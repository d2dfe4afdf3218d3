"""WeChat's stand-in for contracts and debits: strict about XML, hours and periods, and persistent about its notices."""

import json
import secrets
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sandbox_stand import SHANGHAI, Sandbox, wait_until
from wechat_stand import APPID, MCHID, Counter, Shop

from sandbox.wechat import v2

PLAN = "131313"
OUR_PAGE = "http://shop.example/mandates/1"
SIGN = {
    "plan_id": PLAN,
    "version": "1.0",
    "contract_display_account": "按期分期还款",
    "clientip": "203.0.113.7",
}


class Agent:
    """A merchant on the older wire, who signs what it says with the key of version 2."""

    def __init__(self, sandbox: Sandbox, shop: Shop, counter: Counter) -> None:
        self.sandbox, self.shop, self.counter = sandbox, shop, counter
        self.key = (sandbox.home / "wechat_v2_key").read_bytes().strip()
        self.code = f"C{secrets.token_hex(8)}"

    def signed(self, fields: dict[str, str]) -> dict[str, str]:
        whole = {"appid": APPID, "mch_id": MCHID, "sign_type": "HMAC-SHA256"} | fields
        return {name: value for name, value in whole.items() if value} | {"sign": v2.sign(whole, self.key)}

    def post(self, path: str, **fields: str) -> dict[str, str]:
        """The answer's fields; of whatever was understood, under a signature."""
        answer = self.send(path, v2.seal(self.signed(fields), b"", how="none"))
        if answer["return_code"] == "SUCCESS":
            assert answer["sign"] == v2.sign(answer, self.key)
        return answer

    def send(self, path: str, body: str | bytes) -> dict[str, str]:
        answer = self.sandbox.http.post(f"/wechat{path}", content=body, headers={"Content-Type": "text/xml"})
        assert answer.status_code == 200
        return v2.read(answer.content)

    def ask_to_sign(self, **fields: str) -> dict[str, str]:
        stamped = {"timestamp": str(int(datetime.now(SHANGHAI).timestamp())), "notify_url": self.shop.notify_url}
        serial = str(secrets.randbelow(10**15) + 1)
        asked = SIGN | stamped | {"contract_code": self.code, "request_serial": serial} | fields
        return v2.read(self.sandbox.http.get("/wechat/papay/h5entrustweb", params=self.signed(asked)).content)

    def sign(self, payer: str = "lin") -> str:
        """A contract, signed this morning; its id."""
        self.day(0)
        url = self.ask_to_sign()["redirect_url"]
        answer = self.sandbox.control("wechat/sign", url=url, payer=payer)
        assert answer.status_code == 200, answer.text
        contract_id: str = answer.json()["contract_id"]
        return contract_id

    def announce(self, contract_id: str, fen: int = 30_000, count: int = 7, **more: Any) -> tuple[int, dict[str, Any]]:
        fields = {
            "mchid": MCHID,
            "appid": APPID,
            "deduct_duration": {"count": count, "unit": "DAY"},
            "estimated_amount": {"amount": fen, "currency": "CNY"},
        }
        return self.counter.post(f"/v3/papay/contracts/{contract_id}/notify", fields | more)

    def debit(self, contract_id: str, number: str, fen: int = 30_000, **more: str) -> dict[str, str]:
        fields = {
            "nonce_str": secrets.token_hex(16), "body": "按期还款", "out_trade_no": number, "total_fee": str(fen),
            "fee_type": "CNY", "spbill_create_ip": "127.0.0.1", "notify_url": self.shop.notify_url,
            "trade_type": "PAP", "contract_id": contract_id,
        }  # fmt: skip
        return self.post("/pay/pappayapply", **fields | more)

    def query(self, number: str) -> dict[str, str]:
        return self.post("/pay/paporderquery", nonce_str=secrets.token_hex(16), out_trade_no=number)

    def settled(self, number: str) -> dict[str, str]:
        wait_until(lambda: self.query(number).get("trade_state") in ("SUCCESS", "PAY_FAIL"))
        return self.query(number)

    def contract(self) -> dict[str, Any]:
        found: dict[str, Any] = self.sandbox.http.get(f"/_control/wechat/contracts/{self.code}").json()
        return found

    def day(self, days: int, hour: int = 10) -> None:
        now = datetime.now(SHANGHAI)
        then = now.replace(hour=hour, minute=0, second=0) + timedelta(days=days)
        self.sandbox.shift_clock(int((then - now).total_seconds()))

    def about(self, number: str) -> list[dict[str, str]]:
        """What the shop was told in XML of a contract or a debit."""
        told = [v2.written(body) for _, body in self.shop.received if body.startswith("<xml>")]
        return [each for each in told if number in (each.get("contract_code"), each.get("out_trade_no"))]


@pytest.fixture
def agent(sandbox: Sandbox, shop: Shop, counter: Counter) -> Agent:
    shop.answer = (200, b"<xml><return_code>SUCCESS</return_code></xml>")
    return Agent(sandbox, shop, counter)


# The page


def test_a_payer_signs_on_the_page_with_one_click(agent: Agent) -> None:
    agent.day(0)
    url = agent.ask_to_sign()["redirect_url"]
    page = httpx.get(url, headers={"Referer": OUR_PAGE}, trust_env=False)
    assert "同意并开通" in page.text
    assert "¥500.00" in page.text
    done = httpx.post(url, data={"payer": "zhou"}, trust_env=False, follow_redirects=True)
    assert "签约成功" in done.text
    assert f'href="{OUR_PAGE}"' in done.text
    assert agent.contract()["payer"] == "zhou"
    wait_until(lambda: bool(agent.about(agent.code)))
    [told] = agent.about(agent.code)
    assert (told["change_type"], told["plan_id"], told["mch_id"]) == ("ADD", PLAN, MCHID)
    # Pressed again it is signed once.
    assert "签约成功" in httpx.post(url, data={"payer": "lin"}, trust_env=False, follow_redirects=True).text
    assert agent.contract()["payer"] == "zhou"


def test_the_page_wants_to_know_where_its_payer_comes_from(agent: Agent) -> None:
    url = agent.ask_to_sign()["redirect_url"]
    refused = httpx.get(url, trust_env=False)
    assert refused.status_code == 400
    assert "REFERER_EMPTY" in refused.text
    # With a domain alone there is no way back.
    page = httpx.get(url, headers={"Referer": "http://shop.example/"}, trust_env=False)
    assert "cancel-sign" not in page.text


def test_the_page_is_open_for_ten_minutes(agent: Agent) -> None:
    agent.day(0)
    url = agent.ask_to_sign()["redirect_url"]
    agent.sandbox.shift_clock(int(agent.sandbox.clock_file.read_text()) + 601)
    assert "已失效" in httpx.get(url, headers={"Referer": OUR_PAGE}, trust_env=False).text
    assert "已失效" in httpx.post(url, data={"payer": "lin"}, trust_env=False).text
    assert agent.sandbox.control("wechat/sign", url=url).json()["error"] == "PAGE_EXPIRED"
    assert agent.contract()["state"] == "WAITING"


def test_a_code_is_good_for_one_signature(agent: Agent) -> None:
    agent.sign()
    assert agent.ask_to_sign()["err_code_des"] == "签约协议号已使用"
    agent.sandbox.control(f"wechat/contracts/{agent.code}/end")
    assert agent.ask_to_sign()["err_code_des"] == "签约协议号已使用"


def test_a_serial_is_good_for_one_contract(agent: Agent) -> None:
    serial = str(secrets.randbelow(10**15) + 1)
    assert agent.ask_to_sign(request_serial=serial)["result_code"] == "SUCCESS"
    assert agent.ask_to_sign(request_serial=serial)["result_code"] == "SUCCESS"
    assert agent.ask_to_sign(contract_code=f"{agent.code}b", request_serial=serial)["result_code"] == "FAIL"


@pytest.mark.parametrize(
    "change",
    [
        {"plan_id": "131314"},
        {"version": "2.0"},
        {"contract_code": "with space"},
        {"request_serial": "0123"},
        {"notify_url": "http://shop.example/notify?x=1"},
        {"contract_display_account": "按期😀"},
        {"clientip": ""},
        {"timestamp": "1414488825"},
        {"return_web": "1"},
        {"appid": "wx00a1b2c3d4e5f609"},
        {"mch_id": "1900000108"},
        {"sign_type": "MD5"},
    ],
    ids=str,
)
def test_what_the_page_is_not_opened_for(agent: Agent, change: dict[str, str]) -> None:
    assert agent.ask_to_sign(**change)["return_code"] == "FAIL"


# The wire


def test_a_request_is_read_to_the_letter(agent: Agent) -> None:
    fields = agent.signed({"plan_id": PLAN, "contract_code": agent.code, "version": "1.0"})
    good = v2.seal(fields, b"", how="none")
    assert agent.send("/papay/querycontract", good)["err_code"] == "CONTRACT_NOT_EXIST"
    md5 = v2.sign(fields, agent.key, how="md5")
    for body in (
        good.replace(fields["sign"], "0" * 64),
        good.replace(fields["sign"], md5),
        good.replace("HMAC-SHA256", "MD5"),
        good.replace(agent.code, f"{agent.code}x"),
        good.replace("<version>", "<versions>").replace("</version>", "</versions>"),
        good.replace("</xml>", "<openid>x</openid></xml>"),
        good.replace("</xml>", "<version>1.0</version></xml>"),
        f'<!DOCTYPE xml [<!ENTITY a "1.0">]>{good}',
        good[:-5],
        json.dumps(fields),
        "",
        b"\xff\xfe",
    ):
        answer = agent.send("/papay/querycontract", body)
        assert (answer["return_code"], answer.get("sign")) == ("FAIL", None), body


def test_an_address_that_nobody_knows_is_none(agent: Agent) -> None:
    assert agent.send("/pay/micropay", "<xml></xml>")["return_code"] == "FAIL"
    # A page is asked for by GET, everything else by POST.
    assert agent.send("/papay/h5entrustweb", "<xml></xml>")["return_code"] == "FAIL"
    got = agent.sandbox.http.get("/wechat/pay/paporderquery", params={"out_trade_no": "x"})
    assert v2.read(got.content)["return_code"] == "FAIL"


# Contracts


def test_a_contract_is_told_as_it_is(agent: Agent) -> None:
    contract_id = agent.sign()
    named = {"plan_id": PLAN, "contract_code": agent.code, "version": "1.0"}
    told = agent.post("/papay/querycontract", **named)
    assert (told["contract_state"], told["contract_id"], told["contract_code"]) == ("0", contract_id, agent.code)
    ended = agent.post("/papay/deletecontract", **named, contract_termination_remark="已结清")
    assert (ended["result_code"], ended["contract_id"]) == ("SUCCESS", contract_id)
    told = agent.post("/papay/querycontract", **named)
    assert (told["contract_state"], told["contract_termination_mode"]) == ("1", "3")
    again = agent.post("/papay/deletecontract", **named, contract_termination_remark="已结清")
    assert again["err_code"] == "CONTRACT_NOT_EXIST"


def test_a_payer_ends_it_on_the_sandboxes_own_page(agent: Agent) -> None:
    agent.sign("zhou")
    page = agent.sandbox.http.get(f"/wechat/contracts/{agent.code}")
    assert "end-contract" in page.text
    ended = agent.sandbox.http.post(f"/wechat/contracts/{agent.code}/end", data={}, follow_redirects=True)
    assert "用户解约" in ended.text
    assert "end-contract" not in ended.text
    wait_until(lambda: len(agent.about(agent.code)) == 2)
    told = agent.about(agent.code)[1]
    assert (told["change_type"], told["contract_termination_mode"]) == ("DELETE", "2")
    assert agent.code in agent.sandbox.http.get("/").text


def test_it_runs_out_and_nobody_is_told(agent: Agent) -> None:
    agent.sign()
    expired = agent.sandbox.control(f"wechat/contracts/{agent.code}/expire", seconds=3600)
    assert expired.json()["state"] == "SIGNED"
    agent.day(0, hour=12)
    told = agent.post("/papay/querycontract", plan_id=PLAN, contract_code=agent.code, version="1.0")
    assert told["contract_termination_mode"] == "1"
    assert [each["event"] for each in agent.contract()["notifications"]] == ["signed"]


def test_control_doors_refuse_what_cannot_be(agent: Agent) -> None:
    control = agent.sandbox.control
    assert control("wechat/sign", contract_code="none").status_code == 404
    assert control("wechat/contracts/none/end").status_code == 409
    assert agent.sandbox.http.get("/_control/wechat/contracts/none").status_code == 404
    assert agent.sandbox.http.get("/wechat/contracts/none").status_code == 404
    agent.sign()
    assert control(f"wechat/contracts/{agent.code}/expire", seconds=-1).status_code == 422
    assert control("wechat/sign", contract_code=agent.code).json()["error"] == "CONTRACT_USED"
    other = Agent(agent.sandbox, agent.shop, agent.counter)
    other.ask_to_sign()
    assert control("wechat/sign", contract_code=other.code, payer="nobody").json()["error"] == "PAYER_NOT_EXIST"


# Periods and debits


@pytest.mark.parametrize(
    "change",
    [
        {"mchid": "1900000108"},
        {"deduct_duration": {"count": 0, "unit": "DAY"}},
        {"deduct_duration": {"count": 8, "unit": "DAY"}},
        {"deduct_duration": {"unit": "DAY"}},
        {"estimated_amount": {"amount": 0, "currency": "CNY"}},
        {"estimated_amount": {"amount": 1.5, "currency": "CNY"}},
        {"estimated_amount": {"amount": 1, "currency": "USD"}},
        {"openid": "1"},
    ],
    ids=str,
)
def test_an_announcement_is_read_to_the_letter(agent: Agent, change: dict[str, Any]) -> None:
    contract_id = agent.sign()
    status, _ = agent.announce(contract_id, **change)
    assert status == 400
    assert agent.contract()["periods"] == []


def test_the_agreed_days_begin_two_days_later(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    agent.day(1)
    assert agent.announce(contract_id, count=2) == (204, {})
    for day, code in ((1, "INVALID_REQUEST"), (2, "INVALID_REQUEST"), (5, "INVALID_REQUEST"), (3, None), (4, None)):
        agent.day(day)
        answer = agent.debit(contract_id, f"{order_no}{day}", fen=1)
        assert answer.get("err_code") == code, day


def test_in_its_first_hours_it_is_debited_without_an_announcement(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    agent.day(0, hour=21)
    assert agent.debit(contract_id, f"{order_no}a")["result_code"] == "SUCCESS"
    agent.day(1)
    assert agent.debit(contract_id, f"{order_no}b")["err_code"] == "INVALID_REQUEST"


def test_the_templates_limits(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    assert agent.debit(contract_id, f"{order_no}x", fen=50_001)["err_code"] == "RULELIMIT"
    for n in range(5):
        assert agent.debit(contract_id, f"{order_no}{n}", fen=50_000)["result_code"] == "SUCCESS"
    assert agent.debit(contract_id, f"{order_no}y", fen=1)["err_code"] == "RULELIMIT"
    agent.day(1)
    assert agent.debit(contract_id, f"{order_no}z", fen=1)["err_code"] == "INVALID_REQUEST"


def test_of_two_debits_in_one_period_one_succeeds(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    agent.day(1)
    agent.announce(contract_id)
    agent.day(3)
    numbers = [f"{order_no}a", f"{order_no}b"]
    for number in numbers:
        assert agent.debit(contract_id, number)["result_code"] == "SUCCESS"
    states = sorted(agent.settled(number)["trade_state"] for number in numbers)
    assert states == ["PAY_FAIL", "SUCCESS"]
    assert agent.debit(contract_id, f"{order_no}c")["err_code"] == "INVALID_REQUEST"


def test_a_debit_is_not_known_at_once_then_waits_then_is_done(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign("zhou")
    agent.debit(contract_id, order_no)
    assert agent.query(order_no)["err_code"] == "ORDERNOTEXIST"
    done = agent.settled(order_no)
    assert (done["trade_state"], done["total_fee"], done["trade_type"]) == ("SUCCESS", "30000", "PAP")
    wait_until(lambda: bool(agent.about(order_no)))
    [told] = agent.about(order_no)
    assert (told["result_code"], told["transaction_id"]) == ("SUCCESS", done["transaction_id"])
    assert told["sign"] == v2.sign(told, agent.key)


def test_a_wallet_that_holds_too_little_pays_nothing(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign("fang")
    agent.debit(contract_id, order_no)
    assert agent.settled(order_no)["trade_state"] == "PAY_FAIL"
    wait_until(lambda: bool(agent.about(order_no)))
    [told] = agent.about(order_no)
    assert (told["result_code"], told["err_code"]) == ("FAIL", "NOTENOUGH")


def test_a_number_is_one_debit(agent: Agent, order_no: str) -> None:
    # Before the clock is set to ten in the morning: before ten by ours, an order placed later would be over already.
    status, _ = agent.counter.place(f"{order_no}p")
    contract_id = agent.sign()
    assert status == 200
    assert agent.debit(contract_id, order_no)["result_code"] == "SUCCESS"
    assert agent.debit(contract_id, order_no)["result_code"] == "SUCCESS"
    assert agent.debit(contract_id, order_no, fen=1)["err_code"] == "OUT_TRADE_NO_USED"
    assert agent.debit(contract_id, order_no, body="别的")["err_code"] == "OUT_TRADE_NO_USED"
    agent.settled(order_no)
    assert agent.debit(contract_id, order_no)["err_code"] == "ORDERPAID"
    assert agent.debit(contract_id, f"{order_no}p", fen=1230)["err_code"] == "OUT_TRADE_NO_USED"


def test_a_debit_is_neither_paid_nor_closed_by_hand(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    agent.sandbox.fault("papay_forever", channel="wechat", out_trade_no=order_no)
    agent.debit(contract_id, order_no)
    assert agent.sandbox.control("wechat/pay", out_trade_no=order_no).json()["error"] == "ORDER_DEBITED"
    assert agent.counter.close(order_no)[1]["code"] == "INVALID_REQUEST"
    assert "委托代扣" in agent.sandbox.http.get(f"/wechat/trades/{order_no}").text


def test_after_a_month_nobody_can_ask(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    agent.debit(contract_id, order_no)
    agent.settled(order_no)
    agent.day(32)
    assert agent.query(order_no)["err_code"] == "ORDERNOTEXIST"


# Notices


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, b""),
        (204, b""),
        (200, b"success"),
        (200, b"<xml><return_code>FAIL</return_code></xml>"),
        (500, b"<xml><return_code>SUCCESS</return_code></xml>"),
        (401, b'{"code": "FAIL"}'),
    ],
)
def test_a_notice_wants_its_own_word(agent: Agent, order_no: str, status: int, answer: bytes) -> None:
    contract_id = agent.sign()
    agent.shop.answer = (status, answer)
    agent.debit(contract_id, order_no)
    agent.settled(order_no)
    sent = [each for each in agent.sandbox.flush(order_no) if each["event"] == "debited"]
    assert [(each["state"], each["seconds_to_next"]) for each in sent] == [("waiting", 15)]


@pytest.mark.parametrize(
    ("ends", "schedule"),
    [
        (False, [15, 15, 30, 180, 1800, 1800, 1800, 1800, 3600, None]),
        (True, [*[10] * 3, *[30] * 3, *[300] * 23, None]),
    ],
)
def test_the_schedules(agent: Agent, order_no: str, ends: bool, schedule: list[int | None]) -> None:
    contract_id = agent.sign()
    agent.shop.answer = (500, b"")
    if ends:
        agent.sandbox.control(f"wechat/contracts/{agent.code}/end")
    else:
        agent.debit(contract_id, order_no)
        agent.settled(order_no)
    number = agent.code if ends else order_no
    told = []
    while sent := agent.sandbox.flush(number):
        told.append(sent[-1]["seconds_to_next"])
    # The first sending may have been the stand-in's own.
    assert told in (schedule, schedule[1:])


def test_limits_and_where_an_end_is_told_are_the_templates(
    tmp_path: Path, shop: Shop, shanghai: None, order_no: str
) -> None:
    desk = Shop()
    own = {"refund_gap_seconds": 0, "end_notify_url": desk.notify_url, "single_minor": 60_000, "day_minor": 70_000}
    (tmp_path / "wechat.json").write_text(json.dumps(own))
    running = Sandbox(tmp_path)
    running.start()
    try:
        agent = Agent(running, shop, Counter(sandbox=running, shop=shop))
        contract_id = agent.sign()
        assert agent.debit(contract_id, f"{order_no}a", fen=60_000)["result_code"] == "SUCCESS"
        assert agent.debit(contract_id, f"{order_no}b", fen=10_001)["err_code"] == "RULELIMIT"
        running.control(f"wechat/contracts/{agent.code}/end")
        running.flush(agent.code)
        assert [each["change_type"] for each in agent.about(agent.code)] == ["ADD"]
        wait_until(lambda: bool(desk.received))
        assert "<change_type><![CDATA[DELETE]]>" in desk.received[0][1]
    finally:
        running.stop()
        desk.stop()


# Faults


@pytest.mark.parametrize(
    ("fault", "code"),
    [("papay_refused_RULELIMIT", "RULELIMIT"), ("papay_refused_INVALID_REQUEST", "INVALID_REQUEST")],
)
def test_a_fault_declines_a_debit(agent: Agent, order_no: str, fault: str, code: str) -> None:
    contract_id = agent.sign()
    agent.counter.fault(fault, out_trade_no=order_no, next=1)
    assert agent.debit(contract_id, order_no)["err_code"] == code
    assert agent.debit(contract_id, order_no)["result_code"] == "SUCCESS"


def test_a_fault_says_one_thing_and_does_another(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    agent.counter.fault("system_error_after", out_trade_no=order_no, operation="debit", next=1)
    assert agent.debit(contract_id, order_no)["err_code"] == "SYSTEMERROR"
    assert agent.settled(order_no)["trade_state"] == "SUCCESS"
    agent.counter.fault("frequency_limited", out_trade_no=f"{order_no}b", operation="debit", next=1)
    assert agent.debit(contract_id, f"{order_no}b")["err_code"] == "FREQUENCY_LIMITED"
    assert agent.query(f"{order_no}b")["err_code"] == "ORDERNOTEXIST"


def test_the_notice_comes_before_the_answer(agent: Agent, order_no: str) -> None:
    contract_id = agent.sign()
    agent.counter.fault("papay_before_response", out_trade_no=order_no, operation="debit", next=1)
    assert agent.debit(contract_id, order_no)["result_code"] == "SUCCESS"
    assert [each["result_code"] for each in agent.about(order_no)] == ["SUCCESS"]
