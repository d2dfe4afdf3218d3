"""What merchants send and are answered, field by field. Amounts are whole fen; unknown fields are refused."""

import unicodedata
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

# A hundred thousand million yuan: more than any order, and it fits every column.
MOST_MINOR = 10**13
_LATIN = r"^[!-~]+$"


def _printable(text: str) -> str:
    """Control characters and halves of characters can't be stored, shown or signed."""
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in text):
        raise ValueError("contains characters that can't be printed")
    return text


Printable = Annotated[str, AfterValidator(_printable)]
OrderNumber = Annotated[str, Field(pattern=_LATIN, min_length=1, max_length=64)]
Amount = Annotated[int, Field(ge=1, le=MOST_MINOR)]
PlanCode = Annotated[str, Field(pattern=_LATIN, min_length=1, max_length=32)]
State = Literal["created", "confirmed", "shipped", "settled", "cancelled", "lapsed"]
ReturnState = Literal["requested", "completed", "withdrawn", "refused"]


class Asked(BaseModel):
    """Something a merchant sends."""

    model_config = ConfigDict(extra="forbid", strict=True)


class QuoteAsked(Asked):
    amount_minor: Amount = Field(description="What the goods cost, in fen.", examples=[600000])
    plan: PlanCode = Field(description="The code of one of the plans.", examples=["p12"])


class GoodAsked(Asked):
    title: Printable = Field(min_length=1, max_length=200, examples=["青禾 12 256 GB"])
    quantity: int = Field(ge=1, le=9999, examples=[1])
    price_minor: int = Field(ge=0, le=MOST_MINOR, description="For one piece, in fen.", examples=[600000])


class OrderAsked(Asked):
    order_number: OrderNumber = Field(description="Yours, unique at your shop.", examples=["QH-20261124-0017"])
    amount_minor: Amount = Field(description="What the goods come to, in fen.", examples=[600000])
    currency: Literal["CNY"] = Field(examples=["CNY"])
    goods: list[GoodAsked] = Field(min_length=1, max_length=100, description="They must add up to the amount.")
    plan: PlanCode = Field(description="The plan that was quoted.", examples=["p12"])
    quote: str = Field(min_length=1, max_length=1000, pattern=_LATIN, description="The quote's token.")
    return_url: Printable = Field(
        min_length=1, max_length=512, examples=["https://shop.example/orders/17"],
        description="Where the borrower is sent afterwards; at an origin that was agreed with you.",
    )  # fmt: skip


class ShipmentAsked(Asked):
    tracking_number: Printable = Field(default="", max_length=64, examples=["SF1234567890"])


class ItemAsked(Asked):
    title: Printable = Field(min_length=1, max_length=200, description="As on the order.", examples=["青禾 12 256 GB"])
    quantity: int = Field(ge=1, le=9999, examples=[1])


class ReturnAsked(Asked):
    amount_minor: Amount | Literal["whole"] = Field(
        description="What the goods cost that come back, in fen; or whole: all that has not come back.",
        examples=[300000],
    )
    reason: Printable = Field(default="", max_length=200, examples=["七天无理由"])
    items: list[ItemAsked] = Field(default=[], max_length=100, description="Which goods they are, if you want to say.")
    goods_received: bool = Field(default=False, description="They are with you already: accepted at once.")


class CancellationAsked(Asked):
    reason: Printable = Field(default="", max_length=200, examples=["out of stock"])


class AnnualCost(BaseModel):
    simple_percent: str = Field(description="年化利率（单利）: what people are shown first.", examples=["12.00"])
    compound_percent: str = Field(examples=["12.68"])


class CostItem(BaseModel):
    code: str = Field(examples=["interest"])
    name: str = Field(examples=["利息"])
    how: str = Field(description="How it is charged, to be shown as it is.")
    payee: str = Field(description="Who charges it.", examples=["青禾消费金融"])
    amount_minor: int = Field(examples=[39711])


class ContingentCost(BaseModel):
    code: str = Field(examples=["penalty"])
    name: str = Field(examples=["罚息"])
    how: str
    payee: str = Field(description="Who charges it.", examples=["青禾消费金融"])


class CostStatement(BaseModel):
    """综合融资成本明示表: by law shown on the page where people choose a plan."""

    principal_minor: int = Field(examples=[600000])
    items: list[CostItem] = Field(description="All that is charged when everything is paid in time.")
    cost_minor: int = Field(examples=[39711])
    total_minor: int = Field(examples=[639711])
    annual_cost: AnnualCost
    contingent: list[ContingentCost] = Field(description="What only those pay who are late or settle early.")
    nothing_else: bool = Field(description="True: nothing is charged that is not listed.", examples=[True])


class Plan(BaseModel):
    code: str = Field(examples=["p12"])
    title: str = Field(examples=["12 期"])
    instalments: int = Field(examples=[12])
    first_instalment_minor: int = Field(examples=[53309])
    instalment_minor: int = Field(description="Each of the others; the last may differ by fen.", examples=[53309])
    total_minor: int = Field(examples=[639711])
    cost_minor: int = Field(examples=[39711])
    annual_cost: AnnualCost
    interest_free: bool = Field(examples=[False])


class PlanOffered(Plan):
    cost_statement: CostStatement


