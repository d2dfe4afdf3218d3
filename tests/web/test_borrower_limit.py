"""A borrower's own limit: lowered, locked and unlocked by themselves, raised only with their yes, and all of it told."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from anqi.actions import credit_lines
from anqi.lending import limits
from anqi.lending.limits import Limit
from anqi.lending.models import Lender, LineDecision
from tests.reserving import NOON, TODAY, ZHOU, apply, arrive, sign, welcome
from tests.returning import staff
from tests.web.borrower_stand import signed_in
from tests.web.test_borrower_reserves import Desk, desk, get, lender_id, plain, text_of

__all__ = ["desk"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture
def lin(desk: Desk) -> UUID:
    return welcome()[0]


@pytest.fixture
def visitor(lin: UUID) -> Client:
    return signed_in(lin)


def limit(lin: UUID) -> Limit:
    return limits.read(lin, lender_id(), today=TODAY)


def send(visitor: Client, act: str, **stated: Any) -> Any:
    return visitor.post(f"/reserves/limit/{act}", {"lender": str(lender_id())} | stated, follow=True)


def test_it_is_lowered_and_set_free_again(lin: UUID, visitor: Client) -> None:
    assert "上限改好了" in plain(send(visitor, "own", amount="¥5,000"))
    assert (limit(lin).limit_minor, limit(lin).own_minor) == (500_000, 500_000)
    page = get(visitor, "/reserves/limit")
    assert ("你自己定的上限 ¥5,000.00" in page, "你：把上限定为 ¥5,000.00" in page) == (True, True)
    send(visitor, "own", all="1")
    assert (limit(lin).limit_minor, limit(lin).own_minor) == (2_000_000, None)
    assert "你：取消自己定的上限" in get(visitor, "/reserves/limit")


def test_below_what_is_used_nothing_is_taken_back(desk: Desk) -> None:
    lin, to = welcome()
    arrive(sign(apply(lin, to)), paid_at=NOON)
    send(signed_in(lin), "own", amount="0")
    assert (limit(lin).available_minor, limit(lin).used_minor) == (0, 100_000)


@pytest.mark.parametrize("typed", ["", "x", "-1", "1.234"])
def test_what_is_no_amount_is_said_and_changes_nothing(lin: UUID, visitor: Client, typed: str) -> None:
    answer = send(visitor, "own", amount=typed)
    assert (answer.status_code, "金额请写数字，单位元，例如 5000。" in plain(answer)) == (422, True)
    assert f'value="{typed}"' in text_of(answer) or not typed
    assert not LineDecision.objects.exists()


def test_it_is_locked_and_unlocked_in_one_tap_each(lin: UUID, visitor: Client) -> None:
    for _ in range(2):
        assert "已冻结，不能再借新的。" in plain(send(visitor, "lock"))
    assert len(limit(lin).locks) == 1
    assert "你冻结了额度" in get(visitor, "/reserves/limit")
    assert "已解冻。" in plain(send(visitor, "unlock"))
    assert "已解冻。" not in plain(send(visitor, "unlock"))
    assert (limit(lin).locks, limit(lin).available_minor) == ((), 2_000_000)


def test_the_lenders_lock_is_said_with_its_reason_and_can_not_be_lifted(lin: UUID, visitor: Client) -> None:
    credit_lines.lock(borrower_id=lin, lender_id=lender_id(), reason="核对资料", actor=staff(), now=NOON)
    page = get(visitor, "/reserves/limit")
    for told in ("要由出借机构解冻", "原因：核对资料。", "出借机构：冻结额度 11月24日 12:00 · 核对资料"):
        assert told in page
    assert send(visitor, "unlock").status_code == 200
    assert len(limit(lin).locks) == 1


def test_a_raise_waits_for_a_yes_and_never_happens_by_itself(lin: UUID, visitor: Client) -> None:
    grant_id = credit_lines.grant(
        borrower_id=lin, lender_id=lender_id(), amount_minor=3_000_000, reason="按时还款", actor=staff("supervisor"), now=NOON
    )  # fmt: skip
    page = text_of(visitor.get("/reserves/limit"))
    assert "出借机构愿意把额度提到 ¥30,000.00" in page
    assert limit(lin).granted_minor == 2_000_000
    assert "额度刚刚有变化" in plain(send(visitor, "accept", grant=str(lender_id())))
    assert limit(lin).granted_minor == 2_000_000
    assert "额度提高了。" in plain(send(visitor, "accept", grant=str(grant_id)))
    assert limit(lin).granted_minor == 3_000_000
    again = send(visitor, "accept", grant=str(grant_id))
    assert (again.status_code, "额度刚刚有变化" in plain(again)) == (409, True)
    assert "你：同意提额到 ¥30,000.00" in get(visitor, "/reserves/limit")


def test_what_was_decided_stands_in_one_list_the_newest_first(lin: UUID, visitor: Client, desk: Desk) -> None:
    desk.watch.now += timedelta(hours=1)
    send(visitor, "own", amount="9000")
    credit_lines.end(
        borrower_id=lin, lender_id=lender_id(), until=TODAY + timedelta(days=60), reason="年度复核", actor=staff("supervisor"),
        now=NOON + timedelta(hours=2),
    )  # fmt: skip
    page = get(visitor, "/reserves/limit")
    first = page.index("出借机构：有效期定到 2027年1月23日 11月24日 14:00")
    assert first < page.index("你：把上限定为 ¥9,000.00 11月24日 13:00") < page.index("出借机构：给出额度 ¥20,000.00")
    assert "有效期到 2027年1月23日" in page


@pytest.mark.parametrize("act", ["own", "lock", "unlock", "accept"])
def test_nothing_is_decided_about_what_is_not_there(visitor: Client, act: str) -> None:
    for stated in ("nonsense", str(UUID(int=7))):
        answer = visitor.post(f"/reserves/limit/{act}", {"lender": stated, "amount": "1"}, follow=True)
        assert answer.status_code in (200, 409)
    assert not LineDecision.objects.exists()


def test_nobody_decides_about_another_ones(lin: UUID) -> None:
    stranger = signed_in(welcome(ZHOU)[0])
    send(stranger, "lock")
    assert not limit(lin).locks
    assert Client().post("/reserves/limit/lock").headers["Location"].startswith("/login")


def test_without_a_line_the_page_says_how_one_comes_about(lin: UUID, visitor: Client) -> None:
    from anqi.lending.models import CreditLine

    CreditLine.objects.all().delete()
    assert "实名以后，出借机构才会给额度。" in get(visitor, "/reserves/limit")
    assert Lender.objects.count() == 1
