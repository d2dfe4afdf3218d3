"""Certificates are told of before they end, and are a failure once they have."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anqi.web import health
from tests.channels import unionpay_papers

# Later than any paper of these tests is issued.
NOW = datetime.now(UTC) + timedelta(hours=1)


@pytest.fixture(autouse=True)
def only_unionpay(settings: Any, tmp_path: Path) -> None:
    settings.ANQI_ALIPAY = settings.ANQI_WECHAT = None
    settings.ANQI_UNIONPAY = unionpay_papers.hand_out(tmp_path)


def roots(tmp_path: Path, *days: int) -> dict[str, Any]:
    issued = [unionpay_papers.issue("root", by=None, may_issue=True, days=(-900, left)) for left in days]
    (tmp_path / "roots.pem").write_text("".join(each.pem for each in issued))
    return health._papers(NOW)


@pytest.mark.parametrize(("left", "told", "is_ok"), [(61, None, True), (59, 58, True), (-1, -2, False)])
def test_from_sixty_days_on_and_as_a_failure_once_it_is_over(
    tmp_path: Path, left: int, told: int | None, is_ok: bool
) -> None:
    found = roots(tmp_path, left)
    assert (found["days_left"].get("unionpay root"), found["ok"]) == (told, is_ok)


def test_an_old_root_beside_the_new_one_says_nothing(tmp_path: Path) -> None:
    assert "unionpay root" not in roots(tmp_path, -30, 400)["days_left"]


def test_the_merchants_own_is_read_with_its_password_and_what_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    assert roots(tmp_path, 400) == {"ok": True, "days_left": {"unionpay merchant": 29}}
    (tmp_path / "roots.pem").write_text("nothing")
    from anqi.payments import channels

    channels._papers.cache_clear()
    assert health._papers(NOW) == {"ok": False, "days_left": {"unionpay merchant": 29, "unionpay root": None}}


def test_without_certificates_nothing_is_said(settings: Any) -> None:
    settings.ANQI_UNIONPAY = None
    assert health._papers(NOW) == {"ok": True, "days_left": {}}
