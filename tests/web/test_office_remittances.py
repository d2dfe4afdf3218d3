"""Remittances at the desk: by channel with their standing, matched by hand with a reason, by two where they differ."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from anqi import clock
from anqi.actions import bank, reconciliation, remittances
from anqi.jobs import tasks
from anqi.payments import channels, kept_statements
from anqi.payments.models import BankLine, ReconciliationDifference, Remittance
from anqi.people.models import StaffAct
from anqi.rows.days import SHANGHAI
from anqi.web.office import queue
from tests.actions.bank_account import STATED, Account
from tests.actions.reconciling import Stating, plant
from tests.actions.test_reconciliation import pay, write
from tests.planting import at, days
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, today
from tests.web.test_office_turns import text_of
from tools.statements.movements import Movement

__all__ = ["today"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
DAY = TODAY - days(5)
NOON = datetime(DAY.year, DAY.month, DAY.day, 12)  # noqa: DTZ001


def out(ref: str, amount_minor: int) -> Movement:
    return Movement(
        kind="remittance", key="", ref=ref, amount_minor=-amount_minor, fee_minor=0, at=NOON + timedelta(hours=1)
    )


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch, settings: Any, today: Any) -> None:
    """Two are told at Alipay; the bank has another amount of the one, a stranger's line, and one that is untold."""
    settings.ANQI_BANK = STATED
    alipay = Stating(code="alipay", kinds=("funds",))
    monkeypatch.setattr(channels, "find_stating", lambda code: alipay)
    plant([pay("aq1", 90_000, at=NOON)], channel="alipay", now=at(TODAY, 9))
    write(alipay, [pay("aq1", 90_000, at=NOON), out("W2026100001", 50_000), out("W2026100002", 7_000)], DAY)
    kept_statements.keep(alipay.statement(DAY, kind="funds"), now=at(TODAY, 9))
    reconciliation.match(channel="alipay", day=DAY, now=NOON.replace(tzinfo=SHANGHAI))
    account = Account(at=at(DAY, 15))
    account.move(49_900, "提现 W2026100001", name="支付宝（中国）网络技术有限公司")
    account.move(7_000, "备付金", name="林小满")
    account.move(1_234, "", name="财付通支付科技有限公司")
    bank.import_statement(account.file(), actor=None, now=at(TODAY, 9))
    remittances.learn(channel="alipay", day=DAY, now=clock.now())


def the(ref: str) -> Remittance:
    return Remittance.objects.get(ref=ref)


def url(ref: str, verb: str = "") -> str:
    return reverse("office:remittance_act", args=[the(ref).id, verb]) if verb else reverse(
        "office:remittance", args=[the(ref).id]
    )  # fmt: skip


def line(amount_minor: int) -> BankLine:
    return BankLine.objects.get(amount_minor=amount_minor)


def text(path: str, role: str = "auditor", language: str = "zh-hans") -> str:
    client = desk(role)
    client.cookies["anqi_language"] = language
    return text_of(client.get(path).content.decode())


def test_the_board_and_the_queue_tell_what_is_open_and_how_long() -> None:
    told = text("/remittances")
    for words in (
        "支付宝 W2026100001 渠道和银行说的不同 5 天 ¥500.00 ¥499.00", "支付宝 W2026100002 渠道已划，银行没有到账 5 天 ¥70.00 —",
        "微信支付 5 天 ¥12.34",
    ):  # fmt: skip
        assert words in told
    assert "Channel and bank differ" in text("/remittances", language="en")
    cache.clear()
    lanes = {lane.slug: (lane.count, lane.oldest_on) for lane in queue.lanes(clock.now())}
    assert (lanes["remittances"], lanes["untold-lines"][0], lanes["unreconciled"][0]) == ((2, DAY), 1, 0)
    assert "支付宝 W2026100002 渠道已划，银行没有到账" in text("/queue/remittances")
    assert "微信支付 银行有这一行，渠道没有说过" in text("/queue/untold-lines")
    assert "¥70.00" in text(url("W2026100002")) and "林** ¥70.00 ¥0.00" in text(url("W2026100002"))
    assert "Channel says" in text(url("W2026100002"), language="en")


