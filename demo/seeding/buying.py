"""A purchase: a merchant's order, opened, signed, and begun when the goods leave."""

import json
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from anqi.ledger import books
from anqi.lending import accruals, agreements, courses, products
from anqi.lending.merchant_orders import Good, State
from anqi.lending.models import Agreement, Loan, Merchant, MerchantOrder, Order, Product
from anqi.lending.offers import Signature
from anqi.lending.store import LoanInHand, NewFact
from anqi.notices import texts
from anqi.people.models import Consent
from anqi.rows import keyring
from anqi.rows.chain import canonical
from anqi.rows.days import day_of
from demo.seeding import joining, messages
from demo.seeding.biography import Biography, Stated
from demo.seeding.lives import Purchase

# No one reads o for 0, or l for 1, over the telephone.
_LETTERS = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_AGENT = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


class Bought:
    """A loan and its order as they stand, while they are lived."""

    def __init__(self, told: Biography, purchase: Purchase) -> None:
        self.told, self.purchase = told, purchase
        street = told.street
        self.product: Product = street.products[purchase.plan.code]
        self.shop: Merchant = street.counter if purchase.plan.is_reserve else told.chance.choice(street.shops)
        self.held: LoanInHand
        self._order: Stated = {}
        self._theirs: Stated = {}
        self._loan: Stated = {}

    def sign(self, at: datetime) -> None:
        """The order is sent, opened and signed within some minutes; who is new joins in between."""
        told = self.told
        if told.borrower_id is None:
            joining.join(told, at + timedelta(seconds=70))
        opened_at, signed_at = at + timedelta(seconds=80), at + timedelta(seconds=260)
        order_id = told.new_id(opened_at)
        self._send_order(at, signed_at, order_id)
        self._order = told.add_mine(
            Order, opened_at, id=order_id, merchant_id=self.shop.id, merchant_order_id=self._theirs["id"],
            order_number=self._theirs["order_number"], goods=self._theirs["goods"],
            amount_minor=self.purchase.price_minor, opened_at=opened_at, confirmed_at=signed_at,
            state=State.CONFIRMED,
        )  # fmt: skip
        self._agree(opened_at, signed_at)

    def _send_order(self, at: datetime, changed_at: datetime, order_id: UUID) -> None:
        told, price_minor = self.told, self.purchase.price_minor
        good = Good(title=self.purchase.goods, quantity=1, price_minor=price_minor)
        self._theirs = told.add(
            MerchantOrder, at, merchant_id=self.shop.id, product_id=self.product.id, plan=self.product.code,
            order_number=f"{self.shop.code[5:7].upper()}{at:%y%m%d}{told.drawn(12, _LETTERS)}",
            idempotency_key=told.drawn(32), body_hash=told.drawn(64), confirm_token=told.drawn(43),
            amount_minor=price_minor, goods=[asdict(good)], return_url=f"https://{self.shop.code}.example/orders",
            state=State.CONFIRMED, borrower_id=told.borrower_id, order_id=order_id, created_at=at,
            changed_at=changed_at,
        )  # fmt: skip

    def _agree(self, opened_at: datetime, at: datetime) -> None:
        told, body = self.told, self._draft(opened_at)
        text = canonical(body).decode()
        sha256 = told.sha256(text)
        agreement = told.add_mine(
            Agreement, at, order_id=self._order["id"], template=agreements.TEMPLATE, body=text, sha256=sha256,
            signed_at=at,
        )  # fmt: skip
        self._loan = told.add_mine(
            Loan, at, number=f"AQ{at:%y%m}-{told.drawn(10, _LETTERS)}", order_id=self._order["id"],
            agreement_id=agreement["id"], product_id=self.product.id, lender_id=self.product.lender_id,
            principal_minor=self.purchase.price_minor, terms=body["terms"], created_at=at,
        )  # fmt: skip
        self._hold()
        fact_body = {"agreement_sha256": sha256, "evidence": keyring.encrypt(self._evidence()).hex()}
        told.record(self.fact("signed", fact_body, at, actor="borrower"), now=at)
        for purpose in agreements.CONSENTS:
            told.add_mine(Consent, at, purpose=purpose, version=agreements.TEMPLATE, given_at=at)
        messages.tell(
            told, at, template="order_confirmed", merchant=self.shop.name, instalments=len(body["plan"]),
            total=texts.yuan(body["cost_statement"]["total_minor"]),
        )  # fmt: skip

    def _draft(self, opened_at: datetime) -> dict[str, Any]:
        order = Order(
            merchant=self.shop, order_number=self._order["order_number"], goods=self._order["goods"],
            amount_minor=self.purchase.price_minor,
        )  # fmt: skip
        draft = agreements.draw_up(
            order, product=self.product, borrower_name="", borrower_id_number="", on=day_of(opened_at)
        )
        who = self.told.who
        return draft.body | {"borrower": {"name": who.name, "id_number": who.masked_id_number}}

    def _evidence(self) -> str:
        signature = Signature(
            sha256="", reading_token="", consents=agreements.CONSENTS, address=address(self.told), agent=_AGENT
        )
        return canonical(signature.evidence).decode()

    def _hold(self) -> None:
        names = ("id", "borrower_id", "lender_id", "order_id", "number")
        self.held = LoanInHand(
            **{name: self._loan[name] for name in names}, currency="CNY", signed=json.dumps(self._loan["terms"]),
            starts_on=None, settled_on=None, cancelled_on=None, next_wake_on=None, facts=(),
        )  # fmt: skip

    def fact(self, kind: str, body: dict[str, Any], at: datetime, *, actor: str, key: str = "") -> NewFact:
        """A fact of this loan that counts on that day; what happens once to an order has the order's key."""
        return NewFact(
            id=self.told.new_id(at), loan_id=self._loan["id"], kind=kind, counts_on=day_of(at), body=body, actor=actor,
            key=key or f"{kind}:{self._order['id']}",
        )  # fmt: skip

    def ship(self, at: datetime) -> None:
        """The goods leave, and the loan begins."""
        told, today, number = self.told, day_of(at), ""
        if not self.purchase.plan.is_reserve:
            number = f"SF{told.drawn(13, b'0123456789')}"
        self._loan["starts_on"] = today
        self.held = replace(self.held, starts_on=today)
        self.happen(self.fact("shipped", {"tracking_number": number}, at, actor="merchant"), at)
        self._order |= {"shipped_at": at, "state": State.SHIPPED}
        self._theirs |= {"state": State.SHIPPED, "changed_at": at, "tracking_number": number}
        first = products.plan_of(self.held.signed_terms, today).instalments[0]
        messages.tell(
            told, at, template="order_shipped", merchant=self.shop.name, first_due_on=first.due_on,
            first_due=texts.yuan(first.total_minor),
        )  # fmt: skip

    def happen(self, fact: NewFact, at: datetime, *arrived: books.Entry) -> None:
        """The fact is recorded, and the books are brought to what it makes of the loan, after what has arrived."""
        told, today, held = self.told, day_of(at), self.held
        # What the engine knows of shipping is the day on which the loan began.
        after = held if fact.kind == "shipped" else courses.advance(held, [fact])
        missed = [] if after is held else courses.missed(held, today=today)
        steps = [*missed, courses.reached(after, by=fact, today=today)]
        told.record(fact, now=at)
        told.post([*arrived, *self._entries(steps)], now=at)
        self._keep(after, courses.outlook(after, today=today), at)

    def wake(self, at: datetime) -> None:
        """The night's work on a day on which the loan changes by itself."""
        steps, outlook = courses.brought(self.held, today=day_of(at))
        self.told.post(self._entries(steps), now=at)
        self._keep(self.held, outlook, at)

    def _entries(self, steps: list[courses.Step]) -> list[books.Entry]:
        held = self.held
        entries = books.bring_to(
            steps, booked=self._booked, loan_id=held.id, lender_id=held.lender_id, currency=held.currency,
            discloses=held.discloses,
        )  # fmt: skip
        self._booked = steps[-1].balances if steps else self._booked
        return entries

    _booked: books.Balances = {}

    def _keep(self, held: LoanInHand, outlook: courses.Outlook, at: datetime) -> None:
        if outlook.settled_on and not held.settled_on:
            self._order |= {"state": State.SETTLED, "ended_at": at}
            self._theirs |= {"state": State.SETTLED, "changed_at": at}
        kept = {name: value for name, value in vars(outlook).items() if name != "accruals"}
        lines = accruals.as_numbers(outlook.accruals)
        self.held = replace(held, **kept, lines=lines)
        self._loan |= kept | {"accruals": lines}


def address(told: Biography) -> str:
    """Where on the network somebody was: an address that documentation may use, always of one length."""
    return f"203.0.113.{told.chance.randint(100, 254)}"
