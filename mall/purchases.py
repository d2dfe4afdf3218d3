"""The acts of the shop on an order: place, submit again, ship, cancel, look up."""

import datetime as dt
import sqlite3
from collections.abc import Mapping
from urllib.parse import quote

from mall import calls, carts, orders, words
from mall.calls import Call
from mall.clock import Clock
from mall.merchant_api import MerchantApi, RemoteOrder
from mall.money import total_minor
from mall.orders import Delivery, Order
from mall.refusals import ApiContradicts, ApiRefused, ApiSilent, CartRefused, OrderRefused
from mall.store import Rows, Store

# A lost answer is asked for once more while the customer waits; after that the page says what is known.
ATTEMPTS_AT_ONCE = 2


class Purchases:
    """The shop's acts, with the store they write to and the lender they ask."""

    def __init__(self, *, store: Store, api: MerchantApi, clock: Clock, base_url: str) -> None:
        self.store, self.api, self.clock, self.base_url = store, api, clock, base_url

    def place(
        self, *, customer_id: int, cart_owner: str, form_token: str, plan_code: str, seen_total_minor: int,
        delivery: Delivery,
    ) -> str:
        """An order of the whole cart, asked of the lender; its number comes back, whatever the answer was.

        Refuses an empty cart, and a plan that now costs other than what the customer saw. The same form again
        gives the same order.
        """
        with self.store.reading() as rows:
            earlier = orders.placed_with(rows, form_token=form_token, customer_id=customer_id)
            lines = carts.lines(rows, owner=cart_owner)
        if earlier is not None:
            return earlier.number
        if not lines:
            raise CartRefused
        promise = self.api.quote(amount_minor=total_minor(lines), plan_code=plan_code)
        if promise.plan.total_minor != seen_total_minor:
            raise CartRefused("商品或方案的费用刚刚有更新，请再看一遍新的金额。")
        now = self.clock.now()
        try:
            with self.store.transaction() as rows:
                if carts.lines(rows, owner=cart_owner) != lines:
                    raise CartRefused("购物车刚刚有改动，请再看一遍新的金额。")
                number = orders.insert(
                    rows, customer_id=customer_id, form_token=form_token, lines=lines, plan=promise.plan,
                    delivery=delivery, now=now,
                )
                carts.clear(rows, owner=cart_owner)
                placed = orders.find(rows, number=number)
                call = calls.write(
                    rows, order_number=number, act="create", path="/orders",
                    body=self._create_body(placed, quote_token=promise.token), now=now,
                )
        except sqlite3.IntegrityError:
            # The other half of a double tap was faster.
            return self._placed_meanwhile(form_token=form_token, customer_id=customer_id)
        self._send(call)
        return number

    def submit_again(self, *, number: str) -> None:
        """Send the waiting call of an order once more, with its first key and body."""
        with self.store.reading() as rows:
            call = calls.find_waiting(rows, order_number=number)
        if call is not None:
            self._send(call)

    def ship(self, *, number: str, tracking_number: str) -> None:
        """Tell the lender that the goods left, which starts the loan. Refuses an order that is not signed."""
        with self.store.transaction() as rows:
            order = orders.find(rows, number=number)
            if order.state != "confirmed":
                raise OrderRefused("只有已签约的订单可以发货。")
            body = {"tracking_number": tracking_number} if tracking_number else {}
            call = self._write(rows, order=order, act="ship", body=body)
            orders.keep_tracking_number(rows, number=number, tracking_number=tracking_number)
        self._send(call)

    def cancel(self, *, number: str, reason: str) -> None:
        """Call the order off at the lender. Refuses one that is shipped or ended."""
        with self.store.transaction() as rows:
            order = orders.find(rows, number=number)
            if not order.cancellable:
                raise OrderRefused("只有发货前的订单可以取消。")
            call = self._write(rows, order=order, act="cancel", body={"reason": reason})
        self._send(call)

    def take_back(self, *, number: str, amount_minor: int | None) -> None:
        """Goods are back in the shop, so much of them in fen or all that is left. Refuses what was not shipped."""
        with self.store.transaction() as rows:
            order = orders.find(rows, number=number)
            if not order.returnable:
                raise OrderRefused("只有已发货的订单可以退货。")
            body: dict[str, object] = {"amount_minor": amount_minor or "whole", "goods_received": True}
            call = self._write(rows, order=order, act="return", body=body)
        self._send(call)

    def look_up(self, order: Order) -> str:
        """Ask the lender where the order stands; what could not be learned comes back in words, or ""."""
        if not order.open:
            return ""
        try:
            if order.remote_id is None:
                remote = self.api.order_numbered(order_number=order.number)
            else:
                remote = self.api.order(remote_id=order.remote_id)
            if remote is not None:
                self._follow(number=order.number, remote=remote, told_by="page")
        except ApiSilent as silence:
            return str(silence)
        except ApiRefused as refusal:
            return words.explain(refusal.problem)
        return ""

    def _create_body(self, order: Order, *, quote_token: str) -> dict[str, object]:
        return {
            "order_number": order.number,
            "amount_minor": order.amount_minor,
            "currency": "CNY",
            "goods": [
                {"title": each.title, "quantity": each.quantity, "price_minor": each.price_minor}
                for each in order.goods
            ],
            "plan": order.plan.code,
            "quote": quote_token,
            "return_url": f"{self.base_url}/orders/{order.number}",
        }

    def _placed_meanwhile(self, *, form_token: str, customer_id: int) -> str:
        with self.store.reading() as rows:
            order = orders.placed_with(rows, form_token=form_token, customer_id=customer_id)
        assert order is not None
        return order.number

    def _write(self, rows: Rows, *, order: Order, act: str, body: Mapping[str, object]) -> Call:
        assert order.remote_id is not None
        path = f"/orders/{quote(order.remote_id, safe='')}/{'returns' if act == 'return' else act}"
        return calls.write(
            rows, order_number=order.number, act=act, path=path, body=body, now=self.clock.now()
        )

    def _send(self, call: Call) -> None:
        """Until an answer, at most twice; without one the call stays waiting and any page may take it up."""
        for _ in range(ATTEMPTS_AT_ONCE):
            with self.store.transaction() as rows:
                calls.note_attempt(rows, call=call)
            try:
                if call.act == "return":
                    self._take_back(call)
                    return
                remote = self.api.call(path=call.path, body=call.body, idempotency_key=call.idempotency_key)
                self._follow(number=call.order_number, remote=remote, told_by="lender")
                return
            except ApiContradicts:
                return
            except ApiSilent:
                continue
            except ApiRefused as refusal:
                self._settle_refusal(call, refusal)
                return

    def _take_back(self, call: Call) -> None:
        self.api.take_back(path=call.path, body=call.body, idempotency_key=call.idempotency_key)
        with self.store.transaction() as rows:
            calls.finish(rows, call=call, now=self.clock.now())
            order = orders.find(rows, number=call.order_number)
        # A whole return settles the order, where nothing is left to pay.
        self.look_up(order)

    def _settle_refusal(self, call: Call, refusal: ApiRefused) -> None:
        if call.act != "create":
            self._refuse_act(call, refusal)
        elif not self._exists_after_all(call, refusal):
            self._give_up(call, refusal)

    def _refuse_act(self, call: Call, refusal: ApiRefused) -> None:
        with self.store.transaction() as rows:
            calls.refuse(rows, call=call, problem=str(refusal.problem), now=self.clock.now())
            order = orders.find(rows, number=call.order_number)
        # The order is not where the shop believed it to be; the next thing shown must be the truth.
        self.look_up(order)
        raise OrderRefused(words.explain(refusal.problem))

    def _exists_after_all(self, call: Call, refusal: ApiRefused) -> bool:
        """A conflict may mean that the order is there already; only its absence makes the refusal final."""
        if refusal.problem.status != 409:
            return False
        try:
            remote = self.api.order_numbered(order_number=call.order_number)
            if remote is not None:
                self._follow(number=call.order_number, remote=remote, told_by="lender")
        except (ApiSilent, ApiRefused):
            return True  # Still unknown: the call stays waiting.
        return remote is not None

    def _give_up(self, call: Call, refusal: ApiRefused) -> None:
        now = self.clock.now()
        with self.store.transaction() as rows:
            calls.refuse(rows, call=call, problem=str(refusal.problem), now=now)
            given_up = orders.give_up(
                rows, number=call.order_number, refusal=words.explain(refusal.problem), now=now
            )
            if given_up:
                order = orders.find(rows, number=call.order_number)
                goods = [(each.slug, each.quantity) for each in order.goods]
                carts.put_back(rows, owner=f"customer:{order.customer_id}", goods=goods)

    def _follow(self, *, number: str, remote: RemoteOrder, told_by: str) -> None:
        with self.store.transaction() as rows:
            take_news(rows, number=number, remote=remote, told_by=told_by, now=self.clock.now())


def take_news(rows: Rows, *, number: str, remote: RemoteOrder, told_by: str, now: dt.datetime) -> str:
    """The lender's news about an order, by whichever road: "moved", "known" or "old" comes back."""
    outcome = orders.follow(rows, number=number, remote=remote, told_by=told_by, now=now)
    calls.resolve(rows, order_number=number, state=remote.state, now=now)
    return outcome
