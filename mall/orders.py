"""The shop's orders: what was bought, where it goes, and the state the lender told."""

import datetime as dt
import secrets
import sqlite3
from dataclasses import dataclass

from mall import plans
from mall.carts import CartLine
from mall.merchant_api import RemoteOrder
from mall.money import total_minor
from mall.plans import Plan
from mall.refusals import ApiContradicts, NotFound
from mall.store import Rows

# What may come after what. News arrives twice and out of order, so anything else is old news.
FOLLOWS = {
    "submitted": ("created", "confirmed", "shipped", "settled", "cancelled", "lapsed"),
    "created": ("confirmed", "shipped", "settled", "cancelled", "lapsed"),
    "confirmed": ("shipped", "settled", "cancelled", "lapsed"),
    "shipped": ("settled",),
    "settled": (),
    "cancelled": (),
    "lapsed": (),
    # Given up here after the lender's "no"; if it exists there after all, the lender is right.
    "refused": ("created", "confirmed", "shipped", "settled", "cancelled", "lapsed"),
}
NUMBER_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, kw_only=True)
class Goods:
    """A line of an order, at the price of its day."""

    slug: str
    title: str
    quantity: int
    price_minor: int


@dataclass(frozen=True, kw_only=True)
class Moment:
    """When the order reached a state, and who told: page, webhook, lender or shop."""

    state: str
    told_by: str
    happened_at: str


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Where the parcel goes. The lender is not told."""

    recipient: str
    recipient_phone: str
    address: str


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order as it is kept."""

    number: str
    customer_id: int
    amount_minor: int
    plan: Plan
    delivery: Delivery
    state: str
    remote_id: str | None
    confirm_url: str | None
    refusal: str
    tracking_number: str
    placed_at: dt.datetime
    goods: tuple[Goods, ...]
    moments: tuple[Moment, ...]

    @property
    def open(self) -> bool:
        """True while the lender may have news about it."""
        return bool(FOLLOWS[self.state]) and self.state != "refused"

    @property
    def returnable(self) -> bool:
        """True once the goods have left."""
        return self.state in ("shipped", "settled")

    @property
    def cancellable(self) -> bool:
        """True before shipping."""
        return self.state in ("created", "confirmed")


def insert(
    rows: Rows, *, customer_id: int, form_token: str, lines: tuple[CartLine, ...], plan: Plan,
    delivery: Delivery, now: dt.datetime,
) -> str:
    """Keep a new order, not yet known to the lender; its number comes back."""
    number = f"QH{now:%Y%m%d}-" + "".join(secrets.choice(NUMBER_LETTERS) for _ in range(8))
    rows.execute(
        "INSERT INTO orders (number, customer_id, form_token, amount_minor, plan, recipient, recipient_phone,"
        " address, state, placed_at, followed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'submitted', ?, ?)",
        (
            number, customer_id, form_token, total_minor(lines), plan.stated, delivery.recipient,
            delivery.recipient_phone, delivery.address, now.isoformat(), now.isoformat(),
        ),
    )
    rows.executemany(
        "INSERT INTO order_goods VALUES (?, ?, ?, ?, ?)",
        [(number, line.phone.slug, line.phone.title, line.quantity, line.price_minor) for line in lines],
    )
    _note(rows, number=number, state="submitted", told_by="page", now=now)
    return number


def follow(rows: Rows, *, number: str, remote: RemoteOrder, told_by: str, now: dt.datetime) -> str:
    """Take over the lender's news; "moved", "known" or "old" comes back.

    Refuses news whose amount, number or identity is not the order's: shipping on it would give goods away.
    """
    row = rows.execute("SELECT * FROM orders WHERE number = ?", (number,)).fetchone()
    fits = (
        remote.order_number == number
        and row["remote_id"] in (None, remote.id)
        and remote.amount_minor in (None, row["amount_minor"])
        and not _belongs_elsewhere(rows, number=number, remote_id=remote.id)
    )
    if not fits:
        raise ApiContradicts
    rows.execute(
        "UPDATE orders SET remote_id = ?, confirm_url = coalesce(?, confirm_url), followed_at = ?"
        " WHERE number = ?",
        (remote.id, remote.confirm_url, now.isoformat(), number),
    )
    if remote.state == row["state"]:
        return "known"
    if remote.state not in FOLLOWS[row["state"]]:
        return "old"
    rows.execute("UPDATE orders SET state = ?, refusal = '' WHERE number = ?", (remote.state, number))
    _note(rows, number=number, state=remote.state, told_by=told_by, now=now)
    return "moved"


