"""Who gets to see which page of the office, and which acts are open to whom."""

from datetime import date, datetime, time
from math import ceil
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.http import HttpRequest
from django.test import Client

from anqi import clock
from anqi.lending.models import Merchant
from anqi.notices.models import Webhook
from anqi.people.models import StaffAct, User
from anqi.rows.days import SHANGHAI
from anqi.rows.ids import uuid7
from tests.planting import Planted, plant_loan

pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.office")]

CHINESE = {"Accept-Language": "zh-hans"}
TODAY = date(2026, 10, 15)


def set_clock(settings: Any, folder: Path, day: date = TODAY) -> None:
    """The clock goes on from noon of that day."""
    shift = datetime.combine(day, time(12), SHANGHAI) - datetime.now(SHANGHAI)
    file = folder / "clock"
    file.write_text(str(ceil(shift.total_seconds())))
    settings.ANQI_CLOCK_FILE = str(file)


@pytest.fixture(autouse=True)
def today(settings: Any, tmp_path: Path) -> None:
    """Every test plays at noon of one day, so that no month's length matters."""
    set_clock(settings, tmp_path)


def hire(role: str = "clerk", name: str = "李经办") -> User:
    """A member of staff with a second factor."""
    user = User.objects.create(
        kind="staff", role=role, email=f"{uuid4().hex}@example.com", name=name, created_at=clock.now(), password="!"
    )
    secret = get_adapter().encrypt("JBSWY3DPEHPK3PXP")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": secret})
    return user


def desk_of(user: User, **settings: Any) -> Client:
    """A browser in which that person has logged in and shown the second factor."""
    client = Client(headers=CHINESE, **settings)
    client.force_login(user)
    session = client.session
    request = HttpRequest()
    request.session = session
    record_authentication(request, user, "mfa", type="totp")
    session.save()
    return client


def desk(role: str = "clerk", **settings: Any) -> Client:
    return desk_of(hire(role), **settings)


def running_loan() -> Planted:
    """A loan of which nothing is due yet."""
    return plant_loan(starts_on=date(2026, 10, 1))


@pytest.fixture
def lin() -> Planted:
    return running_loan()


def pages(who: Planted, merchant_id: UUID) -> list[str]:
    return [
        "/", "/queue/unapplied", "/queue/books", "/search", f"/borrowers/{who.borrower_id}",
        f"/borrowers/{who.borrower_id}/loans/{who.loan_id}", "/unapplied", "/trial-balance", "/trial-balance.csv", "/bank",
        "/merchants", f"/merchants/{merchant_id}/webhooks",
    ]  # fmt: skip


def acts(who: Planted, merchant_id: UUID, webhook_id: UUID) -> list[str]:
    case = f"/borrowers/{who.borrower_id}/unapplied/{uuid7()}"
    return [
        f"/borrowers/{who.borrower_id}/identity", f"/queue/inbox/{uuid7()}/done", case,
        f"{case}/applications/{uuid7()}/approve", f"{case}/applications/{uuid7()}/refuse",
        f"/merchants/{merchant_id}/webhooks/{webhook_id}/again", "/bank/to-make.csv",
        f"/bank/lines/{uuid7()}/payer", f"/bank/lines/{uuid7()}/approve", f"/bank/lines/{uuid7()}/refuse",
    ]  # fmt: skip


def merchant_id() -> UUID:
    return Merchant.objects.get().id


def webhook() -> Webhook:
    return Webhook.objects.create(
        merchant_id=merchant_id(), kind="order.shipped", subject_id=uuid7(), body="{}", created_at=clock.now()
    )


def test_nobody_unknown_sees_anything(lin: Planted) -> None:
    for url in pages(lin, merchant_id()):
        answer = Client().get(url)
        assert answer.status_code == 302, url
        assert "/account/login" in answer["Location"], url


def test_a_borrower_is_no_member_of_staff(lin: Planted) -> None:
    client = Client()
    client.force_login(User.objects.get(id=lin.borrower_id))
    for url in pages(lin, merchant_id()):
        assert client.get(url).status_code == 403, url


def test_without_a_second_factor_there_is_only_the_way_to_one(lin: Planted) -> None:
    user = User.objects.create(kind="staff", role="supervisor", email="new@example.com", created_at=clock.now())
    client = Client()
    client.force_login(user)
    for url in pages(lin, merchant_id()):
        answer = client.get(url)
        assert answer.status_code == 302, url
        assert "totp/activate" in answer["Location"], url


@pytest.mark.parametrize("role", ["clerk", "supervisor", "auditor"])
def test_all_staff_read(lin: Planted, role: str) -> None:
    client = desk(role)
    for url in pages(lin, merchant_id()):
        assert client.get(url).status_code == 200, url


def test_an_auditor_only_reads(lin: Planted) -> None:
    client = desk("auditor")
    for url in acts(lin, merchant_id(), webhook().id):
        assert client.post(url, {"reason": "看看"}).status_code == 403, url
    assert not StaffAct.objects.exclude(verb__startswith="view").exists()
    page = client.get(f"/borrowers/{lin.borrower_id}").content.decode()
    assert "查看完整身份" not in page


def test_a_clerk_approves_nothing(lin: Planted) -> None:
    answer = desk().post(f"/borrowers/{lin.borrower_id}/unapplied/{uuid7()}/applications/{uuid7()}/approve")
    assert answer.status_code == 403


def test_acts_are_sent_not_followed(lin: Planted) -> None:
    client = desk("supervisor")
    for url in acts(lin, merchant_id(), webhook().id):
        assert client.get(url).status_code in (404, 405), url


def test_a_form_of_another_site_does_nothing(lin: Planted) -> None:
    client = desk("supervisor", enforce_csrf_checks=True)
    event = webhook()
    for url in (*acts(lin, merchant_id(), event.id), "/search"):
        assert client.post(url, {"reason": "x", "q": "13800006021"}).status_code == 403, url
    event.refresh_from_db()
    assert event.next_try_at is None


@pytest.mark.parametrize(
    "url",
    [
        "/queue/nonsense", "/borrowers/{other}", "/borrowers/{other}/loans/{loan}",
        "/borrowers/{who}/loans/{other}", "/borrowers/{who}/unapplied/{other}", "/merchants/{other}/webhooks",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_not_found_and_not_on_record(lin: Planted, url: str) -> None:
    answer = desk().get(url.format(who=lin.borrower_id, loan=lin.loan_id, other=uuid7()))
    assert answer.status_code == 404
    assert not StaffAct.objects.exists()
