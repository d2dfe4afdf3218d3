"""Every address of the borrower's site, as everybody who may come to it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from anqi import clock
from anqi.actions import (
    amendments,
    calendars,
    charges,
    complaints,
    copies,
    hardship,
    objections,
    papers,
    repayments,
)
from anqi.actions.charges import Wish, links
from anqi.documents.models import Document
from anqi.lending.changing import DueDay
from anqi.lending.hardship import Wish as Help
from anqi.lending.models import Application, Loan, MerchantOrder
from anqi.notices import calendars as feeds
from anqi.payments import channels, pay_links
from anqi.payments.channels.protocol import (
    Accepted,
    BadSignature,
    Failed,
    Notification,
    Qr,
    RawRequest,
    RawResponse,
    Succeeded,
)
from anqi.payments.models import Mandate
from anqi.people.complaints import Wish as Complained
from anqi.people.models import Call, Consent, Device, User
from anqi.rows.days import day_of
from anqi.rows.ids import uuid7
from tests import purchasing, reporting, reserving
from tests.actions.test_payouts import Bank, bank, work
from tests.planting import days, plant_borrower
from tests.reserving import NOON
from tests.web import crawling
from tests.web.borrower_stand import Cashier, signed_in
from tests.web.crawling import Address
from tests.web.test_office_doors import hire

__all__ = ["bank"]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("anqi.config.urls.borrower")]
# Open to whoever comes; all other addresses belong to somebody who has logged in.
DOORS = (
    "hook", "receipts-hook", "look", "gallery", "certificates", "login", "login-code", "login-again", "lost", "lost-code",
    "logout", "help", "manifest", "worker", "offline", "calendar-feed",
    # Of somebody who pays for a borrower, and has no account here.
    "pay-for", "paid-for", "paid-for-cashier", "paid-for-code", "paid-for-give-up",
)  # fmt: skip
# Not there for its owner either: only for those who build pages, without naming the source that it is about, or where
# no gateway is set.
NOT_THERE = ("gallery", "auto-pay-add", "auto-pay-move", "receipts-hook", "mail-name")
# Where a channel leads the browser back by a form of its own, which proves nothing: it only leads on.
LED_BACK = ("card", "mandate", "charge")


class Desk(Cashier):
    """The channel, to which a stranger's notice means nothing."""

    def parse_notification(self, raw: RawRequest) -> Notification:
        raise BadSignature

    def acknowledge(self, done: bool) -> RawResponse:
        return RawResponse(status=400, body=b"fail")


