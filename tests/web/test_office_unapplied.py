"""Unapplied money at the desk: asked for, looked at by a second person, used once."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from anqi import clock
from anqi.actions import charges, repayments
from anqi.actions.charges import Wish, links
from anqi.lending.models import Fact
from anqi.payments.channels.protocol import Succeeded
from anqi.payments.models import Application, Charge, Unapplied
from anqi.people.models import StaffAct
from anqi.rows.ids import uuid7
from tests.planting import Planted, plant_borrower, plant_loan
from tests.web.test_office_doors import TODAY, desk, desk_of, hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


@pytest.fixture
def lin() -> Planted:
    """A loan whose first instalment, due today, was paid twice: 533.09 are left over."""
    who = plant_loan(starts_on=date(2026, 9, 15))
    charge = charges.open(
        borrower_id=who.borrower_id, wishes=[Wish(loan_id=who.loan_id, purpose="next")], channel="alipay", how="wap",
        attempt=uuid4().hex, now=clock.now(),
    )  # fmt: skip
    for ref in ("T1", "T2"):
        result = Succeeded(ref=ref, amount_minor=charge.amount_minor, paid_at=clock.now())
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=clock.now())
    return who


@pytest.fixture
def case(lin: Planted) -> Unapplied:
    return Unapplied.objects.get()


def url(case: Unapplied) -> str:
    return f"/borrowers/{case.borrower_id}/unapplied/{case.id}"


def form(who: Planted, amount: str = "500.00", **changes: str) -> dict[str, str]:
    return {
        "application_id": str(uuid7()), "loan_id": str(who.loan_id), "purpose": "next", "amount_minor": amount,
        "reason": "付了两次，本人要求还下一期",
    } | changes  # fmt: skip


def applied() -> int:
    return Fact.objects.filter(key__startswith="application:").count()


def test_the_page_says_what_came_why_it_waits_and_what_is_owed(lin: Planted, case: Unapplied) -> None:
    page = desk().get(url(case)).content.decode()
    for told in ("同一笔支付单付了两次", "支付宝 T2", "林**", "用来还一笔分期", "累计超过 ¥500.00"):
        assert told in page
    assert "13800006021" not in page
    assert StaffAct.objects.get().verb == "view_case"


def test_what_somebody_else_paid_is_put_to_no_use(lin: Planted, case: Unapplied) -> None:
    made = links.make(
        borrower_id=lin.borrower_id, loan_id=lin.loan_id, what="own", amount_minor=100, attempt=uuid4(),
        now=clock.now(),
    )  # fmt: skip
    Charge.objects.update(link_id=made.link.id)
    page = desk().get(url(case)).content.decode()
    assert ("用来还一笔分期" in page, "由他人代付，只能原路退回" in page) == (False, True)
    refused = desk().post(url(case), form(lin))
    assert (refused.status_code, "只能原路退回，不能还分期" in refused.content.decode()) == (409, True)
    assert not applied()


def test_up_to_500_yuan_is_used_at_once(lin: Planted, case: Unapplied) -> None:
    client = desk()
    answer = client.post(url(case), form(lin))
    assert answer["Location"] == url(case)
    page = client.get(url(case)).content.decode()
    assert "已入账" in page
    assert applied() == 1
    case.refresh_from_db()
    assert case.left_minor == case.amount_minor - 50_000


def test_more_waits_for_another_person(lin: Planted, case: Unapplied) -> None:
    clerk, first, second = hire("clerk", "王经办"), hire("supervisor", "李复核"), hire("supervisor", "赵复核")
    client = desk_of(first)
    client.post(url(case), form(lin, "500.01"))
    application = Application.objects.get()
    act = f"{url(case)}/applications/{application.id}"
    own = client.get(url(case)).content.decode()
    assert "等待复核" in own
    assert "同意并入账" not in own
    assert "撤回" in own
    assert "用来还一笔分期" not in own, "one wish at a time"
    assert client.post(f"{act}/approve").status_code == 409
    assert "同意并入账" not in desk_of(clerk).get(url(case)).content.decode()
    assert applied() == 0
    other = desk_of(second)
    assert "同意并入账" in other.get(url(case)).content.decode()
    assert other.post(f"{act}/approve")["Location"] == url(case)
    assert applied() == 1
    told = other.get(url(case)).content.decode()
    assert "李复核：付了两次" in told
    assert "赵复核" in told


def test_a_refusal_needs_a_reason_and_frees_the_money(lin: Planted, case: Unapplied) -> None:
    client = desk("supervisor")
    desk().post(url(case), form(lin, "500.01"))
    act = f"{url(case)}/applications/{Application.objects.get().id}/refuse"
    assert client.post(act, {"reason": ""}).status_code == 409
    assert client.post(act, {"reason": "先核对来源"})["Location"] == url(case)
    page = client.get(url(case)).content.decode()
    assert "已驳回" in page
    assert "用来还一笔分期" in page
    assert StaffAct.objects.get(verb="refuse_application").reason == "先核对来源"


def test_a_form_sent_twice_is_used_once(lin: Planted, case: Unapplied) -> None:
    """Also when the first one used so much that the second would ask for more than is left."""
    client, sent = desk(), form(lin, "400.00")
    for _ in range(2):
        assert client.post(url(case), sent).status_code == 302
    assert applied() == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount_minor": "abc"}, "请填元和分"),
        ({"amount_minor": "1.234"}, "请填元和分"),
        ({"amount_minor": "0"}, "请填大于零的金额"),
        ({"amount_minor": "-1"}, "请填大于零的金额"),
        ({"reason": ""}, "errorlist"),
        ({"purpose": "gift"}, "errorlist"),
        ({"loan_id": str(uuid4())}, "errorlist"),
        ({"application_id": "x"}, "用来还一笔分期"),
    ],
)
def test_what_is_filled_in_wrongly_comes_back(lin: Planted, case: Unapplied, changes: dict[str, str], told: str) -> None:
    answer = desk().post(url(case), form(lin, **changes))
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Application.objects.exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount_minor": "1066.19"}, "请填不超过它的金额"),
        ({"purpose": "all", "amount_minor": "400"}, "一次结清要 ¥"),
    ],
)
def test_what_cannot_be_is_explained_with_its_numbers(
    lin: Planted, case: Unapplied, changes: dict[str, str], told: str
) -> None:
    answer = desk().post(url(case), form(lin, **changes))
    assert answer.status_code == 409
    page = answer.content.decode()
    assert told in page
    assert 'role="alert"' in page
    assert applied() == 0


def test_amounts_may_be_typed_as_people_write_them(lin: Planted, case: Unapplied) -> None:
    desk().post(url(case), form(lin, " ¥1,000.5 "))
    assert Application.objects.get().amount_minor == 100_050


def test_an_auditor_sees_no_form(lin: Planted, case: Unapplied) -> None:
    client = desk("auditor")
    assert "用来还一笔分期" not in client.get(url(case)).content.decode()
    assert client.post(url(case), form(lin)).status_code == 403


def test_a_case_stands_under_its_own_borrower_only(lin: Planted, case: Unapplied) -> None:
    wang = plant_loan(starts_on=TODAY, borrower_id=plant_borrower("+8613900001111", now=clock.now()))
    client = desk("supervisor")
    desk().post(url(case), form(lin, "500.01"))
    application = Application.objects.get()
    elsewhere = f"/borrowers/{wang.borrower_id}/unapplied/{case.id}"
    assert client.get(elsewhere).status_code == 404
    assert client.post(f"{elsewhere}/applications/{application.id}/approve").status_code == 404
    assert client.post(url(case), form(wang)).status_code == 422, "another borrower's loan is not on the list"
    assert client.post(f"{url(case)}/applications/{uuid7()}/approve").status_code == 409
    assert applied() == 0


def test_the_list_has_open_cases_first(lin: Planted, case: Unapplied, client: Client) -> None:
    page = desk().get("/unapplied").content.decode()
    assert url(case) in page
    assert "林**" in page
