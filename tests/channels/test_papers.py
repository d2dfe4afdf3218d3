"""Certificates are told of before they end, and are a failure once they have."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anqi.payments.channels import alipay, papers, wechat
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


def put(tmp_path: Path, name: str, *days: int, under: str | None = None) -> str:
    """A PEM of certificates that are good for so many days, by themselves or by an issuer who is not in it."""
    by = unionpay_papers.root(under) if under else None
    issued = [unionpay_papers.issue(name, by=by, may_issue=by is None, days=(-900, left)) for left in days]
    path = tmp_path / f"{name}.pem"
    path.write_text("".join(each.pem for each in issued))
    return str(path)


def told(found: list[papers.Paper]) -> list[tuple[str, int | None]]:
    return [(paper.name, papers.days_left(paper, now=NOW)) for paper in found]


def test_alipay_is_known_by_three_certificates_and_of_its_roots_the_last_counts(tmp_path: Path) -> None:
    stated = {
        "app_cert": put(tmp_path, "app", 40, under="ant"),
        # Its issuer comes with Alipay's own, and ends at another time: what is asked is the first.
        "alipay_cert": put(tmp_path, "alipay", 50, 900, under="ant"),
        "alipay_root_cert": put(tmp_path, "roots", -30, 400),
    }
    assert told(alipay.papers(stated)) == [("app", 39), ("channel", 49), ("root", 399)]
    Path(stated["app_cert"]).write_text("nothing")
    Path(stated["alipay_cert"]).unlink()
    assert told(alipay.papers(stated)) == [("app", None), ("channel", None), ("root", 399)]


def test_alipay_by_keys_has_no_certificates(tmp_path: Path) -> None:
    assert alipay.papers({"app_private_key": str(tmp_path / "key.pem"), "public_key": str(tmp_path / "key.pem")}) == []


def test_a_root_ends_with_the_last_link_to_it(tmp_path: Path) -> None:
    roots = put(tmp_path, "roots", 400)
    Path(roots).write_text(Path(roots).read_text() + Path(put(tmp_path, "link", 20, 30, under="roots")).read_text())
    assert told(alipay.papers({"alipay_root_cert": roots})) == [("root", 29)]


def test_wechat_knows_its_merchant_by_a_certificate_that_need_not_be_stated(tmp_path: Path) -> None:
    assert wechat.papers({"mchid": "1"}) == []
    stated = {"merchant_cert": put(tmp_path, "merchant", 13, under="tenpay")}
    assert told(wechat.papers(stated)) == [("merchant", 12)]
    Path(stated["merchant_cert"]).write_bytes(b"\xff")
    assert told(wechat.papers(stated)) == [("merchant", None)]


@pytest.mark.parametrize(("left", "is_urgent"), [(14, False), (13, True), (0, True), (-1, True)])
def test_within_fourteen_days_it_is_urgent(left: int, is_urgent: bool) -> None:
    paper = papers.Paper(name="root", not_after=NOW + timedelta(days=left, hours=1))
    assert papers.is_urgent(paper, now=NOW) is is_urgent
    assert papers.is_urgent(papers.Paper(name="root", not_after=None), now=NOW)
