"""A borrower's rights over their data and their account, on pages of their own."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from anqi import clock
from anqi.actions import sessions
from anqi.notices import messages
from anqi.notices.models import Message
from anqi.people.models import StaffAct
from tests.planting import plant_borrower
from tests.web.borrower_stand import signed_in
from tests.web.test_borrower_pages import chinese_in, plain, text_of
from tests.web.test_office_doors import hire, set_clock

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    set_clock(settings, tmp_path)
    cache.clear()


def test_every_look_and_every_message_is_told_in_plain_words_page_by_page(django_assert_max_num_queries: Any) -> None:
    now, boss = clock.now(), hire("supervisor", "王复核")
    lin, zhou = plant_borrower(now=now), plant_borrower("+8613900008866", now=now)
    for verb in ("view_borrower", "unmask", "view_holds", "limit_lock", *("view_loan",) * 17):
        StaffAct.objects.create(actor_id=boss.id, verb=verb, borrower_id=lin, reason="怀疑套现", at=now)
    sessions.send_code(phone="13800006021", language="zh-hans", now=now)
    messages.announce(borrower_id=lin, template="complaint_received", words={
        "number": "TS1", "answer_on": date(2026, 11, 5),
    }, now=now)  # fmt: skip
    visitor = signed_in(lin)
    with django_assert_max_num_queries(15):
        first = visitor.get("/me/looked-at")
    older = re.search(r'href="(/me/looked-at\?before=[^"]+)"', text_of(first))
    assert older
    second = visitor.get(older[1])
    assert "before=" not in text_of(second)
    both = plain(first) + plain(second)
    for said, times in (
        ("工作人员打开了你的资料页", 1), ("完整的姓名、手机号和身份证号", 1), ("查看了你的业务记录", 1),
        ("处理了你的一项业务", 1), ("看了你的一笔分期", 17), ("你的投诉 TS1 已收到，我们最晚在 2026年11月5日", 1),
    ):  # fmt: skip
        assert both.count(said) == times, said
    code = re.search(r"[0-9]{6}", Message.objects.get(template="login_code").text or "")
    assert code
    for hidden in ("王复核", "怀疑套现", code[0]):
        assert hidden not in both
    assert "还没有人看过" in plain(signed_in(zhou).get("/me/looked-at"))
    assert not chinese_in(signed_in(lin, language="en").get("/me/looked-at"), names=("【按期】",))
    assert "/me/looked-at" in text_of(visitor.get("/me/account"))
    assert "/me/account" in text_of(visitor.get("/me"))
