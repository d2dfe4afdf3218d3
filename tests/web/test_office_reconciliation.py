"""Reconciliation at the desk: days by age, one day's differences by kind, and how a difference ends."""

from datetime import date, datetime
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from anqi.actions import reconciliation
from anqi.payments import channels, kept_statements
from anqi.payments.models import ReconciliationDifference
from anqi.people.models import StaffAct
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7
from tests.actions.reconciling import Stating, plant
from tests.actions.test_reconciliation import pay, write
from tests.planting import at, days
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, today
from tests.web.test_office_turns import text_of

__all__ = ["today"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]
DAY = TODAY - days(3)


@pytest.fixture(autouse=True)
def difference(monkeypatch: pytest.MonkeyPatch, today: Any) -> ReconciliationDifference:
    """A day at Alipay of two payments, of which its file has one."""
    alipay = Stating(code="alipay", kinds=("trade",))
    monkeypatch.setattr(channels, "find_stating", lambda code: alipay)
    noon = datetime.combine(DAY, datetime.min.time()).replace(hour=12)
    plant([pay("aq1", at=noon), pay("aq2", 50_000, at=noon)], channel="alipay", now=at(TODAY, 9))
    write(alipay, [pay("aq1", at=noon)], DAY)
    kept_statements.keep(alipay.statement(DAY, kind="trade"), now=at(TODAY, 9))
    reconciliation.match(channel="alipay", day=DAY, now=datetime.combine(TODAY, noon.time(), SHANGHAI))
    return ReconciliationDifference.objects.get()


def page(difference: ReconciliationDifference) -> str:
    return reverse("office:reconciliation_difference", args=[difference.id])


def act(difference: ReconciliationDifference, verb: str) -> str:
    return reverse("office:reconciliation_act", args=[difference.id, verb])


def test_days_that_are_not_reconciled_stand_with_their_age(difference: ReconciliationDifference) -> None:
    told = text_of(desk("auditor").get("/reconciliation").content.decode())
    assert "10月12日 支付宝 交易账单 差异待处理 3 天 1 ¥533.09 ¥1,033.09 ¥1,033.09" in told


def test_a_day_tells_its_differences_by_kind(difference: ReconciliationDifference) -> None:
    client = desk()
    told = text_of(client.get(f"/reconciliation/alipay/{DAY}").content.decode())
    for words in ("支付宝 · 渠道对账 10月12日", "我方有，渠道没有 · 交易账单 共 1 条，待处理 1 条", "aq2 收款 ¥500.00 — −¥500.00 待处理"):
        assert words in told
    for other in (f"/reconciliation/alipay/{TODAY}", "/reconciliation/alipay/once"):
        assert client.get(other).status_code == 404


def test_a_difference_is_explained_with_a_reason(difference: ReconciliationDifference) -> None:
    client = desk()
    assert "我方号码 aq2" in text_of(client.get(page(difference)).content.decode())
    assert client.post(act(difference, "explain"), {"reason": " "}).status_code == 409
    assert client.post(act(difference, "forget"), {"reason": "x"}).status_code == 404
    assert client.post(act(difference, "explain"), {"reason": "渠道次月补账"}).status_code == 302
    assert client.post(act(difference, "explain"), {"reason": "渠道次月补账"}).status_code == 409
    assert "已对平" in text_of(client.get(f"/reconciliation/alipay/{DAY}").content.decode())
    assert "渠道次月补账" in text_of(client.get(page(difference)).content.decode())
    assert list(StaffAct.objects.values_list("verb", flat=True))[:2] == ["view_reconciliation", "explain_reconciliation"]


def test_a_write_off_waits_for_another_supervisor(difference: ReconciliationDifference) -> None:
    one, another = desk_of(hire("supervisor", "王复核")), desk_of(hire("supervisor", "赵复核"))
    assert one.post(act(difference, "write-off"), {"reason": "渠道不认"}).status_code == 302
    told = text_of(one.get(page(difference)).content.decode())
    assert "等待复核" in told and "王复核" in told and "同意核销" not in told
    assert one.post(act(difference, "approve")).status_code == 409
    assert another.post(act(difference, "refuse"), {"reason": "再问"}).status_code == 302
    assert one.post(act(difference, "write-off"), {"reason": "渠道不认"}).status_code == 302
    assert "同意核销" in text_of(another.get(page(difference)).content.decode())
    assert another.post(act(difference, "approve")).status_code == 302
    assert "已核销" in text_of(another.get(page(difference)).content.decode())


def test_auditors_only_read(difference: ReconciliationDifference) -> None:
    client = desk("auditor")
    assert "申请核销" not in client.get(page(difference)).content.decode()
    assert client.post(act(difference, "explain"), {"reason": "x"}).status_code == 403
    assert client.get(page(ReconciliationDifference(id=uuid7()))).status_code == 404


def test_what_was_told_a_day_later_says_so(difference: ReconciliationDifference) -> None:
    ReconciliationDifference.objects.update(state="settled", reason=f"told_on:{date(2026, 10, 13)}")
    assert "渠道在 2026-10-13 的文件里补上了" in text_of(desk().get(page(difference)).content.decode())


def test_a_corrected_file_is_handed_in_by_a_supervisor(difference: ReconciliationDifference) -> None:
    page, (clerk, supervisor) = f"/reconciliation/alipay/{DAY}", (desk(), desk("supervisor"))
    assert "换上更正的文件" not in clerk.get(page).content.decode()
    assert "换上更正的文件" in supervisor.get(page).content.decode()
    noon, alipay = datetime.combine(DAY, datetime.min.time()).replace(hour=12), channels.find_stating("alipay")
    assert isinstance(alipay, Stating)
    wrong = alipay.files[DAY, "trade"]
    write(alipay, [pay("aq1", at=noon), pay("aq2", 50_000, at=noon)], DAY)
    right = alipay.files[DAY, "trade"]

    def hand_in(file: bytes, client: Client = supervisor, reason: str = "渠道更正") -> Any:
        return client.post(f"{page}/file", {"file": SimpleUploadedFile("bill.zip", file), "reason": reason})

    assert hand_in(right, clerk).status_code == 403
    assert hand_in(right, reason="").status_code == 422
    for file, words in ((b"nothing", "读不懂"), (wrong, "和现在用的一样")):
        answer = hand_in(file)
        assert (answer.status_code, words in text_of(answer.content.decode())) == (409, True)
        assert 'value="渠道更正"' in answer.content.decode() or "渠道更正" in text_of(answer.content.decode())
    assert hand_in(right).headers["Location"] == page
    assert "一刻钟之内" in text_of(supervisor.get(page).content.decode())
    assert supervisor.post("/reconciliation/alipay/once/file").status_code == 404
