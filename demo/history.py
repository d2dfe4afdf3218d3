"""Plants the past: each day's real actions on that day's clock, through the real sandbox, one day after another."""

import json
import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
import httpx

from demo import cast, place, story
from demo.cast import Person
from demo.place import Place
from demo.story import Borrowed, Purchase, Reserve

django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402

from anqi import clock  # noqa: E402
from anqi.actions import charges, identities, purchases, repayments, sessions  # noqa: E402
from anqi.actions.charges import Wish  # noqa: E402
from anqi.engine.loan import standing  # noqa: E402
from anqi.jobs import tasks  # noqa: E402
from anqi.lending import products, quotes, store  # noqa: E402
from anqi.lending.merchant_orders import Good, NewOrder  # noqa: E402
from anqi.lending.models import Loan, MerchantOrder, Order  # noqa: E402
from anqi.rows.chain import canonical  # noqa: E402
from anqi.rows.days import SHANGHAI  # noqa: E402
from demo import autodebits, calls, credit, morning, reserves, settling, staff, street  # noqa: E402


def main() -> None:
    """Everything that has happened until now."""
    where, today = place.find(), clock.today()
    past = Past(where=where, sandbox=httpx.Client(base_url=where.url("sandbox"), trust_env=False, timeout=30))
    told, cash = story.purchases(today), story.reserves(today)
    first = min(each.on for each in told) - timedelta(days=1)
    with _hooks_answer(where):
        past.travel(first, hour=8)
        shops, shop = street.open(mall_url=where.url("mall"), now=clock.now())
        credit.begin(lender="qhxj", now=clock.now())
        _keep(where, "shop.json", shop)
        _keep(where, "staff.json", staff.plant(now=clock.now()))
        staff.give_accounts(now=clock.now())
        for day in _days(first, today):
            past.live(day, told, shops, cash, today=today)
        for person in cast.EVERYBODY:
            past.welcome(person)
        past.come_back()
        # A channel has a day's statement by the next morning, and only the present has one of all days.
        tasks.read_statements()
        morning.look(past.sandbox, today)
        credit.look(lender="qhxj", late_id=past.welcome(cast.WANG), today=today, now=clock.now())
        tasks.send_messages()


def _days(first: date, last: date) -> Iterator[date]:
    for count in range((last - first).days + 1):
        yield first + timedelta(days=count)


@dataclass(kw_only=True)
class _Running:
    """A loan whose borrower pays as the story tells."""

    told: Borrowed
    borrower_id: UUID
    loan_id: UUID
    due: list[date] = field(default_factory=list)
    began_on: date