@pytest.fixture
def lin(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """One of everything that a borrower can have: the examples for all addresses."""
    monkeypatch.setattr(clock, "now", lambda: NOON)
    cache.clear()
    shop = purchasing.open_street()
    reserving.open_shelf()
    reporting.state_rule(NOON)
    who, card = reserving.welcome()
    ran_out, running, moved, helped = (_buy(shop, who, number) for number in ("QH-1", "QH-2", "QH-4", "QH-5"))
    unsigned = purchasing.opened(shop, who, number="QH-3")
    failed = _borrow(who, card, bank, answer=Failed(reason="card_state", code="63"))
    waiting = _borrow(who, card, bank, answer=None)
    # A third one on the same day would be left to people.
    Application.objects.update(applied_at=NOON - days(2))
    monkeypatch.setattr(channels, "find", lambda code: Desk(offer=_scan))
    _pay(ran_out, "all", is_paid=True)
    made = links.make(
        borrower_id=who, loan_id=moved.id, what="all", amount_minor=None, attempt=uuid4(), now=NOON
    )  # fmt: skip
    return {
        "channel": "alipay",
        "who": who,
        "order_id": running.order_id,
        "certify:order_id": ran_out.order_id,
        **{f"{name}:order_id": unsigned.id for name in ("sign", "sign-gate", "decline")},
        "token": MerchantOrder.objects.get(order_id=unsigned.id).confirm_token,
        "payee:order_id": failed.order_id,
        "undo:order_id": waiting.order_id,
        "reserve-signed:application_id": waiting.order_id,
        "application_id": reserving.apply(who, card, now=NOON).id,
        "card_id": card.card_id,
        "mandate_id": _agree(running).id,
        "charge_id": _pay(running, "next", is_paid=False),
        "receipt_id": Document.objects.get().id,
        "certificate_id": papers.certify(borrower_id=who, loan_id=ran_out.id, now=NOON).id,
        "link_id": made.link.id,
        "pay-for:token": made.token,
        **{f"{name}:order_id": moved.order_id for name in ("amended", "amendment-pdf")},
        "amendment_id": _amend(moved),
        **dict(zip(("key", "proof"), _paid_for(made), strict=True)),
        "case_id": _ask_for_help(helped),
        "object:order_id": moved.order_id,
        "objection_id": _object_to(running),
        "choice": "later",
        "calendar-feed:token": feeds.token_of(
            calendars.share(borrower_id=who, shows_amounts=False, language="zh-hans", now=NOON)
        ),
        **_rights(who),
    }


def _amend(loan: Loan) -> UUID:
    asked: dict[str, Any] = {"borrower_id": loan.borrower_id, "loan_id": loan.id, "wish": DueDay(day=20)}
    draft = amendments.quote(**asked, today=day_of(NOON)).draft
    return amendments.accept(**asked, sha256=draft.sha256, is_meant=True, address="", agent="", now=NOON).id


def _paid_for(made: links.Made) -> list[str]:
    """The address of the result of a payment that somebody else has begun."""
    charge = links.pay(
        link=made.link, channel="alipay", how="page", attempt=uuid4().hex, payer_ip=None, now=NOON
    )  # fmt: skip
    charges.deliver(borrower_id=charge.borrower_id, charge_id=charge.id, now=NOON)
    return pay_links.payer_address(charge).split("/")[-2:]


def _ask_for_help(loan: Loan) -> UUID:
    case_id = uuid7()
    hardship.ask(borrower_id=loan.borrower_id, loan_id=loan.id, case_id=case_id, wish=Help(reason="job"), now=NOON)
    return case_id


def _object_to(loan: Loan) -> UUID:
    return objections.object_to(
        borrower_id=loan.borrower_id, loan_id=loan.id, objection_id=uuid7(), record_id=None, text="不对", now=NOON
    ).id


def _rights(who: UUID) -> dict[str, Any]:
    device_id = uuid7()
    Device.objects.create(
        borrower_id=who, id=device_id, hash="d", system="mac", browser="edge", first_seen_at=NOON, last_seen_at=NOON
    )
    Consent.objects.create(borrower_id=who, purpose="identity", version="identity-2026-11", given_at=NOON)
    complaint = complaints.complain(
        borrower_id=who, attempt=uuid4(), wish=Complained(kind="other", text="多扣了"), now=NOON
    )
    call_id = uuid7()
    Call.objects.create(borrower_id=who, id=call_id, loan_ids=[], by=uuid7(), begun_at=NOON, ended_at=NOON, outcome="reached")
    return {
        "call_id": call_id, "medium": "sms", "device_id": device_id, "copy_id": copies.ask(borrower_id=who, now=NOON).id,
        "purpose": "identity", "complaint_id": complaint.id,
    }  # fmt: skip


def _buy(shop: purchasing.Shop, who: UUID, number: str) -> Loan:
    order = purchasing.opened(shop, who, number=number, amount_minor=300_000)
    loan = purchasing.sign(order)
    purchasing.ship(order, now=NOON + purchasing.READ)
    return loan


def _borrow(who: UUID, card: Any, bank: Bank, *, answer: Any) -> Loan:
    loan = reserving.sign(reserving.apply(who, card, amount_minor=50_000, now=NOON), now=NOON)
    if answer:
        bank.answer = answer
        work(NOON + timedelta(minutes=1))
    return loan


def _scan(request: Any) -> Any:
    return Accepted(action=Qr(text=f"weixin://wxpay/{request.key}"))


def _pay(loan: Loan, purpose: Any, *, is_paid: bool) -> UUID:
    wishes = [Wish(loan_id=loan.id, purpose=purpose)]
    charge = charges.open(
        borrower_id=loan.borrower_id, wishes=wishes, channel="alipay", how="page", attempt=uuid4().hex, now=NOON
    )
    charges.deliver(borrower_id=loan.borrower_id, charge_id=charge.id, now=NOON)
    if is_paid:
        result = Succeeded(ref=charge.key, amount_minor=charge.amount_minor, paid_at=NOON)
        repayments.learn(channel="alipay", key=charge.key, result=result, learned_by="notice", now=NOON)
    return charge.id


def _agree(loan: Loan) -> Mandate:
    return Mandate.objects.create(
        borrower_id=loan.borrower_id, id=uuid7(), loan_id=loan.id, channel="alipay", key="m1", account="138****6021",
        state="active", terms={}, single_minor=59_000, opened_at=NOON, signed_at=NOON,
    )  # fmt: skip


def test_every_address_answers_everybody(lin: dict[str, Any]) -> None:
    found = [each for each in crawling.addresses("borrower") if each.name != "healthz"]
    assert not (lacking := crawling.missing(found, lin)), "\n".join(lacking)
    hers = {each: each.of(lin) for each in found}
    nothing = {each: each.nowhere() for each in found}
    zhou, nobody = signed_in(plant_borrower("+8613900008866", now=NOON)), Client()
    gone = User.objects.create(kind=User.Kind.BORROWER, created_at=NOON, is_active=False)
    faults = [
        *crawling.crawl(signed_in(lin["who"]), hers, is_there, who="Lin"),
        *crawling.crawl(zhou, hers, lambda *asked: is_not_hers(zhou, *asked), who="Zhou at Lin's"),
        *crawling.crawl(nobody, hers, leads_to_the_door, who="nobody"),
        *crawling.crawl(nobody, nothing, leads_to_the_door, who="nobody at nothing"),
        *crawling.crawl(signed_in(hire().id), hers, leads_to_the_door, who="staff"),
        *crawling.crawl(signed_in(gone.id), hers, leads_to_the_door, who="who was shut out"),
    ]
    assert not faults, "\n".join(faults)


def is_there(address: Address, method: str, answer: Any) -> bool:
    """An own page is shown, leads on, or says in words why not; only the wrong method is none of these."""
    return (answer.status_code == 404) == (address.name in NOT_THERE) or answer.status_code == 405


def is_not_hers(zhou: Client, address: Address, method: str, answer: Any) -> bool:
    """Somebody else's is answered like what is nowhere, to the letter."""
    if not address.arguments or address.name in DOORS or _is_led_back(address, method):
        return True
    other = crawling.visit(zhou, method, address.nowhere())
    is_same = (answer.status_code, answer.content) == (other.status_code, other.content)
    return is_same and answer.status_code in (404, 405)


def leads_to_the_door(address: Address, method: str, answer: Any) -> bool:
    if address.name in DOORS or _is_led_back(address, method):
        return True
    return answer.status_code == 302 and answer.headers["Location"].startswith("/login")


def _is_led_back(address: Address, method: str) -> bool:
    return method == "post" and address.name in LED_BACK


def test_an_address_without_an_example_is_asked_for() -> None:
    new = Address(name="parcel", route="parcels/<uuid:parcel_id>/<slug:step>")
    [told] = crawling.missing([new], {"parcel:step": "open"})
    assert "parcels/<uuid:parcel_id>" in told and "`parcel_id`" in told and "`parcel:parcel_id`" in told
    assert crawling.missing([new], {"parcel:step": "open", "parcel_id": uuid4()}) == []
