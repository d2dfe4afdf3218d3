"""Hardship cases at the desk: lanes and list, what could be offered, the second person, a no and why."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from anqi import clock
from anqi.actions import hardship as acts
from anqi.lending.models import HardshipOffer
from anqi.people.models import StaffAct
from anqi.web.office import queue
from tests import helping
from tests.helping import Case
from tests.planting import at, days
from tests.returning import Bought, buy
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Bought:
    """Late since the first of October."""
    bought = buy(now=at(date(2026, 9, 1)))
    bought.pay(at(date(2026, 10, 1)), amount_minor=20_000)
    return bought


@pytest.fixture
def case(lin: Bought) -> Case:
    """Before a person, who is to answer today."""
    made = helping.ask(lin, at(TODAY - days(3)))
    acts.ask_otherwise(**made.whose, text="想从一月起还", now=at(TODAY - days(3)))
    return made


def url(case: Case, verb: str = "") -> str:
    return f"/borrowers/{case.bought.borrower_id}/hardship/{case.id}{verb}"


def counts() -> dict[str, int]:
    return {each.slug: each.count for each in queue.lanes(clock.now()) if each.slug.startswith("hardship") and each.count}


def offered(**stated: Any) -> dict[str, Any]:
    return {
        "kind": "spread", "days": "", "instalments": "", "on": "", "waives": "", "offer_id": uuid4(), "reason": "先缓",
        "valid_days": 7,
    } | stated  # fmt: skip


def test_what_waits_stands_in_lanes_and_lists(case: Case) -> None:
    assert counts() == {"hardship": 1, "hardship-urgent": 1}
    client = desk()
    for path in ("/queue/hardship", "/queue/hardship-urgent", "/hardship", "/hardship?state=waiting"):
        shown = client.get(path).content.decode()
        assert "自己或家人生病" in shown and url(case) in shown
    assert url(case) not in client.get("/hardship?state=declined").content.decode()
    loan = client.get(f"/borrowers/{case.bought.borrower_id}/loans/{case.bought.loan_id}").content.decode()
    assert url(case) in loan


def test_the_page_has_what_she_says_and_tries_out_what_could_be_offered(case: Case) -> None:
    client = desk()
    page = client.get(url(case)).content.decode()
    for words in ("住院两个月", "想从一月起还", "¥300.00", "规则自己给的方案", "逾期的摊到后面各期", "最近的还款", "支付宝"):
        assert words in page, words
    assert "给借款人这个方案" not in page, "nothing is offered unseen"
    tried = client.get(url(case, "?kind=longer&days=&instalments=18&on=2026-12-28&waives=1.00")).content.decode()
    assert "改之后的还款日" in tried and "给借款人这个方案" in tried and "12月28日" in tried
    wide = client.get(url(case, "?kind=longer&instalments=40&on=2026-12-28&waives=")).content.decode()
    assert "超出规则自己给的范围" in wide
    # A consumer finance company lends for five years at most.
    long = client.get(url(case, "?kind=longer&instalments=90&on=2026-12-28&waives=")).content.decode()
    assert "最晚只能到" in long and "disabled" in long
    unfit = client.get(url(case, "?kind=longer&instalments=3&on=2026-01-01&waives=")).content.decode()
    assert "这个方案办不了" in unfit
    assert "这个方案要填" in client.get(url(case, "?kind=catch_up&waives=")).content.decode()
    assert StaffAct.objects.filter(verb="view_hardship", object_id=case.id).exists()
    assert HardshipOffer.objects.count() == 0


def test_an_offer_is_made_once_and_what_is_more_goes_before_another(case: Case) -> None:
    clerk, boss = desk_of(hire("clerk", "经办丁")), desk("supervisor")
    sent = offered(kind="longer", instalments=30, on="2026-12-28", waives="999")
    for _ in range(2):
        assert clerk.post(url(case, "/offer"), sent).status_code == 302
    made = HardshipOffer.objects.get()
    assert (made.state, made.why_another, case.row().state) == ("proposed", "rules", "proposed")
    assert counts() == {"hardship-asked": 1, "hardship-urgent": 1}
    assert "同意给借款人" not in clerk.get(url(case)).content.decode()
    refused = clerk.post(url(case, "/approve"))
    assert refused.status_code == 409 and "只有复核可以决定" in refused.content.decode()
    assert "同意给借款人" in boss.get(url(case)).content.decode()
    assert boss.post(url(case, "/approve")).status_code == 302
    assert case.row().state == "offered" and counts() == {}
    second = boss.post(url(case, "/approve"))
    assert second.status_code == 409 and "没有等着复核的方案" in second.content.decode()


def test_a_form_that_is_wrong_offers_nothing(case: Case) -> None:
    client = desk()
    for wrong in ({"reason": ""}, {"valid_days": 31}, {"kind": "longer"}, {"waives": "很多"}):
        assert client.post(url(case, "/offer"), offered(**wrong)).status_code == 422
    assert HardshipOffer.objects.count() == 0 and case.row().state == "waiting"


def test_a_no_has_a_reason_and_is_looked_at_by_another(case: Case) -> None:
    clerk, boss = desk_of(hire("clerk", "经办丁")), desk("supervisor")
    assert clerk.post(url(case, "/look")).status_code == 302 and "经办丁" in boss.get(url(case)).content.decode()
    assert clerk.post(url(case, "/decline"), {"reason": ""}).status_code == 409
    assert clerk.post(url(case, "/decline"), {"reason": "先还一期再谈"}).status_code == 302
    acts.question(**case.whose, text="真的没有", now=clock.now())
    assert "真的没有" in boss.get(url(case)).content.decode() and "借款人有疑问" in boss.get("/queue/hardship").content.decode()
    again = clerk.post(url(case, "/decline"), {"reason": "还是不行"})
    assert again.status_code == 409 and "要由另一位同事处理" in again.content.decode()
    assert boss.post(url(case, "/offer"), offered()).status_code == 302


def test_who_only_reads_and_what_is_not_theirs(case: Case) -> None:
    auditor = desk("auditor")
    page = auditor.get(url(case)).content.decode()
    assert "住院两个月" in page and "不同意</button>" not in page
    assert auditor.post(url(case, "/decline"), {"reason": "不"}).status_code == 403
    assert desk().get(f"/borrowers/{UUID(int=5)}/hardship/{case.id}").status_code == 404
    assert desk().post(url(case, "/nothing"), {"reason": "x"}).status_code == 404