@dataclass(kw_only=True)
class Past:
    """The days as they go by, for the house and for the sandbox alike."""

    where: Place
    sandbox: httpx.Client
    borrowers: dict[str, UUID] = field(default_factory=dict)
    running: list[_Running] = field(default_factory=list)
    shift: timedelta = timedelta()

    def travel(self, day: date, *, hour: int) -> datetime:
        """It is now that day and hour for all who read a clock file; never later than it really is."""
        really = clock.now() - self.shift
        there = min(datetime.combine(day, time(hour), SHANGHAI), really)
        self._set_clocks(round((there - really).total_seconds()))
        return clock.now()

    def come_back(self) -> None:
        """The present again."""
        self._set_clocks(0)

    def _set_clocks(self, seconds: int) -> None:
        self.shift = timedelta(seconds=seconds)
        for file in (self.where.clock_file, self.where.sandbox_clock_file):
            # Renamed into place: a reader must never meet an empty file, which would be the present.
            draft = file.with_suffix(".new")
            draft.write_text(str(seconds))
            draft.replace(file)

    def live(
        self, day: date, told: list[Purchase], shops: dict[str, UUID], cash: list[Reserve], *, today: date
    ) -> None:
        """One day: the night's work, what was bought and borrowed, what was paid, and the messages about it."""
        self.travel(day, hour=1)
        tasks.wake_loans()
        tasks.lapse_orders()
        for purchase in told:
            if purchase.on == day:
                self.buy(purchase, shops[purchase.shop], self.travel(day, hour=9))
        for reserve in cash:
            if reserve.on == day:
                self.borrow(reserve, self.travel(day, hour=9))
        morning.live(self.sandbox, days_ago=(today - day).days, now=clock.now())
        now = self.travel(day, hour=12)
        for each in self.running:
            self._pay_what_is_told(each, now)
            self._go_on(each, now)
        settling.live(self.sandbox, days_ago=(today - day).days, now=now)
        credit.live()
        self._telephone((today - day).days, now)
        now = self.travel(day, hour=20)
        tasks.read_inbox()
        tasks.send_messages()
        assert now.date() == day, f"it is {now}, not {day}"

    def _telephone(self, days_ago: int, now: datetime) -> None:
        """The clerk asks who is longest late what stands in the way."""
        late_id = self.borrowers.get(cast.ZHENG.phone)
        if late_id:
            calls.live(late_id=late_id, clerk=staff.clerk(), days_ago=days_ago, now=now)

    def welcome(self, person: Person) -> UUID:
        """The person's account: the code comes by SMS, as it does for everybody."""
        if person.phone not in self.borrowers:
            sessions.send_code(phone=person.phone, language="zh-hans", now=clock.now())
            tasks.send_messages()
            self.borrowers[person.phone] = sessions.sign_in(
                phone=person.phone, code=self._code(person), language="zh-hans", now=clock.now()
            )
        return self.borrowers[person.phone]

    def _code(self, person: Person) -> str:
        messages = self.sandbox.get("/_control/sms", params={"phone": f"+86{person.phone}"}).json()["messages"]
        newest = max(messages, key=lambda each: each["sent_at"])
        found = re.search(r"\d{6}", newest["text"])
        assert found
        return found[0]

    def buy(self, told: Purchase, shop_id: UUID, now: datetime) -> None:
        """An order at the shop, as far as the story lets it go."""
        theirs = _order(told, shop_id, now)
        borrower_id = self.welcome(told.who)
        order = purchases.open(token=theirs.confirm_token, borrower_id=borrower_id, now=now)
        if told.ends == "opened":
            return
        if told.ends == "declined":
            purchases.decline(borrower_id=borrower_id, order_id=order.id, now=now)
            return
        loan = self._sign(told, order, now)
        if told.ends == "cancelled":
            purchases.cancel(merchant_id=shop_id, merchant_order_id=theirs.id, reason="缺货", now=now)
        if told.ends == "shipped":
            purchases.ship(
                merchant_id=shop_id, merchant_order_id=theirs.id, tracking_number=f"SF{secrets.randbelow(10**12):012}",
                now=now,
            )  # fmt: skip
            self._follow(told, loan, now.date())

    def borrow(self, told: Reserve, now: datetime) -> None:
        """A loan in cash, followed once its money has arrived."""
        loan = reserves.lend(self.sandbox, told, borrower_id=self.welcome(told.who), now=now)
        if loan.starts_on:
            self._follow(told, loan, loan.starts_on)

    def _sign(self, told: Purchase, order: Order, now: datetime) -> Loan:
        identities.verify(
            borrower_id=order.borrower_id, name=told.who.name, id_number=told.who.id_number, now=now
        )
        offer = purchases.present(borrower_id=order.borrower_id, order_id=order.id, now=now)
        assert offer.draft
        return purchases.sign(
            borrower_id=order.borrower_id, order_id=order.id, sha256=offer.draft.sha256,
            reading_token=offer.reading_token, consents=offer.consents, address="127.0.0.1", agent="demo",
            now=now + timedelta(seconds=45),
        )  # fmt: skip

    def _follow(self, told: Borrowed, loan: Loan, day: date) -> None:
        plan = products.plan_of(loan.terms, day)
        due = [each.due_on for each in plan.instalments]
        self.running.append(
            _Running(told=told, borrower_id=loan.borrower_id, loan_id=loan.id, due=due, began_on=day)
        )

    def _pay_what_is_told(self, each: _Running, now: datetime) -> None:
        told, day = each.told, now.date()
        if told.settles_after is not None and each.began_on + timedelta(days=told.settles_after) == day:
            self.pay(each, "all", now)
        for due_on, days_after in zip(each.due, told.pays, strict=False):
            if days_after is not None and due_on + timedelta(days=days_after) == day:
                self.pay(each, "next" if days_after < 0 else "due", now)

    def _go_on(self, each: _Running, now: datetime) -> None:
        """What happens to it besides being paid by hand."""
        told, days = each.told, (now.date() - each.began_on).days
        if isinstance(told, Purchase) and told.debited_after is not None and days >= told.debited_after:
            if days == told.debited_after:
                whose = {"borrower_id": each.borrower_id, "loan_id": each.loan_id}
                autodebits.agree(self.sandbox, **whose, who=told.who, card=told.card, now=now)
            autodebits.work(self.sandbox, now=now)
        if isinstance(told, Reserve) and days == told.returns_after:
            reserves.come_back(self.sandbox, each.loan_id)

    def pay(self, each: _Running, purpose: Any, now: datetime) -> None:
        """At the sandbox's cashier, as a buyer does; its notice comes to our own door."""
        held = store.read(each.borrower_id, [each.loan_id])[each.loan_id]
        if purpose == "due" and not standing(held.terms, held.facts, now.date()).due_now_minor:
            return
        first = self._open(each, purpose, now)
        if each.told.pays_twice:
            # The borrower gives it up, pays another way, and later pays in the tab that is still open.
            charges.give_up(borrower_id=each.borrower_id, charge_id=first.id, now=now)
            repayments.inquire(borrower_id=each.borrower_id, charge_id=first.id, now=now)
            self._at_the_cashier(self._open(each, purpose, now + timedelta(seconds=30)))
            each.told = replace(each.told, pays_twice=False)
        self._at_the_cashier(first)
        tasks.read_inbox()

    def _open(self, each: _Running, purpose: Any, now: datetime) -> Any:
        charge = charges.open(
            borrower_id=each.borrower_id, wishes=[Wish(loan_id=each.loan_id, purpose=purpose)], channel="alipay",
            how="wap", attempt=uuid4().hex, now=now,
        )  # fmt: skip
        return charges.deliver(borrower_id=each.borrower_id, charge_id=charge.id, now=now)

    def _at_the_cashier(self, charge: Any) -> None:
        paid = self.sandbox.post("/_control/alipay/pay", json={"url": charge.action["url"], "buyer": "lin"})
        paid.raise_for_status()
        self.sandbox.post("/_control/notify/flush", json={"out_trade_no": charge.key}).raise_for_status()