class Plans(BaseModel):
    plans: list[PlanOffered] = Field(description="The shortest first.")


class Instalment(BaseModel):
    n: int = Field(examples=[1])
    due_on: str = Field(examples=["2026-12-24"])
    principal_minor: int = Field(examples=[47309])
    interest_minor: int = Field(examples=[6000])
    fee_minor: int = Field(examples=[0])
    total_minor: int = Field(examples=[53309])


class PlanQuoted(Plan):
    schedule: list[Instalment] = Field(
        description="As if the goods left today: the first is due a month after shipping. Only the dates move."
    )


class Quote(BaseModel):
    quote: str = Field(description="Send it with the order.")
    expires_at: str = Field(examples=["2026-11-24T10:30:00+08:00"])
    plan: PlanQuoted
    cost_statement: CostStatement


class Order(BaseModel):
    id: str = Field(examples=["019ac1f0-7a60-7c3e-9d2e-6c1f0b7a1e44"])
    order_number: str = Field(examples=["QH-20261124-0017"])
    state: State
    confirm_url: str = Field(description="Send the borrower there. It belongs to the first who opens it.")
    amount_minor: int = Field(examples=[600000])
    currency: str = Field(examples=["CNY"])
    plan: str = Field(examples=["p12"])
    created_at: str = Field(examples=["2026-11-24T10:00:00+08:00"])
    changed_at: str = Field(description="When it reached its state.", examples=["2026-11-24T10:00:00+08:00"])
    tracking_number: str = Field(examples=[""])
    reason: str = Field(description="Why it was cancelled.", examples=[""])


class Orders(BaseModel):
    orders: list[Order] = Field(description="Newest first.")
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class ReturnSettled(BaseModel):
    """What a return changes in what you are owed; what the buyer owes and has paid is not yours to know."""

    counts_on: str = Field(description="The day as of which the goods count as back.", examples=["2026-12-01"])
    returned_minor: int = Field(description="The goods, below zero.", examples=[-300000])
    fee_minor: int = Field(description="Your fee that you get back.", examples=[3000])
    amount_minor: int = Field(description="The sum of both, as it stands in a settlement.", examples=[-297000])


class Return(BaseModel):
    id: str = Field(examples=["019ac1f0-7a60-7c3e-9d2e-6c1f0b7a1e44"])
    order_id: str = Field(examples=["019ac1f0-7a60-7c3e-9d2e-6c1f0b7a1e44"])
    order_number: str = Field(examples=["QH-20261124-0017"])
    state: ReturnState
    amount_minor: int = Field(examples=[300000])
    reason: str = Field(examples=["七天无理由"])
    items: list[ItemAsked]
    requested_at: str = Field(examples=["2026-12-01T10:00:00+08:00"])
    decided_at: str | None = Field(description="When it was completed, withdrawn or refused.")
    decided_why: str = Field(description="Why it was withdrawn, or refused by us.", examples=[""])
    on_hold_until: str | None = Field(
        description="While it waits: after this day our staff ask you about it. The plan stays on hold even then."
    )
    waits_too_long: bool = Field(
        description="That day is over and the plan is still on hold: accept the goods, or withdraw.", examples=[False]
    )
    settlement: ReturnSettled | None = Field(
        description="What it changed for you; while it waits, what it would change today. Null where nothing."
    )


class Returns(BaseModel):
    returns: list[Return] = Field(description="The latest first.")


class Payout(BaseModel):
    number: str = Field(
        description="It stands in the bank transfer's reference.", examples=["as01r2m6ehzqv5p3k9w0x4y7t1b"]
    )
    amount_minor: int = Field(description="The whole transfer: it may pay several days.", examples=[594000])
    paid_on: str = Field(examples=["2026-11-25"])
    account: str = Field(description="Yours, masked.", examples=["**** 5702"])


class Settlement(BaseModel):
    id: str = Field(examples=["019ac1f0-7a60-7c3e-9d2e-6c1f0b7a1e44"])
    day: str = Field(examples=["2026-11-24"])
    lender: str = Field(examples=["qhxj"])
    currency: str = Field(examples=["CNY"])
    shipped_minor: int = Field(description="What was lent for goods that left that day.", examples=[600000])
    returned_minor: int = Field(description="What came back, below zero.", examples=[0])
    fee_minor: int = Field(description="Your fee, below zero; above it where returns gave some back.", examples=[-6000])
    amount_minor: int = Field(
        description="The sum of the three. Below zero it is taken off the next payment.", examples=[594000]
    )
    state: Literal["open", "processing", "paid"]
    ready_on: str = Field(description="From that day on it may be paid.", examples=["2026-11-25"])
    payout: Payout | None = Field(description="The transfer that paid it.")


class Settlements(BaseModel):
    settlements: list[Settlement] = Field(description="Newest first.")


class PageLink(BaseModel):
    url: str = Field(description="Send your own people there, nobody else.")
    expires_at: str = Field(examples=["2026-11-24T10:05:00+08:00"])


class Problem(BaseModel):
    """RFC 9457. Decide by the code; title and detail are for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[dict[str, Any]] = Field(description="What is wrong where, when the request itself is.")
    facts: dict[str, Any] = Field(description="The numbers behind the refusal.")
