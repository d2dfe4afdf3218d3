"""A borrower's credit line at the desk: granted, until when, locked and unlocked, each with its reason."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from anqi import clock
from anqi.actions import credit_lines
from anqi.lending import limits
from anqi.lending.limits import Limit
from anqi.lending.models import Lender, LineDecision
from anqi.people.models import Device, StaffAct
from anqi.rows.ids import uuid7
from tests import purchasing, reserving
from tests.reserving import TODAY
from tests.web.application_desk import set_clock
from tests.web.test_office_doors import desk, desk_of, hire
from tests.web.test_office_turns import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def street(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)
    reserving.open_shelf(now=clock.now())


@pytest.fixture
def lin() -> UUID:
    return purchasing.welcome()


def lender_id() -> UUID:
    return Lender.objects.get().id


def url(who: UUID, act: str = "") -> str:
    return f"/borrowers/{who}/limits/{lender_id()}{act and f'/{act}'}"


def line(who: UUID) -> Limit:
    return limits.read(who, lender_id(), today=TODAY)


def read(who: UUID, role: str = "clerk") -> str:
    return text_of(desk(role).get(url(who)).content.decode())


def test_the_borrower_s_page_leads_to_it_and_it_shows_what_makes_up_what_is_free(lin: UUID) -> None:
    assert url(lin) in desk().get(f"/borrowers/{lin}").content.decode()
    credit_lines.want(borrower_id=lin, lender_id=lender_id(), amount_minor=1_500_000, now=clock.now())
    page = read(lin, "auditor")
    for words in (
        "总额度 ¥20,000.00", "借款人自己的上限 ¥15,000.00", "已用 ¥0.00", "可用 ¥15,000.00", "首次授信 ¥20,000.00", "法定上限",
        "借款人自己的上限 ¥15,000.00 借款人",
    ):  # fmt: skip
        assert words in page, words
    assert "冻结，不再借出新的" not in page
    [act] = StaffAct.objects.filter(verb="view_limit")
    assert (act.borrower_id, act.object_id) == (lin, lender_id())


def test_less_holds_at_once_and_more_waits_for_the_borrower(lin: UUID) -> None:
    boss = hire("supervisor", "赵复核")
    client = desk_of(boss)
    assert client.post(url(lin, "grant"), {"amount_minor": "8,000", "reason": "收入下降"}).status_code == 302
    assert line(lin).granted_minor == 800_000
    assert client.post(url(lin, "grant"), {"amount_minor": "30000.00", "reason": "收入证明"}).status_code == 302
    assert line(lin).granted_minor == 800_000
    page = text_of(client.get(url(lin)).content.decode())
    for words in ("提高到，等借款人同意 ¥30,000.00", "调整额度 ¥30,000.00 赵复核", "调整额度 ¥8,000.00 赵复核"):
        assert words in page, words
    assert client.post(url(lin, "grant"), {"amount_minor": "0", "reason": "不再授信"}).status_code == 302
    assert line(lin).granted_minor == 0
    acts = StaffAct.objects.filter(verb="limit_grant").order_by("at")
    assert [(each.reason, each.detail["amount_minor"]) for each in acts] == [
        ("收入下降", 800_000), ("收入证明", 3_000_000), ("不再授信", 0),
    ]  # fmt: skip


def test_a_last_day_is_set_and_later_renewed(lin: UUID) -> None:
    client = desk("supervisor")
    assert client.post(url(lin, "expiry"), {"until": "2026-11-23", "reason": "资料过期"}).status_code == 302
    assert (line(lin).is_expired, line(lin).available_minor) == (True, 0)
    assert "已过有效期" in read(lin)
    assert client.post(url(lin, "expiry"), {"until": "2027-11-23", "reason": "资料已更新"}).status_code == 302
    assert line(lin).available_minor == 2_000_000


def test_a_clerk_locks_and_unlocks_with_a_reason_but_never_the_borrower_s_own_lock(lin: UUID) -> None:
    client = desk()
    own = credit_lines.lock(borrower_id=lin, lender_id=lender_id(), reason="自己", now=clock.now())
    assert client.post(url(lin, "locks"), {"reason": "疑似被冒用"}).status_code == 302
    [ours] = [each for each in line(lin).locks if each.by == "lender"]
    page = client.get(url(lin)).content.decode()
    assert (f"locks/{ours.id}/end" in page, f"locks/{own}/end" in page) == (True, False)
    assert ("疑似被冒用" in page, "只有借款人能解" in page) == (True, True)
    answer = client.post(url(lin, f"locks/{own}/end"), {"reason": "核实"})
    assert (answer.status_code, "没有可以这样处理的冻结" in answer.content.decode()) == (409, True)
    assert client.post(url(lin, f"locks/{ours.id}/end"), {"reason": ""}).status_code == 422
    assert client.post(url(lin, f"locks/{ours.id}/end"), {"reason": "已核实"}).status_code == 302
    assert [each.id for each in line(lin).locks] == [str(own)]


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("grant", {"amount_minor": "8000", "reason": " "}), ("grant", {"amount_minor": "-1", "reason": "x"}),
        ("grant", {"amount_minor": "much", "reason": "x"}), ("expiry", {"until": "2027-11-23", "reason": ""}),
        ("expiry", {"until": "soon", "reason": "x"}), ("locks", {"reason": ""}),
    ],
)  # fmt: skip
def test_what_is_not_said_in_full_changes_nothing(lin: UUID, act: str, said: dict[str, str]) -> None:
    answer = desk("supervisor").post(url(lin, act), said)
    page = answer.content.decode()
    assert (answer.status_code, 'data-st="error"' in page) == (422, True)
    assert not LineDecision.objects.exists()


def test_grants_and_last_days_are_a_supervisor_s_and_auditors_only_read(lin: UUID) -> None:
    said = {"amount_minor": "8000", "until": "2027-11-23", "reason": "x"}
    assert "额度和有效期由复核决定" in read(lin)
    for act in ("grant", "expiry"):
        assert desk().post(url(lin, act), said).status_code == 403
    for act in ("grant", "expiry", "locks", f"locks/{uuid7()}/end"):
        assert desk("auditor").post(url(lin, act), said).status_code == 403
        assert desk("supervisor").get(url(lin, act)).status_code == 405
    assert not LineDecision.objects.exists()


def test_where_there_is_no_line_there_is_no_page(lin: UUID) -> None:
    assert desk().get(f"/borrowers/{uuid7()}/limits/{lender_id()}").status_code == 404
    assert desk().get(f"/borrowers/{lin}/limits/{uuid7()}").status_code == 404
    assert desk().post(f"/borrowers/{lin}/limits/{uuid7()}/locks", {"reason": "x"}).status_code == 404


def test_the_borrower_s_page_names_their_devices(lin: UUID) -> None:
    Device.objects.create(
        borrower_id=lin, hash="0" * 64, system="android_phone", browser="wechat", first_seen_at=clock.now(),
        last_seen_at=clock.now(),
    )  # fmt: skip
    client = desk()
    page = client.get(f"/borrowers/{lin}").content.decode()
    assert ("Android 手机 · 微信" in page, "0" * 64 in page) == (True, False)
    english = client.get(f"/borrowers/{lin}", headers={"accept-language": "en"}).content.decode()
    assert "Android phone · WeChat" in english
