"""A seeded life, row by row, beside the same life lived by the real actions at the same instants."""

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db.models import Model

from anqi.actions import charges, identities, inbox, loans, notices, purchases, repayments, sessions
from anqi.actions.charges import Wish
from anqi.config import verification
from anqi.documents.models import Document
from anqi.ledger.models import Posting
from anqi.lending import products, quotes
from anqi.lending.merchant_orders import Good, NewOrder
from anqi.lending.models import Agreement, CreditLine, Fact, Loan, MerchantOrder, Order
from anqi.notices import sms
from anqi.notices.models import Message
from anqi.payments import channels
from anqi.payments import inbox as stored_inbox
from anqi.payments.channels.protocol import Notification, Succeeded
from anqi.payments.models import ChannelOrder, Charge, ChargePart, Exchange, Inbox, Outbox, Payment
from anqi.people.models import Borrower, Consent, IdentityEntry, LoginCode, PhoneEntry, User
from anqi.rows import keyring
from anqi.rows.days import SHANGHAI, day_of
from demo.cast import Person
from demo.seeding import lives, people, writing
from demo.seeding.lives import Act, Life, Purchase
from demo.seeding.street import PLANS, Street, open_street
from demo.seeding.writing import Task
from tests.planting import at
from tests.web.borrower_stand import Cashier

SEED, STARTED, TODAY = 11, date(2026, 6, 30), date(2026, 11, 26)
SECOND = timedelta(seconds=1)
DRAWN = ("order_number", "idempotency_key", "body_hash", "confirm_token", "number", "attempt", "key", "ref", "proof",
         "code_hash", "phone_hash", "id_number_hash", "phone", "name", "id_number", "tracking_number")  # fmt: skip
