"""What a customer has put aside, in whole pieces."""

from dataclasses import dataclass

from mall import catalogue
from mall.catalogue import Phone
from mall.refusals import CartRefused
from mall.store import Rows

QUANTITY_MAX = 3


@dataclass(frozen=True, kw_only=True)
class CartLine:
    """A phone and how many of it."""

    phone: Phone
    quantity: int

    @property
    def price_minor(self) -> int:
        """One piece, in fen."""
        return self.phone.price_minor

    @property
    def total_minor(self) -> int:
        """All pieces of the line, in fen."""
        return self.price_minor * self.quantity


def lines(rows: Rows, *, owner: str) -> tuple[CartLine, ...]:
    """The cart at today's prices; a phone taken off the shelf is no longer in it."""
    found = rows.execute("SELECT slug, quantity FROM cart_lines WHERE owner = ? ORDER BY rowid", (owner,))
    return tuple(
        CartLine(phone=catalogue.PHONE_BY_SLUG[row["slug"]], quantity=row["quantity"])
        for row in found
        if row["slug"] in catalogue.PHONE_BY_SLUG
    )


def count(rows: Rows, *, owner: str) -> int:
    """Pieces in the cart."""
    return sum(line.quantity for line in lines(rows, owner=owner))


def add(rows: Rows, *, owner: str, slug: str) -> None:
    """One more of a phone; refuses the fourth."""
    phone = catalogue.find(slug)
    row = rows.execute(
        "SELECT quantity FROM cart_lines WHERE owner = ? AND slug = ?", (owner, phone.slug)
    ).fetchone()
    change(rows, owner=owner, slug=phone.slug, quantity=(row["quantity"] if row else 0) + 1)


def change(rows: Rows, *, owner: str, slug: str, quantity: int) -> None:
    """Set a line's quantity; 0 takes it out. Refuses less, and more than three of one phone."""
    if not 0 <= quantity <= QUANTITY_MAX:
        raise CartRefused(f"每款最多买 {QUANTITY_MAX} 台。")
    if quantity == 0:
        rows.execute("DELETE FROM cart_lines WHERE owner = ? AND slug = ?", (owner, slug))
        return
    rows.execute(
        "INSERT INTO cart_lines VALUES (?, ?, ?)"
        " ON CONFLICT (owner, slug) DO UPDATE SET quantity = excluded.quantity",
        (owner, catalogue.find(slug).slug, quantity),
    )


def move(rows: Rows, *, from_owner: str, to_owner: str) -> None:
    """At login: what the browser held joins what the customer had put aside before, up to three each."""
    rows.execute(
        "INSERT INTO cart_lines SELECT ?, slug, quantity FROM cart_lines WHERE owner = ?"
        " ON CONFLICT (owner, slug) DO UPDATE SET quantity = min(?, quantity + excluded.quantity)",
        (to_owner, from_owner, QUANTITY_MAX),
    )
    clear(rows, owner=from_owner)


def put_back(rows: Rows, *, owner: str, goods: list[tuple[str, int]]) -> None:
    """Goods of an order that did not come about; what is in the cart already stays as it is."""
    for slug, quantity in goods:
        if slug in catalogue.PHONE_BY_SLUG:
            rows.execute("INSERT OR IGNORE INTO cart_lines VALUES (?, ?, ?)", (owner, slug, quantity))


def clear(rows: Rows, *, owner: str) -> None:
    """An empty cart."""
    rows.execute("DELETE FROM cart_lines WHERE owner = ?", (owner,))