def test_the_very_amount_is_matched_by_one_with_a_reason() -> None:
    client, fits = desk(), {"line_id": str(line(7_000).id), "reason": "回单一致"}
    assert client.get(reverse("office:remittance", args=[line(7_000).id])).status_code == 404
    for bad, status in (({**fits, "reason": ""}, 409), ({"reason": "x"}, 404)):
        assert client.post(url("W2026100002", "match"), bad).status_code == status
    assert client.post(url("W2026100002", "forget"), fits).status_code == 404
    assert desk("auditor").post(url("W2026100002", "match"), fits).status_code == 403
    assert client.post(url("W2026100002", "match"), fits).status_code == 302
    assert client.post(url("W2026100002", "match"), fits).status_code == 409
    told = text(url("W2026100002"))
    assert "已到账" in told and "回单一致" in told and "可能是这些流水" not in told
    assert list(StaffAct.objects.exclude(verb="view_remittance").values_list("verb", flat=True)) == ["match_remittance"]


def test_what_differs_waits_for_another() -> None:
    one, another = desk_of(hire("supervisor", "王复核")), desk_of(hire("supervisor", "赵复核"))
    wish = {"line_id": str(line(49_900).id), "reason": "银行收了一元"}
    for _ in range(2):
        assert one.post(url("W2026100001", "match"), wish).status_code == 302
    one.get(url("W2026100001"))
    told = text_of(one.get(url("W2026100001")).content.decode())
    assert "等待复核" in told and "银行比渠道多 −¥1.00" in told and "同意" not in told
    assert one.post(url("W2026100001", "approve")).status_code == 409
    assert another.post(url("W2026100001", "refuse"), {"reason": "再看"}).status_code == 302
    assert one.post(url("W2026100001", "match"), wish).status_code == 302
    assert another.post(url("W2026100001", "approve")).status_code == 302
    assert the("W2026100001").state == "arrived"
    assert one.post(url("W2026100002", "dismiss"), {"reason": "文件重复"}).status_code == 302
    assert another.post(url("W2026100002", "approve")).status_code == 302
    told = text("/remittances")
    assert "都了结了" in told and "不会到账" in told


def test_a_line_that_is_no_remittance_goes_back_to_the_bank_account() -> None:
    client, path = desk(), reverse("office:release_line", args=[line(1_234).id])
    assert client.post(path, {"reason": ""}).status_code == 409
    assert client.post(path, {"reason": "借款人从钱包转来"}).status_code == 302
    assert client.post(path, {"reason": "借款人从钱包转来"}).status_code == 409
    assert line(1_234).state == "waiting"
    assert client.post(reverse("office:release_line", args=[the("W2026100001").id]), {"reason": "x"}).status_code == 404


def test_a_day_that_is_not_reconciled_stands_in_the_queue_with_whose_turn_it_is() -> None:
    write(channels.find_stating("alipay"), [pay("aq9", 5, at=NOON)], DAY - days(1))  # type: ignore[arg-type]
    stating: Any = channels.find_stating("alipay")
    kept_statements.keep(stating.statement(DAY - days(1), kind="funds"), now=clock.now())
    reconciliation.match(channel="alipay", day=DAY - days(1), now=clock.now())
    cache.clear()
    lanes = {lane.slug: (lane.count, lane.oldest_on) for lane in queue.lanes(clock.now())}
    assert lanes["unreconciled"] == (1, DAY - days(1))
    difference = ReconciliationDifference.objects.get(key="aq9")
    told = text("/queue/unreconciled")
    assert "资金账单，差异待处理，1 条差异，等经办" in told and "¥0.05" in told
    assert reverse("office:reconciliation_day", args=["alipay", (DAY - days(1)).isoformat()]) in desk().get(
        "/queue/unreconciled"
    ).content.decode()
    reconciliation.ask_write_off(difference_id=difference.id, reason="x", actor=hire(), now=clock.now())
    assert "等复核" in text("/queue/unreconciled")


def test_the_trial_balance_tells_how_old_money_in_transit_is() -> None:
    tasks.remittances.match(now=clock.now())
    told = text("/trial-balance")
    assert "在途资金 支付宝 ¥0.00 ¥0.00 ¥900.00 ¥0.00 ¥900.00 10月10日" in told
    assert "Over 7 days" in text("/trial-balance", language="en")
    before = text(f"/trial-balance?on={DAY + days(1)}&known=then")
    assert "在途资金 支付宝 ¥900.00 ¥0.00 ¥0.00 ¥0.00 ¥900.00" in before