def give_up(rows: Rows, *, number: str, refusal: str, now: dt.datetime) -> bool:
    """The lender declined the order; False when news of it has come meanwhile."""
    changed = rows.execute(
        "UPDATE orders SET state = 'refused', refusal = ? WHERE number = ? AND state = 'submitted'",
        (refusal, number),
    ).rowcount
    if changed:
        _note(rows, number=number, state="refused", told_by="lender", now=now)
    return bool(changed)


def keep_tracking_number(rows: Rows, *, number: str, tracking_number: str) -> None:
    """The parcel's number, as the shopkeeper typed it."""
    rows.execute("UPDATE orders SET tracking_number = ? WHERE number = ?", (tracking_number, number))


def find(rows: Rows, *, number: str) -> Order:
    """Any order, for the shopkeeper."""
    return _one(rows, "number = ?", (number,))


def of_customer(rows: Rows, *, number: str, customer_id: int) -> Order:
    """An order of this customer; another's is not found."""
    return _one(rows, "number = ? AND customer_id = ?", (number, customer_id))


def placed_with(rows: Rows, *, form_token: str, customer_id: int) -> Order | None:
    """The order that this checkout page has made already, if any."""
    found = _some(rows, "form_token = ? AND customer_id = ?", (form_token, customer_id))
    return found[0] if found else None


def list_of_customer(rows: Rows, *, customer_id: int) -> list[Order]:
    """A customer's orders, newest first."""
    return _some(rows, "customer_id = ? AND state <> 'refused'", (customer_id,))


def newest(rows: Rows, *, state: str = "", limit: int = 100) -> list[Order]:
    """The shop's orders, newest first, perhaps of one state only."""
    return _some(rows, "? IN ('', state)", (state,), limit=limit)


def count_by_state(rows: Rows) -> dict[str, int]:
    """How many orders stand where."""
    return dict(rows.execute("SELECT state, count(*) FROM orders GROUP BY state").fetchall())


def exists(rows: Rows, *, number: str) -> bool:
    """True when the order is this shop's."""
    return rows.execute("SELECT 1 FROM orders WHERE number = ?", (number,)).fetchone() is not None


def last_delivery(rows: Rows, *, customer_id: int) -> Delivery | None:
    """Where the customer's last parcel went, to be offered again."""
    found = _some(rows, "customer_id = ?", (customer_id,), limit=1)
    return found[0].delivery if found else None


def _one(rows: Rows, condition: str, arguments: tuple[object, ...]) -> Order:
    found = _some(rows, condition, arguments, limit=1)
    if not found:
        raise NotFound("没有找到这个订单，请核对订单号和登录的账号。")
    return found[0]


def _some(rows: Rows, condition: str, arguments: tuple[object, ...], *, limit: int = 100) -> list[Order]:
    """The condition is always a literal of this file."""
    found = rows.execute(
        f"SELECT * FROM orders WHERE {condition} ORDER BY placed_at DESC, number LIMIT ?", (*arguments, limit)
    ).fetchall()
    return [_order(rows, row) for row in found]


def _order(rows: Rows, row: sqlite3.Row) -> Order:
    kept = dict(row)
    goods = rows.execute(
        "SELECT slug, title, quantity, price_minor FROM order_goods WHERE order_number = ? ORDER BY rowid",
        (kept["number"],),
    )
    moments = rows.execute(
        "SELECT state, told_by, happened_at FROM order_moments WHERE order_number = ? ORDER BY id",
        (kept["number"],),
    )
    return Order(
        plan=plans.restore(kept["plan"], amount_minor=kept["amount_minor"]),
        delivery=Delivery(**{name: kept[name] for name in ("recipient", "recipient_phone", "address")}),
        placed_at=dt.datetime.fromisoformat(kept["placed_at"]),
        goods=tuple(Goods(**dict(each)) for each in goods),
        moments=tuple(Moment(**dict(each)) for each in moments),
        **{
            name: kept[name]
            for name in (
                "number", "customer_id", "amount_minor", "state", "remote_id", "confirm_url", "refusal",
                "tracking_number",
            )
        },
    )


def _belongs_elsewhere(rows: Rows, *, number: str, remote_id: str) -> bool:
    other = rows.execute("SELECT 1 FROM orders WHERE remote_id = ? AND number <> ?", (remote_id, number))
    return other.fetchone() is not None


def _note(rows: Rows, *, number: str, state: str, told_by: str, now: dt.datetime) -> None:
    rows.execute(
        "INSERT INTO order_moments (order_number, state, told_by, happened_at) VALUES (?, ?, ?, ?)",
        (number, state, told_by, now.isoformat()),
    )