def _order(told: Purchase, shop_id: UUID, now: datetime) -> MerchantOrder:
    product = products.find(told.plan, now.date())
    quote = quotes.give(merchant_id=shop_id, product=product, amount_minor=told.price_minor, now=now)
    body = NewOrder(
        order_number=f"{told.shop[:2].upper()}{now:%y%m%d}{secrets.randbelow(10**5):05}",
        amount_minor=told.price_minor,
        currency="CNY",
        goods=(Good(title=told.goods, quantity=1, price_minor=told.price_minor),),
        plan=told.plan,
        quote=quote.token,
        return_url=f"http://{told.shop}.example/orders",
    )
    order, _ = purchases.create(
        merchant_id=shop_id, key=uuid4().hex, body=body, body_hash=canonical(told.goods).hex()[:64], now=now
    )
    return order


def _keep(where: Place, name: str, told: dict[str, Any]) -> None:
    file = Path(where.home / name)
    file.touch(mode=0o600)
    file.write_text(json.dumps(told, ensure_ascii=False))


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def _hooks_answer(where: Place) -> Iterator[None]:
    """Our own door for notices, open while the past is planted, at the address that the sandbox is told."""
    port = where.port("borrower")
    server = make_server("127.0.0.1", port, get_wsgi_application(), handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    os.umask(0o022)
    main()