# What a channel says in its own words, and hashes over what differs.
# Nobody waits for receipts of a seeded message, which its borrower has read.
ITS_OWN = ("answer_by", "read_at", "hash", "last_hash", "sha256", "raw", "message_key", "action", "pk", "last_login")
UUIDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture
def cashier(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Cashier:
    cashier = Cashier()
    monkeypatch.setattr(channels, "find", lambda code: cashier)
    settings.ANQI_SMS = {"url": "https://sms.example", "secret_file": ""}

    async def send(*_: object, **__: object) -> sms.Answer:
        return sms.Sent(proof="SMS" + "1" * 17)

    monkeypatch.setattr(sms, "send", send)
    return cashier


def lived(code: str) -> Purchase:
    """Paid on the day, then before it, then late, and after that not at all; or what of it the plan has days for."""
    [plan] = [each for each in PLANS if each.code == code]
    due = list(lives._due(plan, STARTED))
    acts = [Act(on=due[0], does="due")]
    if len(due) > 3:
        acts += [
            Act(on=due[1] - timedelta(days=2), does="next"),
            Act(on=due[2] + timedelta(days=9), does="due"),
            Act(on=due[3] + timedelta(days=3), does="all"),
        ]
    goods = sorted(plan.goods)[0]
    return Purchase(plan=plan, goods=goods, starts_on=STARTED, way="late", acts=tuple(acts))


@pytest.mark.usefixtures("clone_database")
@pytest.mark.parametrize("code", ["seed-f6", "seed-f3", "seed-l24", "seed-z6"])
def test_the_rows_are_those_of_the_actions(cashier: Cashier, code: str) -> None:
    street, purchase = open_street(now=at(date(2026, 1, 1))), lived(code)
    life = Life(seed=SEED, number=0, first=0, copies=1, purchases=(purchase,))
    writing.write(Task(lives=[life], street=street, today=TODAY, first_open_on=date.min))
    seeded = Loan.objects.get()
    told = Told(seeded.borrower_id)
    who = people.nobody(SEED, 5)
    borrower_id = live_again(told, who, street, purchase)
    assert verification.verify(today=TODAY).told().splitlines()[:-1] == []
    expected, found = Told(borrower_id).rows(), told.rows()
    assert expected.keys() == found.keys()
    for table, rows in expected.items():
        assert found[table] == rows, table


class Told:
    """Everything that stands about one borrower."""

    def __init__(self, borrower_id: UUID) -> None:
        self.borrower_id = borrower_id
        self.person: Borrower = Borrower.objects.get(id=borrower_id)
        self._ids: dict[str, str] = {}
        self._drawn: dict[str, str] = {}

    def first(self, model: type[Model]) -> Any:
        return next(self.of(model))

    def of(self, model: type[Model]) -> Iterator[Any]:
        if model in (User, Borrower):
            yield model.objects.get(id=self.borrower_id)
        elif model is LoginCode:
            yield model.objects.get(phone_hash=self.person.phone_hash)
        elif model is Inbox:
            keys = Charge.objects.filter(borrower_id=self.borrower_id).values("key")
            yield from model.objects.filter(key__in=keys).order_by("received_at")
        elif model is Message:
            # Whose code it is, only the phone says.
            codes = [each for each in Message.objects.filter(borrower_id=None) if each.phone == self.person.phone]
            yield from codes
            yield from Message.objects.filter(borrower_id=self.borrower_id).order_by("created_at")
        elif model in (Fact, Posting):
            yield from model.objects.filter(borrower_id=self.borrower_id).order_by("seq")
        else:
            rows = list(model.objects.filter(borrower_id=self.borrower_id))
            yield from sorted(rows, key=lambda row: (_moment(row), str(getattr(row, "purpose", row.pk))))

    def rows(self) -> dict[str, list[str]]:
        """Each table's rows with ids by the order in which they come up, and what is drawn by its length."""
        models = (
            MerchantOrder, Order, Agreement, Loan, User, Borrower, PhoneEntry, IdentityEntry, LoginCode, Consent,
            CreditLine, Fact, Charge, ChargePart, ChannelOrder, Outbox, Exchange, Inbox, Payment, Document, Posting,
            Message,
        )  # fmt: skip
        for model in models:
            for row in self.of(model):
                self._note_drawn(row)
        return {model.__name__: [self._spell(row) for row in self.of(model)] for model in models}

    def _note_drawn(self, row: Model) -> None:
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if field.attname in DRAWN and isinstance(value, str) and value:
                self._drawn.setdefault(value, f"<{field.attname} of {len(value)}>")
        if isinstance(row, Agreement):
            self._drawn[json.loads(row.body)["borrower"]["id_number"]] = "<masked>"
            self._drawn[row.sha256] = "<sha256>"
        if isinstance(row, Fact) and row.body.get("tracking_number"):
            self._drawn[row.body["tracking_number"]] = "<tracking_number>"
        if isinstance(row, Fact) and row.body.get("evidence"):
            opened = keyring.decrypt(bytes.fromhex(row.body["evidence"]))
            self._drawn[row.body["evidence"]] = opened.replace('"', "'")

    def _spell(self, row: Model) -> str:
        stated = {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.attname not in ITS_OWN
        }
        text = json.dumps(stated, default=str, ensure_ascii=False, sort_keys=True)
        for value in sorted(self._drawn, key=len, reverse=True):
            text = text.replace(value, self._drawn[value])
        text = re.sub(r"码 \d{6}", "码 <digits>", text)
        return UUIDS.sub(lambda found: self._ids.setdefault(found[0], f"id#{len(self._ids)}"), text)


def _moment(row: Any) -> datetime:
    names = ("at", "opened_at", "created_at", "recorded_at", "given_at", "signed_at", "issued_at", "granted_at")
    moments = [getattr(row, name) for name in names if getattr(row, name, None)]
    if moments:
        return min(moments)
    return at(STARTED) if not hasattr(row, "charge_id") else Charge.objects.get(id=row.charge_id).opened_at


def live_again(told: Told, who: Person, street: Street, purchase: Purchase) -> UUID:
    """Somebody else does the same, at each instant that is written down, by the real actions."""
    order, theirs = told.first(Order), told.first(MerchantOrder)
    code, user = told.first(LoginCode), told.first(User)
    shop = theirs.merchant
    new = NewOrder(
        order_number="X" * len(theirs.order_number), amount_minor=purchase.price_minor, currency="CNY",
        goods=(Good(title=purchase.goods, quantity=1, price_minor=purchase.price_minor),), plan=purchase.plan.code,
        quote=quotes.give(
            merchant_id=shop.id, product=products.find(purchase.plan.code, day_of(theirs.created_at)),
            amount_minor=purchase.price_minor, now=theirs.created_at,
        ).token,
        return_url=theirs.return_url,
    )  # fmt: skip
    mine, _ = purchases.create(merchant_id=shop.id, key="k" * 32, body=new, body_hash="b" * 64, now=theirs.created_at)
    sessions.send_code(phone=who.phone, language="zh-hans", now=code.sent_at)
    [message] = [each for each in Message.objects.filter(borrower_id=None) if each.phone == who.phone]
    digits = re.search(r"\d{6}", message.text)
    assert digits
    notices.send_due(now=code.sent_at + 3 * SECOND)
    borrower_id = sessions.sign_in(phone=who.phone, code=digits[0], language="zh-hans", now=user.created_at)
    opened = purchases.open(token=mine.confirm_token, borrower_id=borrower_id, now=order.opened_at)
    identities.verify(
        borrower_id=borrower_id, name=who.name, id_number=who.id_number, now=told.person.verified_at
    )
    offer = purchases.present(borrower_id=borrower_id, order_id=opened.id, now=order.opened_at)
    evidence = json.loads(keyring.decrypt(bytes.fromhex(told.first(Fact).body["evidence"])))
    loan = purchases.sign(
        borrower_id=borrower_id, order_id=opened.id, sha256=offer.draft.sha256, reading_token=offer.reading_token,
        consents=offer.consents, address=evidence["address"], agent=evidence["agent"], now=order.confirmed_at,
    )  # fmt: skip
    notices.send_due(now=order.confirmed_at + 3 * SECOND)
    purchases.ship(
        merchant_id=shop.id, merchant_order_id=mine.id, tracking_number=theirs.tracking_number, now=order.shipped_at
    )
    notices.send_due(now=order.shipped_at + 3 * SECOND)
    day = purchase.starts_on
    for charge in told.of(Charge):
        _nights(day, day_of(charge.opened_at))
        day = day_of(charge.opened_at)
        _pay_again(charge, borrower_id, loan.id)
    _nights(day, TODAY)
    return borrower_id


def _nights(after: date, until: date) -> None:
    for days in range(1, (until - after).days + 1):
        loans.wake(now=at(after + timedelta(days=days), 1), limit=100)


def _pay_again(theirs: Charge, borrower_id: UUID, loan_id: UUID) -> None:
    now, payment = theirs.opened_at, Payment.objects.get(charge_id=theirs.id)
    [part] = ChargePart.objects.filter(charge_id=theirs.id)
    charge = charges.open(
        borrower_id=borrower_id, wishes=[Wish(loan_id=loan_id, purpose=part.quote["asked"])], channel=theirs.channel,
        how=theirs.how, attempt=f"{theirs.id.int:064}"[-64:], payer_ip=theirs.payer_ip, now=now,
    )  # fmt: skip
    charges.deliver(borrower_id=borrower_id, charge_id=charge.id, now=now + SECOND / 5)
    for seconds in (5, 15):
        [leased] = charges.lease_unheard(now=now + seconds * SECOND, limit=10)
        repayments.inquire(borrower_id=borrower_id, charge_id=leased.id, now=now + seconds * SECOND)
    heard = Inbox.objects.get(key=theirs.key)
    # Channels speak in Shanghai's time.
    paid_at = payment.paid_at.astimezone(SHANGHAI)
    result = Succeeded(ref=f"{theirs.id.int:028}"[-28:], amount_minor=charge.amount_minor, paid_at=paid_at)
    notification = Notification(message_key=charge.key, kind="charge", key=charge.key, result=result)
    stored_inbox.store(channel=charge.channel, notification=notification, raw=b"raw", now=heard.received_at)
    [message] = inbox.lease(now=payment.recorded_at, limit=10)
    repayments.learn(
        channel=charge.channel, key=charge.key, result=result, learned_by="notice", now=payment.recorded_at,
        inbox_id=message.id,
    )  # fmt: skip
    notices.send_due(now=payment.recorded_at + 3 * SECOND)
