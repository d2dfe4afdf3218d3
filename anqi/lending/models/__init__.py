"""Tables of lending: what is offered, what was bought, what was signed, what happened since, what comes back."""

from anqi.lending.models.loans import (
    Agreement,
    CreditLine,
    Fact,
    Lender,
    Loan,
    Merchant,
    MerchantKey,
    MerchantOrder,
    Order,
    Product,
    SetAside,
)
from anqi.lending.models.returns import Hold, Return

__all__ = (
    "Agreement", "CreditLine", "Fact", "Hold", "Lender", "Loan", "Merchant", "MerchantKey", "MerchantOrder", "Order",
    "Product", "Return", "SetAside",
)  # fmt: skip
