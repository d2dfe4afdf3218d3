"""Certificates of channels in the queue: which end soon, which can't be read, and what is to be done about them."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anqi import clock
from anqi.payments import channels
from anqi.web.office import queue
from tests.channels import unionpay_papers
from tests.web.test_office_doors import desk

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]


@pytest.fixture(autouse=True)
def only_wechat(settings: Any) -> None:
    settings.ANQI_ALIPAY = settings.ANQI_UNIONPAY = settings.ANQI_WECHAT = None


def state(settings: Any, tmp_path: Path, *, left: int | None) -> None:
    """WeChat's merchant certificate is good for so many days more; None: its file can't be read."""
    path = tmp_path / "merchant.pem"
    path.write_text("nothing" if left is None else unionpay_papers.issue("m", by=None, days=(-900, left)).pem)
    settings.ANQI_WECHAT = {"merchant_cert": str(path)}
    channels._papers.cache_clear()


def lane() -> queue.Lane:
    [found] = [each for each in queue.lanes(clock.now()) if each.slug == "papers"]
    return found


def day_in(days: int) -> str:
    on = clock.today() + timedelta(days=days)
    return f"{on.month}月{on.day}日"


@pytest.mark.parametrize("left", [15, 400])
def test_what_is_good_for_longer_does_not_wait(settings: Any, tmp_path: Path, left: int) -> None:
    state(settings, tmp_path, left=left)
    assert (lane().count, lane().tone, lane().oldest_on) == (0, "", None)
    assert "没有要处理的" in desk().get("/queue/papers").content.decode()


def test_what_ends_within_fourteen_days_is_told_with_its_name_its_day_and_what_to_do(settings: Any, tmp_path: Path) -> None:
    state(settings, tmp_path, left=13)
    found, client = lane(), desk()
    assert (found.count, found.tone, found.oldest_on) == (1, "bad", clock.today() + timedelta(days=13))
    page = client.get("/queue/papers").content.decode()
    assert "微信支付 商户证书" in page
    assert f"{day_in(13)}到期。在渠道换发，换掉原文件，再重启网站和工作进程。" in page
    assert '<span class="of-count">1</span>' in client.get("/").content.decode()


def test_what_is_over_says_so_and_since_when(settings: Any, tmp_path: Path) -> None:
    state(settings, tmp_path, left=-3)
    assert lane().oldest_on == clock.today() - timedelta(days=3)
    page = desk().get("/queue/papers").content.decode()
    assert f"{day_in(-3)}已到期，渠道不再收" in page
    assert f'datetime="{clock.today() - timedelta(days=3)}"' in page


def test_what_can_not_be_read_is_an_exception_without_a_day(settings: Any, tmp_path: Path) -> None:
    state(settings, tmp_path, left=None)
    assert (lane().count, lane().oldest_on) == (1, None)
    assert "文件读不出来：核对设置里写的路径、权限和密码" in desk().get("/queue/papers").content.decode()


def test_it_is_read_from_files_and_asks_the_database_nothing(settings: Any, tmp_path: Path) -> None:
    lane()

    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            lane()
        return len(captured.captured_queries)

    before = asked()
    state(settings, tmp_path, left=13)
    assert asked() == before
    assert lane().count == 1


def test_it_can_not_be_waved_away(settings: Any, tmp_path: Path) -> None:
    state(settings, tmp_path, left=13)
    url = "/queue/papers/01a200cf-cba8-7150-8430-1c76614e0a55/done"
    assert desk().post(url, {"reason": "算了"}).status_code == 404
